/*
 * Two walks over one text make a document. The index (json_index.c) accepts or refuses it and knows every place; cJSON then
 * gives the tree and the decoded texts. Both list the values parents first, so the n-th of one is the n-th of the other.
 * cJSON sees a copy in which every number reads 0: it would round numbers, and read them as the locale writes them.
 */
#include "script/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/check.h"
#include "core/text.h"
#include "script/json_index.h"

/* ---- the tree ---- */

struct builder {
    struct arena *arena;
    const char *source;
    const struct json_index *index;
    struct json *nodes;
    size_t made;
};

static bool spells_number(const struct json_place *place, const char *source)
{
    char first = source[place->start];
    return first == '-' || (first >= '0' && first <= '9');
}

static cJSON *tree_parse(const char *source, size_t size, const struct json_index *index)
{
    char *plain = memory_take(size + 1);
    memcpy(plain, source, size);
    for (size_t i = 0; i < index->count; i++) {
        const struct json_place *place = &index->places[i];
        if (!spells_number(place, source))
            continue;
        memset(plain + place->start, ' ', place->size);
        plain[place->start] = '0';
    }
    cJSON *tree = cJSON_ParseWithLength(plain, size + 1);
    free(plain);
    check(tree != NULL);
    return tree;
}

static enum json_type type_of(const cJSON *item)
{
    switch (item->type & 0xff) {
    case cJSON_False: return JSON_FALSE;
    case cJSON_True: return JSON_TRUE;
    case cJSON_NULL: return JSON_NULL;
    case cJSON_Number: return JSON_NUMBER;
    case cJSON_String: return JSON_TEXT;
    case cJSON_Array: return JSON_LIST;
    case cJSON_Object: return JSON_OBJECT;
    default: break;
    }
    check(false);
    return JSON_NULL;
}

/* The node of an item and, as deep as the text, of all below it. */
static struct json *node_make(struct builder *b, const cJSON *item, const struct json *parent, size_t position)
{
    check(b->made < b->index->count);
    const struct json_place *place = &b->index->places[b->made];
    struct json *node = &b->nodes[b->made++], *last = NULL;
    *node = (struct json){
        .type = type_of(item),
        .name = item->string != NULL ? arena_text(b->arena, item->string) : NULL,
        .line = place->line,
        .column = place->column,
        .name_line = place->name_line,
        .name_column = place->name_column,
        .parent = parent,
        .index = position,
    };
    check((node->name != NULL) == (place->name_line > 0) && (node->type == JSON_NUMBER) == spells_number(place, b->source));
    if (node->type == JSON_TEXT)
        node->text = arena_text(b->arena, item->valuestring);
    if (node->type == JSON_NUMBER)
        node->text = arena_text_n(b->arena, b->source + place->start, place->size);
    for (const cJSON *child = item->child; child != NULL; child = child->next) {
        struct json *made = node_make(b, child, node, node->count++);
        if (last == NULL)
            node->first = made;
        else
            last->next = made;
        last = made;
    }
    return node;
}

/* ---- duplicate members ---- */

