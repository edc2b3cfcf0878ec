/*
 * A packet, layer by layer, as its row tells it; and its way: where else a row speaks of it. At a row that is no packet the next one is
 * shown.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/fields.h"
#include "tui/session.h"

#define LOOKED_AT 3000   /* packet rows to each side in which the same packet is looked for */
#define SYN_LOOKED_AT 5000 /* packet rows from the run's first in which the connection's SYN is looked for */
#define WAY_MOST 24

struct page { struct session *session; struct area area; int y; const struct trace_row *row; };

static void head(struct page *page, const char *name)
{
    page->y += page->y > 0;
    draw_text(&page->session->canvas, page->area, 1, page->y++, STYLE_STRONG, name);
}

static void line(struct page *page, const char *label, const char *text)
{
    draw_text(&page->session->canvas, page->area, 3, page->y, STYLE_DIM, label);
    draw_text(&page->session->canvas, page->area, 18, page->y++, STYLE_PLAIN, text);
}

/* A field under its label; nothing where the row has none. */
static void field_line(struct page *page, const char *key, const char *label, const char *unit)
{
    char value[FIELD_TEXT], text[FIELD_TEXT + 40];
    if (!field_words(page->row, key, value)) return;
    snprintf(text, sizeof text, "%s%s", value, unit);
    line(page, label, text);
}

/* ---- layers ---- */

static void row_part(struct page *page)
{
    char at[TIME_TEXT], place[24], text[256];
    const struct trace_row *row = page->row;
    time_text(row->at_ns, at);
    place_text(row->seq, place);
    snprintf(text, sizeof text, "%s  %s %s.%s at %s", place, row->verb, row->host, row->object, at);
    draw_text(&page->session->canvas, page->area, 1, page->y++, row_style(row), text);
    field_line(page, "reason", "reason", "");
}

static void link_part(struct page *page)
{
    head(page, "Link");
    field_line(page, "number", "packet", "");
    field_line(page, "size", "size", " bytes with its IP header");
    field_line(page, "processor", "processor", " (group:number, chosen by receive-side scaling)");
    field_line(page, "hash", "RSS hash", "");
}

static const char *const protocols[][2] = { { "tcp", "6, Transmission Control Protocol" }, { "udp", "17, User Datagram Protocol" }, { "icmp", "1, Internet Control Message Protocol" },
    { "icmpv6", "58, ICMP for IPv6" }, { "igmp", "2, Internet Group Management Protocol" } };

static void protocol_line(struct page *page, const char *protocol)
{
    const char *words = protocol;
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
        if (strcmp(protocols[i][0], protocol) == 0) words = protocols[i][1];
    line(page, "protocol", words);
}

/* "192.0.2.1:80" or "[2001:db8::1]:80": the address without its port. */
static void address_line(struct page *page, const char *key)
{
    char value[FIELD_TEXT], *end = value;
    if (!field_words(page->row, key, value)) return;
    char *colon = strrchr(value, ':');
    if (value[0] == '[') {
        end = strchr(value, ']');
        if (end) *end = 0;
        line(page, key, value + 1);
        return;
    }
    if (colon && strchr(value, ':') == colon) *colon = 0; /* one colon alone: a port; several: IPv6 */
    line(page, key, value);
}

static void ip_part(struct page *page, const char *protocol)
{
    char source[FIELD_TEXT], text[FIELD_TEXT + 60], offset[FIELD_TEXT], more[FIELD_TEXT];
    if (!field_words(page->row, "source", source)) return;
    head(page, strchr(source, ':') && (source[0] == '[' || strchr(source, ':') != strrchr(source, ':')) ? "IPv6" : "IPv4");
    address_line(page, "source");
    address_line(page, "destination");
    protocol_line(page, protocol);
    if (!field_words(page->row, "fragment", offset)) return;
    snprintf(text, sizeof text, "from byte %s on, %s", offset, field_words(page->row, "more", more) && strcmp(more, "true") == 0 ? "more follow" : "the last one");
    line(page, "fragment", text);
}

static void port_line(struct page *page, const char *key, const char *label)
{
    char value[FIELD_TEXT];
    const char *colon = field_words(page->row, key, value) ? strrchr(value, ':') : NULL;
    if (colon) line(page, label, colon + 1);
}

