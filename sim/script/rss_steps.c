/*
 * Settings of adapters as the language says them, and where packets land by them.
 */
#include "script/rss_steps.h"

#include <string.h>

#include "core/text.h"
#include "net/endpoint/endpoint.h"
#include "net/rss/rss.h"
#include "script/inside.h"

const struct member rss_members[] = {
    { "capable", TYPE_BOOL, false, "the adapter can; Ethernet adapters can without it" }, { "enabled", TYPE_BOOL, false, "the adapter's keyword *RSS; true without it" }, { "profile", TYPE_TEXT, false, "\"numa_static\" (without it), \"numa\", \"closest\", \"closest_static\", \"balanced\" or \"conservative\"" },
    { "queues", TYPE_UINT32, false, "how many processors the table may name; 16 without it" }, { "base", TYPE_TEXT, false, "the first processor that may be used, as \"group:number\"; \"0:0\" without it" }, { "max", TYPE_TEXT, false, "the last processor that may be used, as \"group:number\"; the host's last without it" }, { "max_processors", TYPE_UINT32, false, "how many processors are used at most; 16 without it" },
    { "numa_node", TYPE_UINT32, false, "the preferred NUMA node; 65535, any, without it" }, { "entries", TYPE_UINT32, false, "entries of the indirection table: 1, 2, 4 … 128; 128 without it" }, { "hash_types", TYPE_LIST, false, "what is hashed: a list of \"tcp_ipv4\", \"ipv4\", \"udp_ipv6\" and the like; all but UDP without it" }, { "key", TYPE_TEXT, false, "80 hexadecimal digits; the published verification key without it" }, { 0 },
};

/* ---- settings ---- */

static void profile_read(struct problems *problems, const struct json *value, enum rss_profile *profile)
{
    for (unsigned i = 0; i < RSS_PROFILES; i++)
        if (is_text(value, rss_profile_names[i])) { *profile = (enum rss_profile)(i + 1); return; }
    const char *near = nearest_word(value->text, rss_profile_names, RSS_PROFILES);
    if (near) problem_at(problems, value, "there is no RSS profile \"%s\"; did you mean \"%s\"?", value->text, near);
    else problem_at(problems, value, "there is no RSS profile \"%s\"", value->text);
}

static void types_read(struct problems *problems, const struct json *list, uint32_t *types)
{
    const char *names[RSS_HASH_TYPES];
    *types = 0;
    for (unsigned i = 0; i < RSS_HASH_TYPES; i++) names[i] = rss_hash_names[i].name;
    for (const struct json *one = list->first; one; one = one->next) {
        unsigned i = 0;
        while (i < RSS_HASH_TYPES && !is_text(one, names[i])) i++;
        if (i < RSS_HASH_TYPES) { *types |= rss_hash_names[i].bit; continue; }
        const char *near = one->type == JSON_TEXT ? nearest_word(one->text, names, RSS_HASH_TYPES) : NULL;
        if (near) problem_at(problems, one, "there is no hash type \"%s\"; did you mean \"%s\"?", one->text, near);
        else problem_at(problems, one, "expected a hash type such as \"tcp_ipv4\"");
    }
}

static void key_read(struct problems *problems, const struct json *value, uint8_t key[TOEPLITZ_KEY_BYTES])
{
    bool good = strlen(value->text) == 2 * TOEPLITZ_KEY_BYTES;
    for (size_t i = 0; good && i < TOEPLITZ_KEY_BYTES; i++) {
        uint64_t byte = 0;
        const char hex[] = { '0', 'x', value->text[2 * i], value->text[2 * i + 1], 0 };
        good = number_parse(hex, &byte);
        key[i] = (uint8_t)byte;
    }
    if (!good) problem_at(problems, value, "an RSS key is %u bytes: %u hexadecimal digits", TOEPLITZ_KEY_BYTES, 2 * TOEPLITZ_KEY_BYTES);
}

static void processor_read(struct problems *problems, const struct json *value, struct processor *processor)
{
    if (!processor_parse(value->text, processor)) problem_at(problems, value, "expected a processor as \"group:number\", such as \"0:2\"; numbers of a group go to 63");
}

/* Numbers of 16 bits. */
static void number_read(struct problems *problems, const struct json *value, uint16_t *number)
{
    if (read_uint(value) > UINT16_MAX) problem_at(problems, value, "%s is too much: at most 65535", value->text);
    else *number = (uint16_t)read_uint(value);
}

