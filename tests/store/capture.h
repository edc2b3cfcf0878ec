/* Rows of packets made by hand, and captures read back as words: a line for each block. For test_pcapng.c. */
#ifndef TESTS_STORE_CAPTURE_H
#define TESTS_STORE_CAPTURE_H
#include "sample.h"

#include "core/trace_form.h"
#include "net/wire/wire.h"
#include "store/pcapng.h"

static struct trace *trace;
static uint64_t number;

/* ---- rows by hand ---- */

static void interface_row(const char *host, const char *name, const char *type)
{
    must(trace_begin_for(trace, LAYER_NET, "interface.added", host, "", "", name));
    trace_text(trace, "type", type), trace_uint(trace, "speed", 1000000000), trace_end(trace);
}

static void address_row(const char *host, const char *name, const char *address)
{
    must(trace_begin_for(trace, LAYER_NET, "address.added", host, "", "", name));
    trace_text(trace, "address", address), trace_text(trace, "state", "preferred"), trace_end(trace);
}

static uint64_t call_row(const char *verb, const char *object, const char *code)
{
    must(trace_begin_for(trace, LAYER_SPI, verb, "a", "app", "app", object));
    if (code)
        trace_text(trace, "code", code);
    return trace_end(trace);
}

static void return_row(const char *verb, const char *object, uint64_t call, const char *result)
{
    trace_set_cause(trace, call);
    must(trace_begin_for(trace, LAYER_SPI, verb, "a", "app", "app", object));
    trace_text(trace, "returns", result), trace_end(trace);
    trace_set_cause(trace, 0);
}

/* A row as sim/net/ip/packet_rows.c writes it. */
static void packet_row(const char *verb, const char *host, const char *interface, uint64_t packet, const char *reason, const uint8_t *frame, size_t size)
{
    must(trace_begin_for(trace, LAYER_PACKET, verb, host, "", "", interface));
    trace_uint(trace, "after", *trace_newest(trace)), trace_uint(trace, "number", packet);
    trace_text(trace, "protocol", "udp"), trace_text(trace, "source", "192.0.2.1:5"), trace_text(trace, "destination", "192.0.2.2:7");
    if (reason)
        trace_text(trace, "reason", reason);
    if (size)
        trace_bytes(trace, "frame", frame, size);
    trace_end(trace);
}

static void begin(void)
{
    setup();
    now_ns = 0;
    number = 0;
    trace = trace_new(&now_ns);
    trace_listen_packets(trace, true);
    interface_row("a", "loopback", "loopback");
    address_row("a", "loopback", "127.0.0.1/8");
    interface_row("a", "eth0", "ethernet");
    address_row("a", "eth0", "192.0.2.1/24");
    interface_row("b", "wlan0", "wifi");
    interface_row("b", "ppp0", "ppp");
    address_row("b", "wlan0", "192.0.2.2/24");
    address_row("b", "wlan0", "2001:db8::2/64");
    address_row("b", "wlan0", "192.0.2.2/24");
}

static void end(void)
{
    trace_free(trace);
    teardown();
}

static void capture(void)
{
    struct pcapng *pcapng = pcapng_open(path, &why);
    must(pcapng != NULL);
    holds(pcapng_rows(pcapng, trace, &why));
    holds(pcapng_rows(pcapng, trace, &why)); /* nothing new */
    holds(pcapng_close(pcapng, &why));
    ck_assert(!exists(partial));
}

/* ---- reading it back, as words: a line for each block ---- */

static uint8_t file[1 << 20];
static size_t file_size;

static void read_file(const char *name)
{
    FILE *stream = fopen(name, "rb");
    ck_assert_ptr_nonnull(stream);
    file_size = fread(file, 1, sizeof file, stream);
    fclose(stream);
    ck_assert(file_size > 0 && file_size < sizeof file && file_size % 4 == 0);
}

static void options_words(struct text *text, const uint8_t *at, const uint8_t *last)
{
    while (at < last) {
        unsigned code = form_get_u16(at), size = form_get_u16(at + 2);
        ck_assert(at + 4 + size <= last);
        if (code == 1 || code == 4 || (code == 2 && size != 4))
            text_printf(text, " '%.*s'", (int)size, (const char *)at + 4);
        else if (code == 2)
            text_printf(text, " %s", at[4] == 1 ? "in" : at[4] == 2 ? "out" : "unknown");
        else if (code == 9)
            ck_assert(size == 1 && at[4] == 9);
        at += 4 + (size + 3) / 4 * 4;
        if (code == 0)
            break;
    }
    ck_assert_ptr_eq(at, last); /* every list of options has its end */
}

static void names_words(struct text *text, const uint8_t *at, const uint8_t *last)
{
    while (form_get_u16(at) != 0) {
        unsigned size = form_get_u16(at + 2), address = form_get_u16(at) == 1 ? 4 : 16;
        text_printf(text, " %u.%u=%s", at[4], at[3 + address], (const char *)at + 4 + address);
        ck_assert_uint_eq(strlen((const char *)at + 4 + address) + 1 + address, size);
        at += 4 + (size + 3) / 4 * 4;
    }
    ck_assert_ptr_eq(at + 4, last);
}

static char *blocks(void)
{
    struct text text = {0};
    size_t size;
    read_file(path);
    for (const uint8_t *at = file, *last = file + file_size; at < last; at += size) {
        uint32_t type = form_get_u32(at);
        size = form_get_u32(at + 4);
        ck_assert(size >= 12 && size % 4 == 0 && size <= (size_t)(last - at));
        ck_assert_uint_eq(form_get_u32(at + size - 4), size);
        const uint8_t *stop = at + size - 4;
        if (type == 0x0a0d0d0a) {
            text_add(&text, "section"), options_words(&text, at + 24, stop);
        } else if (type == 1) {
            text_printf(&text, "interface %u", form_get_u16(at + 8)), options_words(&text, at + 16, stop);
        } else if (type == 4) {
            text_add(&text, "names"), names_words(&text, at + 8, stop);
        } else if (type == 5) {
            text_add(&text, "statistics"), options_words(&text, at + 20, stop);
        } else {
            ck_assert_uint_eq(type, 6);
            uint32_t length = form_get_u32(at + 20);
            text_printf(&text, "packet %u at %u size %u", form_get_u32(at + 8), form_get_u32(at + 16), length);
            options_words(&text, at + 28 + (length + 3) / 4 * 4, stop);
        }
        text_add(&text, "\n");
    }
    return text_done(&text);
}

static void blocks_are(const char *wanted)
{
    static const char head[] = "section 'wspsim'\ninterface 101 'a.loopback'\ninterface 1 'a.eth0'\ninterface 1 'b.wlan0'\ninterface 101 'b.ppp0'\n"
                               "names 192.1=a 192.2=b 32.2=b\n";
    char *got = blocks();
    ck_assert_msg(strncmp(got, head, strlen(head)) == 0 && strcmp(got + strlen(head), wanted) == 0, "wanted\n%s%sgot\n%s", head, wanted, got);
    free(got);
}
#endif
