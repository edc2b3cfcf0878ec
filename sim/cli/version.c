/*
 * version: the first line is name and number, for programs to read; then what it was made of, for people.
 */
#include "cli/cli.h"
#include "cli/jobs.h"

#include <stdio.h>

#include "kernel.h"

/* Boost.Context has no function that tells; the header of macros may be missing where only the library is there. */
#if defined __has_include
#if __has_include(<boost/version.hpp>)
#include <boost/version.hpp>
#endif
#endif
#ifndef BOOST_VERSION
#define BOOST_VERSION 0
#endif


/* The libraries say their version through these, as they are linked. Their headers belong to the rooms that use them. */
extern const char *sqlite3_libversion(void);
extern const char *cJSON_Version(void);
extern unsigned XXH_versionNumber(void);

static void compiler_line(void)
{
#if defined __clang__
    printf("compiler       clang %d.%d.%d\n", __clang_major__, __clang_minor__, __clang_patchlevel__);
#elif defined __GNUC__
    printf("compiler       gcc %d.%d.%d\n", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#else
    printf("compiler       unknown\n");
#endif
}

enum exit_code verb_version(const struct options *options)
{
    (void)options;
    unsigned hash = XXH_versionNumber();
    printf("wspsim " WSPSIM_VERSION "\n");
    compiler_line();
    printf("libraries      SQLite %s, cJSON %s, xxHash %u.%u.%u, Boost.Context", sqlite3_libversion(), cJSON_Version(), hash / 10000, hash / 100 % 100, hash % 100);
    if (BOOST_VERSION != 0) printf(" %d.%d.%d", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100);
    printf("\n");
    printf("commit         %s\n", version_commit());
    printf("kernel.h ABI   %u\n", KERNEL_ABI);
    return EXIT_HELD;
}
