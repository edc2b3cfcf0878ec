/* Whom an interface knows on its link, and in which state they are. */
#include "script/asserts_neighbor.h"

#include <string.h>

#include "net/ip/neighbor.h"
#include "script/inside.h"

static bool state_of(const struct iface *iface, const char *text, enum neighbor_state *state)
{
    struct kernel_address wanted;
    struct neighbor_view view;
    if (!address_parse(text, &wanted)) return false;
    for (size_t i = 0; neighbor_view(iface, i, &view); i++)
        if (address_equal(&view.address, &wanted)) { *state = view.state; return true; }
    return false;
}

void neighbor_assert_rules(struct loading *load, const struct step *step)
{
    static const struct member table[] = { { "address", TYPE_ADDRESS, true, "the neighbour" }, { "state", TYPE_TEXT, false, "of its entry: \"unreachable\", \"incomplete\", \"probe\", \"delay\", \"stale\", \"reachable\" or \"permanent\"" }, { 0 } };
    static const struct member *const tables[] = { table, NULL };
    const struct json *has = json_member(step->node, "has"), *lacks = json_member(step->node, "lacks");
    enum neighbor_state known;
    if (!has && !lacks) problem_at(load->problems, step->node, "`neighbors` asserts nothing: say \"has\" or \"lacks\"");
    for (const struct json *one = has ? has->first : NULL; one; one = one->next) {
        if (!load_members(load, one, tables, "a neighbor")) continue;
        const struct json *state = json_member(one, "state");
        if (state && (!neighbor_state_parse(state->text, &known) || known == NEIGHBOR_NONE))
            problem_at(load->problems, state, "there is no such state; there are \"unreachable\", \"incomplete\", \"probe\", \"delay\", \"stale\", \"reachable\" and \"permanent\"");
    }
    for (const struct json *one = lacks ? lacks->first : NULL; one; one = one->next) type_check(load->problems, one, TYPE_ADDRESS);
}

void neighbor_assert_run(struct script *script, const struct step *step)
{
    const struct json *on = script_member(script, step, "on"), *has = script_member(script, step, "has"), *lacks = script_member(script, step, "lacks");
    const struct iface *iface = step_interface(script, on->text);
    enum neighbor_state seen;
    if (!iface) { fail_step(script, step, on, NULL, NULL, "there is no interface %s now", on->text); return; }
    for (const struct json *one = has ? has->first : NULL; one; one = one->next) {
        const struct json *address = json_member(one, "address"), *state = json_member(one, "state");
        if (!state_of(iface, address->text, &seen))
            fail_step(script, step, one, json_words(script, one), NULL, "%s knows no such neighbor", on->text);
        else if (state && !is_text(state, neighbor_state_name(seen)))
            fail_step(script, step, state, json_words(script, state), quoted(script, neighbor_state_name(seen)), "the neighbor %s of %s is in another state", address->text, on->text);
    }
    for (const struct json *one = lacks ? lacks->first : NULL; one; one = one->next)
        if (state_of(iface, one->text, &seen)) fail_step(script, step, one, NULL, quoted(script, neighbor_state_name(seen)), "%s knows this neighbor", on->text);
}
