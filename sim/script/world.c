/*
 * Building the world of a scenario: hosts with their parameters, interfaces, addresses, routes. What is wrong with it is
 * told at its place in the file. What `hosts` declares is persistent.
 */
#include "script/qos_steps.h"
#include "script/world.h"

#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "script/links.h"
#include "script/load.h"
#include "script/parameters.h"
#include "script/rss_steps.h"
#include "script/script.h"
#include "script/traffic_steps.h"

const struct member host_members[] = { { "name", TYPE_NAME, true, "by which the steps know it" }, { "stack", TYPE_OBJECT, false, "parameters of its stack" }, { "interfaces", TYPE_LIST, false, "besides loopback" }, { "routes", TYPE_LIST, false, "[{to, via, interface, metric}]" }, { "forwarding", TYPE_BOOL, false, "true: it is a router" }, { "companions", TYPE_LIST, false, "\"netdev\", \"tapi\": interfaces beside Winsock that SIO_ASSOCIATE_HANDLE ties a socket to" }, { "qos_templates", TYPE_LIST, false, "[{name, qos}], which `getqosbyname` finds" }, { 0 } };
static const struct member template_members[] = { { "name", TYPE_TEXT, true, "which `getqosbyname` asks for" }, { "qos", TYPE_OBJECT, true, "{sending, receiving, …}, in the words of `qos.set`" }, { 0 } };
const struct member interface_members[] = {
    { "name", TYPE_NAME, true, "the interface's name on its host" }, { "type", TYPE_TEXT, false, "\"ethernet\" (without it), \"wifi\", \"ppp\" or \"tunnel\"" }, { "speed", TYPE_RATE, false, "bits a second; without it that of its link where it has a rate, otherwise 1Gbps" }, { "mtu", TYPE_UINT32, false, "bytes; 0 or nothing: by type (1500; ppp 1492; tunnel 1280)" }, { "metric", TYPE_UINT32, false, "0 or nothing: automatic, by speed" },
    { "mac", TYPE_MAC, false, "the link address; made of host and index without it" }, { "up", TYPE_BOOL, false, "whether it is enabled; true without it" }, { "media", TYPE_BOOL, false, "whether its cable is in; true without it" }, { "addresses", TYPE_LIST, false, "prefixes, or objects {address, state, skip_as_source, temporary}" }, { "rss", TYPE_OBJECT, false, "settings of receive-side scaling: {capable, enabled, profile, queues, …}" }, { 0 },
};
static const struct member address_members[] = { { "address", TYPE_PREFIX, true, "with its prefix length" }, { "state", TYPE_STATE, false, "without it preferred, or tentative while duplicate address detection is at work" }, { "skip_as_source", TYPE_BOOL, false, "never chosen as a source by itself; false without it" }, { "temporary", TYPE_BOOL, false, "a temporary address (RFC 4941); false without it" }, { 0 } };
static const struct member route_members[] = { { "to", TYPE_PREFIX, true, "the destination prefix" }, { "via", TYPE_ADDRESS, false, "the next hop; without it the destination is on the link" }, { "interface", TYPE_NAME, false, "its name on the host; without it the one whose prefix holds the next hop" }, { "metric", TYPE_UINT32, false, "added to the interface's; without it 0 for a default route, 256 for others" }, { 0 } };

/* Members against one table; true if nothing is wrong. */
static bool members(const struct scenario *scenario, struct problems *problems, const struct json *node, const struct member *table, const char *what)
{
    const struct member *const tables[] = { table, NULL };
    struct loading load = { .scenario = (struct scenario *)(uintptr_t)scenario, .problems = problems };
    return load_members(&load, node, tables, what);
}

/* ---- interfaces and addresses ---- */

