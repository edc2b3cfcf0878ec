/*
 * The inside of the JSON reader: one walk over the text that holds it to the grammar and notes where every value stands.
 * It allocates no tree and decodes nothing; what passes it, cJSON takes without complaint. For json.c and the two
 * files below it alone: json_index.c walks lists and objects, json_token.c reads texts, numbers and words.
 */
#ifndef SCRIPT_JSON_INDEX_H
#define SCRIPT_JSON_INDEX_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct json_error;
struct text;

#define JSON_DEPTH_MOST 64                         /* lists and objects open at once */
#define JSON_SIZE_MOST ((size_t)64 * 1024 * 1024)  /* bytes of a document; offsets fit 32 bits */
#define JSON_VALUES_MOST ((size_t)4 * 1024 * 1024) /* so that a hostile file cannot ask for all memory */

struct json_place {
    uint32_t start, size;    /* of the value's spelling in the source; of lists and objects: of the opening bracket */
    unsigned line, column;
    unsigned name_line, name_column; /* 0: no name */
};

/* The places of all values, parents before children, in the order of the text. */
struct json_index { struct json_place *places; size_t count, room; };

/* False and *error on the first departure from JSON. The caller calls json_index_free in both cases. */
bool json_index_make(struct json_index *index, struct arena *arena, const char *source, size_t size, struct json_error *error);
void json_index_free(struct json_index *index);

/* "/" and a name, escaped as RFC 6901 asks. */
void json_pointer_add(struct text *pointer, const char *name);

/* A name or word as messages show it: quoted, escaped, cut when long. In the arena. */
const char *json_shown(struct arena *arena, const char *word);

/* ---- shared by the walk and the tokens ---- */

struct json_spot { size_t at; unsigned line, column; };

/* A list or object that is open. `inside`: the element or member now read is known, so that a pointer can name it. */
struct json_frame {
    bool object, inside;
    size_t position;              /* of the element or member now read */
    size_t name_start, name_size; /* of the member's name with its quotes */
    struct json_spot opened;
};

enum json_wanted { JSON_WANT_VALUE, JSON_WANT_NAME, JSON_WANT_COLON, JSON_WANT_MORE, JSON_WANT_END };

struct json_scanner {
    struct arena *arena;
    const char *source;
    size_t size;
    struct json_spot here;
    struct json_spot comma; /* the last one */
    struct json_spot after; /* behind the last complete value or name */
    struct json_spot name;  /* the name of the member now read */
    enum json_wanted wanted;
    size_t depth;
    struct json_frame frames[JSON_DEPTH_MOST];
    struct json_index *index;
    struct json_error *error;
};

/* Writes the error, its pointer taken from the open lists and objects. Always false. */
bool json_fail(struct json_scanner *s, struct json_spot spot, const char *message);

#define JSON_NO_BYTE (-1) /* behind the end */
int json_peek(const struct json_scanner *s, size_t ahead);
void json_steps(struct json_scanner *s, size_t count);
size_t json_sequence(const struct json_scanner *s); /* length of the UTF-8 sequence here, 0: it is none */
bool json_at_comment(const struct json_scanner *s, size_t ahead);

/* Each reads one token that begins here; false: refused. */
bool json_token_text(struct json_scanner *s);
bool json_token_plain(struct json_scanner *s); /* a number, true, false, null, or what was meant as one */

/* How many bytes from here on read like one unquoted word, 0: none; `name`: a word before a colon. */
size_t json_word(const struct json_scanner *s, bool name);
const char *json_word_shown(const struct json_scanner *s, size_t length);
#endif
