/*
 * Building the links and shared segments of a scenario, and what can be said of the steps link.* before a run. An end may be an
 * interface that a step `interface.add` brings: then the cable is plugged in when it comes.
 */
#include "script/links.h"

#include <string.h>

#include "core/text.h"
#include "net/link/segment.h"
#include "script/world.h"

static bool check_members(struct problems *problems, const struct json *node, const struct member *table, const char *what)
{
    const struct member *const tables[] = { table, link_properties, NULL };
    struct loading load = { .problems = problems };
    return load_members(&load, node, tables, what);
}

/* ---- interfaces by name ---- */

static bool interface_comes(const struct scenario *scenario, struct arena *arena, const char *text)
{
    const char *dot = strchr(text, '.');
    return world_interface_comes(scenario, arena_text_n(arena, text, (size_t)(dot - text)), dot + 1);
}

static struct iface *interface_find(struct net *net, struct arena *arena, const char *text)
{
    const char *dot = strchr(text, '.');
    struct host *host = host_find(net, arena_text_n(arena, text, (size_t)(dot - text)));
    return host ? iface_find(host, dot + 1) : NULL;
}

/* Where a cable is to be plugged in: the interface, or one that is still to come (NULL and *comes), or a problem with the nearest name. */
static struct iface *end_find(const struct scenario *scenario, struct net *net, const struct json *value, bool *comes, struct problems *problems)
{
    const char *names[256];
    size_t count = 0;
    if (!type_check(problems, value, TYPE_INTERFACE)) return NULL;
    struct iface *found = interface_find(net, problems->arena, value->text);
    if (found) return found;
    if (interface_comes(scenario, problems->arena, value->text)) { *comes = true; return NULL; }
    for (struct host *each = host_next(net, NULL); each; each = host_next(net, each))
        for (struct iface *iface = iface_next(each, NULL); iface && count < 256; iface = iface_next(each, iface))
            names[count++] = arena_printf(problems->arena, "%s.%s", host_name(each), iface_view(iface).name);
    const char *near = nearest_word(value->text, names, count);
    if (near) problem_at(problems, value, "there is no interface \"%s\"; did you mean \"%s\"?", value->text, near);
    else problem_at(problems, value, "there is no interface \"%s\"", value->text);
    return NULL;
}

static const struct json *member_name(const struct json *member) { return member->type == JSON_OBJECT ? json_member(member, "interface") : member; }

static bool list_names(const struct json *list, const char *text)
{
    for (const struct json *one = list && list->type == JSON_LIST ? list->first : NULL; one; one = one->next)
        if (is_text(member_name(one), text)) return true;
    return false;
}

/* How many cables of the scenario have this end. */
static unsigned times_named(const struct scenario *scenario, const char *text)
{
    unsigned times = 0;
    for (const struct json *node = scenario->links ? scenario->links->first : NULL; node; node = node->next) times += list_names(json_member(node, "between"), text);
    for (const struct json *node = scenario->lan ? scenario->lan->first : NULL; node; node = node->next) times += list_names(json_member(node, "members"), text);
    return times;
}

/* What the network would refuse when it comes. */
static void end_to_come(const struct scenario *scenario, const struct json *value, struct problems *problems)
{
    if (times_named(scenario, value->text) > 1) problem_at(problems, value, "\"%s\" is an end of more than one link", value->text);
}

/* ---- links ---- */

const struct member link_members[] = { { "between", TYPE_LIST, true, "the two interfaces" }, { "about", TYPE_TEXT, false, "a remark for the reader" }, { 0 } };

