/*
 * A JSON document whose every node knows where it stands. cJSON gives the tree and decodes texts; an own index of tokens
 * gives line, column and pointer, finds duplicate members and keeps the spelling of numbers, so that integers stay exact.
 * Nodes live as long as the document.
 */
#ifndef SCRIPT_JSON_H
#define SCRIPT_JSON_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

enum json_type { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

struct json {
    enum json_type type;
    const char *name;        /* member name, NULL for elements and the root */
    const char *text;        /* JSON_TEXT: decoded; JSON_NUMBER: as spelt */
    unsigned line, column;   /* of the value's first character, from 1; columns count bytes of UTF-8 sequences as one */
    unsigned name_line, name_column; /* of the member's name */
    size_t count;            /* elements or members */
    const struct json *parent, *first, *next; /* children in the order of the file */
    size_t index;            /* place among its siblings */
    const char *file;        /* NULL: the document's own; else the file that was included (include.c) */
};

struct json_document {
    const char *file;        /* as given; "-" is standard input */
    const char *source;      /* the whole text */
    size_t source_size;
    const struct json *root;
};

/* An error's place and sentence; everything in the arena. */
struct json_error { unsigned line, column; const char *pointer; const char *message; };

/* Parses a text held in memory. NULL and *error on: syntax errors (what was expected, where), NUL bytes, invalid UTF-8, a
   byte-order mark, duplicate members, nesting deeper than 64, text after the end, an empty file, numbers cJSON would accept
   but JSON does not (01, +1, .5, NaN). */
const struct json_document *json_parse(struct arena *arena, const char *file, const char *source, size_t size, struct json_error *error);

/* Reads a file ("-": standard input) and parses it. *environment is set when the file could not be read (exit code 5). */
const struct json_document *json_read(struct arena *arena, const char *file, struct json_error *error, bool *environment);

const struct json *json_member(const struct json *object, const char *name); /* NULL: not there, or not an object */
const char *json_pointer(struct arena *arena, const struct json *node);      /* RFC 6901, "" for the root */
bool json_int(const struct json *node, int64_t *value);                      /* exact integers only, "1.0" is not one */
bool json_uint(const struct json *node, uint64_t *value);
const char *json_type_name(enum json_type type); /* "a text", "an object", "a number" … */

/* Equal as JSON values: members in any order, numbers by value when both are integers. */
bool json_equal(const struct json *a, const struct json *b);
/* The value as compact JSON. The caller frees. */
char *json_write(const struct json *node);
#endif
