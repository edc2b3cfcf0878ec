/*
 * `include`: a file whose world is taken over. Its hosts, links and actors stand before the file's own, its defaults and parameters
 * give way to the file's own of the same name; what else it says (a title, a timeline) is its own affair. The tree that results is
 * what all that follows reads, what `check --expand` prints and what a record keeps.
 */
#include <string.h>

#include "script/load.h"

#define FILES_DEEP 8u /* more than that is a circle */

static const struct { const char *name; enum json_type type; } world_members[] = {
    { "params", JSON_OBJECT }, { "defaults", JSON_OBJECT }, { "hosts", JSON_LIST }, { "links", JSON_LIST }, { "lan", JSON_LIST }, { "actors", JSON_LIST },
};

static const struct json **end_of(struct json *parent)
{
    const struct json **end = &parent->first;
    while (*end) end = (const struct json **)(uintptr_t)&(*end)->next;
    return end;
}

/* From one object into another. */
static void member_move(struct json *to, const struct json *from, const struct json *member)
{
    const struct json **at = &((struct json *)(uintptr_t)from)->first;
    while (*at != member) at = (const struct json **)(uintptr_t)&(*at)->next;
    *at = member->next;
    ((struct json *)(uintptr_t)member)->next = NULL;
    *end_of(to) = member;
    to->count++;
}

static void name_file(const struct json *node, const char *file)
{
    ((struct json *)(uintptr_t)node)->file = file;
    for (const struct json *child = node->first; child; child = child->next) name_file(child, file);
}

/* Included elements first. Places and pointers stay those of the files that they stand in. */
static void list_join(struct json *own, const struct json *included)
{
    struct json head = { .first = included->first };
    *end_of(&head) = own->first;
    own->first = head.first;
    own->count += included->count;
}

/* What the file says itself counts. */
static void object_join(struct json *own, const struct json *included)
{
    for (const struct json *member = included->first, *next; member; member = next) {
        next = member->next;
        if (!json_member(own, member->name)) member_move(own, included, member);
    }
}

static void world_take(struct loading *load, struct json *root, const struct json *included)
{
    for (size_t i = 0; i < sizeof world_members / sizeof *world_members; i++) {
        const struct json *theirs = json_member(included, world_members[i].name);
        struct json *own = (struct json *)(uintptr_t)json_member(root, world_members[i].name);
        if (!theirs) continue;
        if (theirs->type != world_members[i].type) problem_at(load->problems, theirs, "expected %s, found %s", json_type_name(world_members[i].type), json_type_name(theirs->type));
        else if (own && own->type != world_members[i].type) continue; /* which is said where the members are read */
        else if (own && own->type == JSON_LIST) list_join(own, theirs);
        else if (own) object_join(own, theirs);
        else member_move(root, included, theirs);
    }
}

static void include_all(struct loading *load, struct json *root, const char *file, unsigned depth);

/* A path counts from the folder of the file that it stands in. */
static const char *path_from(struct arena *arena, const char *file, const char *path)
{
    const char *slash = path[0] == '/' ? NULL : strrchr(file, '/');
    return slash ? arena_printf(arena, "%.*s%s", (int)(slash - file + 1), file, path) : path;
}

static void include_one(struct loading *load, struct json *root, const char *file, const struct json *name, unsigned depth)
{
    struct arena *arena = load->scenario->arena;
    struct json_error error = { 0 };
    bool environment = false;
    if (name->type != JSON_TEXT || !*name->text) { problem_at(load->problems, name, "expected the path of a file, found %s", name->type == JSON_TEXT ? "an empty one" : json_type_name(name->type)); return; }
    if (depth == FILES_DEEP) { problem_at(load->problems, name, "files include each other in a circle, or more than %u deep", FILES_DEEP); return; }
    const char *path = path_from(arena, file, name->text);
    const struct json_document *document = strcmp(path, "-") == 0 ? NULL : json_read(arena, path, &error, &environment);
    if (!document && (environment || !error.line)) { problem_at(load->problems, name, "\"%s\" cannot be included: %s", path, error.message ? error.message : "it is no file"); return; }
    if (!document) { problem_in(load->problems, path, error.line, error.column, error.pointer, error.message); return; }
    struct json *other = (struct json *)(uintptr_t)document->root;
    name_file(other, path);
    const struct json *format = json_member(other, "format");
    if (!is_text(format, "wspsim/1")) {
        problem_at(load->problems, format ? format : other, "a file that is included says \"format\": \"wspsim/1\" as a scenario does");
        return;
    }
    load_included(load, other);
    include_all(load, other, path, depth + 1);
    world_take(load, root, other);
}

static void include_all(struct loading *load, struct json *root, const char *file, unsigned depth)
{
    const struct json *include = json_member(root, "include");
    if (!include) return;
    if (include->type != JSON_LIST) { include_one(load, root, file, include, depth); return; }
    if (!include->first) problem_at(load->problems, include, "nothing stands in this list");
    for (const struct json *one = include->first; one; one = one->next) include_one(load, root, file, one, depth);
}

/* The tree stands for itself from here on. */
static void include_forget(struct json *root)
{
    for (const struct json **at = &root->first; *at; at = (const struct json **)(uintptr_t)&(*at)->next) {
        if (strcmp((*at)->name, "include") != 0) continue;
        *at = (*at)->next;
        root->count--;
        return;
    }
}

bool load_include(struct loading *load)
{
    struct json *root = (struct json *)(uintptr_t)load->scenario->document->root;
    if (root->type != JSON_OBJECT || !json_member(root, "include")) return false;
    include_all(load, root, load->scenario->file, 0);
    include_forget(root);
    return true;
}
