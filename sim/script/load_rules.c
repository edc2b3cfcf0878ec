/*
 * What the members of a step say together, and what stands inside its values: a step that could not do what it says, or
 * could not fail although it expects something, is refused here and not found out by the run.
 */
#include <string.h>

#include "core/text.h"
#include "script/asserts_neighbor.h"
#include "script/asserts_net.h"
#include "script/files.h"
#include "script/links.h"
#include "script/load.h"
#include "script/marshal.h"
#include "script/traffic_steps.h"
#include "script/qos_steps.h"
#include "script/rio_rules.h"
#include "script/rss_steps.h"

#define BUFFER_MOST ((uint64_t)16 * 1024 * 1024) /* bytes that are really there */

static bool is_null(const struct json *value) { return !value || value->type == JSON_NULL; }

/* ---- calls ---- */

static void times_rule(struct loading *load, const struct step *step)
{
    const struct json *node = step->node, *at = json_member(node, "returns_at"), *within = json_member(node, "within"), *lasts = json_member(node, "lasts");
    const struct json *late = at ? at : lasts;
    if (within && !at) problem_at_name(load->problems, within, "\"within\" says how much later than \"returns_at\", which is missing");
    if (step->returns_never && late) problem_at_name(load->problems, late, "a call that returns \"never\" has no time of returning");
    else if (at && at->text[0] != '+' && step->time == AT_TIME && read_time(at) < step->at_ns)
        problem_at(load->problems, at, "the call would return before it starts, at %s", json_member(node, "at")->text);
}

static bool is_receive(const struct step *step) { return step->kind->number == CALL_RECV || step->kind->number == CALL_RECVFROM || step->kind->number == CALL_RECVMSG; }

/* An expected output that nobody would look at. */
static void out_rule(struct loading *load, const struct step *step, const struct json *out)
{
    const struct json *returns = json_member(step->node, "returns"), *bytes = json_member(step->node, "bytes"), *size = json_member(step->node, "out_size");
    bool ioctl = step->kind->number == CALL_IOCTL;
    if (is_text(returns, "any")) returns = NULL; /* what there is then is looked at if it succeeds */
    bool cut = is_receive(step) && returns && read_named(returns, TYPE_ERROR) == WSAEMSGSIZE; /* the beginning of the message is there */
    if (step->returns_never || (returns && !cut && read_named(returns, TYPE_ERROR) != 0))
        problem_at_name(load->problems, out, "the output is there only when the call succeeds: \"returns\" says that it does not");
    else if (ioctl && !size) problem_at_name(load->problems, out, "an output needs a buffer: say \"out_size\"");
    else if ((ioctl || is_receive(step)) && bytes && (bytes->type == JSON_NULL || is_text(bytes, "bad") || is_text(bytes, "untouched")))
        problem_at_name(load->problems, out, "without a byte count nobody knows how much of the output is there");
}