static bool same_text(const struct trace_row *a, const struct trace_row *b, const char *key, const char *other)
{
    char left[FIELD_TEXT], right[FIELD_TEXT];
    return field_words(a, key, left) && field_words(b, other, right) && strcmp(left, right) == 0;
}

/* The sequence number of the SYN from `from` to `to` of this packet; false: it was not among the run's first packets. */
static bool first_sequence(struct page *page, const char *from, const char *to, uint64_t *first)
{
    struct trace_row row;
    for (uint64_t place = TRACE_PACKET_BASE + 1; place < TRACE_PACKET_BASE + SYN_LOOKED_AT && reel_row(page->session->reel, place, &row); place++) {
        char flags[FIELD_TEXT];
        if (!same_text(&row, page->row, "source", from) || !same_text(&row, page->row, "destination", to)) continue;
        if (field_words(&row, "flags", flags) && strstr(flags, "SYN")) return field_number(&row, "seq", first);
    }
    return false;
}

static void sequence_line(struct page *page, const char *key, const char *label, const char *from, const char *to)
{
    uint64_t number, first;
    char text[120];
    if (!field_number(page->row, key, &number)) return;
    if (first_sequence(page, from, to, &first)) snprintf(text, sizeof text, "%llu, that is %u from the SYN on", (unsigned long long)number, (unsigned)((uint32_t)number - (uint32_t)first));
    else snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    line(page, label, text);
}

static void sack_lines(struct page *page)
{
    struct form_field field;
    const uint8_t *at, *end = page->row->detail + page->row->detail_size;
    if (!field_find(page->row, "sack", &field) || field.tag != FORM_LIST) return;
    for (at = page->row->detail; form_field_next(&at, end, &field) && strcmp(field.key, "sack") != 0;) continue;
    while (form_field_next(&at, end, &field) && field.tag == FORM_TEXT) line(page, "SACK", (const char *)field.bytes);
}

static void tcp_part(struct page *page)
{
    head(page, "TCP");
    port_line(page, "source", "source port");
    port_line(page, "destination", "to port");
    field_line(page, "flags", "flags", "");
    sequence_line(page, "seq", "sequence", "source", "destination");
    sequence_line(page, "ack", "acknowledges", "destination", "source");
    field_line(page, "window", "window", " (as it stands in the header)");
    field_line(page, "urgent", "urgent", "");
    sack_lines(page);
    field_line(page, "payload", "payload", " bytes");
}

static void udp_part(struct page *page)
{
    head(page, "UDP");
    port_line(page, "source", "source port");
    port_line(page, "destination", "to port");
    field_line(page, "payload", "payload", " bytes");
}

static void icmp_part(struct page *page, bool six)
{
    static const struct { bool six; uint64_t type, code; const char *words; } kinds[] = {
        { false, 0, 0, "echo reply" }, { false, 3, 0, "net unreachable" }, { false, 3, 1, "host unreachable" }, { false, 3, 2, "protocol unreachable" }, { false, 3, 3, "port unreachable" },
        { false, 3, 4, "fragmentation needed and DF set" }, { false, 8, 0, "echo" }, { false, 11, 0, "time to live exceeded in transit" }, { false, 11, 1, "fragment reassembly time exceeded" },
        { true, 1, 0, "no route to destination" }, { true, 1, 3, "address unreachable" }, { true, 1, 4, "port unreachable" }, { true, 2, 0, "packet too big" }, { true, 3, 0, "hop limit exceeded in transit" },
        { true, 3, 1, "fragment reassembly time exceeded" }, { true, 128, 0, "echo request" }, { true, 129, 0, "echo reply" }, { true, 133, 0, "router solicitation" }, { true, 134, 0, "router advertisement" },
        { true, 135, 0, "neighbor solicitation" }, { true, 136, 0, "neighbor advertisement" }, { true, 143, 0, "multicast listener report, version 2" },
    };
    uint64_t type = 0, code = 0;
    head(page, six ? "ICMPv6" : "ICMP");
    field_line(page, "type", "type", "");
    field_line(page, "code", "code", "");
    if (!field_number(page->row, "type", &type) || !field_number(page->row, "code", &code)) return;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].six == six && kinds[i].type == type && kinds[i].code == code) line(page, "that is", kinds[i].words);
    field_line(page, "payload", "payload", " bytes");
}

