/*
 * WSPStringToAddress (SPI reference 4.30): the forms that WSPAddressToString writes, and of IPv4 those of inet_addr, with one to
 * four parts in decimal, octal (0…) or hexadecimal (0x…).
 */
#include <string.h>

#include "provider.h"

/* ---- reading ---- */

struct reading { const WCHAR *at; };

static BOOL take(struct reading *reading, char c)
{
    if (*reading->at != (WCHAR)(unsigned char)c) return FALSE;
    reading->at++;
    return TRUE;
}

static int digit_at(const struct reading *reading, unsigned base)
{
    WCHAR c = *reading->at;
    int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    return digit < (int)base ? digit : -1;
}

/* At least one digit, no more than `most` in value. */
static BOOL take_number(struct reading *reading, unsigned base, uint64_t most, uint64_t *number)
{
    if (digit_at(reading, base) < 0) return FALSE;
    *number = 0;
    for (int digit; (digit = digit_at(reading, base)) >= 0; reading->at++) {
        *number = *number * base + (unsigned)digit;
        if (*number > most) return FALSE;
    }
    return TRUE;
}

static BOOL take_part(struct reading *reading, uint64_t *number)
{
    unsigned base = 10;
    if (*reading->at == '0' && (reading->at[1] == 'x' || reading->at[1] == 'X')) {
        reading->at += 2;
        base = 16;
    } else if (*reading->at == '0') {
        base = 8;
    }
    return take_number(reading, base, UINT32_MAX, number);
}

static BOOL take_port(struct reading *reading, u_short *port)
{
    uint64_t number;
    if (!take_number(reading, 10, UINT16_MAX, &number)) return FALSE;
    *port = htons((u_short)number);
    return TRUE;
}

/* ---- the two families ---- */

/* The last part fills all the bytes that are left. */
static BOOL take_ipv4(struct reading *reading, uint8_t bytes[4])
{
    uint64_t parts[4] = { 0 }, word = 0;
    int count = 0;
    do {
        if (count == 4 || !take_part(reading, &parts[count])) return FALSE;
        count++;
    } while (take(reading, '.'));
    for (int i = 0; i + 1 < count; i++) {
        if (parts[i] > 255) return FALSE;
        word |= parts[i] << (24 - 8 * i);
    }
    if (parts[count - 1] >> (8 * (5 - count))) return FALSE;
    word |= parts[count - 1];
    for (int i = 0; i < 4; i++) bytes[i] = (uint8_t)(word >> (24 - 8 * i));
    return TRUE;
}

/* a.b.c.d in decimal, as the end of an IPv6 address. */
static BOOL take_dotted(struct reading *reading, uint8_t *bytes)
{
    uint64_t number;
    for (int i = 0; i < 4; i++) {
        if ((i && !take(reading, '.')) || !take_number(reading, 10, 255, &number)) return FALSE;
        bytes[i] = (uint8_t)number;
    }
    return TRUE;
}

static BOOL dotted_follows(const struct reading *reading)
{
    struct reading ahead = *reading;
    uint64_t number;
    return take_number(&ahead, 10, 999, &number) && *ahead.at == '.';
}

/* The words as they come; where "::" stands is remembered, and the rest moved to the end. */
static BOOL take_ipv6(struct reading *reading, uint8_t bytes[16])
{
    int size = 0, gap = -1;
    uint64_t number;
    memset(bytes, 0, 16);
    if (take(reading, ':')) {
        if (!take(reading, ':')) return FALSE;
        gap = 0;
    }
    while (size < 16 && digit_at(reading, 16) >= 0) {
        const WCHAR *start = reading->at;
        if (size <= 12 && dotted_follows(reading)) {
            if (!take_dotted(reading, bytes + size)) return FALSE;
            size += 4;
            break;
        }
        if (!take_number(reading, 16, UINT16_MAX, &number) || reading->at - start > 4) return FALSE;
        bytes[size++] = (uint8_t)(number >> 8);
        bytes[size++] = (uint8_t)number;
        if (*reading->at != ':' || size == 16) break;
        reading->at++;
        if (take(reading, ':')) {
            if (gap >= 0) return FALSE;
            gap = size;
        } else if (digit_at(reading, 16) < 0) {
            return FALSE; /* a colon at the end */
        }
    }
    if (gap < 0) return size == 16;
    if (size == 16) return FALSE; /* nothing is left for the gap */
    memmove(bytes + 16 - (size - gap), bytes + gap, (size_t)(size - gap));
    memset(bytes + gap, 0, (size_t)(16 - size));
    return TRUE;
}

static BOOL ipv4_read(const WCHAR *text, struct sockaddr_in *in)
{
    struct reading reading = { text };
    memset(in, 0, sizeof *in);
    in->sin_family = AF_INET;
    if (!take_ipv4(&reading, (uint8_t *)&in->sin_addr)) return FALSE;
    if (take(&reading, ':') && !take_port(&reading, &in->sin_port)) return FALSE;
    return *reading.at == 0;
}

static BOOL ipv6_read(const WCHAR *text, struct sockaddr_in6 *in6)
{
    struct reading reading = { text };
    uint64_t scope;
    BOOL bracketed = take(&reading, '[');
    memset(in6, 0, sizeof *in6);
    in6->sin6_family = AF_INET6;
    if (!take_ipv6(&reading, (uint8_t *)&in6->sin6_addr)) return FALSE;
    if (take(&reading, '%')) {
        if (!take_number(&reading, 10, UINT32_MAX, &scope)) return FALSE;
        in6->sin6_scope_id = (u_long)scope;
    }
    if (bracketed && (!take(&reading, ']') || (take(&reading, ':') && !take_port(&reading, &in6->sin6_port)))) return FALSE;
    return *reading.at == 0;
}

/* ---- the call ---- */

/* The text is as long as it is: every character of it, and the terminator, must be the caller's. */
static BOOL text_readable(const WCHAR *text)
{
    if (!text) return FALSE;
    while (kernel_may_read(text, sizeof *text)) {
        if (*text == 0) return TRUE;
        text++;
    }
    return FALSE;
}

INT WSPAPI provider_string_to_address(LPWSTR text, INT family, LPWSAPROTOCOL_INFOW info, LPSOCKADDR address, LPINT size, LPINT error)
{
    union { struct sockaddr_in in; struct sockaddr_in6 in6; } found;
    if (!process_enter(error)) return SOCKET_ERROR;
    if (kernel_stack_state() != KERNEL_OK) return fail(error, WSAENETDOWN);
    if (!text_readable(text) || !kernel_may_write(size, sizeof *size)) return fail(error, WSAEFAULT);
    if (info && !kernel_may_read(info, sizeof *info)) return fail(error, WSAEFAULT);
    if ((family != AF_INET && family != AF_INET6) || (info && info->iAddressFamily != family)) return fail(error, WSAEINVAL);
    if (family == AF_INET ? !ipv4_read(text, &found.in) : !ipv6_read(text, &found.in6)) return fail(error, WSAEINVAL);
    int room = *size, needed = family == AF_INET ? (int)sizeof found.in : (int)sizeof found.in6;
    *size = needed;
    if (room < needed || !kernel_may_write(address, (size_t)needed)) return fail(error, WSAEFAULT);
    memcpy(address, &found, (size_t)needed);
    return 0;
}
