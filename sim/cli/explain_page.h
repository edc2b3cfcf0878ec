/*
 * A page: what there is to say about one word, as fields with labels. Made once, printed as text or as a JSON object, so
 * that both forms say the same.
 */
#ifndef CLI_EXPLAIN_PAGE_H
#define CLI_EXPLAIN_PAGE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/explain_tables.h"

struct arena;
struct step_kind;

struct page_field {
    const char *label;                  /* in JSON with _ for spaces */
    const char *text;                   /* either this */
    const struct explained_item *items; /* or a list; names alone where the texts are NULL */
};

enum { PAGE_FIELDS = 24 };

struct page {
    struct arena *arena;                /* of what is made for it */
    const char *word;                   /* as asked */
    const char *kind, *name;            /* "control code", its name */
    bool has_value, is_code;            /* the value is shown in hexadecimal; a code also with its bits */
    uint32_t value;
    struct page_field fields[PAGE_FIELDS];
    size_t count;
};

void page_text(struct page *page, const char *label, const char *text);                     /* NULL: no field */
void page_items(struct page *page, const char *label, const struct explained_item *items);  /* NULL or empty: no field */
void page_print(const struct page *page, FILE *out, bool bold);
void page_print_json(const struct page *page);

/* One for each kind of word: the fields, in the order of reading. */
void page_of_code(struct page *page, const struct explained_code *code);
void page_of_later(struct page *page, const struct explained_later *code);
void page_of_unknown(struct page *page); /* a number that is no code: its bits */
void page_of_error(struct page *page, const struct explained_error *error);
void page_of_event(struct page *page, const struct explained_event *event);
void page_of_wait(struct page *page, const struct explained_wait *wait);
void page_of_function(struct page *page, const struct explained_function *function);
void page_of_extension(struct page *page, const struct explained_function *function);
void page_of_upcall(struct page *page, const struct explained_upcall *upcall);
void page_of_step(struct page *page, const struct step_kind *kind);
void page_of_row(struct page *page, const struct explained_row *row);
void page_of_member(struct page *page); /* every place where a member of the page's name may stand */

/* The page about a word as text, for who shows it elsewhere; NULL: there is none. The caller frees. */
char *explain_text(const char *word);

/* The names of the language's members, each once, ended by NULL. */
const char *const *language_members(struct arena *arena);

/* The scenarios whose text has the word (as the value of this member, if not NULL): path and title, by path; NULL: none, or no folder. */
const struct explained_item *scenarios_with(struct arena *arena, const char *word, const char *member);
#endif