static void world_address(const struct scenario *scenario, struct net *net, struct iface *iface, const struct json *node, bool persistent, struct problems *problems)
{
    struct ifaddr_setup setup = { .persistent = persistent };
    const struct json *text = node;
    if (node->type == JSON_OBJECT) {
        if (!members(scenario, problems, node, address_members, "an address")) return;
        const struct json *state = json_member(node, "state"), *skip = json_member(node, "skip_as_source"), *temporary = json_member(node, "temporary");
        text = json_member(node, "address");
        if (state) address_state_parse(state->text, &setup.state);
        setup.skip_as_source = skip && read_bool(skip);
        setup.temporary = temporary && read_bool(temporary);
    } else if (!type_check(problems, node, TYPE_PREFIX)) {
        return;
    }
    /* Addresses present at the start are preferred, whatever detection would say. */
    if (setup.state == ADDRESS_INVALID && persistent) setup.state = ADDRESS_PREFERRED;
    prefix_parse(text->text, &setup.address, &setup.prefix_length);
    if (!ifaddr_add(iface, &setup)) problem_at(problems, text, "the network refuses this address: %s", net_why(net));
}

static bool type_of(struct problems *problems, const struct json *value, enum iface_type *type)
{
    static const struct {
        const char *name;
        enum iface_type type;
    } types[] = { { "ethernet", IFACE_ETHERNET }, { "wifi", IFACE_WIFI }, { "ppp", IFACE_PPP }, { "tunnel", IFACE_TUNNEL }, { "loopback", IFACE_LOOPBACK } };
    const char *names[5];
    for (size_t i = 0; i < 5; i++) {
        if (strcmp(value->text, types[i].name) == 0) { *type = types[i].type; return true; }
        names[i] = types[i].name;
    }
    const char *near = nearest_word(value->text, names, 5);
    if (near) problem_at(problems, value, "there is no interface type \"%s\"; did you mean \"%s\"?", value->text, near);
    else problem_at(problems, value, "there is no interface type \"%s\"; there are \"ethernet\", \"wifi\", \"ppp\" and \"tunnel\"", value->text);
    return false;
}

static void mac_read(const char *text, uint8_t mac[6])
{
    for (int i = 0; i < 6; i++) {
        uint64_t byte;
        char hex[5] = { '0', 'x', text[3 * i], text[3 * i + 1], 0 };
        check(number_parse(hex, &byte));
        mac[i] = (uint8_t)byte;
    }
}

#define MTU_LEAST 68

/* What the network would refuse, at its place. */
static bool interface_good(struct problems *problems, const struct json *node)
{
    const struct json *type = json_member(node, "type"), *mtu = json_member(node, "mtu");
    enum iface_type found = IFACE_ETHERNET;
    size_t before = problems->count;
    if (type && type_of(problems, type, &found) && found == IFACE_LOOPBACK) problem_at(problems, type, "a host has its loopback interface already");
    if (mtu && read_uint(mtu) && read_uint(mtu) < MTU_LEAST) problem_at(problems, mtu, "an MTU of %s bytes is too small for IP (RFC 791: at least %d)", mtu->text, MTU_LEAST);
    return problems->count == before;
}

void world_interface(const struct scenario *scenario, struct net *net, struct host *host, const struct json *node, bool persistent, struct problems *problems)
{
    struct iface_setup setup = iface_setup_default();
    const struct json *value;
    if (!interface_good(problems, node)) return;
    if ((value = json_member(node, "type"))) type_of(problems, value, &setup.type);
    if ((value = json_member(node, "speed"))) setup.speed_given = rate_parse(value->text, &setup.speed_bps);
    if ((value = json_member(node, "mtu"))) setup.mtu_bytes = (uint32_t)read_uint(value);
    if ((value = json_member(node, "metric"))) setup.metric = (uint32_t)read_uint(value);
    if ((value = json_member(node, "mac"))) mac_read(value->text, setup.mac);
    if ((value = json_member(node, "up"))) setup.up = read_bool(value);
    if ((value = json_member(node, "media"))) setup.media = read_bool(value);
    const struct json *name = json_member(node, "name");
    struct iface *iface = iface_add(host, name->text, &setup);
    if (!iface) { problem_at(problems, name, "the network refuses this interface: %s", net_why(net)); return; }
    if ((value = json_member(node, "rss"))) rss_world(scenario, net, iface, value, problems);
    const struct json *addresses = json_member(node, "addresses");
    for (const struct json *one = addresses ? addresses->first : NULL; one; one = one->next) world_address(scenario, net, iface, one, persistent, problems);
}