/* ---- its way ---- */

static bool way_add(struct page *page, uint64_t place, uint64_t number, uint64_t *way, int *count)
{
    struct trace_row row;
    uint64_t other;
    if (!reel_row(page->session->reel, place, &row)) return false;
    if (field_number(&row, "number", &other) && other == number && *count < WAY_MOST) way[(*count)++] = place;
    return true;
}

static void way_part(struct page *page)
{
    uint64_t number, way[WAY_MOST], self = page->row->seq, from = self > TRACE_PACKET_BASE + LOOKED_AT ? self - LOOKED_AT : TRACE_PACKET_BASE + 1;
    int count = 0;
    struct trace_row row;
    int64_t start_ns = 0;
    if (!field_number(page->row, "number", &number)) return;
    for (uint64_t place = from; place < self + LOOKED_AT && way_add(page, place, number, way, &count); place++) continue;
    head(page, "Its way");
    for (int i = 0; i < count && page->y < page->area.rows; i++) {
        char after[TIME_TEXT], reason[FIELD_TEXT];
        if (!reel_row(page->session->reel, way[i], &row)) break;
        if (i == 0) start_ns = row.at_ns;
        time_text(row.at_ns - start_ns, after);
        const char *why = field_words(&row, "reason", reason);
        draw_format(&page->session->canvas, page->area, 3, page->y, row_style(&row), "+%-14s %-18s %s.%s%s%s", i == 0 ? "0" : after, row.verb, row.host, row.object, why ? ": " : "", why ? why : "");
        if (way[i] == self) draw_style(&page->session->canvas, page->area, page->y, STYLE_CHOSEN);
        page->y++;
    }
}

/* ---- the view ---- */

/* The cursor's packet, or the next one after it. */
static uint64_t packet_here(struct session *session)
{
    if (session->place > TRACE_PACKET_BASE || !reel_has_packets(session->reel)) return session->place > TRACE_PACKET_BASE ? session->place : 0;
    uint64_t place = session->place;
    for (int looked = 0; looked < LOOKED_AT && place && place <= TRACE_PACKET_BASE; looked++) place = reel_next(session->reel, place);
    return place > TRACE_PACKET_BASE ? place : 0;
}

void packet_draw(struct session *session, struct area area)
{
    struct page page = { .session = session, .area = area };
    struct trace_row found, row;
    uint64_t place = packet_here(session);
    if (!place || !reel_row(session->reel, place, &found)) {
        draw_text(&session->canvas, area, 1, 0, STYLE_DIM, reel_has_packets(session->reel) ? "no packet comes after this row" : "this run has no packets, or they were not recorded (--level packet)");
        return;
    }
    uint8_t *bytes = memory_take(found.size); /* a copy: the reel reads on */
    char protocol[FIELD_TEXT] = "";
    memcpy(bytes, found.bytes, found.size);
    trace_row_decode(bytes, found.size, &row);
    page.row = &row;
    if (place != session->place) draw_text(&session->canvas, area, 1, page.y++, STYLE_DIM, "this row is no packet; the next one:");
    row_part(&page);
    field_words(&row, "protocol", protocol);
    link_part(&page);
    ip_part(&page, protocol);
    if (strcmp(protocol, "tcp") == 0) tcp_part(&page);
    else if (strcmp(protocol, "udp") == 0) udp_part(&page);
    else if (strncmp(protocol, "icmp", 4) == 0) icmp_part(&page, protocol[4] != 0);
    else if (strcmp(protocol, "arp") == 0) head(&page, "ARP"), line(&page, "that is", "a question for the hardware address of a neighbour, or its answer");
    else field_line(&page, "payload", "payload", " bytes");
    if (area.columns >= 110) { /* beside the layers, where there is room */
        page.area = (struct area){ area.x + 64, area.y + 1, area.columns - 64, area.rows - 1 };
        page.y = 0;
    }
    way_part(&page);
    free(bytes);
}
