"""The manual and the completion say what the help, the language and the records say, neither less nor more.   manual.py WSPSIM"""
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

WSPSIM = str(Path(sys.argv[1]).resolve())
passed = failed = 0


def check(what, good, more=""):
    global passed, failed
    passed += bool(good)
    failed += not good
    if not good:
        print(f"not ok - {what} {more}")


def out(*words, code=0):
    done = subprocess.run([WSPSIM, *words], capture_output=True, text=True)
    check(f"exit {code} of {' '.join(words)}", done.returncode == code, done.stderr)
    return done.stdout if code == 0 else done.stderr


def plain(roff):
    """The letters a reader sees, roughly."""
    return re.sub(r"\\f.|\\&|\.TP\n", "", roff).replace("\\-", "-").replace("\\(aq", "'").replace("\\e", "\\").replace("\\(ga", "`").replace("\\(ha", "^").replace("\\(ti", "~")


pages = {name: out("help", "--man", name) for name in ("tool", "scenario", "record")}
shells = {name: out("help", "--completion", name) for name in ("bash", "zsh", "fish")}

# ---- verbs and options ----
verbs = [line.split()[0] for line in out("help").split("\n\n")[2].splitlines() if line.startswith("  ") and "help" != line.split()[0]]
check("there are verbs", len(verbs) > 10)
sections = {part.split(" ", 2)[1]: part for part in pages["tool"].split(".SS ")[1:]}
check("the page has the verbs of the help", sorted(sections) == sorted(verbs + ["help"]), str(sections.keys()))
values = {}
for verb in verbs:
    text = out(verb, "--help")
    options = re.findall(r"^  (?:-.,|   ) --([a-z-]+)(?: (\S+))?", text, re.M)
    check(f"{verb} has options", options)
    names = [name for name, _ in options]
    values.update((name, value) for name, value in options if value)
    check(f"{verb}: the page has its options", [name.replace("\\-", "-") for name in re.findall(r"\\-\\-([a-z\\-]+?)\\fR", sections[verb])] == names)
    for line in text.splitlines():
        if line.strip() and not line.startswith(("usage:", "options:", "  ")):
            check(f"{verb}: the page says: {line}", line.replace("…", "...") in plain(sections[verb]))
    bash = re.search(rf"^    {verb}\)\n        options='([^']*)'", shells["bash"], re.M)
    check(f"{verb}: bash has its options", bash and bash.group(1).split() == ["--" + name for name in names])
    zsh = re.search(rf"^    {verb}\)\n        _arguments(.*?)^        ;;", shells["zsh"], re.M | re.S)
    check(f"{verb}: zsh has its options", zsh and re.findall(r"'--([a-z-]+)=?\[", zsh.group(1)) == names)
    fish = re.findall(rf"^complete -c wspsim -n '__fish_seen_subcommand_from {verb}' -l ([a-z-]+)", shells["fish"], re.M)
    check(f"{verb}: fish has its options", fish == names)
check("bash knows which options take values", set(re.search(r"in\n        (--[a-z|-]*)\) \(\(at\+\+\)\)", shells["bash"]).group(1).split("|")) == {"--" + name for name in values})

