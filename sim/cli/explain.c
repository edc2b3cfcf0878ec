/*
 * explain: finds what a word stands for and prints its page; a word of Winsock that is one of the language too has both.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/completion.h"
#include "cli/explain_page.h"
#include "core/arena.h"
#include "core/text.h"
#include "script/kinds.h"
#include "ws2/names.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

enum kind { KIND_CODE, KIND_LATER, KIND_ERROR, KIND_WAIT, KIND_EVENT, KIND_FUNCTION, KIND_EXTENSION, KIND_UPCALL, KIND_STEP, KIND_MEMBER, KIND_ROW, KIND_UNKNOWN };

/* One name that can be asked for. */
struct entry { enum kind kind; size_t index; const char *name; bool has_value; uint32_t value; };

struct index { struct entry entries[1024]; size_t count; };

static void index_add(struct index *index, enum kind kind, size_t place, const char *name, bool has_value, uint32_t value)
{
    if (index->count < COUNT(index->entries)) index->entries[index->count++] = (struct entry){ kind, place, name, has_value, value };
}

/* Steps and members of the language, and rows, whose names may also be functions without their prefix. */
static void language_fill(struct index *index, struct arena *arena)
{
    size_t count;
    const struct step_kind *steps = kinds(&count);
    for (size_t i = 0; i < count; i++) index_add(index, KIND_STEP, i, steps[i].name, false, 0);
    for (const char *const *name = language_members(arena); *name; name++) index_add(index, KIND_MEMBER, 0, *name, false, 0);
    const struct explained_row *rows = explained_rows(&count);
    for (size_t i = 0; i < count; i++) index_add(index, KIND_ROW, i, rows[i].verb, false, 0);
}

/* The order of the kinds decides what a number means that several have. */
static void index_fill(struct index *index, struct arena *arena)
{
    size_t count;
    const struct explained_code *codes = explained_codes(&count);
    for (size_t i = 0; i < count; i++) {
        int64_t value = 0;
        bool known = names_value(NAMES_IOCTL, codes[i].name, &value);
        index_add(index, KIND_CODE, i, codes[i].name, known, (uint32_t)value);
    }
    const struct explained_later *later = explained_later(&count);
    for (size_t i = 0; i < count; i++) index_add(index, KIND_LATER, i, later[i].name, true, later[i].value);
    const struct explained_error *errors = explained_errors(&count);
    for (size_t i = 0; i < count; i++) index_add(index, KIND_ERROR, i, errors[i].name, true, errors[i].value);
    const struct explained_wait *waits = explained_waits(&count);
    for (size_t i = 0; i < count; i++) index_add(index, KIND_WAIT, i, waits[i].name, true, waits[i].value);
    const struct explained_event *events = explained_events(&count);
    for (size_t i = 0; i < count; i++) index_add(index, KIND_EVENT, i, events[i].name, true, events[i].bit);
    const struct explained_function *functions = explained_functions(&count);
    for (size_t i = 0; i < count; i++) index_add(index, KIND_FUNCTION, i, functions[i].name, false, 0);
    const struct explained_function *extensions = explained_extensions(&count);
    for (size_t i = 0; i < count; i++) index_add(index, KIND_EXTENSION, i, extensions[i].name, false, 0);
    const struct explained_upcall *upcalls = explained_upcalls(&count);
    for (size_t i = 0; i < count; i++) index_add(index, KIND_UPCALL, i, upcalls[i].name, false, 0);
    language_fill(index, arena);
}

void explained_names(void (*each)(const char *name))
{
    struct index index = { 0 };
    struct arena *arena = arena_new();
    index_fill(&index, arena);
    for (size_t i = 0; i < index.count; i++) each(index.entries[i].name);
    arena_free(arena);
}

/* ---- finding ---- */

static char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static bool same(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b)) a++, b++;
    return lower(*a) == lower(*b);
}

/* The rest of `name` behind a prefix that may be left out; NULL: it has none. */
static const char *without_prefix(const char *name)
{
    static const char *const prefixes[] = { "SIO_", "WSP", "WPU", "WSA" };
    for (size_t i = 0; i < COUNT(prefixes); i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0) return name + strlen(prefixes[i]);
    return NULL;
}

