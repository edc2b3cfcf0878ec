/*
 * Built-in traffic: the steps `traffic`, `traffic.stop` and isb.*, and what can be said of them before a run.
 */
#include <string.h>

#include "core/text.h"
#include "net/endpoint/endpoint.h"
#include "net/tcp/backlog.h"
#include "net/tcp/tcp.h"
#include "net/traffic/traffic.h"
#include "script/inside.h"
#include "script/traffic_steps.h"

#define UDP_PAYLOAD_MOST 65507u

bool socket_parse(const char *text, struct kernel_socket *socket)
{
    char address[ADDRESS_TEXT + 2];
    const char *colon = strrchr(text, ':');
    uint64_t port;
    if (!colon || (size_t)(colon - text) >= sizeof address || colon[1] < '0' || colon[1] > '9' || !number_parse(colon + 1, &port) || port == 0 || port > UINT16_MAX) return false;
    size_t length = (size_t)(colon - text);
    bool six = text[0] == '[' && length > 1 && text[length - 1] == ']';
    memcpy(address, text, length);
    address[length - six] = 0;
    socket->port = (uint16_t)port;
    return address_parse(address + six, &socket->address) && (socket->address.family == KERNEL_IPV6) == six;
}

static bool size_of(const struct json *value, uint64_t *bytes)
{
    return json_uint(value, bytes) || (value->type == JSON_TEXT && size_parse(value->text, bytes));
}

static const char *const kind_words[] = { "sink", "echo", "bulk", "cbr", "request" };

static bool kind_of(const struct json *value, enum traffic_kind *kind)
{
    for (int i = 0; i < 5; i++)
        if (is_text(value, kind_words[i])) { *kind = (enum traffic_kind)i; return true; }
    return false;
}

/* ---- before the run ---- */

/* Which members a kind has: n needs it, m may have it. In the order of the table of members. */
static const char *const member_names[] = { "port", "to", "rate", "interval", "size", "count", "timeout", "buffer" };
static const char member_use[][9] = { [TRAFFIC_SINK] = "n      m", [TRAFFIC_ECHO] = "n      m", [TRAFFIC_BULK] = "mn  m  m", [TRAFFIC_CBR] = "mnmmnm m", [TRAFFIC_REQUEST] = "mn mnmmm" };

static void members_rule(struct loading *load, const struct step *step, enum traffic_kind kind)
{
    for (size_t i = 0; i < sizeof member_names / sizeof *member_names; i++) {
        const struct json *value = json_member(step->node, member_names[i]);
        if (value && member_use[kind][i] == ' ') problem_at_name(load->problems, value, "traffic of the kind \"%s\" has no \"%s\"", kind_words[kind], member_names[i]);
        if (!value && member_use[kind][i] == 'n') problem_at(load->problems, step->node, "traffic of the kind \"%s\" needs \"%s\"", kind_words[kind], member_names[i]);
    }
}

