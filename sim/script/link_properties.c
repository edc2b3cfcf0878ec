/*
 * The properties of a link, read: exact ratios and whole numbers only.
 */
#include <string.h>

#include "core/text.h"
#include "script/links.h"

__extension__ typedef unsigned __int128 wide;

#define LINK_RATE_MOST UINT64_C(1000000000000000)
#define RED_WEIGHT_MOST 20
#define RED_BYTES_MOST (UINT64_C(1) << 40)
#define LINK_TIME_MOST (INT64_C(86400) * 1000000000)

const struct member link_properties[] = {
    { "rate", TYPE_ANY, false, "bits a second; without it, serialisation takes no time" },
    { "delay", TYPE_ANY, false, "propagation" },
    { "queue", TYPE_ANY, false, "what may wait: \"1000p\", \"64KiB\", \"unlimited\", \"codel\" or {discipline, packets, bytes, …}" },
    { "loss", TYPE_ANY, false, "\"0.1%\", \"1/1000\", {rate, correlation}, {model: \"gilbert\", p, r, 1-h, 1-k}, {model: \"markov\", p13, p31, p32, p23, p14} or {packets: [3, 7]}" },
    { "duplicate", TYPE_ANY, false, "how likely a copy follows: a probability or {rate, correlation}" },
    { "corrupt", TYPE_ANY, false, "how likely it is damaged: a probability or {rate, correlation}" },
    { "reorder", TYPE_ANY, false, "how likely it leaves without the delay: a probability or {rate, correlation, gap}" },
    { "jitter", TYPE_ANY, false, "a time or {width, distribution, correlation, may_overtake}" },
    { "mtu", TYPE_ANY, false, "of IP packets; 0: the interface's own" },
    { "overhead", TYPE_ANY, false, "bytes of each frame besides the packet; 38 without it" },
    { "reservable", TYPE_ANY, false, "bits a second that it lends to flows with quality of service; none without it" },
    { 0 },
};

static bool object_check(struct problems *problems, const struct json *node, const struct member *table, const char *what)
{
    const struct member *const tables[] = { table, NULL };
    struct loading load = { .problems = problems };
    return load_members(&load, node, tables, what);
}

static bool word_wrong(struct problems *problems, const struct json *value, const char *what, const char *const *words, size_t count)
{
    const char *near = nearest_word(value->text, words, count);
    if (near) problem_at(problems, value, "there is no %s \"%s\"; did you mean \"%s\"?", what, value->text, near);
    else problem_at(problems, value, "there is no %s \"%s\"", what, value->text);
    return false;
}

/* ---- probabilities ---- */

/* In units of 2^-32; below 1 only where `below`. */
static bool chance_read(struct problems *problems, const struct json *value, bool below, uint64_t *chance)
{
    uint64_t numerator = 0, denominator = 1;
    if (value->type == JSON_NULL || is_text(value, "0") || (json_uint(value, &numerator) && numerator == 0)) { *chance = 0; return true; }
    if (value->type != JSON_TEXT || !ratio_parse(value->text, &numerator, &denominator)) {
        if (value->type == JSON_TEXT) problem_at(problems, value, "\"%s\" is not a probability such as \"0.1%%\" or \"1/1000\"", value->text);
        else problem_at(problems, value, "expected a probability such as \"0.1%%\" or \"1/1000\", found %s", json_type_name(value->type));
        return false;
    }
    if (numerator > denominator || (below && numerator == denominator)) {
        problem_at(problems, value, "%s is too much: %s", value->text, below ? "it stays below 100%" : "certainty is 100%");
        return false;
    }
    *chance = (uint64_t)(((wide)numerator << 32) / denominator);
    return true;
}

static bool chance_of(struct problems *problems, const struct json *object, const char *name, bool below, uint64_t *chance)
{
    const struct json *value = json_member(object, name);
    return !value || chance_read(problems, value, below, chance);
}

