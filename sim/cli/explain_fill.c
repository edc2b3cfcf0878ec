/*
 * The pages of each kind of word: texts from the tables, with what is computed: bits, places and standing in this provider,
 * who can give an error, scenarios.
 */
#include <inttypes.h>
#include <string.h>

#include "cli/explain_page.h"
#include "core/arena.h"
#include "core/text.h"
#include "provider/ioctl.h"
#include "provider/provider.h"
#include "ws2/names.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))
#define SETTING_BITS 0xF8000000u /* I, O, V, T */

static char *arena_done(struct arena *arena, struct text *text)
{
    char *copy = arena_text(arena, text->bytes ? text->bytes : "");
    text_free(text);
    return copy;
}

/* ---- the bits of a control code ---- */

static const char *setting_words(struct arena *arena, uint32_t value)
{
    return arena_printf(arena, "%s%s%sT=%" PRIu32, value & IOC_IN ? "I, " : "", value & IOC_OUT ? "O, " : "", value & IOC_VOID ? "V, " : "", value >> 27 & 3);
}

static const char *owner_words(struct arena *arena, uint32_t value)
{
    uint32_t owner = value >> 16 & 0x7FF;
    switch (value >> 27 & 3) {
    case 0: return arena_printf(arena, "0x%03" PRIX32 ": size of the parameter in bytes", owner);
    case 1: return arena_printf(arena, "0x%03" PRIX32 ": extends the code", owner);
    case 2: return arena_printf(arena, "0x%03" PRIX32 ": address family %" PRIu32, owner, owner);
    default: return arena_printf(arena, "0x%03" PRIX32 ": vendor %" PRIu32 "%s", owner, owner, owner == 0 ? " (Microsoft)" : "");
    }
}

static const char *number_words(struct arena *arena, uint32_t value)
{
    uint32_t number = value & 0xFFFF, letter = number >> 8;
    if ((value >> 27 & 3) == 0 && letter >= ' ' && letter <= '~') return arena_printf(arena, "%" PRIu32 " (0x%04" PRIX32 "): letter %c, number %" PRIu32, number, number, (char)letter, number & 0xFF);
    return arena_printf(arena, "%" PRIu32 " (0x%04" PRIX32 ")", number, number);
}

static void page_bits(struct page *page)
{
    static const char *const types[] = { "0: Unix form", "1: generic Winsock 2", "2: specific to an address family", "3: specific to a vendor" };
    uint32_t value = page->value;
    struct explained_item *items = arena_take(page->arena, 7 * sizeof *items);
    items[0] = (struct explained_item){ "I", value & IOC_IN ? "1: input buffer" : "0" };
    items[1] = (struct explained_item){ "O", value & IOC_OUT ? "1: output buffer" : "0" };
    items[2] = (struct explained_item){ "V", value & IOC_VOID ? "1: no parameters" : "0" };
    items[3] = (struct explained_item){ "T", types[value >> 27 & 3] };
    items[4] = (struct explained_item){ "26-16", owner_words(page->arena, value) };
    items[5] = (struct explained_item){ "code", number_words(page->arena, value) };
    page_items(page, "bits", items);
}

static void page_setting(struct page *page, const struct explained_code *code)
{
    const char *more = code->setting ? code->setting : "";
    const char *between = code->setting ? ". " : "";
    if (code->documented == 0) page_text(page, "documented", "no setting of the bits is printed");
    else if (code->documented == (page->value & SETTING_BITS)) page_text(page, "documented", arena_printf(page->arena, "%s, as the value%s%s", setting_words(page->arena, code->documented), between, more));
    else page_text(page, "documented", arena_printf(page->arena, "%s, which differs from the value: %s%s%s", setting_words(page->arena, code->documented), setting_words(page->arena, page->value), between, more));
}

/* ---- control codes ---- */

static const struct explained_item *lists_joined(struct arena *arena, const struct explained_item *first, const struct explained_item *second)
{
    size_t a = 0, b = 0;
    while (first[a].name) a++;
    while (second[b].name) b++;
    struct explained_item *all = arena_take(arena, (a + b + 1) * sizeof *all);
    memcpy(all, first, a * sizeof *all);
    memcpy(all + a, second, b * sizeof *all);
    return all;
}

static void page_place(struct page *page, const struct explained_code *code, const struct ioctl_row *row)
{
    struct text text = {0};
    if (row) {
        valid_on_words(&text, row->valid_on, "", " ");
        text_add(&text, ": ");
    }
    text_add(&text, code->valid);
    page_text(page, "valid on", arena_done(page->arena, &text));
}

void page_of_code(struct page *page, const struct explained_code *code)
{
    const struct ioctl_row *row = ioctl_find((DWORD)page->value);
    page_text(page, "purpose", code->purpose);
    page_bits(page);
    page_setting(page, code);
    page_text(page, "input", code->input);
    page_text(page, "output", code->output);
    page_text(page, "byte count", code->bytes);
    page_place(page, code, row);
    page_text(page, "pending", code->pending);
    page_text(page, "modes", code->modes);
    page_text(page, "events", code->events);
    page_text(page, "privilege", code->privilege);
    page_text(page, "since", code->since);
    page_items(page, "errors", lists_joined(page->arena, explained_code_prefix, code->errors));
    page_text(page, "notes", code->notes);
    page_text(page, "readings", code->readings);
    page_text(page, "windows", code->windows);
    page_text(page, "standing", row && row->standing == IOCTL_REAL ? "real" : "not-yet");
    if (row && row->standing != IOCTL_REAL) page_text(page, "answer", names_of(NAMES_ERROR, row->unsupported));
    page_items(page, "scenarios", scenarios_with(page->arena, code->name, NULL));
}

