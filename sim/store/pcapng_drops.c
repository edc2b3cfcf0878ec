/*
 * Why a packet was dropped is known after it was captured, often much later. The unfinished file holds a block for each drop, at its
 * time; when the capture is closed, the file is copied: a drop whose packet some interface saw becomes a comment of that packet,
 * any other stands for itself.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/trace_form.h"
#include "store/inside.h"
#include "store/pcapng_inside.h"

#define FLUSH_BYTES ((size_t)256 * 1024)
#define STATISTICS_LEAST ((size_t)28) /* a block without comments */

void drops_add(struct drops *drops, const struct drop *drop, const char *reason, const char *words)
{
    if (drops->count == drops->room) {
        drops->room = drops->room > 0 ? 2 * drops->room : 64;
        drops->list = memory_grow(drops->list, drops->room * sizeof *drops->list);
    }
    struct drop *added = &drops->list[drops->count++];
    *added = *drop;
    added->text = drops->texts.length;
    text_add_n(&drops->texts, reason, strlen(reason) + 1);
    added->words = drops->texts.length;
    text_add_n(&drops->texts, words, strlen(words) + 1);
}

void drops_free(struct drops *drops)
{
    free(drops->list);
    text_free(&drops->texts);
    *drops = (struct drops){0};
}

/* ---- reading the unfinished file ---- */

struct reader { FILE *file; struct text block; uint32_t type; };

/* The next whole block. False: the end, or the file cannot be read. */
static bool reader_next(struct reader *reader)
{
    uint8_t head[BLOCK_HEAD_BYTES];
    if (fread(head, 1, sizeof head, reader->file) != sizeof head)
        return false;
    reader->type = form_get_u32(head);
    size_t size = form_get_u32(head + 4);
    reader->block.length = 0;
    text_add_n(&reader->block, (const char *)head, sizeof head);
    for (size_t left = size - sizeof head; left > 0;) {
        char piece[4096];
        size_t count = fread(piece, 1, left < sizeof piece ? left : sizeof piece, reader->file);
        if (count == 0)
            return false;
        text_add_n(&reader->block, piece, count);
        left -= count;
    }
    return true;
}

static const uint8_t *block_bytes(const struct text *block)
{
    return (const uint8_t *)block->bytes + BLOCK_HEAD_BYTES;
}

static size_t options_at(const struct text *block)
{
    return BLOCK_HEAD_BYTES + PACKET_HEAD_BYTES + ((size_t)form_get_u32(block_bytes(block) + 12) + 3) / 4 * 4;
}

/* The packet id: the last option but one, as block_packet writes it. */
static uint64_t number_of(const struct text *block)
{
    return form_get_u64((const uint8_t *)block->bytes + block->length - 4 - 4 - 8);
}

static int64_t time_of(const struct text *block)
{
    return (int64_t)((uint64_t)form_get_u32(block_bytes(block) + 4) << 32 | form_get_u32(block_bytes(block) + 8));
}

/* ---- which packet block a drop belongs to ---- */

static int by_number(const void *left, const void *right)
{
    const struct drop *a = *(const struct drop *const *)left, *b = *(const struct drop *const *)right;
    return a->number != b->number ? (a->number < b->number ? -1 : 1) : (a < b ? -1 : a > b);
}

/* The newest sight of it before the drop: of two on one interface (a host that speaks to itself) the later one is meant. */
static void find_targets(struct drops *drops, struct drop **sorted, struct reader *reader, const uint32_t *hosts)
{
    uint64_t packets = 0;
    size_t passed = 0; /* drops whose place in the file was passed */
    while (reader_next(reader)) {
        passed += reader->type == BLOCK_DROP;
        if (reader->type != BLOCK_PACKET)
            continue;
        packets++;
        uint64_t number = number_of(&reader->block);
        uint32_t interface = form_get_u32(block_bytes(&reader->block));
        size_t low = 0, high = drops->count;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (sorted[middle]->number < number)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < drops->count && sorted[low]->number == number; low++) {
            struct drop *drop = sorted[low];
            bool here = drop->interface == NO_INTERFACE ? drop->host == hosts[interface] : drop->interface == interface;
            if (here && drop >= drops->list + passed)
                drop->target = packets;
        }
    }
}

static int by_target(const void *left, const void *right)
{
    const struct drop *a = *(const struct drop *const *)left, *b = *(const struct drop *const *)right;
    return a->target != b->target ? (a->target < b->target ? -1 : 1) : (a < b ? -1 : a > b);
}

/* ---- writing the finished file ---- */