static void values_rule(struct loading *load, const struct step *step, enum traffic_kind kind)
{
    const struct json *node = step->node, *protocol = json_member(node, "protocol"), *to = json_member(node, "to"), *size = json_member(node, "size"), *port = json_member(node, "port");
    const struct json *rate = json_member(node, "rate"), *interval = json_member(node, "interval"), *timeout = json_member(node, "timeout"), *stop = json_member(node, "stop");
    struct kernel_socket socket;
    uint64_t bytes = 0;
    bool udp = is_text(protocol, "udp");
    if (protocol && !udp && !is_text(protocol, "tcp")) problem_at(load->problems, protocol, "\"%s\" is not known here; expected \"tcp\" or \"udp\"", protocol->text);
    if (udp && kind == TRAFFIC_BULK) problem_at(load->problems, protocol, "\"bulk\" is a stream, of TCP; \"cbr\" sends messages");
    if (to && !socket_parse(to->text, &socket)) problem_at(load->problems, to, "\"%s\" is not an address with a port, such as \"192.0.2.1:9000\" or \"[2001:db8::1]:9000\"", to->text);
    if (port && (read_uint(port) == 0 || read_uint(port) > UINT16_MAX)) problem_at(load->problems, port, "%s is not a port from 1 to 65535", port->text);
    if (size && !size_of(size, &bytes)) problem_at(load->problems, size, "expected a size such as 1200 or \"64KiB\"");
    else if (size && bytes == 0) problem_at(load->problems, size, "nothing would be sent");
    else if (size && kind != TRAFFIC_BULK && bytes > (udp ? UDP_PAYLOAD_MOST : UINT32_MAX)) problem_at(load->problems, size, "%s is too much for one message", size->text);
    if (kind == TRAFFIC_CBR && !rate == !interval) problem_at(load->problems, node, "\"cbr\" needs either \"rate\" or \"interval\"");
    if (rate && rate_parse(rate->text, &bytes) && bytes == 0) problem_at(load->problems, rate, "nothing would be sent");
    if (interval && kind == TRAFFIC_CBR && read_time(interval) == 0) problem_at(load->problems, interval, "everything would be sent at once");
    if (stop && stop->text[0] != '+' && step->time == AT_TIME && read_time(stop) < step->at_ns) problem_at(load->problems, stop, "it would stop before it begins, at %s", json_member(node, "at")->text);
    if (timeout && !udp) problem_at_name(load->problems, timeout, "TCP loses nothing: \"timeout\" is for UDP");
}

static void names_rule(struct loading *load, const struct step *step)
{
    static const char *const names[] = { "traffic", "actor", "host" };
    const struct json *node = step->node, *socket = json_member(node, "socket"), *to = json_member(node, "to"), *bytes = json_member(node, "bytes");
    struct kernel_socket peer;
    int count = 0;
    for (int i = 0; i < 3; i++) count += json_member(node, names[i]) != NULL;
    count += step->kind->class == STEP_ASSERT && step->actor >= 0;
    if (count != 1) problem_at(load->problems, node, "which connection? say \"traffic\", or an actor and its \"socket\", or \"host\" and \"to\"");
    if ((json_member(node, "actor") || (step->actor >= 0 && count == 1)) && !socket) problem_at(load->problems, node, "which \"socket\" of the actor?");
    if (json_member(node, "host") && !to) problem_at(load->problems, node, "\"to\" says with whom the host is connected");
    if (to && !socket_parse(to->text, &peer)) problem_at(load->problems, to, "\"%s\" is not an address with a port, such as \"192.0.2.1:9000\"", to->text);
    if (bytes && read_uint(bytes) > UINT32_MAX) problem_at(load->problems, bytes, "a backlog has at most 4294967295 bytes");
}

static void cap_rule(struct loading *load, const struct step *step)
{
    const struct json *bytes = json_member(step->node, "bytes");
    if (read_uint(bytes) > BACKLOG_CEILING) problem_at(load->problems, bytes, "%s is too much: at most %u", bytes->text, BACKLOG_CEILING);
}

void connection_rules(struct loading *load, const struct step *step) { names_rule(load, step); }

void traffic_rules(struct loading *load, const struct step *step)
{
    const struct json *kind = json_member(step->node, "kind");
    enum traffic_kind found;
    if (step->kind->number == NET_TRAFFIC_STOP) return;
    if (step->kind->number == NET_ISB_CAP) { cap_rule(load, step); return; }
    if (step->kind->number != NET_TRAFFIC) { names_rule(load, step); return; }
    if (kind_of(kind, &found)) {
        members_rule(load, step, found);
        values_rule(load, step, found);
        return;
    }
    const char *near = nearest_word(kind->text, kind_words, 5);
    if (near) problem_at(load->problems, kind, "there is no traffic of the kind \"%s\"; did you mean \"%s\"?", kind->text, near);
    else problem_at(load->problems, kind, "there is no traffic of the kind \"%s\"; there are \"sink\", \"echo\", \"bulk\", \"cbr\" and \"request\"", kind->text);
}

/* ---- names ---- */

