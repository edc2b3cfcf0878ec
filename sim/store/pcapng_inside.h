/*
 * What the files of the capture share: the blocks as bytes, the file they go to, the drops that are joined to their packets when
 * the capture is closed.
 */
#ifndef STORE_PCAPNG_INSIDE_H
#define STORE_PCAPNG_INSIDE_H
#include "core/text.h"
#include "store/pcapng.h"

#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_NAMES 4u
#define BLOCK_STATISTICS 5u
#define BLOCK_PACKET 6u
#define BLOCK_DROP 0x80000001u /* of the unfinished file only: a packet block that may be one too many */
#define BLOCK_HEAD_BYTES 8u    /* type and length; the length stands at the end, too */
#define PACKET_HEAD_BYTES 20u  /* interface, time, captured and real length */

#define OPTION_END 0u
#define OPTION_COMMENT 1u
#define OPTION_PACKET_FLAGS 2u
#define OPTION_PACKET_ID 5u
#define NO_INTERFACE UINT32_MAX

enum direction { DIRECTION_UNKNOWN, DIRECTION_INBOUND, DIRECTION_OUTBOUND }; /* as the flags option has it */

/* ---- pcapng_block.c: blocks at the end of a text of bytes; all numbers little-endian ---- */
void put_u16(struct text *out, unsigned value);
void put_u32(struct text *out, uint32_t value);
void put_padded(struct text *out, const void *bytes, size_t size);
void put_option(struct text *out, unsigned code, const void *bytes, size_t size);
void put_comment(struct text *out, const char *text); /* an option; cut to what one can hold */
size_t block_begin(struct text *out, uint32_t type);
void block_end(struct text *out, size_t start);

void block_section(struct text *out);
void block_interface(struct text *out, const char *name, bool ethernet, uint64_t speed_bps);
struct captured { uint32_t interface; int64_t at_ns; const uint8_t *frame; size_t size; enum direction direction; uint64_t number; };
/* comments: options already in their form, or NULL. */
void block_packet(struct text *out, uint32_t type, const struct captured *packet, const struct text *comments);
void block_statistics(struct text *out, uint32_t interface, int64_t at_ns, const struct text *comments);

/* ---- pcapng_out.c: a file that grows beside its final name ---- */
struct out {
    int file; /* locked (partial.c); -1: none */
    char *path;
    struct text buffer;
    char *failure; /* the first error */
};
bool out_open(struct out *out, const char *path);
bool out_flush(struct out *out, size_t keep_below); /* writes if there is more than that; false: it failed, now or before */
bool out_rename(struct out *out, const char *path); /* forces it to disk and gives it its name */
void out_free(struct out *out);   /* an unfinished file is removed */

/* ---- pcapng_drops.c ---- */
struct drop {
    uint64_t number;    /* of the packet */
    uint32_t interface; /* where; NO_INTERFACE: on the host, no matter where */
    uint32_t host;
    int64_t at_ns;
    size_t text;        /* offsets in `texts`: "queue full", and the packet in words */
    size_t words;
    uint64_t target;    /* the packet block it belongs to, from 1; 0: none saw it */
};

struct drops {
    struct drop *list;
    size_t count, room;
    struct text texts;
};
void drops_add(struct drops *drops, const struct drop *drop, const char *reason, const char *words);
void drops_free(struct drops *drops);
/* Copies the unfinished file's blocks, each drop joined to its packet. hosts: of each interface. False: out->failure or *error. */
bool drops_join(struct drops *drops, int from, const uint32_t *hosts, struct out *out, char **error);
#endif
