/*
 * Files of an actor: {"name", "text" or "fill", "size", "readable"}, open from the start.
 */
#include <string.h>

#include "core/text.h"
#include "script/call.h"
#include "script/files.h"
#include "script/load.h"
#include "script/marshal.h"

static const struct member file_members[] = {
    { "name", TYPE_NAME, true, "by which the steps know it" }, { "text", TYPE_TEXT, false, "what it holds, repeated up to \"size\"" }, { "fill", TYPE_UINT32, false, "the byte that it holds all through" }, { "size", TYPE_SIZE, false, "its bytes; the text's without it" }, { "readable", TYPE_SIZE, false, "bytes: reading further fails" }, { 0 },
};

static const struct file_setup *file_find(const struct actor_setup *actor, const char *name)
{
    for (size_t i = 0; i < actor->file_count; i++)
        if (strcmp(actor->files[i].name, name) == 0) return &actor->files[i];
    return NULL;
}

static void file_content(struct loading *load, const struct json *node, struct file_setup *file)
{
    const struct json *text = json_member(node, "text"), *fill = json_member(node, "fill"), *size = json_member(node, "size"), *readable = json_member(node, "readable");
    if ((text != NULL) + (fill != NULL) != 1) problem_at(load->problems, node, "a file has exactly one of \"text\" and \"fill\" to hold");
    else if (fill && read_uint(fill) > 255) problem_at(load->problems, fill, "expected a byte: a whole number from 0 to 255");
    else if (fill && !size) problem_at(load->problems, node, "how many bytes? say \"size\"");
    else if (text && size && !text->text[0] && read_size(size)) problem_at(load->problems, text, "an empty text fills no file");
    uint8_t *pattern = arena_take(load->scenario->arena, 1);
    *pattern = fill ? (uint8_t)read_uint(fill) : 0;
    file->pattern = text ? (const uint8_t *)text->text : pattern;
    file->pattern_bytes = text && text->text[0] ? strlen(text->text) : 1;
    file->size_bytes = size ? read_size(size) : text ? strlen(text->text) : 0;
    file->readable_bytes = readable ? read_size(readable) : file->size_bytes;
    if (readable && file->readable_bytes >= file->size_bytes) problem_at(load->problems, readable, "all of the file is readable; leave \"readable\" out");
}

void load_files(struct loading *load, struct actor_setup *actor)
{
    static const struct member *const tables[] = { file_members, NULL };
    const struct json *list = json_member(actor->node, "files");
    if (!list || list->type != JSON_LIST) return;
    actor->files = arena_take(load->scenario->arena, (list->count + 1) * sizeof *actor->files);
    for (const struct json *node = list->first; node; node = node->next) {
        if (!load_members(load, node, tables, "a file")) continue;
        const struct json *name = json_member(node, "name");
        if (file_find(actor, name->text)) problem_at(load->problems, name, "this actor has a file \"%s\" already", name->text);
        struct file_setup *file = &actor->files[actor->file_count++];
        *file = (struct file_setup){ .name = name->text };
        file_content(load, node, file);
    }
}

/* A file's name, or a number: a handle that may be of none. */
static void file_check(struct loading *load, const struct actor_setup *actor, const struct json *value)
{
    const char *names[64];
    size_t count = 0;
    if (value->type != JSON_TEXT) { type_check(load->problems, value, TYPE_UINT); return; }
    if (file_find(actor, value->text)) return;
    for (; count < actor->file_count && count < 64; count++) names[count] = actor->files[count].name;
    const char *near = nearest_word(value->text, names, count);
    if (near) problem_at(load->problems, value, "\"%s\" has no file \"%s\"; did you mean \"%s\"?", actor->name, value->text, near);
    else problem_at(load->problems, value, "\"%s\" has no file \"%s\"", actor->name, value->text);
}

static void element_check(struct loading *load, const struct actor_setup *actor, const struct json *node)
{
    static const struct member members[] = { { "data", TYPE_DATA, false, "one piece of data, instead of a file" }, { "file", TYPE_ANY, false, "a file of the actor, or a handle as a number" }, { "offset", TYPE_SIZE, false, "bytes from the start of the file; from where it stands without it" }, { "size", TYPE_SIZE, false, "its bytes; the text's without it" }, { "end", TYPE_BOOL, false, "a datagram ends behind it; false without it" }, { 0 } };
    static const struct member *const tables[] = { members, NULL };
    if (!load_members(load, node, tables, "an element")) return;
    const struct json *data = json_member(node, "data"), *file = json_member(node, "file"), *offset = json_member(node, "offset"), *size = json_member(node, "size");
    if ((data != NULL) + (file != NULL) != 1) problem_at(load->problems, node, "an element is of \"data\" or of a \"file\"");
    else if (data && (offset || size)) problem_at(load->problems, offset ? offset : size, "data goes as it is: \"offset\" and \"size\" are a file's");
    else if (data && data->type != JSON_OBJECT) problem_at(load->problems, data, "an element is one piece");
    else if (data) marshal_data_check(load->problems, data, false);
    else file_check(load, actor, file);
    if (size && read_size(size) > UINT32_MAX) problem_at(load->problems, size, "an element has at most 4294967295 bytes");
}

void files_rule(struct loading *load, const struct step *step)
{
    const struct actor_setup *actor = &load->scenario->actors[step->actor];
    const struct json *file = json_member(step->node, "file"), *elements = json_member(step->node, "elements"), *data = json_member(step->node, "data");
    if (file) file_check(load, actor, file);
    if (step->kind->number != CALL_TRANSMITPACKETS) return;
    if ((elements != NULL) + (data != NULL) != 1) problem_at(load->problems, step->node, "`transmitpackets` has either \"data\" or \"elements\"");
    if (elements && elements->count > DATA_PIECES_MOST) problem_at(load->problems, elements, "a call takes at most %d elements here", DATA_PIECES_MOST);
    for (const struct json *one = elements ? elements->first : NULL; one; one = one->next) element_check(load, actor, one);
}
