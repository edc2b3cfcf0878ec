/*
 * Pages of the scenario language, made of the table that the loader reads scenarios by: a step with its members, and a member
 * with all places where it may stand. And of the rows that come of it.
 */
#include <string.h>

#include "cli/explain_page.h"
#include "core/arena.h"
#include "core/text.h"
#include "script/kinds.h"
#include "script/links.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

enum { PLACES_MOST = 512 };

/* ---- words ---- */

static const char *word_of(const struct step_kind *kind) { return kind->class == STEP_SEES ? "sees" : kind->class == STEP_ASSERT ? "assert" : "do"; }

static const char *who_of(const struct step_kind *kind)
{
    switch (kind->class) {
    case STEP_CALL: return strcmp(kind->name, "repeat") == 0 ? "a thread, named by \"by\"; without it the network" : "a thread, named by \"by\"";
    case STEP_NET: return kind_of_programs(kind) ? "the network, or with \"by\" a program with an administrator's rights, to its own host" : "the network: nobody is named";
    case STEP_MESSAGE: return "anybody or nobody";
    case STEP_SEES: return "an actor, named by \"by\"";
    case STEP_ASSERT: case STEP_TOGETHER: return NULL;
    }
    return NULL;
}

/* "what it means (a time such as …; required)" */
static const char *member_words(struct arena *arena, const struct member *member)
{
    const char *type = member->type == TYPE_ANY ? "" : type_words(member->type), *need = member->required ? "required" : "";
    if (!*type && !*need) return member->meaning;
    return arena_printf(arena, "%s (%s%s%s)", member->meaning, type, *type && *need ? "; " : "", need);
}

/* With their texts; `names_list`: without. */
static const struct explained_item *members_list(struct arena *arena, const struct member *members)
{
    size_t count = 0;
    while (members[count].name) count++;
    struct explained_item *items = arena_take(arena, (count + 1) * sizeof *items);
    for (size_t i = 0; i < count; i++) items[i] = (struct explained_item){ members[i].name, member_words(arena, &members[i]) };
    items[count] = (struct explained_item){ 0 };
    return items;
}

static const struct explained_item *names_list(struct arena *arena, const struct member *members)
{
    size_t count = 0;
    while (members[count].name) count++;
    struct explained_item *items = arena_take(arena, (count + 1) * sizeof *items);
    for (size_t i = 0; i < count; i++) items[i] = (struct explained_item){ members[i].name, NULL };
    items[count] = (struct explained_item){ 0 };
    return items;
}

/* ---- a step ---- */

/* Of steps, and of the list that bears its own name. */
static const char *example_of(const char *word, const char *name)
{
    size_t count;
    const struct explained_step *steps = explained_steps(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(steps[i].word, word) == 0 && strcmp(steps[i].name, name) == 0) return steps[i].example;
    return NULL;
}

void page_of_step(struct page *page, const struct step_kind *kind)
{
    const char *word = word_of(kind);
    page_text(page, "meaning", kind->meaning);
    page_text(page, "in scenarios", arena_printf(page->arena, "\"%s\": \"%s\"", word, kind->name));
    page_text(page, "who", who_of(kind));
    page_items(page, "members", members_list(page->arena, kind->members));
    if (kind->class == STEP_CALL) page_items(page, "of every call", names_list(page->arena, call_members));
    page_items(page, "of every step", names_list(page->arena, step_members));
    page_text(page, "example", example_of(word, kind->name));
    page_items(page, "scenarios", scenarios_with(page->arena, kind->name, word));
}

/* ---- a row ---- */

void page_of_row(struct page *page, const struct explained_row *row)
{
    page_text(page, "meaning", row->meaning);
    page_text(page, "layer", row->layer);
    page_text(page, "seen by", arena_printf(page->arena, "wspsim run FILE --trace text, wspsim show RUN.db events --verb %s", row->verb));
}

/* ---- a member ---- */

struct place { const char *where; const struct member *members; };

/* All tables of members that the language shows: those of the file and its objects, then a step each. */
static size_t places_fill(struct arena *arena, struct place places[PLACES_MOST])
{
    static const struct place fixed[] = {
        { "the file", top_members }, { "an actor", actor_members }, { "at_end", at_end_members }, { "a host", host_members }, { "an interface", interface_members },
        { "a link", link_members }, { "a segment", segment_members }, { "a link, a segment", link_properties }, { "every step", step_members }, { "every call", call_members },
    };
    size_t count, steps;
    const struct step_kind *table = kinds(&steps);
    for (count = 0; count < COUNT(fixed); count++) places[count] = fixed[count];
    for (size_t i = 0; i < steps && count < PLACES_MOST; i++) {
        const char *word = word_of(&table[i]);
        const char *where = strcmp(word, "do") == 0 ? table[i].name : arena_printf(arena, "%s %s", word, table[i].name);
        places[count++] = (struct place){ where, table[i].members };
    }
    return count;
}

static const struct member *member_of(const struct place *place, const char *name)
{
    for (const struct member *member = place->members; member->name; member++)
        if (strcmp(member->name, name) == 0) return member;
    return NULL;
}

static bool says_the_same(const struct place *place, const struct member *member)
{
    const struct member *other = member_of(place, member->name);
    return other && strcmp(other->meaning, member->meaning) == 0;
}

/* "send, recv, ioctl and 4 more": from this place on those that say the same. */
static const char *places_words(struct arena *arena, const struct place *places, size_t count, const struct member *member)
{
    enum { NAMED_MOST = 3 };
    struct text words = { 0 };
    size_t named = 0;
    for (size_t i = 0; i < count; i++)
        if (says_the_same(&places[i], member) && named++ < NAMED_MOST) text_printf(&words, "%s%s", named > 1 ? ", " : "", places[i].where);
    if (named > NAMED_MOST) text_printf(&words, " and %zu more", named - NAMED_MOST);
    const char *copy = arena_text(arena, words.bytes);
    text_free(&words);
    return copy;
}

/* The places that say the same of it are one item. */
void page_of_member(struct page *page)
{
    struct place *places = arena_take(page->arena, PLACES_MOST * sizeof *places);
    size_t count = places_fill(page->arena, places), items = 0;
    struct explained_item *list = arena_take(page->arena, (count + 1) * sizeof *list);
    for (size_t i = 0; i < count; i++) {
        const struct member *member = member_of(&places[i], page->name);
        bool told = false;
        for (size_t k = 0; member && k < i; k++) told = told || says_the_same(&places[k], member);
        if (member && !told) list[items++] = (struct explained_item){ places_words(page->arena, places + i, count - i, member), member_words(page->arena, member) };
    }
    list[items] = (struct explained_item){ 0 };
    page_items(page, "of", list);
    page_text(page, "example", example_of("together", page->name));
    page_items(page, "scenarios", scenarios_with(page->arena, arena_printf(page->arena, "\"%s\"", page->name), NULL));
}

const char *const *language_members(struct arena *arena)
{
    struct place *places = arena_take(arena, PLACES_MOST * sizeof *places);
    size_t count = places_fill(arena, places), names = 0, most = 1;
    for (size_t i = 0; i < count; i++)
        for (const struct member *member = places[i].members; member->name; member++) most++;
    const char **list = arena_take(arena, most * sizeof *list);
    for (size_t i = 0; i < count; i++)
        for (const struct member *member = places[i].members; member->name; member++) {
            size_t k = 0;
            while (k < names && strcmp(list[k], member->name) != 0) k++;
            if (k == names) list[names++] = member->name;
        }
    list[names] = NULL;
    return list;
}
