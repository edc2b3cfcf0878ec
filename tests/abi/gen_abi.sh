#!/bin/sh
# gen_abi.sh - writes the test of the Winsock headers against the tables.
#
# usage: gen_abi.sh OUT.c
#
# Every row of abi-win64.csv and abi-win64-extra.csv (kind,name,field,value)
# becomes one check in OUT.c, except the rows in not-declared.txt.  The script
# fails when a table is malformed, or when not-declared.txt names a row that
# does not exist or a constant that the headers do have.

set -eu

if [ $# -ne 1 ]; then
    echo "usage: $0 OUT.c" >&2
    exit 2
fi
out=$1
here=$(dirname "$0")
headers=$here/../../include/winsock
trap 'rm -f "$out.tmp"' EXIT

# What the headers say, without comments, for the look-up of listed constants.
words() {
    cat "$headers"/*.h | awk '
        {
            line = $0
            text = ""
            while (line != "") {
                if (inside) {
                    at = index(line, "*/")
                    if (at == 0) { line = ""; break }
                    line = substr(line, at + 2)
                    inside = 0
                } else {
                    at = index(line, "/*")
                    if (at == 0) { text = text " " line; line = ""; break }
                    text = text " " substr(line, 1, at - 1)
                    line = substr(line, at + 2)
                    inside = 1
                }
            }
            gsub(/[^A-Za-z0-9_]/, " ", text)
            n = split(text, w, " ")
            for (i = 1; i <= n; i++)
                print w[i]
        }' | sort -u
}

words | awk -v csv1="$here/abi-win64.csv" -v csv2="$here/abi-win64-extra.csv" \
    -v list="$here/not-declared.txt" '
function fail(text) {
    print "gen_abi.sh: " text > "/dev/stderr"
    failed = 1
}