/* ---- routes ---- */

struct iface *world_interface_towards(struct host *host, const struct kernel_address *next_hop)
{
    struct iface *best = NULL, *only = NULL;
    unsigned longest = 0, count = 0;
    for (struct iface *iface = iface_next(host, NULL); iface; iface = iface_next(host, iface)) {
        struct ifaddr_view view;
        if (iface_view(iface).type == IFACE_LOOPBACK) continue;
        only = iface;
        count++;
        for (size_t i = 0; next_hop && ifaddr_view(iface, i, &view); i++) {
            if (view.address.family != next_hop->family || address_common_bits(&view.address, next_hop) < view.prefix_length || (best && view.prefix_length <= longest)) continue;
            best = iface;
            longest = view.prefix_length;
        }
    }
    return best ? best : count == 1 ? only : NULL;
}

static void world_route(const struct scenario *scenario, struct net *net, struct host *host, const struct json *node, struct problems *problems)
{
    if (!members(scenario, problems, node, route_members, "a route")) return;
    const struct json *to = json_member(node, "to"), *via = json_member(node, "via"), *name = json_member(node, "interface"), *metric = json_member(node, "metric");
    struct route_setup setup = { .on_link = !via, .metric = ROUTE_METRIC_DEFAULT, .persistent = true };
    prefix_parse(to->text, &setup.prefix, &setup.prefix_length);
    if (via) address_parse(via->text, &setup.next_hop);
    if (metric && read_uint(metric) >= ROUTE_METRIC_DEFAULT) { problem_at(problems, metric, "a route's metric is below 4294967295"); return; }
    if (metric) setup.metric = (uint32_t)read_uint(metric);
    struct iface *iface = name ? iface_find(host, name->text) : world_interface_towards(host, via ? &setup.next_hop : NULL);
    if (!iface && name) { problem_at(problems, name, "the host \"%s\" has no interface \"%s\"", host_name(host), name->text); return; }
    if (!iface && via) { problem_at(problems, via, "no interface of the host \"%s\" has a prefix with this next hop: say \"interface\"", host_name(host)); return; }
    if (!iface) { problem_at(problems, node, "which interface? say \"interface\""); return; }
    bool hop = via && (setup.next_hop.family != setup.prefix.family || address_is_multicast(&setup.next_hop) || address_is_unspecified(&setup.next_hop));
    if (!route_add(iface, &setup)) problem_at(problems, hop ? via : to, "the network refuses this route: %s", net_why(net));
}

/* ---- hosts ---- */

/* Interfaces beside Winsock that a socket may be tied to (ioctls reference 1.7). */
static unsigned world_companions(const struct json *list, struct problems *problems)
{
    unsigned companions = 0;
    for (const struct json *one = list ? list->first : NULL; one; one = one->next) {
        if (is_text(one, "netdev")) companions |= KERNEL_COMPANION_NETDEV;
        else if (is_text(one, "tapi")) companions |= KERNEL_COMPANION_TAPI;
        else problem_at(problems, one, "a companion interface is \"netdev\" or \"tapi\"");
    }
    return companions;
}

/* Names for WSPGetQOSByName. */
static void world_template(const struct scenario *scenario, struct net *net, struct host *host, const struct json *node, struct problems *problems)
{
    struct kernel_qos qos = { .excess = KERNEL_EXCESS_BY_SERVICE };
    size_t before = problems->count;
    if (!members(scenario, problems, node, template_members, "a template")) return;
    const struct json *name = json_member(node, "name");
    qos_wish_read(problems, json_member(node, "qos"), &qos);
    for (const struct json *one = json_member(node, "qos")->first; one; one = one->next) {
        bool of_flows = strcmp(one->name, "sending") == 0 || strcmp(one->name, "receiving") == 0 || strcmp(one->name, "signalling") == 0 || strcmp(one->name, "traffic_control") == 0;
        if (!of_flows) problem_at_name(problems, one, "a template is two flows: \"sending\", \"receiving\", \"signalling\" and \"traffic_control\"");
    }
    if (problems->count == before && !qos_template_add(host, name->text, &qos)) problem_at(problems, name, "%s", net_why(net));
}

