/*
 * What a shell needs to complete words: printed for each shell from the same model, which is read off the tables of verbs and
 * options. What may stand in a place is told by the words of the help: "RUN.db" is a record, "text, jsonl or none" a choice.
 */
#include "cli/completion.h"

#include <stdio.h>
#include <string.h>

#include "view/view.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static bool ends(const char *text, size_t length, const char *end)
{
    return length >= strlen(end) && memcmp(text + length - strlen(end), end, strlen(end)) == 0;
}

/* "a, b or c" as "a b c", if that is all it is. */
static bool choice_words(const char *wants, struct choice *choice)
{
    size_t used = 0;
    for (const char *at = wants; *at;) {
        size_t length = strcspn(at, ", ");
        if (used + length + 2 > sizeof choice->words) return false;
        memcpy(choice->words + used, at, length);
        used += length;
        choice->words[used] = 0;
        at += length;
        if (*at == 0) break;
        if (strncmp(at, ", ", 2) == 0) at += 2;
        else if (strncmp(at, " or ", 4) == 0) at += 4;
        else return false;
        choice->words[used++] = ' ';
    }
    return true;
}

struct choice choice_of_option(const struct option_shape *option)
{
    struct choice choice = { .kind = CHOICE_NONE };
    if (!option->value) return choice;
    if (choice_words(option->wants, &choice)) choice.kind = CHOICE_WORDS;
    else if (strstr(option->wants, "name of a file") || strstr(option->wants, "path of")) choice.kind = ends(option->value, strlen(option->value), ".db") ? CHOICE_RECORDS : CHOICE_FILES;
    return choice;
}

static void words_add(struct choice *choice, const char *word)
{
    size_t used = strlen(choice->words), room = sizeof choice->words - used;
    choice->kind = CHOICE_WORDS;
    snprintf(choice->words + used, room, "%s%s", used ? " " : "", word);
}

/* What a verb's word is called, without brackets and ellipsis, says what it may be. */
struct choice choice_of_word(const struct verb *verb, size_t index)
{
    struct choice choice = { .kind = CHOICE_NONE };
    const char *at = verb->words, *last = at;
    for (size_t i = 0; *at && i <= index; i++) { /* the last one goes on where it ends in "…" */
        last = at;
        at += strcspn(at, " ");
        if (i < index && !*at && !ends(verb->words, strlen(verb->words), "…") && !ends(verb->words, strlen(verb->words), "…]")) return choice;
        at += *at == ' ';
    }
    size_t length = strcspn(last, " ");
    if (strncmp(last, "WHAT", length) == 0) {
        for (unsigned kind = 0; kind < VIEW_KINDS; kind++) words_add(&choice, view_shape((enum view_kind)kind)->name);
        words_add(&choice, "events");
        words_add(&choice, "why");
    } else if (strcmp(verb->name, "bench") == 0) {
        for (size_t i = 0; bench_name(i); i++) words_add(&choice, bench_name(i));
    } else if (strcmp(verb->name, "explain") == 0) {
        choice.kind = CHOICE_EXPLAINED;
    } else if (strstr(last, "FILE|RUN.db") == last) {
        choice.kind = CHOICE_FILES;
    } else if (memchr(last, '.', length) && strstr(last, ".db")) {
        choice.kind = CHOICE_RECORDS;
    } else if (strncmp(last, "FILE", 4) == 0 || strncmp(last, "PATH", 4) == 0) {
        choice.kind = CHOICE_SCENARIOS;
    }
    return choice;
}

size_t words_named(const struct verb *verb)
{
    size_t count = *verb->words != 0;
    for (const char *at = verb->words; (at = strchr(at, ' ')) != NULL; at++) count++;
    return count;
}

bool words_go_on(const struct verb *verb) { return strstr(verb->words, "…") != NULL; }
