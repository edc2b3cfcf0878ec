/* The blocks of pcapng as bytes. */
#include <string.h>

#include "store/pcapng_inside.h"

#define LINK_ETHERNET 1u
#define LINK_RAW_IP 101u
#define COMMENT_MOST ((size_t)60000) /* an option holds 65535 bytes */

void put_u16(struct text *out, unsigned value)
{
    const uint8_t bytes[2] = {(uint8_t)value, (uint8_t)(value >> 8)};
    text_add_n(out, (const char *)bytes, 2);
}

void put_u32(struct text *out, uint32_t value)
{
    put_u16(out, value & 0xffff);
    put_u16(out, value >> 16);
}

static void put_u64(struct text *out, uint64_t value)
{
    put_u32(out, (uint32_t)value);
    put_u32(out, (uint32_t)(value >> 32));
}

void put_padded(struct text *out, const void *bytes, size_t size)
{
    text_add_n(out, bytes, size);
    text_add_n(out, "\0\0\0", (4 - size % 4) % 4);
}

/* ---- options ---- */

void put_option(struct text *out, unsigned code, const void *bytes, size_t size)
{
    put_u16(out, code);
    put_u16(out, (unsigned)size);
    put_padded(out, bytes, size);
}

void put_comment(struct text *out, const char *text)
{
    size_t length = strlen(text);
    if (length > COMMENT_MOST) {
        length = COMMENT_MOST;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80) /* not within a character */
            length--;
    }
    put_option(out, OPTION_COMMENT, text, length);
}

static void put_option_u32(struct text *out, unsigned code, uint32_t value)
{
    put_u16(out, code);
    put_u16(out, 4);
    put_u32(out, value);
}

static void put_option_u64(struct text *out, unsigned code, uint64_t value)
{
    put_u16(out, code);
    put_u16(out, 8);
    put_u64(out, value);
}

/* ---- blocks ---- */

size_t block_begin(struct text *out, uint32_t type)
{
    size_t start = out->length;
    put_u32(out, type);
    put_u32(out, 0); /* known at the end */
    return start;
}

void block_end(struct text *out, size_t start)
{
    uint32_t size = (uint32_t)(out->length - start + 4);
    put_u32(out, size);
    memcpy(out->bytes + start + 4, out->bytes + out->length - 4, 4);
}

void block_section(struct text *out)
{
    size_t start = block_begin(out, BLOCK_SECTION);
    put_u32(out, 0x1a2b3c4d); /* tells the byte order */
    put_u16(out, 1);
    put_u16(out, 0);
    put_u64(out, UINT64_MAX); /* the section's length: not told */
    put_option(out, 4, "wspsim", 6);
    put_option(out, OPTION_END, "", 0);
    block_end(out, start);
}

void block_interface(struct text *out, const char *name, bool ethernet, uint64_t speed_bps)
{
    size_t start = block_begin(out, BLOCK_INTERFACE);
    put_u16(out, ethernet ? LINK_ETHERNET : LINK_RAW_IP);
    put_u16(out, 0);
    put_u32(out, 0); /* packets are captured whole */
    put_option(out, 2, name, strlen(name));
    if (speed_bps > 0)
        put_option_u64(out, 8, speed_bps);
    put_option(out, 9, "\x09", 1); /* times in units of 10^-9 s */
    put_option(out, OPTION_END, "", 0);
    block_end(out, start);
}

static void put_time(struct text *out, int64_t at_ns)
{
    put_u32(out, (uint32_t)((uint64_t)at_ns >> 32));
    put_u32(out, (uint32_t)at_ns);
}

void block_packet(struct text *out, uint32_t type, const struct captured *packet, const struct text *comments)
{
    size_t start = block_begin(out, type);
    put_u32(out, packet->interface);
    put_time(out, packet->at_ns);
    put_u32(out, (uint32_t)packet->size);
    put_u32(out, (uint32_t)packet->size);
    put_padded(out, packet->frame, packet->size);
    if (comments != NULL)
        text_add_n(out, comments->bytes, comments->length);
    put_option_u32(out, OPTION_PACKET_FLAGS, (uint32_t)packet->direction);
    put_option_u64(out, OPTION_PACKET_ID, packet->number);
    put_option(out, OPTION_END, "", 0);
    block_end(out, start);
}

void block_statistics(struct text *out, uint32_t interface, int64_t at_ns, const struct text *comments)
{
    size_t start = block_begin(out, BLOCK_STATISTICS);
    put_u32(out, interface);
    put_time(out, at_ns);
    text_add_n(out, comments->bytes, comments->length);
    put_option(out, OPTION_END, "", 0);
    block_end(out, start);
}