static void world_host(const struct scenario *scenario, struct net *net, const struct json *node, const struct host_parameters *defaults, uint64_t seed, struct problems *problems)
{
    if (!members(scenario, problems, node, host_members, "a host")) return;
    struct host_parameters all = *defaults;
    size_t before = problems->count;
    parameters_read(problems, json_member(node, "stack"), &all);
    all.companions = world_companions(json_member(node, "companions"), problems);
    if (problems->count != before) return;
    const struct json *forwarding = json_member(node, "forwarding");
    all.forwarding = forwarding && read_bool(forwarding);
    const struct json *name = json_member(node, "name"), *interfaces = json_member(node, "interfaces"), *routes = json_member(node, "routes");
    const struct json *templates = json_member(node, "qos_templates");
    if (host_find(net, name->text)) { problem_at(problems, name, "there is a host \"%s\" already", name->text); return; }
    struct host *host = host_new(net, name->text, &all, seed);
    for (const struct json *one = interfaces ? interfaces->first : NULL; one; one = one->next)
        if (members(scenario, problems, one, interface_members, "an interface")) world_interface(scenario, net, host, one, true, problems);
    for (const struct json *one = routes ? routes->first : NULL; one; one = one->next) world_route(scenario, net, host, one, problems);
    for (const struct json *one = templates ? templates->first : NULL; one; one = one->next) world_template(scenario, net, host, one, problems);
}

bool world_build(const struct scenario *scenario, struct net *net, uint64_t seed, struct problems *problems)
{
    size_t before = problems->count;
    struct host_parameters defaults = host_parameters_default();
    parameters_read(problems, scenario->defaults, &defaults);
    for (const struct json *node = scenario->hosts->first; node; node = node->next) world_host(scenario, net, node, &defaults, seed, problems);
    if (problems->count == before) links_build(scenario, net, problems);
    return problems->count == before;
}

/* ---- what the steps say of the world ---- */

static void host_check(struct net *net, const struct json *value, struct problems *problems)
{
    const char *names[256];
    size_t count = 0;
    if (!value || host_find(net, value->text)) return;
    for (struct host *host = host_next(net, NULL); host && count < 256; host = host_next(net, host)) names[count++] = host_name(host);
    const char *near = nearest_word(value->text, names, count);
    if (near) problem_at(problems, value, "there is no host \"%s\"; did you mean \"%s\"?", value->text, near);
    else problem_at(problems, value, "there is no host \"%s\"", value->text);
}

/* Interfaces may also come with an `interface.add`. */
bool world_interface_comes(const struct scenario *scenario, const char *host, const char *name)
{
    for (size_t i = 0; i < scenario->step_count; i++) {
        const struct step *step = &scenario->steps[i];
        for (size_t k = 0; k < (step->kind ? 1 : step->part_count); k++) {
            const struct step *one = step->kind ? step : &step->parts[k];
            if (one->kind->class == STEP_NET && one->kind->number == NET_INTERFACE_ADD && strcmp(step_member(scenario, one, "host")->text, host) == 0 &&
                strcmp(step_member(scenario, one, "name")->text, name) == 0)
                return true;
        }
    }
    return false;
}

/* "interface" beside "host". */
static void interface_of_check(const struct scenario *scenario, struct net *net, const struct json *host, const struct json *value, struct problems *problems)
{
    const char *names[256];
    size_t count = 0;
    struct host *found = host_find(net, host->text);
    if (!found || iface_find(found, value->text) || world_interface_comes(scenario, host->text, value->text)) return;
    for (struct iface *iface = iface_next(found, NULL); iface && count < 256; iface = iface_next(found, iface)) names[count++] = iface_view(iface).name;
    const char *near = nearest_word(value->text, names, count);
    if (near) problem_at(problems, value, "the host \"%s\" has no interface \"%s\"; did you mean \"%s\"?", host->text, value->text, near);
    else problem_at(problems, value, "the host \"%s\" has no interface \"%s\"", host->text, value->text);
}