/* A probability, or { rate, correlation } among other members. */
static bool chance_setup_read(struct problems *problems, const struct json *value, const struct member *table, const char *what, struct chance *chance)
{
    *chance = (struct chance){ 0 };
    if (value->type != JSON_OBJECT) return chance_read(problems, value, false, &chance->probability);
    return object_check(problems, value, table, what) && chance_of(problems, value, "rate", false, &chance->probability) && chance_of(problems, value, "correlation", true, &chance->correlation);
}

static const struct member chance_members[] = { { "rate", TYPE_ANY, true, "how likely" }, { "correlation", TYPE_ANY, false, "the share of the draw before that a draw keeps; 0 without it, below 100%" }, { 0 } };

static bool duplicate_read(struct problems *problems, const struct json *value, struct cable_setup *setup)
{
    return chance_setup_read(problems, value, chance_members, "`duplicate`", &setup->impairments.duplicate);
}

static bool corrupt_read(struct problems *problems, const struct json *value, struct cable_setup *setup)
{
    return chance_setup_read(problems, value, chance_members, "`corrupt`", &setup->impairments.corrupt);
}

static bool reorder_read(struct problems *problems, const struct json *value, struct cable_setup *setup)
{
    static const struct member reorder_members[] = { { "rate", TYPE_ANY, true, "how likely" }, { "correlation", TYPE_ANY, false, "the share of the draw before that a draw keeps; 0 without it, below 100%" }, { "gap", TYPE_UINT32, false, "at least so many packets from one that overtakes to the next; 1 without it" }, { 0 } };
    struct reorder_setup *reorder = &setup->impairments.reorder;
    const struct json *gap = value->type == JSON_OBJECT ? json_member(value, "gap") : NULL;
    reorder->gap = 1;
    if (!chance_setup_read(problems, value, reorder_members, "`reorder`", &reorder->rate)) return false;
    if (gap) reorder->gap = (uint32_t)read_uint(gap);
    return true;
}

/* ---- loss ---- */

static bool loss_list_read(struct problems *problems, const struct json *list, struct loss_setup *loss)
{
    uint64_t *packets = arena_take(problems->arena, (list->count + 1) * sizeof *packets), last = 0;
    if (!type_check(problems, list, TYPE_LIST)) return false;
    for (const struct json *one = list->first; one; one = one->next) {
        if (!type_check(problems, one, TYPE_UINT)) return false;
        uint64_t number = read_uint(one);
        if (number <= last) { problem_at(problems, one, "the numbers of lost packets begin with 1 and ascend"); return false; }
        packets[loss->packet_count++] = last = number;
    }
    loss->model = list->count ? LOSS_LIST : LOSS_NONE;
    loss->packets = packets;
    return true;
}

static bool gilbert_read(struct problems *problems, const struct json *value, struct loss_setup *loss)
{
    static const struct member table[] = { { "model", TYPE_TEXT, true, "\"gilbert\" or \"markov\"" }, { "p", TYPE_ANY, true, "from the good state to the bad, a packet" }, { "r", TYPE_ANY, true, "from the bad state to the good, a packet" }, { "1-h", TYPE_ANY, false, "loss in the bad state; \"100%\" without it" }, { "1-k", TYPE_ANY, false, "loss in the good state; 0 without it" }, { 0 } };
    loss->model = LOSS_GILBERT;
    loss->chain[GILBERT_BAD_LOSS] = CHANCE_ALWAYS;
    return object_check(problems, value, table, "the loss model \"gilbert\"") && chance_of(problems, value, "p", false, &loss->chain[GILBERT_P]) &&
           chance_of(problems, value, "r", false, &loss->chain[GILBERT_R]) && chance_of(problems, value, "1-h", false, &loss->chain[GILBERT_BAD_LOSS]) &&
           chance_of(problems, value, "1-k", false, &loss->chain[GILBERT_GOOD_LOSS]);
}

