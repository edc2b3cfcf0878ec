#include "net/link/cable.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "net/link/segment.h"
#include "net/net_private.h"
#include "net/timer.h"

struct cable {
    struct net_timer timer; /* first: the ends notice */
    struct net *net;
    struct iface *end[2];   /* the second NULL: a segment */
    struct link *link[2];   /* leaving each end; of a segment: into it, and the port out of it or NULL */
    bool cut;
    struct cable *next;
};

/* ---- properties ---- */

struct cable_setup cable_setup_default(void)
{
    return (struct cable_setup){ .link = link_setup_default(), .codel = codel_setup_default() };
}

struct cable_setup cable_setup_of(const struct link *link)
{
    struct cable_setup setup = { .codel = codel_setup_default() };
    setup.link = (struct link_setup){ .rate_bps = link->rate_bps, .delay_ns = link->delay_ns, .queue_packets = link->queue_packets, .queue_bytes = link->queue_bytes,
                                      .overhead_bytes = link->overhead_bytes, .mtu_bytes = link->mtu_bytes, .reservable_bps = link->reservable_bps };
    if (impair_setup(link))
        setup.impairments = *impair_setup(link);
    setup.has_codel = codel_setup(link) != NULL;
    if (setup.has_codel)
        setup.codel = *codel_setup(link);
    setup.has_red = red_setup(link) != NULL;
    if (setup.has_red)
        setup.red = *red_setup(link);
    return setup;
}

static void row_added(const struct link *link, const struct cable_setup *setup);

static void speed_follow(struct iface *iface, uint64_t rate_bps)
{
    if (rate_bps != LINK_UNLIMITED && !iface->speed_given && rate_bps != iface->speed_bps)
        iface_speed(iface, rate_bps);
}

static void setup_apply(struct link *link, const struct cable_setup *setup)
{
    if (link->mtu_bytes != setup->link.mtu_bytes && !link_is_port(link))
        host_touch(link->from->host); /* paths that lead here are found anew */
    link_set(link, &setup->link);
    impair_set(link, &setup->impairments);
    codel_set(link, setup->has_codel ? &setup->codel : NULL);
    red_set(link, setup->has_red ? &setup->red : NULL);
    if (!link_is_port(link))
        speed_follow(link->from, setup->link.rate_bps);
}

/* ---- coming and going ---- */

static bool plug_refused(struct iface *iface)
{
    struct net *net = iface->host->net;
    if (iface->type == IFACE_LOOPBACK)
        return !net_refuse(net, "nothing can be plugged into the loopback interface");
    return iface->link && !net_refuse(net, "something is plugged into the interface \"%s.%s\" already", iface->host->name, iface->name);
}

static struct cable *cable_new(struct iface *a, struct iface *b)
{
    struct net *net = a->host->net;
    struct cable *cable = memory_take(sizeof *cable);
    cable->net = net;
    cable->end[0] = a;
    cable->end[1] = b;
    cable->next = net->cables;
    net->cables = cable;
    return cable;
}

struct cable *cable_between(struct iface *a, struct iface *b, const struct cable_setup setup[2])
{
    if (a == b) {
        net_refuse(a->host->net, "a cable has two ends, both are \"%s.%s\" here", a->host->name, a->name);
        return NULL;
    }
    if (plug_refused(a) || plug_refused(b))
        return NULL;
    struct cable *cable = cable_new(a, b);
    for (int i = 0; i < 2; i++) {
        struct iface *from = cable->end[i];
        cable->link[i] = from->link = link_new(cable->net, from, cable->end[!i], &setup[i].link);
        from->link->cable = cable;
        row_added(from->link, &setup[i]);
        setup_apply(from->link, &setup[i]);
        host_touch(from->host);
    }
    return cable;
}

struct cable *cable_into(struct segment *segment, struct iface *iface, const struct cable_setup *setup)
{
    if (plug_refused(iface))
        return NULL;
    struct cable *cable = cable_new(iface, NULL);
    cable->link[0] = segment_join(segment, iface, &setup->link);
    cable->link[0]->cable = cable;
    row_added(cable->link[0], setup);
    setup_apply(cable->link[0], setup);
    host_touch(iface->host);
    return cable;
}

void cable_port(struct iface *iface, const struct cable_setup *setup)
{
    struct cable *cable = cable_of(iface);
    struct link *port = link_new(cable->net, iface, iface, &setup->link);
    check(segment_is_switch(iface->link->segment) && !cable->link[1]);
    port->segment = iface->link->segment;
    port->cable = cable;
    iface->link->port = cable->link[1] = port;
    row_added(port, setup);
    setup_apply(port, setup);
}

