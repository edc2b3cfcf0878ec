/*
 * Assertions: what holds in the world at this instant.
 */
#include <string.h>

#include "core/text.h"
#include "script/asserts_neighbor.h"
#include "script/asserts_net.h"
#include "script/inside.h"
#include "script/qos_steps.h"
#include "script/rss_steps.h"

static const char *address_words(struct script *script, const struct kernel_address *address)
{
    char text[ADDRESS_TEXT];
    address_text(address, text);
    return quoted(script, text);
}

/* ---- of an actor ---- */

static void assert_overlapped(struct script *script, const struct step *step)
{
    struct actor *actor = step_actor(script, step);
    const WSAOVERLAPPED *overlapped = actor_overlapped(actor, script_member(script, step, "overlapped")->text);
    const struct json *status = script_member(script, step, "status"), *bytes = script_member(script, step, "bytes");
    int seen = overlapped_error(overlapped);
    char room[24];
    if (status && read_named(status, TYPE_ERROR) != seen) {
        const char *name = names_or_number(NAMES_ERROR, seen, room);
        fail_step(script, step, status, json_words(script, status), seen ? quoted(script, name) : "0", "the OVERLAPPED has another status");
    }
    if (bytes && read_uint(bytes) != overlapped->InternalHigh)
        fail_step(script, step, bytes, json_words(script, bytes), arena_printf(script->arena, "%llu", (unsigned long long)overlapped->InternalHigh),
                  "the OVERLAPPED has another byte count");
}

static void assert_event(struct script *script, const struct step *step)
{
    struct actor *actor = step_actor(script, step);
    const struct json *expected = script_member(script, step, "signaled");
    bool seen = event_signalled(actor->process, actor_event(actor, script_member(script, step, "event")->text));
    if (seen != read_bool(expected)) fail_step(script, step, expected, json_words(script, expected), seen ? "true" : "false", "the event is %ssignalled", seen ? "" : "not ");
}

static void assert_socket(struct script *script, const struct step *step)
{
    struct actor *actor = step_actor(script, step);
    const struct json *expected = script_member(script, step, "signaled"), *name = script_member(script, step, "socket");
    uint64_t number;
    const uintptr_t *found = json_uint(name, &number) ? NULL : binding_find(&actor->sockets, name->text);
    bool seen = socket_signalled(actor->process, found ? (SOCKET)*found : name->type == JSON_NUMBER ? (SOCKET)number : INVALID_SOCKET);
    if (seen != read_bool(expected)) fail_step(script, step, expected, json_words(script, expected), seen ? "true" : "false", "the socket's handle is %ssignalled", seen ? "" : "not ");
}

static void assert_pending(struct script *script, const struct step *step)
{
    const struct json *expected = script_member(script, step, "count");
    size_t seen = judge_pending(ws2_judge(script->setup.ws2));
    if (seen != read_uint(expected)) fail_step(script, step, expected, json_words(script, expected), arena_printf(script->arena, "%zu", seen), "%zu requests are pending", seen);
}

/* ---- of a host ---- */

static struct host *assert_host(struct script *script, const struct step *step) { return host_find(script->setup.net, script_member(script, step, "host")->text); }

static void assert_addresses(struct script *script, const struct step *step)
{
    const struct json *family = script_member(script, step, "family"), *expected = script_member(script, step, "addresses");
    enum kernel_family which = family && read_named(family, TYPE_FAMILY) == AF_INET6 ? KERNEL_IPV6 : KERNEL_IPV4;
    struct host *host = assert_host(script, step);
    size_t count = host_local_addresses(host, which, NULL, 0);
    struct kernel_address *addresses = arena_take(script->arena, (count + 1) * sizeof *addresses);
    host_local_addresses(host, which, addresses, count);
    struct value *seen = value_new(script->arena, VALUE_LIST);
    for (size_t i = 0; i < count; i++) {
        char text[ADDRESS_TEXT];
        address_text(&addresses[i], text);
        value_add(seen, NULL, value_text(script->arena, text));
    }
    if (!value_matches(expected, seen)) fail_step(script, step, expected, json_words(script, expected), value_words(script, seen), "the host %s has another list", host_name(host));
}

struct route_hunt { const struct json *wanted; struct kernel_address prefix; unsigned length; bool found; };

static bool route_fits(const struct json *wanted, const struct route_view *route)
{
    struct kernel_address via;
    const struct json *next_hop = json_member(wanted, "via"), *interface = json_member(wanted, "interface"), *metric = json_member(wanted, "metric");
    uint64_t number;
    if (next_hop && (!address_parse(next_hop->text, &via) || route->on_link || !address_equal(&via, &route->next_hop))) return false;
    if (interface && strcmp(interface->text, iface_view(route->iface).name) != 0) return false;
    return !metric || (json_uint(metric, &number) && number == route->metric);
}

static bool route_look(const struct route_view *route, void *argument)
{
    struct route_hunt *hunt = argument;
    if (route->prefix_length != hunt->length || !address_equal(&route->prefix, &hunt->prefix) || !route->usable) return true;
    hunt->found = !hunt->wanted || route_fits(hunt->wanted, route);
    return !hunt->found;
}