/* Traffic that nobody names bears its kind and its place in the timeline, from 1. */
static const char *traffic_name(struct arena *arena, const struct step *step)
{
    const struct json *as = json_member(step->node, "as");
    return as ? as->text : arena_printf(arena, "%s%zu", json_member(step->node, "kind")->text, step->index + 1);
}

static bool is_traffic(const struct step *step) { return step->kind->class == STEP_NET && step->kind->number == NET_TRAFFIC; }

static void step_names(const struct scenario *scenario, const struct step *step, const char *const *names, size_t count, struct problems *problems)
{
    const struct json *name = json_member(step->node, "traffic"), *actor = json_member(step->node, "actor");
    if (name && name->type == JSON_TEXT) {
        size_t i = 0;
        while (i < count && strcmp(names[i], name->text) != 0) i++;
        const char *near = i < count ? NULL : nearest_word(name->text, names, count);
        if (near) problem_at(problems, name, "there is no traffic \"%s\"; did you mean \"%s\"?", name->text, near);
        else if (i == count) problem_at(problems, name, "there is no traffic \"%s\"", name->text);
    }
    for (size_t i = 0; actor && i <= scenario->actor_count; i++) {
        if (i == scenario->actor_count) problem_at(problems, actor, "there is no actor \"%s\"", actor->text);
        else if (strcmp(scenario->actors[i].name, actor->text) == 0) break;
    }
}

void traffic_check_names(const struct scenario *scenario, struct problems *problems)
{
    size_t count = 0, room = 1;
    for (size_t i = 0; i < scenario->step_count; i++) room += 1 + scenario->steps[i].part_count;
    const char **names = arena_take(problems->arena, room * sizeof *names);
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < scenario->step_count; i++) {
            const struct step *step = &scenario->steps[i];
            for (size_t k = 0; k < (step->kind ? 1 : step->part_count); k++) {
                const struct step *one = step->kind ? step : &step->parts[k];
                if (pass) step_names(scenario, one, names, count, problems);
                else if (is_traffic(one)) names[count++] = traffic_name(problems->arena, one);
            }
        }
}

/* ---- running ---- */

static void refused(struct script *script, const struct step *step)
{
    fail_step(script, step, NULL, NULL, NULL, "the network refuses this: %s", net_why(script->setup.net));
}

static void traffic_begin(struct script *script, const struct step *step)
{
    const struct json *protocol = script_member(script, step, "protocol"), *port = script_member(script, step, "port"), *to = script_member(script, step, "to"), *rate = script_member(script, step, "rate");
    const struct json *interval = script_member(script, step, "interval"), *size = script_member(script, step, "size"), *count = script_member(script, step, "count");
    const struct json *timeout = script_member(script, step, "timeout"), *buffer = script_member(script, step, "buffer"), *stop = script_member(script, step, "stop");
    struct traffic_setup setup = traffic_setup_default();
    uint64_t bytes = 0;
    setup.name = traffic_name(script->arena, step);
    kind_of(script_member(script, step, "kind"), &setup.kind);
    if (is_text(protocol, "udp")) setup.transport = KERNEL_UDP;
    if (port) setup.port = (uint16_t)read_uint(port);
    if (to) socket_parse(to->text, &setup.to);
    if (rate) rate_parse(rate->text, &setup.rate_bps);
    if (interval) setup.interval_ns = read_time(interval);
    if (size) size_of(size, &bytes);
    if (setup.kind == TRAFFIC_BULK) setup.bytes = bytes;
    else setup.size = (uint32_t)bytes;
    if (count) setup.count = read_uint(count);
    if (timeout) setup.timeout_ns = read_time(timeout);
    if (buffer) setup.buffer_bytes = (uint32_t)read_uint(buffer);
    if (stop) setup.stop_ns = stop->text[0] == '+' ? time_after(script_now(script), read_time(stop)) : read_time(stop);
    if (!traffic_start(host_find(script->setup.net, script_member(script, step, "host")->text), &setup)) refused(script, step);
}

static bool speaks_with(const struct endpoint *endpoint, const struct kernel_socket *peer)
{
    struct prefix_key remote = prefix_key_of(&peer->address);
    return endpoint->tuple.remote_port == peer->port && endpoint->tuple.family == peer->address.family && key_equal(&endpoint->tuple.remote, &remote);
}

