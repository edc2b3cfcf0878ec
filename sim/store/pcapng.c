/* A capture from trace rows: which interface, which packet, which comments. */
#include "store/pcapng.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/arena.h"
#include "core/trace_form.h"
#include "core/trace_order.h"
#include "store/inside.h"
#include "store/pcapng_calls.h"
#include "store/pcapng_inside.h"

#define FLUSH_BYTES ((size_t)64 * 1024)

/* What was told under a name, found by halving: interfaces by host and name, addresses by their text and host. */
struct entry { char *name; uint32_t number; bool loopback; };
struct entries { struct entry *list; size_t count, room; };

struct pcapng {
    struct out out;
    char *path;
    struct trace_cursor cursor;
    struct entries hosts, interfaces, addresses;
    uint32_t *interface_hosts; /* host of each interface block */
    uint32_t interface_count, interface_room;
    struct text names;         /* records of the next name resolution block */
    struct calls calls;
    struct drops drops;
    int64_t newest_ns;
};

/* ---- names ---- */

/* Where the name is or belongs. */
static size_t entries_place(const struct entries *entries, const char *name, bool *found)
{
    size_t low = 0, high = entries->count;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(entries->list[middle].name, name);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct entry *entries_find(const struct entries *entries, const char *name)
{
    bool found;
    size_t place = entries_place(entries, name, &found);
    return found ? &entries->list[place] : NULL;
}

/* *is_new: it was not there; its number is to be set. */
static struct entry *entries_take(struct entries *entries, const char *name, bool *is_new)
{
    bool found;
    size_t place = entries_place(entries, name, &found);
    *is_new = !found;
    if (found)
        return &entries->list[place];
    if (entries->count == entries->room) {
        entries->room = entries->room > 0 ? 2 * entries->room : 16;
        entries->list = memory_grow(entries->list, entries->room * sizeof *entries->list);
    }
    memmove(entries->list + place + 1, entries->list + place, (entries->count - place) * sizeof *entries->list);
    entries->count++;
    entries->list[place] = (struct entry){.name = sentence_copy(name)};
    return &entries->list[place];
}

static void entries_free(struct entries *entries)
{
    for (size_t i = 0; i < entries->count; i++)
        free(entries->list[i].name);
    free(entries->list);
}

static uint32_t host_number(struct pcapng *pcapng, const char *host)
{
    bool is_new;
    struct entry *entry = entries_take(&pcapng->hosts, host, &is_new);
    if (is_new)
        entry->number = (uint32_t)pcapng->hosts.count;
    return entry->number;
}

/* ---- opening ---- */

/* A capture may replace a capture or an empty file, but never a scenario whose name slipped into the wrong place. */
static char *path_refused(const char *path)
{
    static const unsigned char magic[4] = {0x0a, 0x0d, 0x0d, 0x0a};
    struct stat status;
    if (path[0] == '\0')
        return sentence("a capture needs a file name");
    if (stat(path, &status) != 0)
        return NULL; /* most likely it does not exist; creating the partial file tells the rest */
    if (S_ISDIR(status.st_mode))
        return sentence("cannot capture to %s: it is a directory", path);
    if (!S_ISREG(status.st_mode))
        return sentence("cannot capture to %s: it is not a regular file", path);
    char head[4] = "";
    FILE *file = status.st_size > 0 ? fopen(path, "rb") : NULL;
    if (file == NULL)
        return NULL;
    size_t size = fread(head, 1, sizeof head, file);
    fclose(file);
    if (size < sizeof head || memcmp(head, magic, sizeof magic) != 0)
        return sentence("cannot capture to %s: it exists and is not a capture; remove it first", path);
    return NULL;
}

/* A name beside the final one. The caller frees. */
static char *beside(const char *path, const char *ending)
{
    struct text text = {0};
    text_add(&text, path);
    text_add(&text, ending);
    return text_done(&text);
}

struct pcapng *pcapng_open(const char *path, char **error)
{
    *error = path_refused(path);
    if (*error != NULL)
        return NULL;
    struct pcapng *pcapng = memory_take(sizeof *pcapng);
    char *partial = beside(path, ".partial");
    pcapng->path = sentence_copy(path);
    if (!out_open(&pcapng->out, partial)) {
        *error = sentence_copy(pcapng->out.failure);
        pcapng_abandon(pcapng);
        pcapng = NULL;
    } else {
        block_section(&pcapng->out.buffer);
    }
    free(partial);
    return pcapng;
}

void pcapng_abandon(struct pcapng *pcapng)
{
    if (pcapng == NULL)
        return;
    out_free(&pcapng->out);
    entries_free(&pcapng->hosts);
    entries_free(&pcapng->interfaces);
    entries_free(&pcapng->addresses);
    calls_free(&pcapng->calls);
    drops_free(&pcapng->drops);
    text_free(&pcapng->names);
    free(pcapng->interface_hosts);
    free(pcapng->path);
    free(pcapng);
}

/* ---- interfaces and addresses ---- */

static struct entry *interface_find(const struct pcapng *pcapng, const struct trace_row *row)
{
    struct text name = {0};
    text_printf(&name, "%s.%s", row->host, row->object);
    struct entry *entry = entries_find(&pcapng->interfaces, name.bytes);
    text_free(&name);
    return entry;
}

/* An interface that goes and comes again under its name gets a block of its own: its type may be another. */
static void interface_added(struct pcapng *pcapng, const struct trace_row *row)
{
    const uint8_t *at = row->detail, *end = at + row->detail_size;
    struct form_field field;
    bool ethernet = false, loopback = false, is_new;
    uint64_t speed = 0;
    while (form_field_next(&at, end, &field)) {
        if (field.tag == FORM_TEXT && strcmp(field.key, "type") == 0) {
            const char *type = (const char *)field.bytes;
            ethernet = strcmp(type, "ethernet") == 0 || strcmp(type, "wifi") == 0;
            loopback = strcmp(type, "loopback") == 0;
        } else if (field.tag == FORM_UINT && strcmp(field.key, "speed") == 0) {
            speed = field.number;
        }
    }
    struct text name = {0};
    text_printf(&name, "%s.%s", row->host, row->object);
    struct entry *entry = entries_take(&pcapng->interfaces, name.bytes, &is_new);
    entry->loopback = loopback;
    entry->number = pcapng->interface_count;
    if (pcapng->interface_count == pcapng->interface_room) {
        pcapng->interface_room = pcapng->interface_room > 0 ? 2 * pcapng->interface_room : 16;
        pcapng->interface_hosts = memory_grow(pcapng->interface_hosts, pcapng->interface_room * sizeof *pcapng->interface_hosts);
    }
    pcapng->interface_hosts[pcapng->interface_count++] = host_number(pcapng, row->host);
    block_interface(&pcapng->out.buffer, name.bytes, ethernet, speed);
    text_free(&name);
}

/* The host's name for one of its addresses; once for each, and not for those that every host has. */
static void address_added(struct pcapng *pcapng, const struct trace_row *row)
{
    const uint8_t *at = row->detail;
    struct form_field field;
    const struct entry *interface = interface_find(pcapng, row);
    if (interface == NULL || interface->loopback || !form_field_next(&at, row->detail + row->detail_size, &field) || field.tag != FORM_TEXT)
        return;
    struct text key = {0};
    uint8_t bytes[16];
    bool is_new;
    text_add_n(&key, (const char *)field.bytes, strcspn((const char *)field.bytes, "/"));
    size_t size = inet_pton(AF_INET, key.bytes, bytes) == 1 ? 4 : inet_pton(AF_INET6, key.bytes, bytes) == 1 ? 16 : 0;
    text_printf(&key, " %s", row->host);
    entries_take(&pcapng->addresses, key.bytes, &is_new);
    if (size > 0 && is_new) {
        size_t length = strlen(row->host) + 1;
        put_u16(&pcapng->names, size == 4 ? 1 : 2);
        put_u16(&pcapng->names, (unsigned)(size + length));
        text_add_n(&pcapng->names, (const char *)bytes, size);
        put_padded(&pcapng->names, row->host, length);
    }
    text_free(&key);
}

/* Names come before the first packet that may need them. */
static void names_write(struct pcapng *pcapng)
{
    if (pcapng->names.length == 0)
        return;
    size_t start = block_begin(&pcapng->out.buffer, BLOCK_NAMES);
    text_add_n(&pcapng->out.buffer, pcapng->names.bytes, pcapng->names.length);
    put_u32(&pcapng->out.buffer, 0); /* no more records */
    block_end(&pcapng->out.buffer, start);
    pcapng->names.length = 0;
}

/* ---- packets ---- */

struct packet_fields { uint64_t number; const uint8_t *frame; size_t frame_size; const char *protocol, *source, *destination, *reason; };

static struct packet_fields packet_fields(const struct trace_row *row)
{
    struct packet_fields fields = {.protocol = "packet", .source = "", .destination = "", .reason = "no reason told"};
    const struct { const char *key; const char **text; } texts[] = {
        {"protocol", &fields.protocol}, {"source", &fields.source}, {"destination", &fields.destination}, {"reason", &fields.reason}
    };
    const uint8_t *at = row->detail, *end = at + row->detail_size;
    struct form_field field;
    while (form_field_next(&at, end, &field)) {
        if (field.tag == FORM_UINT && strcmp(field.key, "number") == 0)
            fields.number = field.number;
        if (field.tag == FORM_BYTES && strcmp(field.key, "frame") == 0) {
            fields.frame = field.bytes;
            fields.frame_size = field.size;
        }
        for (size_t i = 0; field.tag == FORM_TEXT && i < sizeof texts / sizeof *texts; i++)
            if (strcmp(field.key, texts[i].key) == 0)
                *texts[i].text = (const char *)field.bytes;
    }
    return fields;
}

static void packet_dropped(struct pcapng *pcapng, const struct trace_row *row, const struct packet_fields *fields, struct captured *captured)
{
    struct drop drop = {.number = fields->number, .interface = captured->interface, .host = host_number(pcapng, row->host), .at_ns = row->at_ns};
    struct text words = {0};
    text_printf(&words, "%s: packet %llu, %s from %s to %s,", row->host, (unsigned long long)fields->number, fields->protocol, fields->source, fields->destination);
    drops_add(&pcapng->drops, &drop, fields->reason, words.bytes);
    text_free(&words);
    if (captured->interface == NO_INTERFACE)
        captured->size = 0;
    block_packet(&pcapng->out.buffer, BLOCK_DROP, captured, NULL);
}

static void packet_row(struct pcapng *pcapng, const struct trace_row *row)
{
    struct packet_fields fields = packet_fields(row);
    const struct entry *interface = interface_find(pcapng, row);
    struct captured captured = {
        .interface = interface != NULL ? interface->number : NO_INTERFACE, .at_ns = row->at_ns, .frame = fields.frame, .size = fields.frame_size, .number = fields.number,
    };
    names_write(pcapng);
    if (strcmp(row->verb, "packet.dropped") == 0) {
        packet_dropped(pcapng, row, &fields, &captured);
        return;
    }
    if (interface == NULL || fields.frame == NULL)
        return;
    captured.direction = strcmp(row->verb, "packet.sent") == 0 ? DIRECTION_OUTBOUND : DIRECTION_INBOUND;
    struct text comments = {0};
    calls_comment(&pcapng->calls, &comments);
    block_packet(&pcapng->out.buffer, BLOCK_PACKET, &captured, &comments);
    text_free(&comments);
}

/* ---- rows ---- */

bool pcapng_rows(struct pcapng *pcapng, const struct trace *trace, char **error)
{
    struct trace_row row;
    while (pcapng->out.failure == NULL && trace_cursor_next(&pcapng->cursor, trace, &row)) {
        pcapng->newest_ns = row.at_ns;
        if (row.layer == LAYER_PACKET)
            packet_row(pcapng, &row);
        else if (row.layer == LAYER_SPI)
            calls_row(&pcapng->calls, &row);
        else if (row.layer == LAYER_NET && strcmp(row.verb, "interface.added") == 0)
            interface_added(pcapng, &row);
        else if (row.layer == LAYER_NET && strcmp(row.verb, "address.added") == 0)
            address_added(pcapng, &row);
        out_flush(&pcapng->out, FLUSH_BYTES);
    }
    if (pcapng->out.failure != NULL)
        *error = sentence_copy(pcapng->out.failure);
    return pcapng->out.failure == NULL;
}

/* What comes after the last packet, and a place for comments on packets that nobody saw. */
static void write_rest(struct pcapng *pcapng)
{
    struct text comments = {0};
    names_write(pcapng);
    calls_comment(&pcapng->calls, &comments);
    if (pcapng->interface_count > 0 && (comments.length > 0 || pcapng->drops.count > 0))
        block_statistics(&pcapng->out.buffer, 0, pcapng->newest_ns, &comments);
    text_free(&comments);
}

/* The finished file is a copy if drops are to be joined to their packets. */
static bool finish(struct pcapng *pcapng, char **error)
{
    struct out whole;
    write_rest(pcapng);
    if (pcapng->drops.count == 0)
        return out_rename(&pcapng->out, pcapng->path);
    if (!out_flush(&pcapng->out, 0))
        return false;
    char *name = beside(pcapng->path, ".partial.2");
    bool good = out_open(&whole, name) && drops_join(&pcapng->drops, pcapng->out.file, pcapng->interface_hosts, &whole, error) && out_rename(&whole, pcapng->path);
    if (!good && *error == NULL)
        *error = sentence_copy(whole.failure);
    out_free(&whole);
    free(name);
    return good;
}

bool pcapng_close(struct pcapng *pcapng, char **error)
{
    *error = NULL;
    bool good = pcapng->out.failure == NULL && finish(pcapng, error);
    if (!good && *error == NULL)
        *error = sentence_copy(pcapng->out.failure);
    pcapng_abandon(pcapng);
    return good;
}