/* What decoded outputs are made of (ws2/decode.c). */
static void out_members(struct loading *load, const struct step *step, const struct json *out)
{
    static const char *const of_names[] = { "sockaddr" }, *const of_texts[] = { "text" }, *const of_templates[] = { "qos", "names" }, *const of_sets[] = { "read", "write", "except" }, *const of_catalog[] = { "protocols" };
    static const char *const of_codes[] = { "addresses", "offsets", "interfaces", "sockaddr", "ulong", "socket", "port_reservation", "endpoint", "bool", "qos", "tcp_info", "processor", "polled", "hex" }, *const of_events[] = { "events", "errors" };
    const char *const *names = of_events;
    size_t count = sizeof of_events / sizeof *of_events;
    switch (step->kind->number) {
    case CALL_RECV: case CALL_RECVFROM: case CALL_RECVMSG: case CALL_GETOVERLAPPEDRESULT: marshal_data_check(load->problems, out, true); return;
    case CALL_IOCTL: names = of_codes; count = sizeof of_codes / sizeof *of_codes; break;
    case CALL_ADDRESSTOSTRING: names = of_texts; count = 1; break;
    case CALL_GETQOSBYNAME: names = of_templates; count = 2; break;
    case CALL_STRINGTOADDRESS: case CALL_GETSOCKNAME: case CALL_GETPEERNAME: names = of_names; count = 1; break;
    case CALL_SELECT: names = of_sets; count = 3; break;
    case CALL_ENUMPROTOCOLS: names = of_catalog; count = 1; break;
    default: break;
    }
    if (!out->first) problem_at(load->problems, out, "an empty \"out\" expects nothing of the output");
    for (const struct json *member = out->first; member; member = member->next) {
        size_t i = 0;
        while (i < count && strcmp(names[i], member->name) != 0) i++;
        if (i < count) continue;
        const char *near = nearest_word(member->name, names, count);
        if (near) problem_at_name(load->problems, member, "no output has a member \"%s\"; did you mean \"%s\"?", member->name, near);
        else problem_at_name(load->problems, member, "no output has a member \"%s\"", member->name);
    }
}

static void event_rule(struct loading *load, const struct step *step)
{
    const struct json *event = json_member(step->node, "event"), *overlapped = json_member(step->node, "overlapped"), *no_packet = json_member(step->node, "no_packet");
    if (!is_null(event) && (is_null(overlapped) || is_text(overlapped, "bad"))) problem_at_name(load->problems, event, "the event is hEvent of an OVERLAPPED: say \"overlapped\"");
    if (no_packet && is_null(event)) problem_at_name(load->problems, no_packet, "it is the low bit of an event: say \"event\"");
}

/* What a socket may leave out of its completions. */
static void modes_rule(struct loading *load, const struct step *step)
{
    for (const struct json *mode = json_member(step->node, "modes")->first; mode; mode = mode->next)
        if (!is_text(mode, "skip_port_on_success") && !is_text(mode, "skip_set_event")) problem_at(load->problems, mode, "expected \"skip_port_on_success\" or \"skip_set_event\"");
}

static void ioctl_rule(struct loading *load, const struct step *step)
{
    const struct json *node = step->node, *in = json_member(node, "in");
    const struct json *size = json_member(node, "out_size"), *room = json_member(node, "out_room"), *real = room ? room : size, *out = json_member(node, "out");
    if (in && in->type == JSON_OBJECT) marshal_check(load->problems, in);
    event_rule(load, step);
    if (room && !size) problem_at_name(load->problems, room, "\"out_room\" says how much of \"out_size\" is really there: \"out_size\" is missing");
    else if (real && (room || (!is_text(out, "bad") && !(out && out->type == JSON_NULL))) && read_uint(real) > BUFFER_MOST)
        problem_at(load->problems, real, "a buffer of more than 16 MiB is not made; \"out_room\" says how much is really there");
}

static void transfer_rule(struct loading *load, const struct step *step)
{
    const struct json *node = step->node, *data = json_member(node, "data"), *size = json_member(node, "size");
    if (data) marshal_data_check(load->problems, data, false);
    if (size && is_receive(step)) marshal_sizes_check(load->problems, size);
    event_rule(load, step);
}

#define OPTION_MOST ((uint64_t)64 * 1024)

static void option_rule(struct loading *load, const struct step *step)
{
    const struct json *value = json_member(step->node, "value"), *size = json_member(step->node, "size");
    option_name_check(load->problems, json_member(step->node, "level"), json_member(step->node, "name"));
    if (value) option_value_check(load->problems, value);
    if (size && step->kind->number == CALL_GETSOCKOPT && read_uint(size) > OPTION_MOST && read_uint(size) <= INT32_MAX) problem_at(load->problems, size, "a buffer for an option's value has at most 65536 bytes");
}

