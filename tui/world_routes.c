/*
 * Routes, and which of them a packet to a destination takes (host-stack 3.3): of the usable ones the longest prefix, then the smallest sum of the
 * route's and the interface's metric, then the one that came first. Whether a gateway is known to be dead no row of a route says.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tui/world.h"

struct destination { uint8_t bytes[16]; unsigned bits; /* 0: none, 32, 128 */ };

static struct destination destination_of(const char *text)
{
    struct destination found = { 0 };
    if (inet_pton(AF_INET, text, found.bytes) == 1) found.bits = 32;
    else if (inet_pton(AF_INET6, text, found.bytes) == 1) found.bits = 128;
    return found;
}

bool world_destination(const char *text) { return destination_of(text).bits != 0; }

/* How long the prefix is, if the destination lies in it; -1: it does not. */
static int covers(const char *prefix, const struct destination *destination)
{
    char address[64];
    uint64_t length;
    const char *slash = strchr(prefix, '/');
    if (!slash || (size_t)(slash - prefix) >= sizeof address || !number_parse(slash + 1, &length)) return -1;
    memcpy(address, prefix, (size_t)(slash - prefix));
    address[slash - prefix] = 0;
    struct destination base = destination_of(address);
    if (!base.bits || base.bits != destination->bits || length > base.bits) return -1;
    for (unsigned i = 0; i < length; i++)
        if ((base.bytes[i / 8] ^ destination->bytes[i / 8]) & (0x80 >> i % 8)) return -1;
    return (int)length;
}

static const struct fact *interface_of(const struct view *view, const char *host, const char *name)
{
    const struct fact *fact;
    for (size_t at = 0; (fact = view_next(view, VIEW_INTERFACES, &at));)
        if (strcmp(world_value(view, VIEW_INTERFACES, fact, "host"), host) == 0 && strcmp(world_value(view, VIEW_INTERFACES, fact, "interface"), name) == 0) return fact;
    return NULL;
}

struct way { const struct fact *route; int length; uint64_t metric; bool usable; };

static struct way way_of(const struct view *view, const struct fact *route, const struct destination *destination)
{
    struct way way = { .route = route, .length = destination->bits ? covers(world_value(view, VIEW_ROUTES, route, "to"), destination) : -1 };
    const struct fact *iface = interface_of(view, world_value(view, VIEW_ROUTES, route, "host"), world_value(view, VIEW_ROUTES, route, "interface"));
    uint64_t more;
    if (!number_parse(world_value(view, VIEW_ROUTES, route, "metric"), &way.metric)) way.metric = 0;
    if (!iface) return way;
    if (number_parse(world_value(view, VIEW_INTERFACES, iface, "metric"), &more)) way.metric += more;
    way.usable = strcmp(world_value(view, VIEW_INTERFACES, iface, "up"), "true") == 0 && strcmp(world_value(view, VIEW_INTERFACES, iface, "connected"), "true") == 0
              && strcmp(world_value(view, VIEW_INTERFACES, iface, "stack"), "down") != 0;
    return way;
}

static bool better(const struct way *a, const struct way *b)
{
    if (a->length < 0 || !a->usable) return false;
    return !b->route || a->length > b->length || (a->length == b->length && a->metric < b->metric);
}

/* ---- lines ---- */

static void winner_add(struct world_page *page, const char *host, const struct way *way)
{
    const struct view *view = page->session->view;
    const char *to = page->session->destination;
    if (!way->route) world_add(page, WORLD_ROUTES, STYLE_BAD, "%s has no way to %s", host, to);
    else world_add(page, WORLD_ROUTES, STYLE_GOOD, "%s sends to %s by %s, %s, through %s, metric %" PRIu64, host, to, world_value(view, VIEW_ROUTES, way->route, "to"),
                   world_value(view, VIEW_ROUTES, way->route, "via"), world_value(view, VIEW_ROUTES, way->route, "interface"), way->metric);
}

static void route_add(struct world_page *page, const struct way *way, bool wins)
{
    const struct view *view = page->session->view;
    enum view_kind kind = VIEW_ROUTES;
    bool automatic = strcmp(world_value(view, kind, way->route, "automatic"), "true") == 0;
    unsigned style = wins ? STYLE_GOOD : way->length >= 0 ? STYLE_PLAIN : automatic || !way->usable ? STYLE_DIM : STYLE_PLAIN;
    struct world_line *line = world_add(page, WORLD_ROUTES, style, "%-8s %-20s %-16s %-9s %5" PRIu64 "%s%s", world_value(view, kind, way->route, "host"), world_value(view, kind, way->route, "to"),
                                        world_value(view, kind, way->route, "via"), world_value(view, kind, way->route, "interface"), way->metric, way->usable ? "" : "  unusable",
                                        wins ? "  wins" : way->length >= 0 ? "  covers it" : "");
    if (line) line->mark = world_mark(page->session, way->route);
}

/* The routes of a host stand one behind the other only as long as no host changes: winners are kept by host. */
struct winner { const char *host; struct way way; };

static size_t winners_find(const struct world_page *page, const struct destination *destination, struct winner *winners, size_t most)
{
    const struct view *view = page->session->view;
    const struct fact *fact;
    size_t count = 0;
    for (size_t at = 0; (fact = view_next(view, VIEW_ROUTES, &at));) {
        const char *host = world_value(view, VIEW_ROUTES, fact, "host");
        size_t i = 0;
        while (i < count && strcmp(winners[i].host, host) != 0) i++;
        if (i == most) continue;
        if (i == count) winners[count++] = (struct winner){ .host = host };
        struct way way = way_of(view, fact, destination);
        if (better(&way, &winners[i].way)) winners[i].way = way;
    }
    return count;
}

void world_routes_add(struct world_page *page)
{
    enum { HOSTS_MOST = 64 };
    struct winner winners[HOSTS_MOST];
    const struct view *view = page->session->view;
    struct destination destination = destination_of(page->session->destination);
    size_t count = destination.bits ? winners_find(page, &destination, winners, HOSTS_MOST) : 0;
    const struct fact *fact;
    for (size_t i = 0; i < count; i++) winner_add(page, winners[i].host, &winners[i].way);
    for (size_t at = 0; (fact = view_next(view, VIEW_ROUTES, &at));) {
        struct way way = way_of(view, fact, &destination);
        bool wins = false;
        for (size_t i = 0; i < count; i++) wins = wins || winners[i].way.route == fact;
        route_add(page, &way, wins);
        if (page->parts[WORLD_ROUTES].count > WORLD_LINES_MOST) break;
    }
    if (view && page->parts[WORLD_ROUTES].count) page->parts[WORLD_ROUTES].about = destination.bits ? page->session->destination : "Enter asks which one leads to an address";
}
