/*
 * Network steps: what the script does to the world. What the stack refuses is the scenario's mistake, told as a failure of
 * the step, because it may depend on what happened before.
 */
#include <string.h>

#include "script/inside.h"
#include "script/links.h"
#include "script/traffic_steps.h"
#include "script/qos_steps.h"
#include "script/rss_steps.h"
#include "script/world.h"

struct iface *step_interface(struct script *script, const char *name)
{
    char host[128];
    const char *dot = strchr(name, '.');
    size_t length = (size_t)(dot - name);
    if (length >= sizeof host) return NULL;
    memcpy(host, name, length);
    host[length] = 0;
    struct host *found = host_find(script->setup.net, host);
    return found ? iface_find(found, dot + 1) : NULL;
}

static struct host *step_host(struct script *script, const struct step *step)
{
    const struct json *host = script_member(script, step, "host"), *on = script_member(script, step, "on");
    if (host) return host_find(script->setup.net, host->text);
    struct iface *iface = on ? step_interface(script, on->text) : NULL;
    return iface ? iface_host(iface) : NULL;
}

/* Of a host, or of one process. */
static bool buffers_step(struct script *script, const struct step *step)
{
    const struct json *actor = script_member(script, step, "actor");
    bool there = step->kind->number == NET_BUFFERS_BACK;
    if (!actor) host_buffers(step_host(script, step), there);
    for (size_t i = 0; actor && i < script->setup.scenario->actor_count; i++)
        if (is_text(actor, process_name(script->actors[i].process))) process_buffers(script->actors[i].process, there);
    return true;
}

static bool sleep_step(struct script *script, const struct step *step)
{
    struct host *host = step_host(script, step);
    bool asleep = step->kind->number == NET_HOST_SUSPEND;
    if (!host_sleep(host, asleep)) return false;
    for (size_t i = 0; !asleep && i < script->setup.scenario->actor_count; i++)
        if (strcmp(script->actors[i].setup->host, host_name(host)) == 0) process_awake(script->actors[i].process);
    return true;
}

static bool address_of(const struct json *value, struct kernel_address *address)
{
    unsigned length;
    return value && prefix_parse(value->text, address, &length);
}

static bool address_add(struct script *script, const struct step *step, struct iface *iface)
{
    struct ifaddr_setup setup = { 0 };
    const struct json *state = script_member(script, step, "state"), *skip = script_member(script, step, "skip_as_source");
    const struct json *temporary = script_member(script, step, "temporary"), *persistent = script_member(script, step, "persistent");
    prefix_parse(script_member(script, step, "address")->text, &setup.address, &setup.prefix_length);
    if (state) address_state_parse(state->text, &setup.state);
    setup.skip_as_source = skip && read_bool(skip);
    setup.temporary = temporary && read_bool(temporary);
    setup.persistent = persistent && read_bool(persistent);
    return ifaddr_add(iface, &setup) != NULL;
}

static bool address_step(struct script *script, const struct step *step, struct iface *iface)
{
    struct kernel_address address;
    enum address_state state;
    if (step->kind->number == NET_ADDRESS_ADD) return address_add(script, step, iface);
    address_of(script_member(script, step, "address"), &address);
    if (step->kind->number == NET_ADDRESS_REMOVE) return ifaddr_remove(iface, &address);
    if (step->kind->number == NET_ADDRESS_REFRESH) return ifaddr_refresh(iface, &address);
    address_state_parse(script_member(script, step, "state")->text, &state);
    return ifaddr_state(iface, &address, state);
}

/* Which route a step means: by interface and next hop where they are given. */
struct route_words { struct host *host; struct iface *iface; struct kernel_address prefix, via; unsigned length; bool has_via; };

static bool route_words(struct script *script, const struct step *step, struct route_words *route)
{
    const struct json *on = script_member(script, step, "on"), *name = script_member(script, step, "interface"), *via = script_member(script, step, "via");
    *route = (struct route_words){ .host = step_host(script, step), .has_via = via != NULL };
    if (!route->host) return false;
    if (on) route->iface = step_interface(script, on->text);
    if (name) route->iface = iface_find(route->host, name->text);
    prefix_parse(script_member(script, step, "to")->text, &route->prefix, &route->length);
    if (via) address_parse(via->text, &route->via);
    return route->iface || (!on && !name);
}

static bool route_add_step(struct script *script, const struct step *step, const struct route_words *words)
{
    const struct json *metric = script_member(script, step, "metric"), *persistent = script_member(script, step, "persistent");
    struct route_setup setup = { .prefix = words->prefix, .prefix_length = words->length, .on_link = !words->has_via, .next_hop = words->via, .metric = ROUTE_METRIC_DEFAULT };
    if (metric) setup.metric = (uint32_t)read_uint(metric);
    setup.persistent = persistent && read_bool(persistent);
    struct iface *iface = words->iface ? words->iface : world_interface_towards(words->host, words->has_via ? &words->via : NULL);
    if (iface) return route_add(iface, &setup);
    fail_step(script, step, NULL, NULL, NULL, "no interface of the host %s has a prefix with this next hop: say \"interface\"", host_name(words->host));
    return true;
}

static bool route_step(struct script *script, const struct step *step)
{
    struct route_words words;
    if (!route_words(script, step, &words)) {
        fail_step(script, step, NULL, NULL, NULL, "there is no such host or interface now");
        return true;
    }
    const struct kernel_address *via = words.has_via ? &words.via : NULL;
    if (step->kind->number == NET_ROUTE_ADD) return route_add_step(script, step, &words);
    if (step->kind->number == NET_ROUTE_REMOVE) return route_remove(words.host, &words.prefix, words.length, words.iface, via);
    return route_metric(words.host, &words.prefix, words.length, words.iface, via, (uint32_t)read_uint(script_member(script, step, "metric")));
}