static void select_rule(struct loading *load, const struct step *step)
{
    const struct json *timeout = json_member(step->node, "timeout"), *out = json_member(step->node, "out");
    if (timeout && read_time(timeout) / 1000000000 > INT32_MAX) problem_at(load->problems, timeout, "a timeval holds at most 2147483647 seconds");
    if (timeout && read_time(timeout) % 1000) problem_at(load->problems, timeout, "a timeval holds whole microseconds");
    for (const struct json *member = out && out->type == JSON_OBJECT ? out->first : NULL; member; member = member->next)
        if (!json_member(step->node, member->name)) problem_at_name(load->problems, member, "the call has no set \"%s\"", member->name);
}

static void poll_rule(struct loading *load, const struct step *step)
{
    static const struct member fd_members[] = { { "socket", TYPE_SOCKET, true, "which socket" }, { "events", TYPE_POLL, false, "POLL bits that are asked for" }, { "revents", TYPE_POLL, false, "POLL bits that are told, compared" }, { 0 } };
    static const struct member *const tables[] = { fd_members, NULL };
    const struct json *timeout = json_member(step->node, "timeout"), *fds = json_member(step->node, "fds"), *nfds = json_member(step->node, "nfds");
    if (timeout && (read_time(timeout) % 1000000 || read_time(timeout) / 1000000 > INT32_MAX)) problem_at(load->problems, timeout, "WSAPoll waits for whole milliseconds, at most 2147483647");
    if (fds->type == JSON_LIST) {
        for (const struct json *one = fds->first; one; one = one->next) load_members(load, one, tables, "an entry of \"fds\"");
        return;
    }
    if (fds->type != JSON_NULL && !is_text(fds, "bad")) problem_at(load->problems, fds, "expected a list such as [{\"socket\": \"s\", \"events\": [\"POLLRDNORM\"]}], null or \"bad\", found %s", json_type_name(fds->type));
    else if (!nfds) problem_at_name(load->problems, fds, "an array that is not there has no length: say \"nfds\"");
}

/* A descriptor of a socket that is there already says nothing of what it is. */
static void socket_rule(struct loading *load, const struct step *step)
{
    static const char *const members[] = { "family", "type", "protocol" };
    const struct json *from = json_member(step->node, "from");
    for (size_t i = 0; i < 3; i++) {
        const struct json *member = json_member(step->node, members[i]);
        if (from && member) problem_at_name(load->problems, member, "with \"from\" the socket has its %s already", members[i]);
        if (!from && !member && i < 2) problem_at(load->problems, step->node, "`socket` needs \"%s\"", members[i]);
    }
}

static void duplicate_rule(struct loading *load, const struct step *step)
{
    const struct json *process = json_member(step->node, "process"), *info = json_member(step->node, "info"), *as = json_member(step->node, "as");
    if (process->type != JSON_TEXT) type_check(load->problems, process, TYPE_UINT32);
    if (info && info->type == JSON_TEXT && !is_text(info, "bad")) problem_at(load->problems, info, "\"info\" says that there is none: null or \"bad\"; a name for it is \"as\"");
    if (info && as) problem_at_name(load->problems, as, "where no WSAPROTOCOL_INFOW is, there is nothing to name");
}

static void wait_rule(struct loading *load, const struct step *step)
{
    const struct json *events = json_member(step->node, "events");
    if (events->count == 0) problem_at(load->problems, events, "a wait needs an event to wait for; `sleep` waits for none");
    if (events->count > WAIT_EVENTS_MOST) problem_at(load->problems, events, "a wait takes at most %d events, here stand %zu", WAIT_EVENTS_MOST, events->count);
}