static bool markov_read(struct problems *problems, const struct json *value, struct loss_setup *loss)
{
    static const struct member table[] = { { "model", TYPE_TEXT, true, "\"gilbert\" or \"markov\"" }, { "p13", TYPE_ANY, true, "from state 1 (received) to 3 (lost in a burst)" }, { "p31", TYPE_ANY, true, "from state 3 to 1" }, { "p32", TYPE_ANY, false, "from state 3 to 2 (received within a burst); 0 without it" }, { "p23", TYPE_ANY, false, "from state 2 to 3; \"100%\" without it" }, { "p14", TYPE_ANY, false, "from state 1 to 4 (lost alone); 0 without it" }, { 0 } };
    static const char *const names[] = { "p13", "p31", "p32", "p23", "p14" };
    loss->model = LOSS_MARKOV;
    loss->chain[MARKOV_23] = CHANCE_ALWAYS;
    if (!object_check(problems, value, table, "the loss model \"markov\"")) return false;
    for (int i = 0; i < CHAIN_MOST; i++)
        if (!chance_of(problems, value, names[i], false, &loss->chain[i])) return false;
    if (loss->chain[MARKOV_31] + loss->chain[MARKOV_32] <= CHANCE_ALWAYS && loss->chain[MARKOV_13] + loss->chain[MARKOV_14] <= CHANCE_ALWAYS) return true;
    problem_at(problems, value, "from one state the probabilities sum up to more than certainty: p31 + p32, or p13 + p14");
    return false;
}

static bool loss_read(struct problems *problems, const struct json *value, struct cable_setup *setup)
{
    static const struct member list_members[] = { { "packets", TYPE_LIST, true, "numbers of the lost packets from when this was set, from 1, ascending" }, { 0 } };
    static const char *const models[] = { "gilbert", "markov" };
    struct loss_setup *loss = &setup->impairments.loss;
    const struct json *model = json_member(value, "model"), *packets = json_member(value, "packets");
    *loss = (struct loss_setup){ .model = LOSS_NONE };
    if (packets) return object_check(problems, value, list_members, "a list of lost packets") && loss_list_read(problems, packets, loss);
    if (is_text(model, "gilbert")) return gilbert_read(problems, value, loss);
    if (is_text(model, "markov")) return markov_read(problems, value, loss);
    if (model) return type_check(problems, model, TYPE_TEXT) && word_wrong(problems, model, "loss model", models, 2);
    if (!chance_setup_read(problems, value, chance_members, "`loss`", &loss->rate)) return false;
    if (loss->rate.probability) loss->model = LOSS_BERNOULLI;
    return true;
}

/* ---- times, rates, sizes ---- */

static bool time_read(struct problems *problems, const struct json *value, int64_t *ns)
{
    if (!type_check(problems, value, TYPE_TIME)) return false;
    *ns = read_time(value);
    if (*ns <= LINK_TIME_MOST) return true;
    problem_at(problems, value, "%s is too long: at most 1d", value->text);
    return false;
}

static bool delay_read(struct problems *problems, const struct json *value, struct cable_setup *setup) { return time_read(problems, value, &setup->link.delay_ns); }

static bool rate_read(struct problems *problems, const struct json *value, struct cable_setup *setup)
{
    if (is_text(value, "unlimited")) { setup->link.rate_bps = LINK_UNLIMITED; return true; }
    if (!type_check(problems, value, TYPE_RATE)) return false;
    rate_parse(value->text, &setup->link.rate_bps);
    if (setup->link.rate_bps && setup->link.rate_bps <= LINK_RATE_MOST) return true;
    if (setup->link.rate_bps) problem_at(problems, value, "%s is too much: at most 1000Tbps", value->text);
    else problem_at(problems, value, "nothing passes at %s: `link.cut` cuts a link, and without \"rate\" serialisation takes no time", value->text);
    return false;
}