static int by_name(const void *left, const void *right)
{
    const struct json *a = *(const struct json *const *)left, *b = *(const struct json *const *)right;
    int order = strcmp(a->name, b->name);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* The members by name, equal names in the order of the file. `sorted` has room for object->count. */
static void members_sort(const struct json *object, const struct json **sorted)
{
    size_t count = 0;
    for (const struct json *member = object->first; member != NULL; member = member->next)
        sorted[count++] = member;
    qsort(sorted, count, sizeof *sorted, by_name);
}

static bool stands_before(const struct json *a, const struct json *b)
{
    return a->name_line != b->name_line ? a->name_line < b->name_line : a->name_column < b->name_column;
}

/* The first name in the file that its object already has, and *first, where it had it. */
static const struct json *duplicate_find(const struct json *nodes, size_t count, const struct json **first)
{
    const struct json *found = NULL;
    const struct json **sorted = memory_take(count * sizeof *sorted);
    for (size_t i = 0; i < count; i++) {
        if (nodes[i].type != JSON_OBJECT || nodes[i].count < 2)
            continue;
        members_sort(&nodes[i], sorted);
        for (size_t j = 1, same = 0; j < nodes[i].count; j++) {
            if (strcmp(sorted[j]->name, sorted[same]->name) != 0) {
                same = j;
            } else if (found == NULL || stands_before(sorted[j], found)) {
                found = sorted[j];
                *first = sorted[same];
            }
        }
    }
    free(sorted);
    return found;
}

/* ---- parsing ---- */

const struct json_document *json_parse(struct arena *arena, const char *file, const char *source, size_t size,
                                       struct json_error *error)
{
    cJSON_Hooks hooks = {memory_take, free}; /* no memory ends the process, so that NULL can only mean a disagreement */
    cJSON_InitHooks(&hooks);
    struct json_index index;
    if (!json_index_make(&index, arena, source, size, error)) {
        json_index_free(&index);
        return NULL;
    }
    struct json_document *document = arena_take(arena, sizeof *document);
    *document = (struct json_document){arena_text(arena, file), arena_text_n(arena, source, size), size, NULL};
    struct builder builder = {arena, document->source, &index, arena_take(arena, index.count * sizeof *builder.nodes), 0};
    cJSON *tree = tree_parse(source, size, &index);
    document->root = node_make(&builder, tree, NULL, 0);
    check(builder.made == index.count);
    cJSON_Delete(tree);
    json_index_free(&index);
    const struct json *first = NULL, *second = duplicate_find(builder.nodes, builder.made, &first);
    if (second == NULL)
        return document;
    *error = (struct json_error){.line = second->name_line, .column = second->name_column, .pointer = json_pointer(arena, second)};
    error->message = arena_printf(arena, "the member %s stands twice (first at %u:%u)", json_shown(arena, second->name),
                                  first->name_line, first->name_column);
    return NULL;
}

/* ---- files ---- */

/* In our own words: those of the C library change with the locale. */
static const char *trouble_sentence(struct arena *arena, int trouble)
{
    switch (trouble) {
    case ENOENT: return "there is no such file";
    case EISDIR: return "this is a directory, not a file";
    case EACCES:
    case EPERM: return "the file may not be read (permission denied)";
    case ENOTDIR: return "there is no such file: a part of its path is not a directory";
    case ELOOP: return "the file cannot be found: its symbolic links form a loop";
    case ENAMETOOLONG: return "the name of the file is too long";
    default: return arena_printf(arena, "the file cannot be read (system error %d)", trouble);
    }
}

/* All bytes, at most one more than a document may have. 0 or the errno of what failed. */
static int bytes_read(int descriptor, struct text *bytes)
{
    static const size_t most = JSON_SIZE_MOST + 1;
    char chunk[16384];
    while (bytes->length < most) {
        size_t wanted = most - bytes->length < sizeof chunk ? most - bytes->length : sizeof chunk;
        ssize_t got = read(descriptor, chunk, wanted);
        if (got == 0)
            return 0;
        if (got < 0 && errno != EINTR)
            return errno;
        if (got > 0)
            text_add_n(bytes, chunk, (size_t)got);
    }
    return 0;
}

const struct json_document *json_read(struct arena *arena, const char *file, struct json_error *error, bool *environment)
{
    bool standard_input = strcmp(file, "-") == 0;
    int descriptor = standard_input ? STDIN_FILENO : open(file, O_RDONLY | O_NOCTTY | O_CLOEXEC);
    struct text bytes = {0};
    int trouble = descriptor < 0 ? errno : bytes_read(descriptor, &bytes);
    if (!standard_input && descriptor >= 0)
        close(descriptor);
    *environment = trouble != 0;
    const struct json_document *document = NULL;
    if (trouble == 0)
        document = json_parse(arena, file, bytes.bytes != NULL ? bytes.bytes : "", bytes.length, error);
    else
        *error = (struct json_error){.line = 1, .column = 1, .pointer = "", .message = trouble_sentence(arena, trouble)};
    text_free(&bytes);
    return document;
}

/* ---- asking ---- */

const struct json *json_member(const struct json *object, const char *name)
{
    if (object == NULL || object->type != JSON_OBJECT)
        return NULL;
    for (const struct json *member = object->first; member != NULL; member = member->next)
        if (strcmp(member->name, name) == 0)
            return member;
    return NULL;
}

static void pointer_write(struct text *pointer, const struct json *node)
{
    if (node->parent == NULL)
        return;
    pointer_write(pointer, node->parent);
    if (node->name != NULL)
        json_pointer_add(pointer, node->name);
    else
        text_printf(pointer, "/%zu", node->index);
}

const char *json_pointer(struct arena *arena, const struct json *node)
{
    struct text pointer = {0};
    pointer_write(&pointer, node);
    const char *kept = arena_text_n(arena, pointer.bytes, pointer.length);
    text_free(&pointer);
    return kept;
}

/* The digits of an integer's spelling, whole and within 64 bits. */
static bool digits_read(const char *digits, uint64_t *value)
{
    uint64_t number = 0;
    for (; *digits != '\0'; digits++) {
        if (*digits < '0' || *digits > '9')
            return false;
        uint64_t digit = (uint64_t)(*digits - '0');
        if (number > (UINT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *value = number;
    return true;
}

bool json_uint(const struct json *node, uint64_t *value)
{
    if (node == NULL || node->type != JSON_NUMBER)
        return false;
    return digits_read(strcmp(node->text, "-0") == 0 ? "0" : node->text, value);
}

bool json_int(const struct json *node, int64_t *value)
{
    uint64_t size;
    if (node == NULL || node->type != JSON_NUMBER)
        return false;
    bool negative = node->text[0] == '-';
    if (!digits_read(node->text + negative, &size) || size > (uint64_t)INT64_MAX + negative)
        return false;
    if (!negative)
        *value = (int64_t)size;
    else
        *value = size > INT64_MAX ? INT64_MIN : -(int64_t)size;
    return true;
}

const char *json_type_name(enum json_type type)
{
    switch (type) {
    case JSON_NULL: return "null";
    case JSON_FALSE: return "false";
    case JSON_TRUE: return "true";
    case JSON_NUMBER: return "a number";
    case JSON_TEXT: return "a text";
    case JSON_LIST: return "a list";
    case JSON_OBJECT: return "an object";
    }
    check(false);
    return "";
}

/* ---- comparing and writing ---- */

static bool objects_equal(const struct json *a, const struct json *b)
{
    const struct json **of_a = memory_take(2 * a->count * sizeof *of_a), **of_b = of_a + a->count;
    members_sort(a, of_a);
    members_sort(b, of_b);
    bool equal = true;
    for (size_t i = 0; i < a->count && equal; i++)
        equal = strcmp(of_a[i]->name, of_b[i]->name) == 0 && json_equal(of_a[i], of_b[i]);
    free(of_a);
    return equal;
}

/* An integer has one spelling in JSON, 0 alone has two; so equal integers of any size are equal texts. */
static bool numbers_equal(const char *a, const char *b)
{
    return strcmp(strcmp(a, "-0") == 0 ? "0" : a, strcmp(b, "-0") == 0 ? "0" : b) == 0;
}

bool json_equal(const struct json *a, const struct json *b)
{
    if (a->type != b->type || a->count != b->count)
        return false;
    switch (a->type) {
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE: return true;
    case JSON_NUMBER: return numbers_equal(a->text, b->text);
    case JSON_TEXT: return strcmp(a->text, b->text) == 0;
    case JSON_OBJECT: return objects_equal(a, b);
    case JSON_LIST: break;
    }
    const struct json *left = a->first, *right = b->first;
    for (; left != NULL && json_equal(left, right); left = left->next)
        right = right->next;
    return left == NULL;
}

static void node_write(struct text *text, const struct json *node)
{
    switch (node->type) {
    case JSON_NULL: text_add(text, "null"); return;
    case JSON_FALSE: text_add(text, "false"); return;
    case JSON_TRUE: text_add(text, "true"); return;
    case JSON_NUMBER: text_add(text, node->text); return;
    case JSON_TEXT: text_json(text, node->text); return;
    case JSON_LIST:
    case JSON_OBJECT: break;
    }
    bool object = node->type == JSON_OBJECT;
    text_add(text, object ? "{" : "[");
    for (const struct json *child = node->first; child != NULL; child = child->next) {
        if (child != node->first)
            text_add(text, ",");
        if (object) {
            text_json(text, child->name);
            text_add(text, ":");
        }
        node_write(text, child);
    }
    text_add(text, object ? "}" : "]");
}

char *json_write(const struct json *node)
{
    struct text text = {0};
    node_write(&text, node);
    return text_done(&text);
}