/* What goes as one buffer is one piece. */
static void extension_rule(struct loading *load, const struct step *step)
{
    static const char *const members[] = { "data", "head", "tail" };
    bool several = step->kind->number == CALL_TRANSMITPACKETS || step->kind->number == CALL_SENDMSG;
    const struct json *size = json_member(step->node, "size");
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const struct json *data = json_member(step->node, members[i]);
        if (data && data->type == JSON_LIST && !several) problem_at(load->problems, data, "the function takes one buffer: no list");
        else if (data) marshal_data_check(load->problems, data, false);
    }
    files_rule(load, step);
    if (size && step->kind->number == CALL_RECVMSG) marshal_sizes_check(load->problems, size);
}

static void name_rule(struct loading *load, const struct step *step)
{
    const struct json *name = json_member(step->node, "name"), *size = json_member(step->node, "name_size");
    if (name->type != JSON_TEXT && name->type != JSON_NULL) problem_at(load->problems, name, "expected a template's name, \"\", null or \"bad\", found %s", json_type_name(name->type));
    if (size && read_uint(size) > 65536) problem_at(load->problems, size, "a buffer for names has at most 65536 bytes");
}

static void call_rules(struct loading *load, const struct step *step)
{
    const struct json *out = json_member(step->node, "out");
    times_rule(load, step);
    if (step->kind->number == CALL_IOCTL) ioctl_rule(load, step);
    if (step->kind->number == CALL_WAIT) wait_rule(load, step);
    if (step->kind->number == CALL_GETQOSBYNAME) name_rule(load, step);
    if (step->kind->number == CALL_NOTIFICATIONMODES) modes_rule(load, step);
    if (step->kind->number >= CALL_ACCEPTEX && step->kind->number <= CALL_SENDMSG) extension_rule(load, step);
    if (step->kind->number >= CALL_RIOREGISTER && step->kind->number <= CALL_RIORECEIVEEX) rio_rules(load, step);
    if (step->kind->number >= CALL_SENDDISCONNECT && step->kind->number <= CALL_RECVFROM) transfer_rule(load, step);
    if (step->kind->number == CALL_GETSOCKOPT || step->kind->number == CALL_SETSOCKOPT) option_rule(load, step);
    if (step->kind->number == CALL_SELECT) select_rule(load, step);
    if (step->kind->number == CALL_POLL) poll_rule(load, step);
    if (step->kind->number == CALL_SOCKET) socket_rule(load, step);
    if (step->kind->number == CALL_DUPLICATE) duplicate_rule(load, step);
    if (!out || out->type != JSON_OBJECT) return;
    out_rule(load, step, out);
    out_members(load, step, out);
}

/* ---- assertions ---- */

static void each(struct loading *load, const struct json *list, enum type type)
{
    for (const struct json *one = list ? list->first : NULL; one; one = one->next) type_check(load->problems, one, type);
}

static void one_of(struct loading *load, const struct step *step, const char *a, const char *b)
{
    if (!json_member(step->node, a) && !json_member(step->node, b)) problem_at(load->problems, step->node, "`%s` asserts nothing: say \"%s\" or \"%s\"", step->kind->name, a, b);
}

static void routes_rule(struct loading *load, const struct step *step)
{
    static const struct member route_members[] = {
        { "to", TYPE_PREFIX, true, "the prefix" }, { "via", TYPE_ADDRESS, false, "its next hop" }, { "interface", TYPE_NAME, false, "the name of its interface" }, { "metric", TYPE_UINT32, false, "its metric" }, { 0 }
    };
    static const struct member *const tables[] = { route_members, NULL };
    const struct json *has = json_member(step->node, "has");
    one_of(load, step, "has", "lacks");
    for (const struct json *one = has ? has->first : NULL; one; one = one->next) load_members(load, one, tables, "a route");
    each(load, json_member(step->node, "lacks"), TYPE_PREFIX);
}

static void path_rule(struct loading *load, const struct step *step)
{
    static const char *const names[] = { "source", "interface", "via" };
    const struct json *error = json_member(step->node, "error");
    for (size_t i = 0; error && read_named(error, TYPE_ERROR) != 0 && i < 3; i++) {
        const struct json *member = json_member(step->node, names[i]);
        if (member) problem_at_name(load->problems, member, "where no path is, there is no \"%s\": \"error\" says so", names[i]);
    }
}