static bool reservable_read(struct problems *problems, const struct json *value, struct cable_setup *setup)
{
    return type_check(problems, value, TYPE_RATE) && rate_parse(value->text, &setup->link.reservable_bps);
}

static bool jitter_read(struct problems *problems, const struct json *value, struct cable_setup *setup)
{
    static const struct member table[] = { { "width", TYPE_TIME, true, "how far from the delay" }, { "distribution", TYPE_TEXT, false, "\"uniform\" (without it), \"normal\" or \"pareto\"" }, { "correlation", TYPE_ANY, false, "the share of the draw before that a draw keeps; 0 without it, below 100%" }, { "may_overtake", TYPE_BOOL, false, "packets may arrive in another order; false without it" }, { 0 } };
    static const char *const words[] = { "uniform", "normal", "pareto" };
    struct jitter_setup *jitter = &setup->impairments.jitter;
    *jitter = (struct jitter_setup){ .distribution = JITTER_UNIFORM };
    if (value->type != JSON_OBJECT) return value->type == JSON_NULL || time_read(problems, value, &jitter->width_ns);
    if (!object_check(problems, value, table, "`jitter`") || !time_read(problems, json_member(value, "width"), &jitter->width_ns)) return false;
    const struct json *distribution = json_member(value, "distribution"), *overtake = json_member(value, "may_overtake");
    jitter->may_overtake = overtake && read_bool(overtake);
    if (!chance_of(problems, value, "correlation", true, &jitter->correlation)) return false;
    for (int i = 0; distribution && i < 3; i++)
        if (is_text(distribution, words[i])) { jitter->distribution = (enum jitter_distribution)i; return true; }
    return !distribution || word_wrong(problems, distribution, "distribution", words, 3);
}

static bool number_read(struct problems *problems, const struct json *value, uint64_t least, uint64_t most, uint32_t *number)
{
    if (!type_check(problems, value, TYPE_UINT32)) return false;
    uint64_t found = read_uint(value);
    *number = (uint32_t)found;
    if (found == 0 || (found >= least && found <= most)) return true;
    problem_at(problems, value, "%s is neither 0 nor from %llu to %llu", value->text, (unsigned long long)least, (unsigned long long)most);
    return false;
}

static bool mtu_read(struct problems *problems, const struct json *value, struct cable_setup *setup) { return number_read(problems, value, 68, UINT32_MAX, &setup->link.mtu_bytes); }
static bool overhead_read(struct problems *problems, const struct json *value, struct cable_setup *setup) { return number_read(problems, value, 1, 65535, &setup->link.overhead_bytes); }

/* ---- queues ---- */

static bool queue_bytes_read(struct problems *problems, const struct json *value, uint64_t *bytes)
{
    if (!json_uint(value, bytes) && (value->type != JSON_TEXT || !size_parse(value->text, bytes))) {
        problem_at(problems, value, "expected a queue as packets such as \"1000p\", bytes such as \"64KiB\", \"unlimited\" or \"codel\"");
        return false;
    }
    if (*bytes) return true;
    problem_at(problems, value, "a queue of nothing drops whatever cannot leave at once: say \"1p\", or \"unlimited\"");
    return false;
}

/* "1000p" */
static bool packets_parse(const char *text, uint64_t *packets)
{
    char digits[24];
    size_t length = strlen(text);
    if (length < 2 || length > sizeof digits || text[length - 1] != 'p') return false;
    memcpy(digits, text, length - 1);
    digits[length - 1] = 0;
    return digits[0] >= '0' && digits[0] <= '9' && number_parse(digits, packets);
}

static bool codel_read(struct problems *problems, const struct json *value, struct cable_setup *setup)
{
    const struct json *target = json_member(value, "target"), *interval = json_member(value, "interval"), *ecn = json_member(value, "ecn");
    if ((target && !time_read(problems, target, &setup->codel.target_ns)) || (interval && !time_read(problems, interval, &setup->codel.interval_ns))) return false;
    setup->codel.ecn = ecn && read_bool(ecn);
    if (setup->codel.interval_ns > 0) return true;
    problem_at(problems, interval, "an interval of nothing");
    return false;
}

