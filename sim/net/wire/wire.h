/*
 * Packets as bytes, for captures and raw sockets, and bytes as packets. Nothing else in the simulator looks at bytes.
 *
 * What a record says and where it stands in the bytes:
 *   TCP, UDP          the header is made from the record, `payload` follows it.
 *   ICMP, ICMPv6      type, code and word are the first 8 bytes, `payload` follows: data of an echo, the rest of a neighbour or
 *                     listener message. An error without payload quotes what `about` says, with zeros up to `size`.
 *   IGMP              `payload` is the whole message; its checksum is filled in.
 *   ARP               `payload` is the whole message.
 *   other protocols   `payload` is all that follows the IP header.
 *   fragments         the record and `payload` are the whole datagram's: what the fragment carries of it follows from its offset and
 *                     size, and the checksum is that of the whole. With whole_size 0 `payload` is what the fragment carries,
 *                     transport header and all: such a one came as bytes.
 *
 * PACKET_DAMAGED has no wire form: such a packet is shown as it was sent.
 */
#ifndef NET_WIRE_WIRE_H
#define NET_WIRE_WIRE_H
#include "net/ip/packet.h"

#define WIRE_ETHERNET_BYTES 14u

/* ---- packets to bytes ---- */

/* IP header with its options or extension headers: 20 or 24, 40 to 56; ARP 0. */
uint32_t wire_ip_bytes(const struct packet *packet);
size_t wire_size(const struct packet *packet); /* what wire_encode will make */
/* The IP packet, or the ARP message. 0: there is no room for all of it. */
size_t wire_encode(const struct packet *packet, uint8_t *bytes, size_t room);
/* The same with an Ethernet header before it; no padding, no check sequence. */
size_t wire_encode_frame(const struct packet *packet, const uint8_t from[6], const uint8_t to[6], uint8_t *bytes, size_t room);
/* Where frames for a group go: RFC 1112 6.4, RFC 2464 7. */
void wire_group_mac(uint8_t family, const struct prefix_key *group, uint8_t mac[6]);

/* ---- bytes to packets ---- */

/* How far the bytes are to be believed. From a raw socket whose sender made the header himself the IP header's length and checksum
   are not looked at (the stack fills them in), and a wrong transport checksum makes a PACKET_DAMAGED packet. */
enum wire_trust { WIRE_STRICT, WIRE_FROM_RAW_SOCKET };
struct wire_payload { size_t at, size; }; /* where `payload` would lie within the bytes */

/* Fills in all but number, cause, times, next hop and payload; the caller makes a chunk of the payload. NULL: done. Otherwise why the
   bytes are no packet, and the packet is to be thrown away. Reads nothing beyond `size`. */
const char *wire_decode(const uint8_t *bytes, size_t size, enum wire_trust trust, struct packet *packet, struct wire_payload *payload);
/* What follows an IP header. Family, protocol, source and destination are set before. */
const char *wire_decode_transport(const uint8_t *bytes, size_t size, enum wire_trust trust, struct packet *packet, struct wire_payload *payload);
/* An Ethernet frame, padded or not. */
const char *wire_decode_frame(const uint8_t *bytes, size_t size, uint8_t from[6], uint8_t to[6], struct packet *packet, struct wire_payload *payload);
#endif