static void assert_rules(struct loading *load, const struct step *step)
{
    switch ((enum assert_number)step->kind->number) {
    case ASSERT_OVERLAPPED: one_of(load, step, "status", "bytes"); return;
    case ASSERT_ROUTES: routes_rule(load, step); return;
    case ASSERT_PATH: path_rule(load, step); return;
    case ASSERT_QOS: qos_rules(load, step); return;
    case ASSERT_RSS: rss_rules(load, step); return;
    case ASSERT_NEIGHBORS: neighbor_assert_rules(load, step); return;
    case ASSERT_RIOBUFFER: rio_assert_rules(load, step); return;
    case ASSERT_ADDRESSES: each(load, json_member(step->node, "addresses"), TYPE_ADDRESS); return;
    case ASSERT_LINK: case ASSERT_TRAFFIC: case ASSERT_TCP: net_assert_rules(load, step); return;
    case ASSERT_EVENT: case ASSERT_SOCKET: case ASSERT_INTERFACE: case ASSERT_PENDING: return;
    }
}

/* ---- links ---- */

static void link_rules(struct loading *load, const struct step *step)
{
    const struct json *node = step->node, *on = json_member(node, "on"), *from = json_member(node, "from"), *detect = json_member(node, "detect");
    const char *name = step->kind->name;
    if (step->kind->number == NET_FLAP || json_member(node, "over") || json_member(node, "keyframes")) {
        problem_at(load->problems, node, "what stands for several steps has a time of its own: it cannot be part of a `together` list");
        return;
    }
    if ((on != NULL) == (from != NULL)) problem_at(load->problems, node, "`%s` needs either \"on\", an end of the link, or \"from\", the end of the one direction meant", name);
    if (detect && from) problem_at_name(load->problems, detect, "nobody detects what happens to one direction");
    if (step->kind->number != NET_LINK_SET) return;
    if (!link_properties_named(node)) problem_at(load->problems, node, "`link.set` changes nothing: say \"rate\", \"delay\", \"loss\" …");
    if (json_member(node, "steps")) problem_at_name(load->problems, json_member(node, "steps"), "\"steps\" belongs to \"over\"");
}

static void buffers_rule(struct loading *load, const struct step *step)
{
    const struct json *host = json_member(step->node, "host"), *actor = json_member(step->node, "actor");
    if ((host != NULL) == (actor != NULL)) problem_at(load->problems, step->node, "`%s` needs either \"host\" or \"actor\"", step->kind->name);
    if (actor) actor_known(load, actor);
}

static void net_rules(struct loading *load, const struct step *step)
{
    if (step->kind->number >= NET_LINK_CUT && step->kind->number <= NET_FLAP) link_rules(load, step);
    if (step->kind->number >= NET_TRAFFIC && step->kind->number <= NET_ISB_BUMP) traffic_rules(load, step);
    if (step->kind->number == NET_BUFFERS_NONE || step->kind->number == NET_BUFFERS_BACK) buffers_rule(load, step);
    if (step->kind->number == NET_RSS_SET) rss_rules(load, step);
    if (step->kind->number == NET_QOS_SET) qos_rules(load, step);
}

static void sees_rules(struct loading *load, const struct step *step)
{
    const struct json *out = json_member(step->node, "out");
    if (out && out->type == JSON_OBJECT) marshal_data_check(load->problems, out, true);
}

void load_rules(struct loading *load, const struct step *step)
{
    switch (step->kind->class) {
    case STEP_CALL: call_rules(load, step); return;
    case STEP_ASSERT: assert_rules(load, step); return;
    case STEP_NET: net_rules(load, step); return;
    case STEP_SEES: sees_rules(load, step); return;
    case STEP_TOGETHER: case STEP_MESSAGE: return;
    }
}
