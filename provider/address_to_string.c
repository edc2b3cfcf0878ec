/*
 * WSPAddressToString (SPI reference 4.2): 192.0.2.1, 192.0.2.1:80, 2001:db8::1%2, [2001:db8::1%2]:80. IPv6 as RFC 5952 writes it.
 */
#include <string.h>

#include "provider.h"

#define TEXT_MOST 80 /* of the longest form, its terminator too */

struct writing { WCHAR text[TEXT_MOST]; DWORD length; };

static void put(struct writing *writing, char c) { writing->text[writing->length++] = (WCHAR)(unsigned char)c; }

static void put_number(struct writing *writing, unsigned long number, unsigned base)
{
    char digits[16];
    int count = 0;
    do digits[count++] = "0123456789abcdef"[number % base];
    while (number /= base);
    while (count) put(writing, digits[--count]);
}

static void put_ipv4(struct writing *writing, const uint8_t *bytes)
{
    for (int i = 0; i < 4; i++) {
        if (i) put(writing, '.');
        put_number(writing, bytes[i], 10);
    }
}

static unsigned word_at(const uint8_t *bytes, int i) { return (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1]; }

/* The first of the longest runs of zero words, of at least two; 8: none. */
static int zeros_find(const uint8_t *bytes, int words, int *count)
{
    int best = words;
    *count = 1;
    for (int i = 0; i < words; i++) {
        int end = i;
        while (end < words && word_at(bytes, end) == 0) end++;
        if (end - i > *count) {
            *count = end - i;
            best = i;
        }
        if (end > i) i = end;
    }
    return best;
}

static BOOL is_mapped(const uint8_t *bytes)
{
    static const uint8_t start[12] = { [10] = 0xff, [11] = 0xff };
    return memcmp(bytes, start, sizeof start) == 0;
}

static void put_ipv6(struct writing *writing, const uint8_t *bytes)
{
    int count, words = is_mapped(bytes) ? 6 : 8, zeros = zeros_find(bytes, words, &count);
    for (int i = 0; i < words; i++) {
        if (i == zeros) {
            put(writing, ':');
            put(writing, ':');
            i += count - 1;
            continue;
        }
        if (i && i != zeros + count) put(writing, ':');
        put_number(writing, word_at(bytes, i), 16);
    }
    if (words == 8) return;
    put(writing, ':'); /* behind the ffff of a mapped address */
    put_ipv4(writing, bytes + 12);
}

/* 0, or WSAEINVAL: no address of ours, or less than one. */
static int write_text(const void *bytes, DWORD size, struct writing *writing)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    u_short family, port;
    memcpy(&family, bytes, sizeof family);
    if (family == AF_INET && size >= sizeof in) {
        memcpy(&in, bytes, sizeof in);
        put_ipv4(writing, (const uint8_t *)&in.sin_addr);
        port = ntohs(in.sin_port);
    } else if (family == AF_INET6 && size >= sizeof in6) {
        memcpy(&in6, bytes, sizeof in6);
        port = ntohs(in6.sin6_port);
        if (port) put(writing, '[');
        put_ipv6(writing, (const uint8_t *)&in6.sin6_addr);
        if (in6.sin6_scope_id) {
            put(writing, '%');
            put_number(writing, in6.sin6_scope_id, 10);
        }
        if (port) put(writing, ']');
    } else {
        return WSAEINVAL;
    }
    if (port) {
        put(writing, ':');
        put_number(writing, port, 10);
    }
    put(writing, 0);
    return 0;
}

static int check_entry(const WSAPROTOCOL_INFOW *info, const void *address)
{
    u_short family;
    memcpy(&family, address, sizeof family);
    if (!info) return 0; /* the first protocol of the family */
    if (!kernel_may_read(info, sizeof *info)) return WSAEFAULT;
    return info->iAddressFamily == (int)family ? 0 : WSAEINVAL;
}

INT WSPAPI provider_address_to_string(LPSOCKADDR address, DWORD size, LPWSAPROTOCOL_INFOW info, LPWSTR text, LPDWORD length, LPINT error)
{
    struct writing writing = { .length = 0 };
    if (!process_enter(error)) return SOCKET_ERROR;
    if (kernel_stack_state() != KERNEL_OK) return fail(error, WSAENETDOWN);
    if (!kernel_may_write(length, sizeof *length) || !address || !kernel_may_read(address, size)) return fail(error, WSAEFAULT);
    if (size < sizeof(u_short)) return fail(error, WSAEINVAL);
    int result = check_entry(info, address);
    if (result == 0) result = write_text(address, size, &writing);
    if (result) return fail(error, result);
    DWORD room = *length;
    *length = writing.length; /* what it takes, also where it is more than there is */
    if (room < writing.length || !kernel_may_write(text, writing.length * sizeof *text)) return fail(error, WSAEFAULT);
    memcpy(text, writing.text, writing.length * sizeof *text);
    return 0;
}