/* What the object names; its members have the right types. True if nothing is wrong. */
static bool settings_read(struct problems *problems, const struct json *object, struct rss_setup *setup)
{
    const struct { const char *name; uint16_t *field; } numbers[] = { { "queues", &setup->queues }, { "max_processors", &setup->max_processors }, { "numa_node", &setup->numa_node }, { "entries", &setup->entries } };
    size_t before = problems->count;
    const struct json *value;
    if ((value = json_member(object, "capable"))) setup->capable = read_bool(value);
    if ((value = json_member(object, "enabled"))) setup->enabled = read_bool(value);
    if ((value = json_member(object, "profile"))) profile_read(problems, value, &setup->profile);
    if ((value = json_member(object, "base"))) processor_read(problems, value, &setup->base);
    if ((value = json_member(object, "max"))) processor_read(problems, value, &setup->max);
    if ((value = json_member(object, "hash_types"))) types_read(problems, value, &setup->hash_types);
    if ((value = json_member(object, "key"))) key_read(problems, value, setup->key);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if ((value = json_member(object, numbers[i].name))) number_read(problems, value, numbers[i].field);
    return problems->count == before;
}

void rss_world(const struct scenario *scenario, struct net *net, struct iface *iface, const struct json *object, struct problems *problems)
{
    static const struct member *const tables[] = { rss_members, NULL };
    struct loading load = { .scenario = (struct scenario *)(uintptr_t)scenario, .problems = problems };
    struct rss_setup setup = rss_setup_now(iface);
    if (!load_members(&load, object, tables, "`rss`") || !settings_read(problems, object, &setup)) return;
    if (!rss_declare(iface, &setup)) problem_at(problems, object, "the network refuses this: %s", net_why(net));
}

static bool settings_named(const struct json *object)
{
    for (const struct member *member = rss_members; member->name; member++)
        if (json_member(object, member->name)) return true;
    return false;
}

/* ---- before the run ---- */

/* "192.0.2.1:5000", "[2001:db8::1]:5000" */
static bool socket_parse(const char *text, struct kernel_socket *name)
{
    char bare[ADDRESS_TEXT];
    const char *colon = strrchr(text, ':');
    bool brackets = text[0] == '[' && colon && colon > text && colon[-1] == ']';
    const char *first = brackets ? text + 1 : text, *end = brackets ? colon - 1 : colon;
    uint64_t port;
    if (!colon || end < first || (size_t)(end - first) >= sizeof bare || !number_parse(colon + 1, &port) || port > UINT16_MAX) return false;
    memcpy(bare, first, (size_t)(end - first));
    bare[end - first] = 0;
    name->port = (uint16_t)port;
    return address_parse(bare, &name->address) && (name->address.family == KERNEL_IPV6) == brackets;
}

static void set_rules(struct loading *load, const struct step *step)
{
    static const struct member move_members[] = { { "entry", TYPE_UINT32, true, "of the indirection table, from 0" }, { "to", TYPE_TEXT, true, "the processor that it names from now on, as \"group:number\"" }, { 0 } };
    static const struct member *const tables[] = { move_members, NULL };
    const struct json *node = step->node, *on = json_member(node, "on"), *global = json_member(node, "global"), *move = json_member(node, "move");
    struct rss_setup setup = rss_setup_default(IFACE_ETHERNET);
    struct processor to;
    bool settings = settings_named(node);
    if ((on != NULL) == (json_member(node, "host") != NULL)) problem_at(load->problems, node, "`rss.set` needs either \"on\", an adapter, or \"host\" with \"global\", its switch");
    else if ((on != NULL) == (global != NULL)) problem_at(load->problems, node, "\"global\" is the switch of a \"host\", and all that can be said of it");
    else if (on ? settings + (move != NULL) != 1 : settings || move) problem_at(load->problems, node, "`rss.set` changes either settings, or moves one entry, or turns the host's switch");
    if (json_member(node, "restart") && !settings) problem_at_name(load->problems, json_member(node, "restart"), "\"restart\" belongs to settings");
    settings_read(load->problems, node, &setup);
    if (move && load_members(load, move, tables, "`move`")) processor_read(load->problems, json_member(move, "to"), &to);
}

static void socket_rule(struct loading *load, const struct json *value)
{
    struct kernel_socket name;
    if (value && !socket_parse(value->text, &name)) problem_at(load->problems, value, "expected an address with a port, such as \"192.0.2.1:5000\" or \"[2001:db8::1]:5000\"");
}

static void assert_rules(struct loading *load, const struct step *step)
{
    static const char *const landing[] = { "protocol", "processor", "hash", "entry" };
    const struct json *node = step->node, *on = json_member(node, "on"), *remote = json_member(node, "remote"), *local = json_member(node, "local"), *processor = json_member(node, "processor");
    struct processor parsed;
    if ((on != NULL) == (json_member(node, "host") != NULL)) problem_at(load->problems, node, "`rss` needs either \"on\", an adapter, or \"host\"");
    if (on ? !json_member(node, "active") && !remote : !json_member(node, "enabled")) problem_at(load->problems, node, "`rss` asserts nothing: say \"active\" or \"remote\" and \"local\" of an adapter, \"enabled\" of a host");
    if ((remote != NULL) != (local != NULL)) problem_at(load->problems, node, "a packet has both \"remote\", where it comes from, and \"local\"");
    for (size_t i = 0; !remote && i < sizeof landing / sizeof *landing; i++)
        if (json_member(node, landing[i])) problem_at_name(load->problems, json_member(node, landing[i]), "\"%s\" belongs to a packet: say \"remote\" and \"local\"", landing[i]);
    socket_rule(load, remote);
    socket_rule(load, local);
    if (processor) processor_read(load->problems, processor, &parsed);
}