static void page_unknown(struct page *page)
{
    page_text(page, "standing", "unknown");
    page_text(page, "answer", "WSAEINVAL at once (observed profile: WSAEOPNOTSUPP)");
}

void page_of_later(struct page *page, const struct explained_later *code)
{
    page_text(page, "purpose", code->purpose);
    page_bits(page);
    page_text(page, "buffers", code->buffers);
    page_text(page, "valid on", code->valid);
    page_text(page, "since", code->since);
    const struct ioctl_row *row = ioctl_find(code->value);
    if (!row) page_unknown(page);
    else page_text(page, "standing", row->standing == IOCTL_REAL ? "real" : "not offered");
    if (row && row->standing != IOCTL_REAL) page_text(page, "answer", names_of(NAMES_ERROR, row->unsupported));
    page_text(page, "notes", "It is not among the 39 codes of the specification.");
    page_items(page, "scenarios", scenarios_with(page->arena, code->name, NULL));
}

void page_of_unknown(struct page *page)
{
    page_bits(page);
    page_unknown(page);
}

/* ---- errors ---- */

/* A list of names that grows in an arena, ended by a NULL name. */
struct names { struct explained_item *items; size_t count; };

static void names_add(struct names *names, const char *name)
{
    names->items[names->count++] = (struct explained_item){ name, NULL };
}

static bool list_has(const struct explained_item *items, const char *name)
{
    for (; items->name; items++)
        if (strcmp(items->name, name) == 0) return true;
    return false;
}

static void error_sources(struct page *page, const char *name)
{
    size_t codes_count, functions_count, extensions_count;
    const struct explained_code *codes = explained_codes(&codes_count);
    const struct explained_function *functions = explained_functions(&functions_count);
    const struct explained_function *extensions = explained_extensions(&extensions_count);
    struct names lists[3];
    static const char *const labels[] = { "codes", "codes not offered", "functions" };
    for (size_t i = 0; i < COUNT(lists); i++) lists[i] = (struct names){ arena_take(page->arena, (codes_count + functions_count + extensions_count + 1) * sizeof(struct explained_item)), 0 };
    for (size_t i = 0; i < codes_count; i++) {
        int64_t value = 0;
        if (!list_has(codes[i].errors, name) && !list_has(explained_code_prefix, name)) continue;
        names_value(NAMES_IOCTL, codes[i].name, &value);
        const struct ioctl_row *row = ioctl_find((DWORD)value);
        names_add(&lists[row && row->standing == IOCTL_REAL ? 0 : 1], codes[i].name);
    }
    for (size_t i = 0; i < functions_count; i++)
        if (list_has(functions[i].errors, name) || (!functions[i].plain && list_has(explained_function_prefix, name))) names_add(&lists[2], functions[i].name);
    for (size_t i = 0; i < extensions_count; i++)
        if (list_has(extensions[i].errors, name)) names_add(&lists[2], extensions[i].name);
    for (size_t i = 0; i < COUNT(lists); i++) page_items(page, labels[i], lists[i].items);
}

void page_of_error(struct page *page, const struct explained_error *error)
{
    page_text(page, "meaning", error->meaning);
    page_text(page, "here", error->here);
    error_sources(page, error->name);
    page_items(page, "scenarios", scenarios_with(page->arena, error->name, NULL));
}

/* ---- events, waits, functions, upcalls ---- */

void page_of_event(struct page *page, const struct explained_event *event)
{
    page_text(page, "kind of event", event->kind);
    page_text(page, "recorded when", event->recorded);
    page_text(page, "re-enabled by", event->enabled);
    page_text(page, "error codes", event->errors);
    page_text(page, "notes", event->notes);
    page_items(page, "scenarios", scenarios_with(page->arena, event->name, NULL));
}

void page_of_wait(struct page *page, const struct explained_wait *wait)
{
    page_text(page, "meaning", wait->meaning);
    page_items(page, "scenarios", scenarios_with(page->arena, wait->name, NULL));
}

/* `last`: the parameter that all functions of the procedure table end with. */
static void function_fill(struct page *page, const struct explained_function *function, const char *last)
{
    page_text(page, "purpose", function->purpose);
    page_text(page, "parameters", arena_printf(page->arena, "%s%s", function->parameters, last));
    page_text(page, "result", function->result);
    page_items(page, "errors", function->plain ? function->errors : lists_joined(page->arena, explained_function_prefix, function->errors));
    page_text(page, "notes", function->notes);
    page_text(page, "in scenarios", arena_printf(page->arena, "\"do\": \"%s\"", function->script));
    page_text(page, "standing", "real");
    page_items(page, "scenarios", scenarios_with(page->arena, function->script, "do"));
}

void page_of_function(struct page *page, const struct explained_function *function)
{
    function_fill(page, function, strcmp(function->name, "WSPStartup") == 0 ? "" : "; lpErrno last");
}

void page_of_extension(struct page *page, const struct explained_function *function) { function_fill(page, function, ""); }

void page_of_upcall(struct page *page, const struct explained_upcall *upcall)
{
    page_text(page, "purpose", upcall->purpose);
    page_text(page, "parameters", upcall->parameters);
    page_text(page, "result", upcall->result);
    page_text(page, "need", upcall->need);
    page_text(page, "notes", upcall->notes);
}