/* Names that others use for the same. */
static const char *usual_name(const char *word)
{
    static const struct { const char *other, *usual; } names[] = {
        { "SIO_QUERY_TARGET_PNP_HANDLE", "SIO_QUERY_PNP_TARGET_HANDLE" }, { "SIO_FINDROUTE", "SIO_FIND_ROUTE" }, { "SIO_PRIORITY_HINT", "SIO_SET_PRIORITY_HINT" },
        { "SIO_SOCKET_CLOSE_NOTIFY", "SIO_RCVALL_MCAST_IF" }, { "WSA_QOS_EUNKNOWNPSOBJ", "WSA_QOS_EUNKOWNPSOBJ" }, { "ERROR_INVALID_HANDLE", "WSA_INVALID_HANDLE" },
        { "ERROR_NOT_ENOUGH_MEMORY", "WSA_NOT_ENOUGH_MEMORY" }, { "ERROR_INVALID_PARAMETER", "WSA_INVALID_PARAMETER" }, { "ERROR_OPERATION_ABORTED", "WSA_OPERATION_ABORTED" },
        { "ERROR_IO_INCOMPLETE", "WSA_IO_INCOMPLETE" }, { "ERROR_IO_PENDING", "WSA_IO_PENDING" }, { "STATUS_PENDING", "WSS_OPERATION_IN_PROGRESS" },
        { "expect", "returns" }, { "expects", "returns" },
    };
    for (size_t i = 0; i < COUNT(names); i++)
        if (same(word, names[i].other)) return names[i].usual;
    return word;
}

static bool of_language(const struct entry *entry) { return entry->kind == KIND_STEP || entry->kind == KIND_MEMBER || entry->kind == KIND_ROW; }

/* A word of Winsock: those of the language are found beside it. */
static const struct entry *index_find(const struct index *index, const char *word)
{
    uint64_t number;
    if (number_parse(word, &number)) {
        for (size_t i = 0; i < index->count; i++)
            if (index->entries[i].has_value && index->entries[i].value == number) return &index->entries[i];
        return NULL;
    }
    word = usual_name(word);
    for (size_t i = 0; i < index->count; i++)
        if (!of_language(&index->entries[i]) && same(index->entries[i].name, word)) return &index->entries[i];
    for (size_t i = 0; i < index->count; i++) {
        const char *rest = of_language(&index->entries[i]) ? NULL : without_prefix(index->entries[i].name);
        if (rest && same(rest, word)) return &index->entries[i];
    }
    return NULL;
}

static const char *lowered(struct arena *arena, const char *word)
{
    char *copy = arena_text(arena, word);
    for (char *at = copy; *at != '\0'; at++) *at = lower(*at);
    return copy;
}

/* The nearest name, whatever its case, and with or without its prefix. */
static const char *index_nearest(const struct index *index, struct arena *arena, const char *word)
{
    const char *candidates[2 * COUNT(index->entries)], *names[2 * COUNT(index->entries)];
    size_t count = 0;
    for (size_t i = 0; i < index->count; i++) {
        const char *name = index->entries[i].name, *rest = without_prefix(name);
        candidates[count] = lowered(arena, name);
        names[count++] = name;
        if (!rest) continue;
        candidates[count] = lowered(arena, rest);
        names[count++] = name;
    }
    const char *nearest = nearest_word(lowered(arena, word), candidates, count);
    for (size_t i = 0; i < count; i++)
        if (candidates[i] == nearest) return names[i];
    return NULL;
}

/* ---- printing ---- */