static void link_build(const struct scenario *scenario, struct net *net, const struct json *node, struct problems *problems)
{
    struct cable_setup setup[2] = { cable_setup_default(), cable_setup_default() };
    if (!check_members(problems, node, link_members, "a link") || !link_properties_read(problems, node, setup)) return;
    const struct json *between = json_member(node, "between");
    if (between->count != 2) { problem_at(problems, between, "a link is between two interfaces, such as [\"a.eth0\", \"b.eth0\"]"); return; }
    const struct json *names[2] = { between->first, between->first->next };
    bool comes[2] = { false, false };
    struct iface *a = end_find(scenario, net, names[0], &comes[0], problems), *b = end_find(scenario, net, names[1], &comes[1], problems);
    for (int i = 0; i < 2; i++)
        if (comes[i]) end_to_come(scenario, names[i], problems);
    if (!a || !b || cable_between(a, b, setup)) return;
    problem_at(problems, cable_of(a) || a == b ? between->first : between->first->next, "the network refuses this link: %s", net_why(net));
}

/* ---- shared segments ---- */

static void member_build(const struct scenario *scenario, struct net *net, struct segment *segment, const struct json *node, const struct json *one, struct problems *problems)
{
    static const struct member table[] = { { "interface", TYPE_INTERFACE, true, "the interface, as \"host.interface\"" }, { 0 } };
    struct cable_setup setup[2] = { cable_setup_default(), cable_setup_default() };
    const struct json *name = one, *egress = json_member(node, "egress");
    if (!link_properties_read(problems, node, setup)) return; /* said of the segment, for all members */
    if (one->type == JSON_OBJECT) {
        if (!check_members(problems, one, table, "a member") || !link_properties_read(problems, one, setup)) return;
        name = json_member(one, "interface");
    }
    bool comes = false;
    struct iface *iface = end_find(scenario, net, name, &comes, problems);
    if (comes) end_to_come(scenario, name, problems);
    if (!iface) return;
    if (!cable_into(segment, iface, &setup[0])) problem_at(problems, name, "the network refuses this member: %s", net_why(net));
    else if (egress && read_bool(egress)) cable_port(iface, &setup[1]);
}

static const char into_it[] = "a member of a segment has one direction, into it; \"egress\": true gives it the one out of it, too";

static void one_direction(struct problems *problems, const struct json *node, const char *why)
{
    for (size_t i = 0; link_properties[i].name; i++) {
        const struct json *value = json_member(node, link_properties[i].name);
        if (value && value->type == JSON_LIST) problem_at(problems, value, "%s", why);
    }
}

static void switches_only(struct problems *problems, const struct json *egress, const struct json *ageing)
{
    if (egress && read_bool(egress)) problem_at_name(problems, egress, "a hub has no queues: what comes in goes out to all at once");
    if (ageing) problem_at_name(problems, ageing, "a hub learns nothing that could age");
}

const struct member segment_members[] = {
    { "name", TYPE_NAME, true, "the name of the segment" }, { "kind", TYPE_TEXT, false, "\"switch\" or \"hub\"" }, { "members", TYPE_LIST, true, "interfaces as \"host.interface\", or objects {interface, …} with properties of their own" }, { "ageing", TYPE_TIME, false, "how long a switch knows where a host is; \"300s\" without it, \"0\": it learns nothing" }, { "egress", TYPE_BOOL, false, "a switch with a queue towards each member; false without it" },
    { "about", TYPE_TEXT, false, "a remark for the reader" }, { 0 },
};

static void segment_build(const struct scenario *scenario, struct net *net, const struct json *node, struct problems *problems)
{
    size_t before = problems->count;
    if (!check_members(problems, node, segment_members, "a segment")) return;
    const struct json *name = json_member(node, "name"), *kind = json_member(node, "kind"), *list = json_member(node, "members");
    if (segment_find(net, name->text)) problem_at(problems, name, "there is a segment \"%s\" already", name->text);
    if (kind && !is_text(kind, "hub") && !is_text(kind, "switch")) problem_at(problems, kind, "\"%s\" is not known here; expected \"switch\" or \"hub\"", kind->text);
    const struct json *egress = json_member(node, "egress"), *ageing = json_member(node, "ageing");
    if (is_text(kind, "hub")) switches_only(problems, egress, ageing);
    if (ageing && read_time(ageing) > SWITCH_AGEING_MOST) problem_at(problems, ageing, "at most 1000000 s (IEEE 802.1D 7.9.2)");
    bool both = egress && read_bool(egress);
    if (!both) one_direction(problems, node, into_it);
    for (const struct json *one = list->first; one && !both; one = one->next) one_direction(problems, one, into_it);
    if (problems->count != before) return;
    struct segment *segment = segment_new(net, name->text, is_text(kind, "hub") ? SEGMENT_HUB : SEGMENT_SWITCH);
    if (ageing) segment_ageing(segment, read_time(ageing));
    for (const struct json *one = list->first; one && problems->count == before; one = one->next) member_build(scenario, net, segment, node, one, problems);
}