# ---- what bash answers ----
CASES = [
    ("wspsim ", "run explain bench help", "--seed"), ("wspsim sh", "show", "schema run"), ("wspsim run --tr", "--trace --trace-file", "--seed"), ("wspsim run --trace ", "text jsonl none", "--seed"),
    ("wspsim run --level=", "api net packet", "--seed"), ("wspsim run ", "a.json folder", "a.db"), ("wspsim replay ", "a.db folder", "a.json"), ("wspsim replay --run 1 ", "a.db", "a.json"),
    ("wspsim show a.db ", "addresses pending events why", "a.db"), ("wspsim show --run 1 a.db thr", "threads", "a.db"), ("wspsim bench ", "events record", "a.json"),
    ("wspsim explain SIO_ADDR", "SIO_ADDRESS_LIST_CHANGE", "SIO_FLUSH"), ("wspsim help ", "run --man", "a.json"), ("wspsim help --man ", "tool scenario record", "run"), ("wspsim test --format ", "plain tap junit", "a"),
    ("wspsim merge new.db ", "a.db", "a.json"), ("wspsim run --seed ", "", "a.json"), ("wspsim run --provider ", "a.json a.db", ""), ("wspsim fmt --check a.json ", "a.json", "a.db"),
]
DRIVE = r"""
cd "$2"; source "$1"; compopt() { :; }
words=$3; COMP_WORDS=($words); [[ $words == *" " ]] && COMP_WORDS+=(""); [[ $words == *= ]] && COMP_WORDS=(wspsim run --level =)
COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=(); _wspsim; printf '%s\n' "${COMPREPLY[@]}"
"""
with tempfile.TemporaryDirectory() as folder:
    script = Path(folder) / "script"
    script.write_text(shells["bash"])
    work = Path(folder) / "work"
    (work / "folder").mkdir(parents=True)
    for name in ("a.json", "a.db"):
        (work / name).write_text("")
    for line, wanted, unwanted in CASES:
        got = subprocess.run(["bash", "-c", DRIVE, "bash", str(script), str(work), line], capture_output=True, text=True)
        found = got.stdout.split()
        check(f"bash: `{line}`", got.stderr == "" and set(wanted.split()) <= set(found) and not set(unwanted.split()) & set(found), f"{found} {got.stderr}")
    for shell in ("bash", "zsh", "fish"):
        if shutil.which(shell):
            (Path(folder) / "syntax").write_text(shells[shell])
            got = subprocess.run([shell, "-n", str(Path(folder) / "syntax")], capture_output=True, text=True)
            check(f"{shell} reads its completion", got.returncode == 0 and not got.stderr, got.stderr)

    # ---- the language ----
    page = pages["scenario"]
    schema = json.loads(out("schema"))

    def members(part):
        return re.findall(r"^\.TP\n\\fB(.*?)\\fR", part, re.M)

    heads = {title: part for title, part in re.findall(r"^\.SH ([A-Z_ ]+)\n(.*?)(?=^\.SH )", page, re.M | re.S)}
    OBJECTS = {"MEMBERS OF A HOST": "host", "MEMBERS OF AN INTERFACE": "interface", "MEMBERS OF AN ACTOR": "actor", "MEMBERS OF AT_END": "at_end"}
    for title, name in OBJECTS.items():
        check(f"the page has the members of {name}", [plain(m) for m in members(heads[title])] == list(schema["definitions"][name]["properties"]), str(members(heads[title])))
    check("the page has the members of the file", {plain(m) for m in members(heads["MEMBERS OF THE FILE"])} == set(schema["properties"]))
    properties = {plain(m) for m in members(heads["LINK PROPERTIES"])}
    check("there are link properties", len(properties) > 5)
    for title, name in (("MEMBERS OF A LINK", "link"), ("MEMBERS OF A SEGMENT", "segment")):
        check(f"the page has the members of a {name}", {plain(m) for m in members(heads[title])} | properties == set(schema["definitions"][name]["properties"]))
    common = {plain(m) for m in members(heads["MEMBERS OF EVERY STEP"])}
    calls = {plain(m) for m in members(heads["MEMBERS OF EVERY CALL"])}
    steps = dict(re.findall(r"^\.SS ((?:do|sees|assert) \S+)\n(.*?)(?=^\.S[SH] )", heads["ALL STEPS"] + ".SS ", re.M | re.S))
    kinds = {name: found for name, found in schema["definitions"].items() if re.match(r"(do|sees|assert)-", name)}
    check("the page has all steps", {plain(name).replace(" ", "-", 1) for name in steps} == set(kinds))
    for name, kind in kinds.items():
        part = next((body for title, body in steps.items() if plain(title).replace(" ", "-", 1) == name), "")
        check(f"{name}: its meaning", kind["description"] in plain(part).replace("\n", " "))
        if "properties" in kind:
            check(f"{name}: its members", {plain(m) for m in members(part)} == set(kind["properties"]) - common - calls | ({plain(m) for m in members(part)} & (common | calls)))

    # ---- records ----
    out("run", "scenarios/first-light.json", "--record", str(Path(folder) / "r.db"))
    record = sqlite3.connect(Path(folder) / "r.db")
    text = plain(pages["record"])
    for name, kind in record.execute("SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'").fetchall():
        check(f"the page names the {kind} {name}", re.search(rf"\b{name}\b", text))
        for column in [row[1] for row in record.execute(f"PRAGMA table_info({name})")]:
            check(f"the page names {name}.{column}", re.search(rf"\b{column}\b", text))
    record.close()

    # ---- roff ----
    for name, page in pages.items():
        check(f"{name}: ASCII", page.isascii())
        check(f"{name}: no mark left over", "](" not in page and "```" not in page)
        if shutil.which("groff"):
            (Path(folder) / "page").write_text(page)
            got = subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8", str(Path(folder) / "page")], capture_output=True, text=True)
            check(f"{name}: groff has nothing to say", got.returncode == 0 and not got.stderr, got.stderr[:500])

# ---- what is asked wrongly ----
check("an unknown page", "did you mean tool?" in out("help", "--man", "tol", code=2))
check("an unknown shell", "it wants bash, zsh or fish" in out("help", "--completion", "csh", code=2))
check("no page", "needs a value: tool, scenario or record" in out("help", "--man", code=2))

print(f"manual: {passed} passed, {failed} failed")
sys.exit(failed > 0)
