/*
 * Building the links and shared segments of a scenario, and what can be said of the steps link.* before a run.
 */
#include "script/links.h"

#include <string.h>

#include "core/text.h"
#include "net/link/segment.h"

static bool check_members(struct problems *problems, const struct json *node, const struct member *table, const char *what)
{
    const struct member *const tables[] = { table, link_properties, NULL };
    struct loading load = { .problems = problems };
    return load_members(&load, node, tables, what);
}

/* ---- interfaces by name ---- */

static struct iface *interface_find(struct net *net, struct arena *arena, const char *text)
{
    const char *dot = strchr(text, '.');
    struct host *host = host_find(net, arena_text_n(arena, text, (size_t)(dot - text)));
    return host ? iface_find(host, dot + 1) : NULL;
}

struct iface *links_interface(struct net *net, const struct json *value, struct problems *problems)
{
    const char *names[256];
    size_t count = 0;
    if (!type_check(problems, value, TYPE_INTERFACE)) return NULL;
    struct iface *found = interface_find(net, problems->arena, value->text);
    if (found) return found;
    for (struct host *each = host_next(net, NULL); each; each = host_next(net, each))
        for (struct iface *iface = iface_next(each, NULL); iface && count < 256; iface = iface_next(each, iface))
            names[count++] = arena_printf(problems->arena, "%s.%s", host_name(each), iface_view(iface).name);
    const char *near = nearest_word(value->text, names, count);
    if (near) problem_at(problems, value, "there is no interface \"%s\"; did you mean \"%s\"?", value->text, near);
    else problem_at(problems, value, "there is no interface \"%s\"", value->text);
    return NULL;
}

/* ---- links ---- */

static void link_build(struct net *net, const struct json *node, struct problems *problems)
{
    static const struct member table[] = { { "between", TYPE_LIST, true, "" }, { "about", TYPE_TEXT, false, "" }, { 0 } };
    struct cable_setup setup[2] = { cable_setup_default(), cable_setup_default() };
    if (!check_members(problems, node, table, "a link") || !link_properties_read(problems, node, setup)) return;
    const struct json *between = json_member(node, "between");
    if (between->count != 2) { problem_at(problems, between, "a link is between two interfaces, such as [\"a.eth0\", \"b.eth0\"]"); return; }
    struct iface *a = links_interface(net, between->first, problems), *b = links_interface(net, between->first->next, problems);
    if (!a || !b || cable_between(a, b, setup)) return;
    problem_at(problems, cable_of(a) || a == b ? between->first : between->first->next, "the network refuses this link: %s", net_why(net));
}

/* ---- shared segments ---- */

static void member_build(struct net *net, struct segment *segment, const struct json *node, const struct json *one, struct problems *problems)
{
    static const struct member table[] = { { "interface", TYPE_INTERFACE, true, "" }, { 0 } };
    struct cable_setup setup[2] = { cable_setup_default(), cable_setup_default() };
    const struct json *name = one;
    if (!link_properties_read(problems, node, setup)) return; /* said of the segment, for all members */
    if (one->type == JSON_OBJECT) {
        if (!check_members(problems, one, table, "a member") || !link_properties_read(problems, one, setup)) return;
        name = json_member(one, "interface");
    }
    struct iface *iface = links_interface(net, name, problems);
    if (iface && !cable_into(segment, iface, &setup[0])) problem_at(problems, name, "the network refuses this member: %s", net_why(net));
}

static const char into_it[] = "a member of a segment has one direction, into it";

static void one_direction(struct problems *problems, const struct json *node, const char *why)
{
    for (size_t i = 0; link_properties[i].name; i++) {
        const struct json *value = json_member(node, link_properties[i].name);
        if (value && value->type == JSON_LIST) problem_at(problems, value, "%s", why);
    }
}

static void segment_build(struct net *net, const struct json *node, struct problems *problems)
{
    static const struct member table[] = { { "name", TYPE_NAME, true, "" }, { "kind", TYPE_TEXT, false, "" }, { "members", TYPE_LIST, true, "" }, { "about", TYPE_TEXT, false, "" }, { 0 } };
    size_t before = problems->count;
    if (!check_members(problems, node, table, "a segment")) return;
    const struct json *name = json_member(node, "name"), *kind = json_member(node, "kind"), *list = json_member(node, "members");
    if (segment_find(net, name->text)) problem_at(problems, name, "there is a segment \"%s\" already", name->text);
    if (kind && !is_text(kind, "hub") && !is_text(kind, "switch")) problem_at(problems, kind, "\"%s\" is not known here; expected \"switch\" or \"hub\"", kind->text);
    one_direction(problems, node, into_it);
    for (const struct json *one = list->first; one; one = one->next) one_direction(problems, one, into_it);
    if (problems->count != before) return;
    struct segment *segment = segment_new(net, name->text, is_text(kind, "hub") ? SEGMENT_HUB : SEGMENT_SWITCH);
    for (const struct json *one = list->first; one && problems->count == before; one = one->next) member_build(net, segment, node, one, problems);
}

void links_build(const struct scenario *scenario, struct net *net, struct problems *problems)
{
    for (const struct json *node = scenario->links ? scenario->links->first : NULL; node; node = node->next) link_build(net, node, problems);
    for (const struct json *node = scenario->lan ? scenario->lan->first : NULL; node; node = node->next) segment_build(net, node, problems);
}

/* ---- steps ---- */

void links_check_step(struct net *net, const struct step *step, struct problems *problems)
{
    const struct json *on = json_member(step->node, "on"), *from = json_member(step->node, "from"), *which = from ? from : on;
    struct cable_setup setup[2];
    struct iface *iface = interface_find(net, problems->arena, which->text);
    if (!iface) { /* one that comes later has nothing plugged in */
        if (from) links_interface(net, from, problems);
        return;
    }
    struct cable *cable = cable_of(iface);
    if (!cable) { problem_at(problems, which, "no link is plugged into \"%s\": name it in \"links\" or \"lan\"", which->text); return; }
    if (step->kind->number != NET_LINK_SET) return;
    struct iface *far = cable_far_end(cable, iface);
    setup[0] = cable_setup_of(cable_link(cable, iface));
    setup[1] = far ? cable_setup_of(cable_link(cable, far)) : setup[0];
    if (!far || from) one_direction(problems, step->node, far ? "\"from\" means one direction: a list gives two" : into_it);
    setup[0].link.delay_ns = setup[1].link.delay_ns = 1; /* what it is by then, the run knows */
    link_properties_read(problems, step->node, setup);
}
