/*
 * A tree put together of several files, written so that what its own file says begins at the line and column where it stands
 * there: a record that keeps this text can name lines of that file. What was included squeezes in where it was put.
 */
#include "script/form.h"

#include "core/text.h"

struct placed { struct text text; unsigned line, column; };

/* Columns count letters, of which UTF-8 has the first byte. JSON as it is written here has no line ends. */
static void put(struct placed *placed, const char *bytes)
{
    text_add(&placed->text, bytes);
    for (; *bytes; bytes++) placed->column += ((unsigned char)*bytes & 0xC0) != 0x80;
}

static void put_text(struct placed *placed, const char *value)
{
    struct text text = { 0 };
    text_json(&text, value);
    put(placed, text.bytes);
    text_free(&text);
}

/* On to a place; nothing if it is passed already. */
static void go(struct placed *placed, unsigned line, unsigned column)
{
    for (; placed->line < line; placed->line++, placed->column = 1) text_add(&placed->text, "\n");
    for (; placed->line == line && placed->column < column; placed->column++) text_add(&placed->text, " ");
}

static void node_put(struct placed *placed, const struct json *node)
{
    bool object = node->type == JSON_OBJECT, own = !node->file;
    if (own && node->name) go(placed, node->name_line, node->name_column);
    if (node->name) {
        put_text(placed, node->name);
        put(placed, ":");
    }
    if (own) go(placed, node->line, node->column);
    switch (node->type) {
    case JSON_NULL: put(placed, "null"); return;
    case JSON_FALSE: put(placed, "false"); return;
    case JSON_TRUE: put(placed, "true"); return;
    case JSON_NUMBER: put(placed, node->text); return;
    case JSON_TEXT: put_text(placed, node->text); return;
    case JSON_LIST: case JSON_OBJECT: break;
    }
    put(placed, object ? "{" : "[");
    for (const struct json *child = node->first; child; child = child->next) {
        node_put(placed, child);
        if (child->next) put(placed, ",");
    }
    put(placed, object ? "}" : "]");
}

char *placed_form(const struct json *root)
{
    struct placed placed = { .line = 1, .column = 1 };
    node_put(&placed, root);
    text_add(&placed.text, "\n");
    return text_done(&placed.text);
}