/* A connection of this host with this peer, the same for whoever owns it; failing that, what sends messages to it, first opened first. */
static struct endpoint *connection_with(struct host *host, const struct kernel_socket *peer)
{
    struct endpoint *endpoint;
    for (endpoint = host->connections; endpoint; endpoint = endpoint->by_tuple.next)
        if (speaks_with(endpoint, peer)) return endpoint;
    for (endpoint = host->net->endpoints; endpoint; endpoint = endpoint->hh.next)
        if (endpoint->host == host && endpoint->transport == KERNEL_UDP && speaks_with(endpoint, peer)) return endpoint;
    return NULL;
}

/* A sink of UDP has no connections, but an endpoint for each family. */
static struct endpoint *traffic_end(const struct traffic *traffic, const struct json *family)
{
    struct endpoint *newest = traffic_endpoint(traffic), *server = traffic_server(traffic, family && read_named(family, TYPE_FAMILY) == AF_INET6 ? KERNEL_IPV6 : KERNEL_IPV4);
    return server && server->transport == KERNEL_UDP ? server : newest;
}

static struct endpoint *socket_endpoint(struct script *script, struct actor *actor, const char *name)
{
    const uintptr_t *found = binding_find(&actor->endpoints, name);
    return found ? endpoint_find(script->setup.net, *found) : NULL;
}

struct endpoint *step_connection(struct script *script, const struct step *step)
{
    const struct json *traffic = script_member(script, step, "traffic"), *actor = script_member(script, step, "actor"), *socket = script_member(script, step, "socket"), *host = script_member(script, step, "host");
    struct kernel_socket peer;
    struct endpoint *found = NULL;
    if (traffic) {
        const struct traffic *named = traffic_find(script->setup.net, traffic->text);
        found = named ? traffic_end(named, script_member(script, step, "family")) : NULL;
    } else if (host) {
        found = socket_parse(script_member(script, step, "to")->text, &peer) ? connection_with(host_find(script->setup.net, host->text), &peer) : NULL;
    } else if (step->actor >= 0) {
        found = socket_endpoint(script, step_actor(script, step), socket->text);
    } else {
        for (size_t i = 0; i < script->setup.scenario->actor_count; i++)
            if (is_text(actor, script->actors[i].setup->name)) found = socket_endpoint(script, &script->actors[i], socket->text);
    }
    if (!found) fail_step(script, step, NULL, NULL, NULL, "there is no such connection now");
    return found;
}

static void isb_step(struct script *script, const struct step *step)
{
    struct endpoint *endpoint = step_connection(script, step);
    if (!endpoint) return;
    enum kernel_status status = step->kind->number == NET_ISB_SET ? tcp_backlog_set(endpoint, read_uint(script_member(script, step, "bytes")))
                              : step->kind->number == NET_ISB_AUTO ? tcp_backlog_auto(endpoint) : tcp_backlog_bump(endpoint);
    if (status != KERNEL_OK) fail_step(script, step, NULL, NULL, NULL, "the stack answers \"%s\"", status_name(status));
}

static void cap_step(struct script *script, const struct step *step)
{
    tcp_backlog_cap(host_find(script->setup.net, script_member(script, step, "host")->text), (uint32_t)read_uint(script_member(script, step, "bytes")));
}

void traffic_step_run(struct script *script, const struct step *step)
{
    const struct json *name = script_member(script, step, "traffic");
    if (step->kind->number == NET_TRAFFIC) { traffic_begin(script, step); return; }
    if (step->kind->number == NET_ISB_CAP) { cap_step(script, step); return; }
    if (step->kind->number != NET_TRAFFIC_STOP) { isb_step(script, step); return; }
    struct traffic *traffic = traffic_find(script->setup.net, name->text);
    if (!traffic) fail_step(script, step, name, NULL, NULL, "this traffic has not begun");
    else if (!traffic_stop(traffic)) refused(script, step);
}
