/*
 * The steps link.cut, link.restore and link.set.
 */
#include "script/inside.h"
#include "script/links.h"

static void refused(struct script *script, const struct step *step)
{
    fail_step(script, step, NULL, NULL, NULL, "the network refuses this: %s", net_why(script->setup.net));
}

static void link_cut_step(struct script *script, const struct step *step, struct iface *iface)
{
    const struct json *detect = script_member(script, step, "detect");
    bool cut = step->kind->number == NET_LINK_CUT;
    bool good = script_member(script, step, "from") ? cable_cut_from(iface, cut) : cable_cut(cable_of(iface), cut, detect ? read_time(detect) : 0);
    if (!good) refused(script, step);
}

static void link_set_step(struct script *script, const struct step *step, struct iface *iface)
{
    struct problems problems = { .arena = script->arena, .file = script->setup.scenario->file };
    struct cable *cable = cable_of(iface);
    bool one_way = script_member(script, step, "from") != NULL;
    struct iface *far = one_way ? NULL : cable_far_end(cable, iface);
    struct link *port = one_way ? NULL : cable_port_of(cable), *back = far ? cable_link(cable, far) : port;
    struct cable_setup setup[2] = { cable_setup_of(cable_link(cable, iface)) };
    setup[1] = back ? cable_setup_of(back) : setup[0];
    if (link_properties_read(&problems, step->node, setup)) {
        cable_set(iface, &setup[0]);
        if (far) cable_set(far, &setup[1]);
        if (port) cable_set_port(iface, &setup[1]);
    }
    for (const struct problem *problem = problems.first; problem; problem = problem->next) fail_step(script, step, NULL, NULL, NULL, "%s", problem->message);
}

void link_step_run(struct script *script, const struct step *step)
{
    const struct json *on = script_member(script, step, "on"), *from = script_member(script, step, "from"), *which = from ? from : on;
    struct iface *iface = step_interface(script, which->text);
    if (!iface) fail_step(script, step, which, NULL, NULL, "there is no interface %s now", which->text);
    else if (!cable_of(iface)) fail_step(script, step, which, NULL, NULL, "nothing is plugged into %s now", which->text);
    else if (step->kind->number == NET_LINK_SET) link_set_step(script, step, iface);
    else link_cut_step(script, step, iface);
}