struct joint { struct drops *drops; struct drop **next, **end; struct out *out; struct text waiting; uint64_t packets; size_t passed; };

static void comment_add(struct text *comments, const struct drops *drops, const struct drop *drop, int64_t seen_ns)
{
    struct text words = {0};
    char later[TIME_TEXT];
    time_text(drop->at_ns - seen_ns, later);
    if (drop->at_ns == seen_ns)
        text_printf(&words, "dropped: %s", drops->texts.bytes + drop->text);
    else
        text_printf(&words, "dropped %s later: %s", later, drops->texts.bytes + drop->text);
    put_comment(comments, words.bytes);
    text_free(&words);
}

/* Copies a block with these options before its own. */
static void copy_with(struct text *out, const struct text *block, uint32_t type, size_t at, const struct text *comments)
{
    size_t start = block_begin(out, type);
    text_add_n(out, block->bytes + BLOCK_HEAD_BYTES, at - BLOCK_HEAD_BYTES);
    text_add_n(out, comments->bytes, comments->length);
    text_add_n(out, block->bytes + at, block->length - at - 4);
    block_end(out, start);
}

static void join_packet(struct joint *joint, const struct text *block)
{
    joint->packets++;
    for (; joint->next < joint->end && (*joint->next)->target <= joint->packets; joint->next++)
        if ((*joint->next)->target == joint->packets)
            comment_add(&joint->waiting, joint->drops, *joint->next, time_of(block));
    copy_with(&joint->out->buffer, block, BLOCK_PACKET, options_at(block), &joint->waiting);
    joint->waiting.length = 0;
}

/* Nobody saw the packet before: it becomes a packet block of its own where its bytes and an interface are known, else words. */
static void join_drop(struct joint *joint, const struct text *block)
{
    const struct drop *drop = &joint->drops->list[joint->passed++];
    if (drop->target != 0)
        return;
    if (form_get_u32(block_bytes(block) + 12) > 0) {
        comment_add(&joint->waiting, joint->drops, drop, drop->at_ns);
        copy_with(&joint->out->buffer, block, BLOCK_PACKET, options_at(block), &joint->waiting);
        joint->waiting.length = 0;
        return;
    }
    struct text words = {0};
    text_printf(&words, "%s dropped: %s", joint->drops->texts.bytes + drop->words, joint->drops->texts.bytes + drop->text);
    put_comment(&joint->waiting, words.bytes);
    text_free(&words);
}

static bool join_blocks(struct joint *joint, struct reader *reader)
{
    while (out_flush(joint->out, FLUSH_BYTES) && reader_next(reader)) {
        const struct text *block = &reader->block;
        if (reader->type == BLOCK_PACKET)
            join_packet(joint, block);
        else if (reader->type == BLOCK_DROP)
            join_drop(joint, block);
        else if (reader->type == BLOCK_STATISTICS && (joint->waiting.length > 0 || block->length > STATISTICS_LEAST))
            copy_with(&joint->out->buffer, block, reader->type, BLOCK_HEAD_BYTES + 12, &joint->waiting);
        else if (reader->type == BLOCK_STATISTICS)
            continue; /* it was for comments only */
        else
            text_add_n(&joint->out->buffer, block->bytes, block->length);
    }
    return joint->out->failure == NULL;
}

bool drops_join(struct drops *drops, int from, const uint32_t *hosts, struct out *out, char **error)
{
    struct reader reader = {0};
    int copy = lseek(from, 0, SEEK_SET) == 0 ? dup(from) : -1;
    if (copy < 0 || (reader.file = fdopen(copy, "rb")) == NULL) {
        *error = sentence("cannot read the capture again: %s", strerror(errno));
        if (copy >= 0)
            close(copy);
        return false;
    }
    struct drop **sorted = memory_take((drops->count + 1) * sizeof *sorted);
    for (size_t i = 0; i < drops->count; i++)
        sorted[i] = &drops->list[i];
    qsort(sorted, drops->count, sizeof *sorted, by_number);
    find_targets(drops, sorted, &reader, hosts);
    qsort(sorted, drops->count, sizeof *sorted, by_target);
    rewind(reader.file);
    struct joint joint = {.drops = drops, .next = sorted, .end = sorted + drops->count, .out = out};
    bool good = join_blocks(&joint, &reader);
    if (good && (ferror(reader.file) || joint.passed != drops->count)) {
        *error = sentence("cannot read the capture again");
        good = false;
    }
    fclose(reader.file);
    text_free(&reader.block);
    text_free(&joint.waiting);
    free(sorted);
    return good;
}