/* The limit in bytes is what its defaults follow from. */
static bool red_read(struct problems *problems, const struct json *value, struct cable_setup *setup)
{
    const struct json *least = json_member(value, "least"), *most = json_member(value, "most"), *weight = json_member(value, "weight"), *ecn = json_member(value, "ecn");
    struct red_setup *red = &setup->red;
    if (!setup->link.queue_bytes) { problem_at(problems, value, "the discipline \"red\" needs \"bytes\", the limit of its queue"); return false; }
    *red = red_setup_default(setup->link.queue_bytes);
    if (most && !queue_bytes_read(problems, most, &red->most_bytes)) return false;
    red->least_bytes = most ? red->most_bytes / 3 : red->least_bytes;
    if (least && !queue_bytes_read(problems, least, &red->least_bytes)) return false;
    if (!chance_of(problems, value, "probability", false, &red->probability)) return false;
    if (weight && read_uint(weight) > RED_WEIGHT_MOST) { problem_at(problems, weight, "a weight is from 0 to %d", RED_WEIGHT_MOST); return false; }
    if (weight) red->weight = (unsigned)read_uint(weight);
    red->ecn = ecn && read_bool(ecn);
    if (red->least_bytes < red->most_bytes && red->most_bytes <= RED_BYTES_MOST) return true;
    problem_at(problems, value, "\"least\" must be below \"most\", and this at most 1TiB");
    return false;
}

/* Whose discipline has which members. */
static bool queue_members_fit(struct problems *problems, const struct json *value, const struct cable_setup *setup)
{
    static const char *const of_codel[] = { "target", "interval", "ecn", NULL }, *const of_red[] = { "least", "most", "probability", "weight", "ecn", NULL };
    const char *const *own = setup->has_codel ? of_codel : of_red;
    for (const struct json *member = value->first; member; member = member->next) {
        if (strcmp(member->name, "discipline") == 0 || strcmp(member->name, "packets") == 0 || strcmp(member->name, "bytes") == 0) continue;
        size_t i = 0;
        while ((setup->has_codel || setup->has_red) && own[i] && strcmp(own[i], member->name) != 0) i++;
        if ((setup->has_codel || setup->has_red) && own[i]) continue;
        bool shared = strcmp(member->name, "ecn") == 0, codel = strcmp(member->name, "target") == 0 || strcmp(member->name, "interval") == 0;
        problem_at_name(problems, member, "only the discipline %s has \"%s\"", shared ? "\"codel\" or \"red\"" : codel ? "\"codel\"" : "\"red\"", member->name);
        return false;
    }
    return true;
}