static bool route_find(const struct host *host, const char *prefix, const struct json *wanted, bool *good)
{
    struct route_hunt hunt = { .wanted = wanted };
    *good = prefix_parse(prefix, &hunt.prefix, &hunt.length);
    if (*good) route_each(host, (enum kernel_family)hunt.prefix.family, route_look, &hunt);
    return hunt.found;
}

static void assert_routes(struct script *script, const struct step *step)
{
    const struct host *host = assert_host(script, step);
    const struct json *has = script_member(script, step, "has"), *lacks = script_member(script, step, "lacks");
    bool good;
    for (const struct json *one = has ? has->first : NULL; one; one = one->next) {
        const struct json *to = json_member(one, "to");
        bool found = to && to->type == JSON_TEXT && route_find(host, to->text, one, &good) && good;
        if (!found) fail_step(script, step, one, json_words(script, one), NULL, "the host %s has no such usable route", host_name(host));
    }
    for (const struct json *one = lacks ? lacks->first : NULL; one; one = one->next) {
        bool found = one->type == JSON_TEXT && route_find(host, one->text, NULL, &good);
        if (one->type != JSON_TEXT || !good) fail_step(script, step, one, NULL, NULL, "expected a prefix such as \"0.0.0.0/0\"");
        else if (found) fail_step(script, step, one, NULL, json_words(script, one), "the host %s has a usable route to this prefix", host_name(host));
    }
}

static int path_error(enum kernel_status status) { return status == KERNEL_OK ? 0 : status == KERNEL_NET_UNREACHABLE ? WSAENETUNREACH : WSAENETDOWN; }

static const char *iface_name_of(struct host *host, uint32_t index)
{
    for (struct iface *iface = iface_next(host, NULL); iface; iface = iface_next(host, iface))
        if (iface_view(iface).index == index) return iface_view(iface).name;
    return "";
}

static void assert_path(struct script *script, const struct step *step)
{
    struct host *host = assert_host(script, step);
    const struct json *source = script_member(script, step, "source"), *interface = script_member(script, step, "interface"), *via = script_member(script, step, "via"),
                      *error = script_member(script, step, "error");
    struct kernel_address to, wanted;
    struct kernel_path path = { 0 };
    char room[24];
    address_parse(script_member(script, step, "to")->text, &to);
    int seen = path_error(host_best_path(host, &to, &path));
    if (seen != (error ? (int)read_named(error, TYPE_ERROR) : 0)) {
        fail_step(script, step, error, error ? json_words(script, error) : "0", seen ? quoted(script, names_or_number(NAMES_ERROR, seen, room)) : "0",
                  "the path has another result");
        return;
    }
    if (seen) return;
    if (source && address_parse(source->text, &wanted) && !address_equal(&wanted, &path.source))
        fail_step(script, step, source, json_words(script, source), address_words(script, &path.source), "another source address");
    if (via && address_parse(via->text, &wanted) && !address_equal(&wanted, &path.next_hop))
        fail_step(script, step, via, json_words(script, via), address_words(script, &path.next_hop), "another next hop");
    const char *name = iface_name_of(host, path.interface_index);
    if (interface && strcmp(interface->text, name) != 0) fail_step(script, step, interface, json_words(script, interface), quoted(script, name), "another interface");
}

static void assert_interface(struct script *script, const struct step *step)
{
    const struct json *on = script_member(script, step, "on"), *connected = script_member(script, step, "connected"), *metric = script_member(script, step, "metric"),
                      *mtu = script_member(script, step, "mtu");
    const struct iface *iface = step_interface(script, on->text);
    if (!iface) { fail_step(script, step, on, json_words(script, on), NULL, "there is no such interface now"); return; }
    struct iface_view view = iface_view(iface);
    if (connected && read_bool(connected) != view.connected)
        fail_step(script, step, connected, json_words(script, connected), view.connected ? "true" : "false", "the interface is %sconnected",
                  view.connected ? "" : "not ");
    if (metric && read_uint(metric) != view.metric)
        fail_step(script, step, metric, json_words(script, metric), arena_printf(script->arena, "%u", (unsigned)view.metric), "another metric");
    if (mtu && read_uint(mtu) != view.mtu_bytes) fail_step(script, step, mtu, json_words(script, mtu), arena_printf(script->arena, "%u", (unsigned)view.mtu_bytes), "another MTU");
}

void assert_run(struct script *script, const struct step *step)
{
    switch ((enum assert_number)step->kind->number) {
    case ASSERT_OVERLAPPED: assert_overlapped(script, step); return;
    case ASSERT_EVENT: assert_event(script, step); return;
    case ASSERT_SOCKET: assert_socket(script, step); return;
    case ASSERT_ADDRESSES: assert_addresses(script, step); return;
    case ASSERT_ROUTES: assert_routes(script, step); return;
    case ASSERT_PATH: assert_path(script, step); return;
    case ASSERT_INTERFACE: assert_interface(script, step); return;
    case ASSERT_PENDING: assert_pending(script, step); return;
    case ASSERT_RIOBUFFER: rio_assert_run(script, step); return;
    case ASSERT_LINK: case ASSERT_TRAFFIC: case ASSERT_TCP: net_assert_run(script, step); return;
    case ASSERT_QOS: qos_assert_run(script, step); return;
    case ASSERT_RSS: rss_assert_run(script, step); return;
    case ASSERT_NEIGHBORS: neighbor_assert_run(script, step); return;
    }
}