static void interface_check(const struct scenario *scenario, struct net *net, const struct json *value, struct problems *problems)
{
    const char *names[256], *dot = strchr(value->text, '.');
    size_t count = 0;
    const char *host_text = arena_text_n(problems->arena, value->text, (size_t)(dot - value->text));
    struct host *host = host_find(net, host_text);
    if (host && (iface_find(host, dot + 1) || world_interface_comes(scenario, host_text, dot + 1))) return;
    for (struct host *each = host_next(net, NULL); each; each = host_next(net, each))
        for (struct iface *iface = iface_next(each, NULL); iface && count < 256; iface = iface_next(each, iface))
            names[count++] = arena_printf(problems->arena, "%s.%s", host_name(each), iface_view(iface).name);
    const char *near = nearest_word(value->text, names, count);
    if (near) problem_at(problems, value, "there is no interface \"%s\"; did you mean \"%s\"?", value->text, near);
    else problem_at(problems, value, "there is no interface \"%s\"", value->text);
}

/* What `interface.add` will put into the world, as far as it shows before. */
static void interface_add_check(const struct scenario *scenario, const struct step *step, struct problems *problems)
{
    const struct json *addresses = json_member(step->node, "addresses"), *name = json_member(step->node, "name");
    interface_good(problems, step->node);
    if (is_text(name, "loopback")) problem_at(problems, name, "a host has an interface \"loopback\" already");
    for (const struct json *one = addresses ? addresses->first : NULL; one; one = one->next) {
        if (one->type == JSON_OBJECT) members(scenario, problems, one, address_members, "an address");
        else type_check(problems, one, TYPE_PREFIX);
    }
}

static void metric_check(const struct step *step, struct problems *problems)
{
    const struct json *metric = json_member(step->node, "metric");
    if (metric && read_uint(metric) >= ROUTE_METRIC_DEFAULT) problem_at(problems, metric, "a route's metric is below 4294967295");
}

static void step_check(const struct scenario *scenario, struct net *net, const struct step *step, struct problems *problems)
{
    static const char *const route_kinds = "route.";
    const struct json *on = step_member(scenario, step, "on"), *host = step_member(scenario, step, "host"), *from = step_member(scenario, step, "from");
    if (from && step->kind->class == STEP_ASSERT) interface_check(scenario, net, from, problems);
    if (on) interface_check(scenario, net, on, problems);
    if (host) host_check(net, host, problems);
    const struct json *interface = json_member(step->node, "interface");
    if (host && interface) interface_of_check(scenario, net, host, interface, problems);
    if (step->kind->class == STEP_NET && step->kind->number == NET_INTERFACE_ADD) interface_add_check(scenario, step, problems);
    if (step->kind->class == STEP_NET && step->kind->number >= NET_LINK_CUT && step->kind->number <= NET_LINK_SET) links_check_step(scenario, net, step, problems);
    if (strncmp(step->kind->name, route_kinds, strlen(route_kinds)) != 0) return;
    metric_check(step, problems);
    if ((on != NULL) == (host != NULL))
        problem_at(problems, step->node, "say either \"on\": \"host.interface\" or \"host\" (and \"interface\" where it matters)");
}

/* With what is done together, and what a thread repeats. */
static void steps_check(const struct scenario *scenario, struct net *net, const struct step *step, struct problems *problems)
{
    if (step->kind) step_check(scenario, net, step, problems);
    for (size_t k = 0; k < step->part_count; k++) steps_check(scenario, net, &step->parts[k], problems);
}

void world_check_steps(const struct scenario *scenario, struct net *net, struct problems *problems)
{
    for (size_t i = 0; i < scenario->step_count; i++) steps_check(scenario, net, &scenario->steps[i], problems);
    traffic_check_names(scenario, problems);
    for (size_t i = 0; i < scenario->actor_count; i++) host_check(net, json_member(scenario->actors[i].node, "host"), problems);
}