static bool interface_add_step(struct script *script, const struct step *step)
{
    struct problems problems = { .arena = script->arena, .file = script->setup.scenario->file };
    struct host *host = host_find(script->setup.net, script_member(script, step, "host")->text);
    world_interface(script->setup.scenario, script->setup.net, host, step->node, false, &problems);
    struct iface *iface = problems.first ? NULL : iface_find(host, script_member(script, step, "name")->text);
    if (iface) links_plug(script->setup.scenario, script->setup.net, iface, &problems);
    for (const struct problem *problem = problems.first; problem; problem = problem->next) fail_step(script, step, NULL, NULL, NULL, "%s", problem->message);
    return true;
}

static bool interface_step(struct script *script, const struct step *step, struct iface *iface)
{
    switch (step->kind->number) {
    case NET_INTERFACE_REMOVE: return iface_remove(iface);
    case NET_INTERFACE_UP: return iface_up(iface);
    case NET_INTERFACE_DOWN: return iface_down(iface);
    case NET_INTERFACE_MEDIA: return iface_media(iface, read_bool(script_member(script, step, "connected")));
    case NET_INTERFACE_MTU: return iface_mtu(iface, (uint32_t)read_uint(script_member(script, step, "mtu")));
    default: return iface_metric(iface, (uint32_t)read_uint(script_member(script, step, "metric")));
    }
}

/* ---- reserved ports ---- */

static void row_reserved(const struct script *script, const struct step *step, const char *host, uint64_t token)
{
    struct trace *trace = script->setup.trace;
    if (!trace_begin(trace, LAYER_SCRIPT, step->kind->name, NULL, step->pointer)) return;
    trace_text(trace, "on", host);
    trace_uint(trace, "token", token);
    trace_end(trace);
}

static bool reservation_step(struct script *script, const struct step *step)
{
    struct host *host = step_host(script, step);
    const struct json *count = script_member(script, step, "count"), *wanted = script_member(script, step, "token");
    enum kernel_transport transport = (enum kernel_transport)read_named(script_member(script, step, "protocol"), TYPE_PROTOCOL);
    uint64_t start = read_uint(script_member(script, step, "start")), token = 0;
    if ((transport != KERNEL_TCP && transport != KERNEL_UDP) || start > UINT16_MAX || (count && read_uint(count) > UINT16_MAX)) {
        fail_step(script, step, NULL, NULL, NULL, "ports of tcp or of udp are reserved, 1 to 65535 of them");
        return true;
    }
    if (!count) return host_unreserve_ports(host, transport, (uint16_t)start);
    if (!host_reserve_ports(host, transport, (uint16_t)start, (uint16_t)read_uint(count), &token)) return false;
    row_reserved(script, step, host_name(host), token);
    if (wanted && read_uint(wanted) != token)
        fail_step(script, step, wanted, json_words(script, wanted), arena_printf(script->arena, "%llu", (unsigned long long)token), "the block has another token");
    return true;
}

void net_step_run(struct script *script, const struct step *step)
{
    const struct json *on = script_member(script, step, "on");
    struct iface *iface = on ? step_interface(script, on->text) : NULL;
    bool good = false;
    switch ((enum net_number)step->kind->number) {
    case NET_ADDRESS_ADD: case NET_ADDRESS_REMOVE: case NET_ADDRESS_STATE: case NET_ADDRESS_REFRESH:
    case NET_INTERFACE_REMOVE: case NET_INTERFACE_UP: case NET_INTERFACE_DOWN: case NET_INTERFACE_MEDIA: case NET_INTERFACE_MTU: case NET_INTERFACE_METRIC:
        if (!iface) { fail_step(script, step, on, NULL, NULL, "there is no interface %s now", on->text); return; }
        good = step->kind->number <= NET_ADDRESS_REFRESH ? address_step(script, step, iface) : interface_step(script, step, iface);
        break;
    case NET_INTERFACE_ADD: good = interface_add_step(script, step); break;
    case NET_ROUTE_ADD: case NET_ROUTE_REMOVE: case NET_ROUTE_CHANGE: good = route_step(script, step); break;
    case NET_STACK_DOWN: case NET_STACK_UP:
        host_stack(step_host(script, step), step->kind->number == NET_STACK_UP);
        good = true;
        break;
    case NET_HOST_SUSPEND: case NET_HOST_RESUME: good = sleep_step(script, step); break;
    case NET_BUFFERS_NONE: case NET_BUFFERS_BACK: good = buffers_step(script, step); break;
    case NET_LINK_CUT: case NET_LINK_RESTORE: case NET_LINK_SET: link_step_run(script, step); return;
    case NET_RESERVATION_ADD:
    case NET_RESERVATION_REMOVE: good = reservation_step(script, step); break;
    case NET_RSS_SET: rss_step_run(script, step); return;
    case NET_QOS_SET: qos_step_run(script, step); return;
    case NET_TRAFFIC: case NET_TRAFFIC_STOP: case NET_ISB_SET: case NET_ISB_AUTO: case NET_ISB_CAP: case NET_ISB_BUMP: traffic_step_run(script, step); return;
    case NET_FLAP: return; /* plain steps stand in its place (expand.c) */
    }
    if (!good) fail_step(script, step, NULL, NULL, NULL, "the network refuses this: %s", net_why(script->setup.net));
}