struct link *cable_port_of(const struct cable *cable)
{
    return cable->end[1] ? NULL : cable->link[1];
}

static void links_forget(struct net *net, const struct link *link)
{
    struct link **at = &net->links;
    while (*at && *at != link)
        at = &(*at)->next;
    if (*at)
        *at = link->next;
}

static void cable_free(struct cable *cable)
{
    net_timer_stop(cable->net->engine, &cable->timer);
    for (int i = 0; i < 2; i++) {
        if (!cable->link[i])
            continue;
        if (cable->link[i]->segment && cable->end[i])
            segment_leave(cable->link[i]->segment, cable->end[i]);
        if (cable->end[i])
            cable->end[i]->link = NULL;
        links_forget(cable->net, cable->link[i]);
        link_free(cable->link[i]);
    }
    free(cable);
}

void cables_free(struct net *net)
{
    while (net->cables) {
        struct cable *cable = net->cables;
        net->cables = cable->next;
        net_timer_stop(net->engine, &cable->timer);
        free(cable);
    }
}

void cable_unplug(struct iface *iface)
{
    struct cable *cable = cable_of(iface);
    if (!cable)
        return;
    struct iface *far = cable_far_end(cable, iface);
    struct cable **at = &cable->net->cables;
    while (*at != cable)
        at = &(*at)->next;
    *at = cable->next;
    cable_free(cable);
    if (far)
        iface_media(far, false);
}

/* ---- finding ---- */

struct cable *cable_of(const struct iface *iface)
{
    return iface->link ? iface->link->cable : NULL;
}

struct link *cable_link(const struct cable *cable, const struct iface *from)
{
    return cable->link[cable->end[0] != from];
}

struct iface *cable_far_end(const struct cable *cable, const struct iface *from)
{
    return cable->end[cable->end[0] == from];
}

bool cable_is_cut(const struct cable *cable)
{
    return cable->cut;
}

/* ---- rows ---- */

static bool row_begin(const struct cable *cable, const struct iface *from, const char *verb)
{
    const struct iface *to = cable_far_end(cable, from);
    struct trace *trace = cable->net->trace;
    char name[256];
    if (!trace_begin(trace, LAYER_NET, verb, from->host->name, from->name))
        return false;
    if (to)
        snprintf(name, sizeof name, "%.120s.%.120s", to->host->name, to->name);
    trace_text(trace, "to", to ? name : segment_name(from->link->segment));
    return true;
}

static uint64_t row_cable(const struct cable *cable, const struct iface *from, bool cut, bool one_way)
{
    struct trace *trace = cable->net->trace;
    if (!row_begin(cable, from, cut ? "link.cut" : "link.restored"))
        return trace_cause(trace);
    if (one_way)
        trace_bool(trace, "one_way", true);
    return trace_end(trace);
}

/* Probabilities as they are, in units of 2^-32. */
static void fields_impairments(struct trace *trace, const struct impairments_setup *before, const struct impairments_setup *now)
{
    static const char *const models[] = { "none", "bernoulli", "gilbert", "markov", "list" };
    if (before->loss.model != now->loss.model)
        trace_text(trace, "loss_model", models[now->loss.model]);
    if (before->loss.rate.probability != now->loss.rate.probability)
        trace_uint(trace, "loss", now->loss.rate.probability);
    if (before->duplicate.probability != now->duplicate.probability)
        trace_uint(trace, "duplicate", now->duplicate.probability);
    if (before->corrupt.probability != now->corrupt.probability)
        trace_uint(trace, "corrupt", now->corrupt.probability);
    if (before->reorder.rate.probability != now->reorder.rate.probability)
        trace_uint(trace, "reorder", now->reorder.rate.probability);
    if (before->jitter.width_ns != now->jitter.width_ns)
        trace_int(trace, "jitter_ns", now->jitter.width_ns);
}

static void fields_link(struct trace *trace, const struct link_setup *before, const struct link_setup *now)
{
    if (before->rate_bps != now->rate_bps)
        trace_uint(trace, "rate", now->rate_bps);
    if (before->delay_ns != now->delay_ns)
        trace_int(trace, "delay_ns", now->delay_ns);
    if (before->queue_packets != now->queue_packets)
        trace_uint(trace, "queue_packets", now->queue_packets);
    if (before->queue_bytes != now->queue_bytes)
        trace_uint(trace, "queue_bytes", now->queue_bytes);
    if (before->overhead_bytes != now->overhead_bytes)
        trace_uint(trace, "overhead", now->overhead_bytes);
    if (before->mtu_bytes != now->mtu_bytes)
        trace_uint(trace, "mtu", now->mtu_bytes);
    if (before->reservable_bps != now->reservable_bps)
        trace_uint(trace, "reservable", now->reservable_bps);
}

