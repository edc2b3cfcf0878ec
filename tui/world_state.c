/* The sections of the world that sim/view knows: sockets, what pends, threads, interfaces with their addresses, links. */
#include <inttypes.h>
#include <string.h>

#include "tui/world.h"

const char *world_value(const struct view *view, enum view_kind kind, const struct fact *fact, const char *column)
{
    const struct view_shape *shape = view_shape(kind);
    for (size_t i = 0; i < shape->column_count; i++) {
        if (strcmp(shape->columns[i].name, column) != 0) continue;
        const char *value = fact_text(view, fact, i);
        return value ? value : "";
    }
    return "";
}

enum world_mark world_mark(const struct session *session, const struct fact *fact)
{
    struct fact_rows rows = fact_rows(fact);
    return rows.changed == session->place ? WORLD_ROW : rows.changed_ns == session->row.at_ns ? WORLD_INSTANT : WORLD_OLD;
}

static bool is_true(const char *value) { return strcmp(value, "true") == 0; }

/* "for 3ms": how long a fact is as it is. */
static void since(const struct session *session, const struct fact *fact, char text[TIME_TEXT]) { time_text(session->row.at_ns - fact_rows(fact).changed_ns, text); }

/* What is said only if there is something: `before`, the value. */
static void if_any(struct text *text, const char *before, const char *value)
{
    if (*value) text_printf(text, "%s%s", before, value);
}

static void rate_text(struct text *text, const char *value)
{
    static const struct { uint64_t unit; const char *name; } units[] = { { 1000000000, "Gbps" }, { 1000000, "Mbps" }, { 1000, "kbps" }, { 1, "bps" } };
    uint64_t bps;
    size_t i = 0;
    if (!number_parse(value, &bps) || bps == 0) return;
    while (bps % units[i].unit != 0) i++;
    text_printf(text, "  %" PRIu64 "%s", bps / units[i].unit, units[i].name);
}

static void fact_add(struct world_page *page, enum world_section section, const struct fact *fact, unsigned style, struct text *text)
{
    struct world_line *line = world_add(page, section, style, "%s", text->bytes);
    if (line) line->mark = world_mark(page->session, fact);
    text_free(text);
}

/* ---- programs ---- */

#define VALUE(column) world_value(view, kind, fact, column)

static void socket_add(struct world_page *page, const struct view *view, const struct fact *fact)
{
    enum view_kind kind = VIEW_SOCKETS;
    struct text text = { 0 };
    text_printf(&text, "%-8s %-6s %s %s  %s", VALUE("actor"), VALUE("socket"), VALUE("type"), VALUE("family"), VALUE("state"));
    if_any(&text, "  ", VALUE("local"));
    if_any(&text, " to ", VALUE("remote"));
    text_add(&text, is_true(VALUE("blocking")) ? "  blocking" : "  nonblocking");
    if_any(&text, "  shut down: ", VALUE("shutdown"));
    if_any(&text, "  armed: ", VALUE("events"));
    if_any(&text, ", tells ", VALUE("tells"));
    fact_add(page, WORLD_SOCKETS, fact, STYLE_PLAIN, &text);
}

static void pending_add(struct world_page *page, const struct view *view, const struct fact *fact)
{
    enum view_kind kind = VIEW_PENDING;
    bool kernel = strcmp(VALUE("layer"), "kernel") == 0;
    char age[TIME_TEXT];
    struct text text = { 0 };
    since(page->session, fact, age);
    text_printf(&text, "%-8s %s%-6s", VALUE("actor"), kernel ? "kernel request " : "", VALUE("name"));
    if_any(&text, "  ", VALUE("call"));
    if_any(&text, "  ", VALUE("what"));
    if_any(&text, "  on ", VALUE("socket"));
    text_printf(&text, "  for %s", age);
    fact_add(page, WORLD_PENDING, fact, kernel ? STYLE_KERNEL : STYLE_PLAIN, &text);
}