static void page_fill(struct page *page, const struct entry *entry)
{
    static const char *const words[] = {
        [KIND_CODE] = "control code", [KIND_LATER] = "control code", [KIND_ERROR] = "error", [KIND_WAIT] = "result of a wait", [KIND_EVENT] = "network event",
        [KIND_FUNCTION] = "function of the provider", [KIND_EXTENSION] = "extension function", [KIND_UPCALL] = "upcall", [KIND_STEP] = "step of a scenario", [KIND_MEMBER] = "member in a scenario", [KIND_ROW] = "row of a trace",
        [KIND_UNKNOWN] = "unknown number, read as a control code",
    };
    size_t count;
    page->kind = words[entry->kind];
    page->name = entry->name;
    page->has_value = entry->has_value;
    page->is_code = entry->kind == KIND_CODE || entry->kind == KIND_LATER || entry->kind == KIND_UNKNOWN;
    page->value = entry->value;
    switch (entry->kind) {
    case KIND_CODE: page_of_code(page, explained_codes(&count) + entry->index); break;
    case KIND_LATER: page_of_later(page, explained_later(&count) + entry->index); break;
    case KIND_ERROR: page_of_error(page, explained_errors(&count) + entry->index); break;
    case KIND_WAIT: page_of_wait(page, explained_waits(&count) + entry->index); break;
    case KIND_EVENT: page_of_event(page, explained_events(&count) + entry->index); break;
    case KIND_FUNCTION: page_of_function(page, explained_functions(&count) + entry->index); break;
    case KIND_EXTENSION: page_of_extension(page, explained_extensions(&count) + entry->index); break;
    case KIND_UPCALL: page_of_upcall(page, explained_upcalls(&count) + entry->index); break;
    case KIND_STEP: page_of_step(page, kinds(&count) + entry->index); break;
    case KIND_MEMBER: page_of_member(page); break;
    case KIND_ROW: page_of_row(page, explained_rows(&count) + entry->index); break;
    case KIND_UNKNOWN: page_of_unknown(page); break;
    }
}

static void entry_print(const struct options *options, struct arena *arena, const struct entry *entry, const char *word, bool *first)
{
    struct page page = { .arena = arena, .word = word };
    page_fill(&page, entry);
    if (options->json) {
        page_print_json(&page);
    } else {
        if (!*first) putchar('\n');
        page_print(&page, stdout, colour_wanted(options, isatty(STDOUT_FILENO) != 0));
    }
    *first = false;
}

/* What the language means by the word: its steps, else its members; and its rows. True if it means anything. */
static bool language_print(const struct options *options, const struct index *index, struct arena *arena, const char *word, bool *first)
{
    bool any = false;
    const char *usual = usual_name(word);
    for (size_t i = 0; i < index->count; i++) {
        const struct entry *entry = &index->entries[i];
        if (!of_language(entry) || !same(entry->name, usual) || (any && entry->kind == KIND_MEMBER)) continue;
        entry_print(options, arena, entry, word, first);
        any = true;
    }
    return any;
}

static bool explain_word(const struct options *options, const struct index *index, struct arena *arena, const char *word, bool *first)
{
    uint64_t number;
    const struct entry *entry = index_find(index, word);
    struct entry unknown = { .kind = KIND_UNKNOWN, .name = word, .has_value = true };
    if (!entry && number_parse(word, &number) && number <= UINT32_MAX) {
        unknown.value = (uint32_t)number;
        entry = &unknown;
    }
    if (entry) entry_print(options, arena, entry, word, first);
    if (language_print(options, index, arena, word, first) || entry) return true;
    const char *nearest = index_nearest(index, arena, word);
    fprintf(stderr, "wspsim explain: \"%s\" is no code, error, event, function, upcall, row or word of a scenario%s%s%s\n", word, nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
    return false;
}

char *explain_text(const char *word)
{
    struct arena *arena = arena_new();
    struct index *index = arena_take(arena, sizeof *index);
    char *text = NULL;
    size_t size = 0;
    index_fill(index, arena);
    const struct entry *entry = index_find(index, word);
    FILE *out = entry ? open_memstream(&text, &size) : NULL;
    if (out) {
        struct page page = { .arena = arena, .word = word };
        page_fill(&page, entry);
        page_print(&page, out, false);
        fclose(out);
    }
    arena_free(arena);
    return text;
}

enum exit_code verb_explain(const struct options *options)
{
    struct arena *arena = arena_new();
    struct index *index = arena_take(arena, sizeof *index);
    enum exit_code code = EXIT_HELD;
    index_fill(index, arena);
    bool first = true;
    for (size_t i = 0; i < options->word_count; i++)
        if (!explain_word(options, index, arena, options->words[i], &first)) code = EXIT_USAGE;
    arena_free(arena);
    return code;
}