function read_list(   line, key, at, n) {
    while ((getline line < list) > 0) {
        n++
        if (line ~ /^[ \t]*(#|$)/)
            continue
        at = match(line, /[ \t]/)
        key = at ? substr(line, 1, at - 1) : line
        if (at == 0 || substr(line, at) ~ /^[ \t]*$/)
            fail("not-declared.txt:" n ": no reason for " key)
        absent[key] = 1
        absent_order[++absents] = key
    }
    close(list)
    if (n == 0)
        fail("cannot read not-declared.txt")
}

function read_csv(file,   line, f, key, n) {
    while ((getline line < file) > 0) {
        n++
        sub(/\r$/, "", line)
        if (split(line, f, ",") != 4 || f[4] !~ /^-?[0-9]+$/ ||
            f[2] !~ /^[A-Za-z_][A-Za-z0-9_]*$/ ||
            f[3] !~ /^[A-Za-z0-9_.]*$/) {
            fail(file ":" n ": malformed row")
            continue
        }
        key = f[1] "," f[2] "," f[3]
        if (key in known) {
            fail(file ":" n ": row " key " for the second time")
            continue
        }
        known[key] = 1
        if (key in absent)
            continue
        if (f[1] == "const" && f[3] == "")
            constant[++constants] = sprintf("    CONST_ROW(%s, %s);",
                f[2], literal(f[4]))
        else if (f[1] == "sizeof" && f[3] == "")
            size[++sizes] = sprintf("    SIZE_ROW(\"%s\", %s, %s);",
                f[2], ctype(f[2]), literal(f[4]))
        else if (f[1] == "sizeof")
            size[++sizes] = sprintf("    MEMBER_ROW(\"%s\", %s, %s, %s);",
                f[2], ctype(f[2]), f[3], literal(f[4]))
        else if (f[1] == "offsetof" && f[3] != "")
            offset[++offsets] = sprintf("    OFFSET_ROW(\"%s\", %s, %s, %s);",
                f[2], ctype(f[2]), f[3], literal(f[4]))
        else
            fail(file ":" n ": unknown kind of row")
    }
    close(file)
    if (n == 0)
        fail("cannot read " file)
}

# A negative value is a signed one; the suffix keeps the rest unsigned.
function literal(value) {
    return value ~ /^-/ ? "(" value "LL)" : value "ULL"
}

# The structures of BSD have a tag and no type name of their own.
function ctype(name) {
    if (name == "fd_set" || name == "sockaddr_gen" || name == "int" ||
        name == "long" || name !~ /^[a-z0-9_]+$/)
        return name
    return "struct " name
}

function test(name, table, rows, array,   i) {
    print "START_TEST(" name ")"
    print "{"
    print "    struct tally t = {0, 0, \"\"};"
    print ""
    for (i = 1; i <= rows; i++)
        print array[i]
    print "    finish(&t, \"" table "\", " rows ");"
    print "}"
    print "END_TEST"
    print ""
}

{
    declared[$1] = 1
}

END {
    read_list()
    read_csv(csv1)
    read_csv(csv2)
    for (i = 1; i <= absents; i++) {
        key = absent_order[i]
        split(key, f, ",")
        if (!(key in known))
            fail("not-declared.txt: no row " key)
        else if (f[1] == "const" && (f[2] in declared))
            fail("not-declared.txt: " f[2] " is declared")
    }
    if (failed)
        exit 1

    print "/* Written by gen_abi.sh; do not edit. */"
    print "#include <check.h>"
    print "#include <stddef.h>"
    print "#include <stdio.h>"
    print "#include <stdlib.h>"
    print ""
    print "#include <winsock2.h>"
    print "#include <ws2spi.h>"
    print "#include <ws2tcpip.h>"
    print "#include <mswsock.h>"
    print "#include <mstcpip.h>"
    print "#include <qossp.h>"
    print "#include <afunix.h>"
    print "#include <ntstatus.h>"
    print "#include <sdkddkver.h>"
    print ""
    for (i = 1; i <= absents; i++) {
        split(absent_order[i], f, ",")
        if (f[1] == "const") {
            print "#ifdef " f[2]
            print "#error \"" f[2] " is in not-declared.txt, but declared\""
            print "#endif"
        }
    }
    print "struct tally {"
    print "    unsigned rows;"
    print "    unsigned wrong;"
    print "    char first[200];"
    print "};"
    print ""
    print "/* A value in the notation of the tables. */"
    print "static const char *notation(unsigned long long v, int is_signed,"
    print "                            char *buf, size_t size)"
    print "{"
    print "    if (is_signed && v >> 63)"
    print "        (void)snprintf(buf, size, \"-%llu\", 0ULL - v);"
    print "    else"
    print "        (void)snprintf(buf, size, \"%llu\", v);"
    print "    return buf;"
    print "}"
    print ""
    print "/*"
    print " * Both values are widened to 64 bits from their own type, so that a"
    print " * signed -1 and an unsigned 4294967295 are different."
    print " */"
    print "static void row(struct tally *t, const char *what,"
    print "                unsigned long long seen, int seen_signed,"
    print "                unsigned long long expected, int expected_signed)"
    print "{"
    print "    char e[32], s[32], text[200];"
    print ""
    print "    t->rows++;"
    print "    if (seen == expected && (!expected_signed || seen_signed))"
    print "        return;"
    print "    (void)snprintf(text, sizeof(text), \"%s: expected %s, seen %s\","
    print "                   what, notation(expected, expected_signed, e, sizeof(e)),"
    print "                   notation(seen, seen_signed, s, sizeof(s)));"
    print "    (void)printf(\"abi: %s\\n\", text);"
    print "    if (t->wrong++ == 0)"
    print "        (void)snprintf(t->first, sizeof(t->first), \"%s\", text);"
    print "}"
    print ""
    print "static void finish(const struct tally *t, const char *table,"
    print "                   unsigned rows)"
    print "{"
    print "    (void)fflush(stdout);"
    print "    ck_assert_msg(t->rows == rows, \"%s: %u rows of %u checked\","
    print "                  table, t->rows, rows);"
    print "    ck_assert_msg(t->wrong == 0, \"%s: %u rows wrong; %s\", table,"
    print "                  t->wrong, t->first);"
    print "}"
    print ""
    print "#define IS_SIGNED(x) \\"
    print "    _Generic((x), signed char: 1, short: 1, int: 1, long: 1, \\"
    print "             long long: 1, default: 0)"
    print "#define CONST_ROW(name, value)                                   \\"
    print "    row(&t, \"const \" #name, (unsigned long long)(name),          \\"
    print "        IS_SIGNED(name), (unsigned long long)(value), IS_SIGNED(value))"
    print "#define SIZE_ROW(label, type, value) \\"
    print "    row(&t, \"sizeof \" label, sizeof(type), 0, (value), 0)"
    print "#define MEMBER_ROW(label, type, member, value)                   \\"
    print "    row(&t, \"sizeof \" label \".\" #member,                         \\"
    print "        sizeof(((type *)0)->member), 0, (value), 0)"
    print "#define OFFSET_ROW(label, type, member, value)                   \\"
    print "    row(&t, \"offsetof \" label \".\" #member,                       \\"
    print "        offsetof(type, member), 0, (value), 0)"
    print ""
    test("constants", "constants", constants, constant)
    test("sizes", "sizes", sizes, size)
    test("offsets", "offsets", offsets, offset)
    print "int main(void)"
    print "{"
    print "    Suite *suite = suite_create(\"abi\");"
    print "    SRunner *runner;"
    print "    TCase *tcase;"
    print "    int failed;"
    print ""
    print "    tcase = tcase_create(\"constants\");"
    print "    tcase_add_test(tcase, constants);"
    print "    suite_add_tcase(suite, tcase);"
    print "    tcase = tcase_create(\"sizes\");"
    print "    tcase_add_test(tcase, sizes);"
    print "    suite_add_tcase(suite, tcase);"
    print "    tcase = tcase_create(\"offsets\");"
    print "    tcase_add_test(tcase, offsets);"
    print "    suite_add_tcase(suite, tcase);"
    print ""
    print "    runner = srunner_create(suite);"
    print "    srunner_run_all(runner, CK_NORMAL);"
    print "    failed = srunner_ntests_failed(runner);"
    print "    srunner_free(runner);"
    printf "    (void)printf(\"abi: %d rows checked, %d rows not declared \"\n", \
        constants + sizes + offsets, absents
    print "                 \"(tests/abi/not-declared.txt)\\n\");"
    print "    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;"
    print "}"
}' > "$out.tmp"

mv "$out.tmp" "$out"
