/* TCP headers with their options: RFC 9293 3.1, RFC 7323 (scale, timestamps), RFC 2018 (SACK). */
#include "net/wire/wire_private.h"

enum { KIND_END = 0, KIND_NOP = 1, KIND_MSS = 2, KIND_SCALE = 3, KIND_SACK_PERMITTED = 4, KIND_SACK = 5, KIND_TIMESTAMPS = 8 };

static uint32_t fixed_options_bytes(const struct tcp_header *header)
{
    return (header->options & TCP_OPTION_MSS ? 4u : 0u) + (header->options & TCP_OPTION_SCALE ? 3u : 0u)
         + (header->options & TCP_OPTION_SACK_PERMITTED ? 2u : 0u) + (header->options & TCP_OPTION_TIMESTAMPS ? 10u : 0u);
}

/* Blocks that fit: with timestamps one less than the record can hold. The first ones are the newest (RFC 2018 4). */
static uint32_t sack_blocks(const struct tcp_header *header)
{
    uint32_t room = TCP_OPTIONS_MOST - fixed_options_bytes(header), most = room < 10 ? 0 : (room - 2) / 8;
    return header->sack_count < most ? header->sack_count : most;
}

uint32_t tcp_header_bytes(const struct tcp_header *header)
{
    uint32_t blocks = sack_blocks(header), options = fixed_options_bytes(header) + (blocks ? 2 + 8 * blocks : 0);
    return TCP_HEADER_BYTES + ((options + 3) & ~3u);
}

static uint8_t *put_options(uint8_t *at, const struct tcp_header *header)
{
    if (header->options & TCP_OPTION_MSS)
        at = put_u16(put_u16(at, KIND_MSS << 8 | 4), header->mss);
    if (header->options & TCP_OPTION_SCALE)
        at = put_u8(put_u16(at, KIND_SCALE << 8 | 3), header->scale);
    if (header->options & TCP_OPTION_SACK_PERMITTED)
        at = put_u16(at, KIND_SACK_PERMITTED << 8 | 2);
    if (header->options & TCP_OPTION_TIMESTAMPS)
        at = put_u32(put_u32(put_u16(at, KIND_TIMESTAMPS << 8 | 10), header->timestamp), header->timestamp_echo);
    uint32_t blocks = sack_blocks(header);
    if (blocks)
        at = put_u16(at, KIND_SACK << 8 | (2 + 8 * blocks));
    for (uint32_t i = 0; i < blocks; i++)
        at = put_u32(put_u32(at, header->sack[i].left), header->sack[i].right);
    return at;
}

void upper_tcp(const struct packet *packet, struct upper *upper)
{
    const struct tcp_header *header = &packet->tcp;
    upper->header_bytes = tcp_header_bytes(header);
    upper->checksum_at = 16;
    upper->pseudo = true;
    uint8_t *at = put_u16(put_u16(upper->header, packet->source_port), packet->destination_port);
    at = put_u32(put_u32(at, header->sequence), header->acknowledgment);
    at = put_u16(put_u16(at, (unsigned)upper->header_bytes / 4 << 12 | header->flags), header->window);
    at = put_options(put_u16(put_u16(at, 0), header->urgent), header);
    while (at < upper->header + upper->header_bytes)
        at = put_u8(at, KIND_NOP);
}

/* ---- reading ---- */

/* One option of known kind whose length was compared with what is left. False: the length is wrong for its kind. Kinds that nobody
   here knows are passed over (RFC 9293 3.2). */
static bool take_option(const uint8_t *at, uint8_t length, struct tcp_header *header)
{
    switch (at[0]) {
    case KIND_MSS:
        header->options |= TCP_OPTION_MSS;
        header->mss = length == 4 ? get_u16(at + 2) : 0;
        return length == 4;
    case KIND_SCALE:
        header->options |= TCP_OPTION_SCALE;
        header->scale = length == 3 ? at[2] : 0;
        return length == 3;
    case KIND_SACK_PERMITTED:
        header->options |= TCP_OPTION_SACK_PERMITTED;
        return length == 2;
    case KIND_TIMESTAMPS:
        if (length != 10)
            return false;
        header->options |= TCP_OPTION_TIMESTAMPS;
        header->timestamp = get_u32(at + 2);
        header->timestamp_echo = get_u32(at + 6);
        return true;
    case KIND_SACK:
        if (length < 10 || length > 2 + 8 * TCP_SACK_MOST || (length - 2) % 8 != 0)
            return false;
        header->sack_count = (uint8_t)((length - 2) / 8);
        for (unsigned i = 0; i < header->sack_count; i++) {
            header->sack[i].left = get_u32(at + 2 + 8 * i);
            header->sack[i].right = get_u32(at + 6 + 8 * i);
        }
        return true;
    default:
        return true;
    }
}

static const char *take_options(const uint8_t *at, const uint8_t *end, struct tcp_header *header)
{
    while (at < end && at[0] != KIND_END) {
        if (at[0] == KIND_NOP) {
            at++;
            continue;
        }
        if (end - at < 2 || at[1] < 2 || at[1] > end - at)
            return "a TCP option reaches beyond the header";
        if (!take_option(at, at[1], header))
            return "a TCP option has a length its kind does not have";
        at += at[1];
    }
    return NULL;
}

const char *decode_tcp(const uint8_t *bytes, size_t size, struct packet *packet, struct wire_payload *payload)
{
    if (size < TCP_HEADER_BYTES)
        return "the TCP header is cut short";
    size_t header_bytes = (size_t)(bytes[12] >> 4) * 4;
    if (header_bytes < TCP_HEADER_BYTES)
        return "the TCP header says that it is shorter than 20 bytes";
    if (header_bytes > size)
        return "the TCP header says that it is longer than the segment";
    struct tcp_header *header = &packet->tcp;
    *header = (struct tcp_header){ .sequence = get_u32(bytes + 4), .acknowledgment = get_u32(bytes + 8), .flags = bytes[13],
                                   .window = get_u16(bytes + 14), .urgent = get_u16(bytes + 18) };
    packet->source_port = get_u16(bytes);
    packet->destination_port = get_u16(bytes + 2);
    *payload = (struct wire_payload){ header_bytes, size - header_bytes };
    return take_options(bytes + TCP_HEADER_BYTES, bytes + header_bytes, header);
}