void links_build(const struct scenario *scenario, struct net *net, struct problems *problems)
{
    for (const struct json *node = scenario->links ? scenario->links->first : NULL; node; node = node->next) link_build(scenario, net, node, problems);
    for (const struct json *node = scenario->lan ? scenario->lan->first : NULL; node; node = node->next) segment_build(scenario, net, node, problems);
}

/* ---- during the run ---- */

void links_plug(const struct scenario *scenario, struct net *net, struct iface *iface, struct problems *problems)
{
    const char *name = arena_printf(problems->arena, "%s.%s", host_name(iface_host(iface)), iface_view(iface).name);
    for (const struct json *node = scenario->links ? scenario->links->first : NULL; node; node = node->next)
        if (list_names(json_member(node, "between"), name)) link_build(scenario, net, node, problems);
    for (const struct json *node = scenario->lan ? scenario->lan->first : NULL; node; node = node->next)
        for (const struct json *one = json_member(node, "members")->first; one; one = one->next)
            if (is_text(member_name(one), name)) member_build(scenario, net, segment_find(net, json_member(node, "name")->text), node, one, problems);
    if (cable_of(iface)) cable_plugged(iface);
}

/* ---- steps ---- */

/* Of an interface that is still to come. */
static void check_later(const struct scenario *scenario, const struct step *step, const struct json *which, struct problems *problems)
{
    struct cable_setup setup[2] = { cable_setup_default(), cable_setup_default() };
    if (times_named(scenario, which->text) == 0) { problem_at(problems, which, "no link is plugged into \"%s\": name it in \"links\" or \"lan\"", which->text); return; }
    if (step->kind->number != NET_LINK_SET) return;
    setup[0].link.delay_ns = setup[1].link.delay_ns = 1; /* what it is by then, the run knows */
    link_properties_read(problems, step->node, setup);
}

void links_check_step(const struct scenario *scenario, struct net *net, const struct step *step, struct problems *problems)
{
    const struct json *on = json_member(step->node, "on"), *from = json_member(step->node, "from"), *which = from ? from : on;
    struct cable_setup setup[2];
    struct iface *iface = interface_find(net, problems->arena, which->text);
    bool comes = !iface && interface_comes(scenario, problems->arena, which->text);
    if (comes) check_later(scenario, step, which, problems);
    else if (!iface && from) end_find(scenario, net, from, &comes, problems);
    if (!iface) return;
    struct cable *cable = cable_of(iface);
    if (!cable) { problem_at(problems, which, "no link is plugged into \"%s\": name it in \"links\" or \"lan\"", which->text); return; }
    if (step->kind->number != NET_LINK_SET) return;
    struct iface *far = cable_far_end(cable, iface);
    struct link *back = far ? cable_link(cable, far) : cable_port_of(cable);
    setup[0] = cable_setup_of(cable_link(cable, iface));
    setup[1] = back ? cable_setup_of(back) : setup[0];
    if (!back || from) one_direction(problems, step->node, back ? "\"from\" means one direction: a list gives two" : into_it);
    setup[0].link.delay_ns = setup[1].link.delay_ns = 1; /* what it is by then, the run knows */
    link_properties_read(problems, step->node, setup);
}