/* One direction, with what is said of it; what is zero (no limit, no delay, no loss) is left out. */
static void row_added(const struct link *link, const struct cable_setup *setup)
{
    struct trace *trace = link->net->trace;
    const struct cable_setup nothing = {0};
    if (!row_begin(link->cable, link->from, "link.added"))
        return;
    if (link_is_port(link))
        trace_bool(trace, "egress", true);
    fields_link(trace, &nothing.link, &setup->link);
    if (setup->has_codel || setup->has_red)
        trace_text(trace, "discipline", setup->has_codel ? "codel" : "red");
    fields_impairments(trace, &nothing.impairments, &setup->impairments);
    trace_end(trace);
}

/* What has changed; a row without fields says that something finer has. */
static uint64_t row_changed(const struct link *link, const struct cable_setup *before, const struct cable_setup *now)
{
    struct trace *trace = link->net->trace;
    if (!row_begin(link->cable, link->from, "link.changed"))
        return trace_cause(trace);
    if (link_is_port(link))
        trace_bool(trace, "egress", true);
    fields_link(trace, &before->link, &now->link);
    if (before->has_codel != now->has_codel || before->has_red != now->has_red)
        trace_text(trace, "discipline", now->has_codel ? "codel" : now->has_red ? "red" : "droptail");
    fields_impairments(trace, &before->impairments, &now->impairments);
    return trace_end(trace);
}

void cable_plugged(struct iface *iface)
{
    const struct cable *cable = cable_of(iface);
    struct iface *far = cable_far_end(cable, iface);
    struct trace *trace = cable->net->trace;
    uint64_t former = trace_cause(trace);
    if (row_begin(cable, iface, "link.plugged"))
        trace_set_cause(trace, trace_end(trace));
    if (far)
        iface_media(far, true);
    trace_set_cause(trace, former);
}

/* ---- what steps do ---- */

static void ends_notice(struct net_timer *timer)
{
    struct cable *cable = (struct cable *)(void *)timer;
    for (int i = 0; i < 2; i++)
        if (cable->end[i])
            iface_media(cable->end[i], !cable->cut);
}

bool cable_cut(struct cable *cable, bool cut, int64_t detect_ns)
{
    struct net *net = cable->net;
    if (cable->cut == cut)
        return net_refuse(net, cut ? "this link is cut already" : "this link is not cut");
    uint64_t former = trace_set_cause(net->trace, row_cable(cable, cable->end[0], cut, false));
    cable->cut = cut;
    for (int i = 0; i < 2; i++)
        if (cable->link[i])
            link_cut(cable->link[i], cut);
    cable->timer.run = ends_notice;
    if (detect_ns) {
        int64_t now_ns = *net->clock_ns, notice_ns = detect_ns > INT64_MAX - 1 - now_ns ? INT64_MAX - 1 : now_ns + detect_ns;
        net_timer_set(net->engine, &cable->timer, notice_ns, trace_cause(net->trace));
    } else {
        net_timer_stop(net->engine, &cable->timer);
        ends_notice(&cable->timer);
    }
    trace_set_cause(net->trace, former);
    return true;
}

bool cable_cut_from(struct iface *from, bool cut)
{
    struct cable *cable = cable_of(from);
    struct link *link = from->link;
    if (cable->cut)
        return net_refuse(cable->net, "this link is cut in both directions");
    if (link->cut == cut)
        return net_refuse(cable->net, cut ? "this direction is cut already" : "this direction is not cut");
    uint64_t former = trace_set_cause(cable->net->trace, row_cable(cable, from, cut, true));
    link_cut(link, cut);
    trace_set_cause(cable->net->trace, former);
    return true;
}

static void link_change(struct link *link, const struct cable_setup *setup)
{
    struct cable_setup before = cable_setup_of(link);
    uint64_t former = trace_set_cause(link->net->trace, row_changed(link, &before, setup));
    setup_apply(link, setup);
    trace_set_cause(link->net->trace, former);
}

void cable_set(struct iface *from, const struct cable_setup *setup)
{
    link_change(from->link, setup);
}

void cable_set_port(struct iface *iface, const struct cable_setup *setup)
{
    link_change(cable_port_of(cable_of(iface)), setup);
}