static void thread_add(struct world_page *page, const struct view *view, const struct fact *fact)
{
    enum view_kind kind = VIEW_THREADS;
    bool idle = strcmp(VALUE("state"), "idle") == 0;
    char age[TIME_TEXT];
    struct text text = { 0 };
    since(page->session, fact, age);
    text_printf(&text, "%-12s %s", VALUE("thread"), VALUE("state"));
    if_any(&text, "  ", VALUE("call"));
    if_any(&text, "  on ", VALUE("object"));
    if_any(&text, "  step ", VALUE("step"));
    if_any(&text, "  queued APCs: ", VALUE("apcs"));
    text_printf(&text, "  for %s", age);
    fact_add(page, WORLD_THREADS, fact, idle ? STYLE_DIM : STYLE_PLAIN, &text);
}

/* ---- the network ---- */

static void addresses_add(struct world_page *page, const struct view *view, const struct fact *of)
{
    enum view_kind kind = VIEW_ADDRESSES;
    const struct fact *fact;
    const char *host = world_value(view, VIEW_INTERFACES, of, "host"), *name = world_value(view, VIEW_INTERFACES, of, "interface");
    for (size_t at = 0; (fact = view_next(view, kind, &at));) {
        if (strcmp(VALUE("host"), host) != 0 || strcmp(VALUE("interface"), name) != 0) continue;
        bool preferred = strcmp(VALUE("state"), "preferred") == 0;
        struct text text = { 0 };
        text_printf(&text, "    %s  %s", VALUE("address"), VALUE("state"));
        fact_add(page, WORLD_INTERFACES, fact, preferred ? STYLE_PLAIN : STYLE_BAD, &text);
    }
}

static void interface_add(struct world_page *page, const struct view *view, const struct fact *fact)
{
    enum view_kind kind = VIEW_INTERFACES;
    bool stack = strcmp(VALUE("stack"), "down") != 0, up = is_true(VALUE("up")), connected = is_true(VALUE("connected"));
    const char *stands = !stack ? "stack down" : !up ? "down" : !connected ? "no medium" : "up";
    struct text text = { 0 };
    text_printf(&text, "%s %s  %s  %s", VALUE("host"), VALUE("interface"), stands, VALUE("type"));
    rate_text(&text, VALUE("speed"));
    if_any(&text, "  mtu ", VALUE("mtu"));
    if_any(&text, "  metric ", VALUE("metric"));
    fact_add(page, WORLD_INTERFACES, fact, !stack || !up || !connected ? STYLE_BAD : STYLE_PLAIN, &text);
    addresses_add(page, view, fact);
}

static void link_add(struct world_page *page, const struct view *view, const struct fact *fact)
{
    enum view_kind kind = VIEW_LINKS;
    uint64_t loss, delay;
    char time[TIME_TEXT];
    struct text text = { 0 };
    text_add(&text, VALUE("from"));
    if_any(&text, " ", VALUE("way"));
    if_any(&text, " to ", VALUE("to"));
    if (is_true(VALUE("cut"))) text_add(&text, "  cut");
    rate_text(&text, VALUE("rate"));
    if (number_parse(VALUE("delay"), &delay) && delay <= INT64_MAX) {
        time_text((int64_t)delay, time);
        if_any(&text, "  ", time);
    }
    if (number_parse(VALUE("loss"), &loss) && loss) text_printf(&text, "  loss %" PRIu64 ".%02" PRIu64 "%%", (loss * 100) >> 32, ((loss * 10000) >> 32) % 100);
    if (strcmp(VALUE("discipline"), "droptail") != 0) if_any(&text, "  ", VALUE("discipline"));
    fact_add(page, WORLD_LINKS, fact, is_true(VALUE("cut")) ? STYLE_BAD : STYLE_PLAIN, &text);
}

void world_state_add(struct world_page *page)
{
    static const struct { enum view_kind kind; void (*add)(struct world_page *page, const struct view *view, const struct fact *fact); } kinds[] = {
        { VIEW_SOCKETS, socket_add }, { VIEW_PENDING, pending_add }, { VIEW_THREADS, thread_add }, { VIEW_INTERFACES, interface_add }, { VIEW_LINKS, link_add },
    };
    const struct view *view = page->session->view;
    const struct fact *fact;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (size_t at = 0; (fact = view_next(view, kinds[i].kind, &at));) kinds[i].add(page, view, fact);
}