void rss_rules(struct loading *load, const struct step *step)
{
    if (step->kind->class == STEP_ASSERT) assert_rules(load, step);
    else set_rules(load, step);
}

/* ---- in the run ---- */

static bool settings_change(struct script *script, const struct step *step, struct iface *iface)
{
    struct problems problems = { .arena = script->arena, .file = script->setup.scenario->file };
    const struct json *restart = script_member(script, step, "restart");
    struct rss_setup setup = rss_setup_now(iface);
    check(settings_read(&problems, step->node, &setup)); /* it was read before */
    return rss_change(iface, &setup, !restart || read_bool(restart));
}

static bool entry_move(const struct json *move, struct iface *iface)
{
    struct processor to;
    uint64_t entry = read_uint(json_member(move, "entry"));
    check(processor_parse(json_member(move, "to")->text, &to));
    return rss_move(iface, (unsigned)entry, to);
}

void rss_step_run(struct script *script, const struct step *step)
{
    const struct json *on = script_member(script, step, "on"), *global = script_member(script, step, "global"), *move = script_member(script, step, "move");
    if (global) {
        rss_global(host_find(script->setup.net, script_member(script, step, "host")->text), read_bool(global));
        return;
    }
    struct iface *iface = step_interface(script, on->text);
    if (!iface) { fail_step(script, step, on, NULL, NULL, "there is no interface %s now", on->text); return; }
    bool good = move ? entry_move(move, iface) : settings_change(script, step, iface);
    if (!good) fail_step(script, step, NULL, NULL, NULL, "the network refuses this: %s", net_why(script->setup.net));
}

static void number_matches(struct script *script, const struct step *step, const char *name, uint32_t seen, bool hexadecimal)
{
    const struct json *expected = script_member(script, step, name);
    if (!expected || read_uint(expected) == seen) return;
    const char *words = hexadecimal ? arena_printf(script->arena, "\"0x%08x\"", (unsigned)seen) : arena_printf(script->arena, "%u", (unsigned)seen);
    fail_step(script, step, expected, json_words(script, expected), words, "another %s", name);
}

static void landing_matches(struct script *script, const struct step *step, const struct iface *iface)
{
    const struct json *protocol = script_member(script, step, "protocol"), *processor = script_member(script, step, "processor");
    struct kernel_socket remote, local;
    struct rss_place place;
    struct processor wanted;
    struct tuple tuple;
    char text[PROCESSOR_TEXT];
    check(socket_parse(script_member(script, step, "remote")->text, &remote) && socket_parse(script_member(script, step, "local")->text, &local));
    memset(&tuple, 0, sizeof tuple);
    tuple.remote = prefix_key_of(&remote.address);
    tuple.local = prefix_key_of(&local.address);
    tuple.remote_port = remote.port;
    tuple.local_port = local.port;
    tuple.family = local.address.family;
    tuple.protocol = protocol ? (uint8_t)read_named(protocol, TYPE_PROTOCOL) : IP_PROTOCOL_TCP;
    rss_tuple_processor(iface, &tuple, &place);
    if (processor && processor_parse(processor->text, &wanted) && (wanted.group != place.processor.group || wanted.number != place.processor.number))
        fail_step(script, step, processor, json_words(script, processor), quoted(script, processor_text(place.processor, text)), "another processor");
    number_matches(script, step, "hash", place.hash, true);
    number_matches(script, step, "entry", place.entry, false);
}

void rss_assert_run(struct script *script, const struct step *step)
{
    const struct json *on = script_member(script, step, "on"), *active = script_member(script, step, "active"), *enabled = script_member(script, step, "enabled");
    if (!on) {
        bool seen = rss_enabled_anywhere(host_find(script->setup.net, script_member(script, step, "host")->text));
        if (seen != read_bool(enabled)) fail_step(script, step, enabled, json_words(script, enabled), seen ? "true" : "false", "RSS is %senabled on an interface of the host", seen ? "" : "not ");
        return;
    }
    const struct iface *iface = step_interface(script, on->text);
    if (!iface) { fail_step(script, step, on, json_words(script, on), NULL, "there is no such interface now"); return; }
    if (active && read_bool(active) != rss_active(iface))
        fail_step(script, step, active, json_words(script, active), rss_active(iface) ? "true" : "false", "RSS is %sactive", rss_active(iface) ? "" : "not ");
    if (script_member(script, step, "remote")) landing_matches(script, step, iface);
}
