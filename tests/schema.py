"""The schema against `check`: what is shipped fits both; of the wrong files those listed fit neither. Usage: schema.py SCHEMA [--list]."""
import json, os, sys, warnings

warnings.filterwarnings("ignore")
try:
    import jsonschema
except ImportError:
    print("schema: skipped, no python3-jsonschema here: 0 passed, 0 failed")
    sys.exit(0)

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(here)
schema = json.load(open(sys.argv[1]))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
passed = failed = 0


def verdict(good, what):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print("not ok -", what)


def scenarios():
    for folder, folders, names in os.walk(os.path.join(root, "scenarios")):
        folders.sort()
        for name in sorted(names):
            if name.endswith(".json") and not name.endswith((".schema.json", ".world.json")):
                yield os.path.join(folder, name)


def wrong():
    """Files that are JSON at all, by what the schema says of them."""
    folder = os.path.join(here, "wrong")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            try:
                yield name[:-5], not validator.is_valid(json.load(open(os.path.join(folder, name), encoding="utf-8")))
            except (ValueError, RecursionError):
                continue


if "--list" in sys.argv:
    print("\n".join(name for name, seen in wrong() if seen))
    sys.exit(0)
for path in scenarios():
    errors = [(list(e.absolute_path), e.message[:200]) for e in validator.iter_errors(json.load(open(path, encoding="utf-8")))]
    verdict(not errors, "%s: %s" % (os.path.relpath(path, root), errors[:2]))
listed = set(open(os.path.join(here, "wrong", "schema.txt")).read().split())
verdict(len(listed) >= 100, "only %d wrong files are listed" % len(listed))
for name, seen in wrong():
    if name in listed:
        verdict(seen, "tests/wrong/%s.json is wrong, and the schema accepts it" % name)
print("schema: %d passed, %d failed" % (passed, failed))
sys.exit(failed > 0)
