# One lesson as a piece of Markdown: narrative, the timeline as text up to its question, and folded what follows.
# Reads a scenario; -v file=NAME is its path, -v number=NN its number. With -v facts=1 it only says what the file holds, a line each.

# ---- reading JSON: node N has kind[N] ("object", "list", "text", "plain"), text[N], and its members child[N, i] under name[N, i] ----
function unquote(token) {
    token = substr(token, 2, length(token) - 2)
    gsub(/\\"/, "\"", token)
    gsub(/\\\\/, "\\", token)
    return token
}
function parse(    node, token, member) {
    token = tokens[++here]
    node = ++nodes
    members[node] = 0
    if (token == "{" || token == "[") {
        kind[node] = token == "{" ? "object" : "list"
        while (tokens[here + 1] != "}" && tokens[here + 1] != "]" && here < count) {
            if (tokens[here + 1] == ",") { here++; continue }
            member = ++members[node]
            name[node, member] = ""
            if (kind[node] == "object") { name[node, member] = unquote(tokens[++here]); here++ }
            child[node, member] = parse()
        }
        here++
    } else if (substr(token, 1, 1) == "\"") { kind[node] = "text"; text[node] = unquote(token) }
    else { kind[node] = "plain"; text[node] = token }
    return node
}
function find(node, member,    i) {
    for (i = 1; i <= members[node]; i++) if (name[node, i] == member) return child[node, i]
    return 0
}
function say(node, member) { node = find(node, member); return node ? text[node] : "" }

# ---- values, steps, the world ----
function shown(node,    i, line, piece) {
    if (kind[node] == "text" || kind[node] == "plain") return text[node]
    for (i = 1; i <= members[node]; i++) {
        piece = shown(child[node, i])
        if (kind[node] == "object") piece = name[node, i] ": " piece
        line = line (i > 1 ? ", " : "") piece
    }
    return kind[node] == "object" ? "{" line "}" : "[" line "]"
}
# What is expected, in contrast to what is given.
function expected(member, what, node) {
    if (what == "getqueuedcompletionstatus" && (member == "key" || member == "overlapped")) return 1
    if (member == "count") return what == "select" || what == "pending"
    if (what == "path" && (member == "interface" || member == "via")) return 1
    if (member == "from") return what == "recvfrom"
    if (member == "out") return kind[node] == "object"
    return member ~ /^(returns|returns_at|within|lasts|bytes|status|error|signaled|source|addresses)$/
}
function action(step, hidden,    i, member, node, word, what, given, due) {
    word = find(step, "do") ? "" : find(step, "sees") ? "sees " : "assert: "
    what = say(step, "do") say(step, "sees") say(step, "assert")
    if (hidden && word == "sees ") return "sees …?"
    for (i = 1; i <= members[step]; i++) {
        member = name[step, i]
        node = child[step, i]
        if (member ~ /^(at|by|do|sees|assert|about|question|answer|steps)$/) continue
        if (word != "sees " && expected(member, what, node)) {
            if (member == "returns") due = shown(node) (due == "" ? "" : ", ") due
            else due = due (due == "" ? "" : ", ") member " " shown(node)
        } else if (member ~ /^(socket|code|on)$/ || (word != "" && member ~ /^(event|routine)$/)) given = given " " shown(node)
        else given = given " " member "=" shown(node)
    }
    if (hidden) due = "?"
    return word what given (due == "" ? "" : "  ->  " due)
}
function steps(list, first, last, hidden, indent,    i, step, by, inner) {
    for (i = first; i <= last; i++) {
        step = child[list, i]
        by = indent == "" ? say(step, "by") : ""
        if (by == "" && indent == "") by = find(step, "assert") ? "" : "(network)"
        printf "%-7s %-" width "s  %s%s\n", say(step, "at"), by, indent, action(step, hidden && i == last)
        if (say(step, "about") != "") printf "%-7s %-" width "s  %s    # %s\n", "", "", indent, say(step, "about")
        inner = find(step, "steps")
        if (inner) steps(inner, 1, members[inner], 0, indent "    ")
    }
}
function rest(node, known,    i, line) {
    for (i = 1; i <= members[node]; i++) if (known !~ " " name[node, i] " ") line = line ", " name[node, i] " " shown(child[node, i])
    return line
}
function world(    list, i, j, inner, node, line) {
    list = find(root, "hosts")
    for (i = 1; i <= members[list]; i++) {
        inner = find(child[list, i], "interfaces")
        for (j = 1; j <= members[inner]; j++) {
            node = child[inner, j]
            print "host " say(child[list, i], "name") ": " say(node, "name") " with " shown(find(node, "addresses")) rest(node, " name addresses ")
        }
        inner = find(child[list, i], "routes")
        for (j = 1; j <= members[inner]; j++) print "host " say(child[list, i], "name") ": route " substr(rest(child[inner, j], " "), 3)
    }
    list = find(root, "links")
    for (i = 1; i <= members[list]; i++) print "link " substr(rest(child[list, i], " "), 3)
    list = find(root, "actors")
    for (i = 1; i <= members[list]; i++) {
        line = rest(child[list, i], " name host about ")
        print "program " say(child[list, i], "name") " on " say(child[list, i], "host") line (say(child[list, i], "about") == "" ? "" : "    # " say(child[list, i], "about"))
    }
}

{
    line = $0
    while (match(line, /"([^"\\]|\\.)*"|[][}{:,]|[^][}{:," \t]+/)) {
        tokens[++count] = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
    }
}
END {
    root = parse()
    timeline = find(root, "timeline")
    width = 9
    for (i = 1; i <= members[timeline]; i++) {
        if (length(say(child[timeline, i], "by")) > width) width = length(say(child[timeline, i], "by"))
        if (say(child[timeline, i], "question") != "") { questions++; asked = i }
        if (say(child[timeline, i], "answer") != "") answers++
    }
    if (facts) {
        print "title\t" say(root, "title")
        print "about\t" say(root, "about")
        print "questions\t" questions + 0
        print "answered\t" (questions == 1 && answers == 1 && say(child[timeline, asked], "answer") != "")
        split(action(child[timeline, asked], 0), open, "  ->  ")
        print "proven\t" (say(child[timeline, asked], "sees") != "" || open[2] != "")
        print "steps\t" members[timeline]
        exit
    }
    print "\n## <a id=\"n" number "\"></a>" number + 0 ". " say(root, "title") "\n"
    print say(root, "about") "\n"
    print "```text"
    world()
    print ""
    steps(timeline, 1, asked, 1, "")
    print "```\n"
    print "**Question.** " say(child[timeline, asked], "question") "\n"
    print "<details><summary>The answer, and how it goes on</summary>\n"
    print say(child[timeline, asked], "answer") "\n"
    print "```text"
    steps(timeline, asked, members[timeline], 0, "")
    print "```\n\n</details>\n"
    print "    bin/wspsim run " file " --trace text"
}