static bool queue_object_read(struct problems *problems, const struct json *value, struct cable_setup *setup)
{
    static const struct member table[] = {
        { "discipline", TYPE_TEXT, false, "\"droptail\" (without it), \"codel\" or \"red\"" }, { "packets", TYPE_UINT32, false, "how many packets may wait; no such limit without it" }, { "bytes", TYPE_ANY, false, "how many bytes of packets may wait; no such limit without it, \"red\" needs it" }, { "target", TYPE_TIME, false, "of \"codel\": the delay that is allowed; \"5ms\" without it" }, { "interval", TYPE_TIME, false, "of \"codel\": how long it may be exceeded; \"100ms\" without it" },
        { "ecn", TYPE_BOOL, false, "of \"codel\" and \"red\": mark what can be marked instead of dropping it; false without it" }, { "least", TYPE_ANY, false, "of \"red\": the average in bytes from which it drops; a third of \"most\" without it" }, { "most", TYPE_ANY, false, "of \"red\": the average in bytes from which it drops all; a quarter of \"bytes\" without it" }, { "probability", TYPE_ANY, false, "of \"red\": just below \"most\"; \"2%\" without it" }, { "weight", TYPE_UINT, false, "of \"red\": the average follows by 1/2^weight; 9 without it" }, { 0 },
    };
    static const char *const words[] = { "droptail", "codel", "red" };
    if (!object_check(problems, value, table, "`queue`")) return false;
    const struct json *discipline = json_member(value, "discipline"), *packets = json_member(value, "packets"), *bytes = json_member(value, "bytes");
    setup->has_codel = is_text(discipline, "codel");
    setup->has_red = is_text(discipline, "red");
    if (discipline && !setup->has_codel && !setup->has_red && !is_text(discipline, "droptail")) return word_wrong(problems, discipline, "queue discipline", words, 3);
    if (!queue_members_fit(problems, value, setup)) return false;
    if (bytes && !queue_bytes_read(problems, bytes, &setup->link.queue_bytes)) return false;
    if (bytes && !packets) setup->link.queue_packets = LINK_UNLIMITED;
    if (packets) setup->link.queue_packets = (uint32_t)read_uint(packets);
    return setup->has_red ? red_read(problems, value, setup) : codel_read(problems, value, setup);
}

static bool queue_read(struct problems *problems, const struct json *value, struct cable_setup *setup)
{
    uint64_t packets;
    struct link_setup standard = link_setup_default();
    setup->link.queue_packets = standard.queue_packets;
    setup->link.queue_bytes = standard.queue_bytes;
    setup->has_codel = is_text(value, "codel");
    setup->has_red = false;
    setup->codel = codel_setup_default();
    if (setup->has_codel) return true;
    if (value->type == JSON_OBJECT) return queue_object_read(problems, value, setup);
    setup->link.queue_packets = LINK_UNLIMITED;
    if (is_text(value, "unlimited")) return true;
    if (value->type != JSON_TEXT || !packets_parse(value->text, &packets)) return queue_bytes_read(problems, value, &setup->link.queue_bytes);
    setup->link.queue_packets = (uint32_t)packets;
    if (packets > 0 && packets <= UINT32_MAX) return true;
    problem_at(problems, value, "%s is not a queue of 1p to 4294967295p", value->text);
    return false;
}

/* ---- all of them ---- */

typedef bool property_read(struct problems *problems, const struct json *value, struct cable_setup *setup);
static property_read *const readers[] = { rate_read, delay_read, queue_read, loss_read, duplicate_read, corrupt_read, reorder_read, jitter_read, mtu_read, overhead_read, reservable_read };

static bool property_both(struct problems *problems, const struct json *value, property_read *read, struct cable_setup setup[2])
{
    if (value->type != JSON_LIST) return read(problems, value, &setup[0]) && read(problems, value, &setup[1]);
    if (value->count == 2) {
        bool good = read(problems, value->first, &setup[0]);
        return read(problems, value->first->next, &setup[1]) && good; /* both are looked at: each may have something to tell */
    }
    problem_at(problems, value, "a list gives each direction its own: it has two elements, not %zu", value->count);
    return false;
}

bool link_properties_read(struct problems *problems, const struct json *object, struct cable_setup setup[2])
{
    size_t before = problems->count;
    for (size_t i = 0; link_properties[i].name; i++) {
        const struct json *value = json_member(object, link_properties[i].name);
        if (value) property_both(problems, value, readers[i], setup);
    }
    const struct json *reorder = json_member(object, "reorder");
    for (int i = 0; reorder && problems->count == before && i < 2; i++)
        if (setup[i].impairments.reorder.rate.probability && setup[i].link.delay_ns == 0)
            problem_at_name(problems, reorder, "a packet overtakes others by leaving without the delay: this link has none, say \"delay\"");
    return problems->count == before;
}

bool link_properties_named(const struct json *object)
{
    for (size_t i = 0; link_properties[i].name; i++)
        if (json_member(object, link_properties[i].name)) return true;
    return false;
}
