/* The table of control codes, unknown codes, codes that are known and not offered, and the order of the checks. */
#include "provider/case.h"
#include "provider/ioctl.h"

/* The specification's 39 codes (ioctls reference, 0.9); `unsupported` is what its section says of a provider without it. */
static const struct { DWORD value; const char *name; unsigned i, o, v, t, middle, code; DWORD in, out; bool may_pend; int unsupported; } codes[] = {
    { 0x8004667E, "FIONBIO", 1, 0, 0, 0, 0x004, 26238, 4, 0, false, WSAEOPNOTSUPP },
    { 0x4004667F, "FIONREAD", 0, 1, 0, 0, 0x004, 26239, 0, 4, false, WSAEOPNOTSUPP },
    { 0x40047307, "SIOCATMARK", 0, 1, 0, 0, 0x004, 29447, 0, 4, false, WSAEOPNOTSUPP },
    { 0x98000064, "SIO_ACQUIRE_PORT_RESERVATION", 1, 0, 0, 3, 0x000, 100, 4, 16, true, WSAEOPNOTSUPP },
    { 0x28000017, "SIO_ADDRESS_LIST_CHANGE", 0, 0, 1, 1, 0x000, 23, 0, 0, true, WSAEOPNOTSUPP },
    { 0x48000016, "SIO_ADDRESS_LIST_QUERY", 0, 1, 0, 1, 0x000, 22, 0, 8, true, WSAEOPNOTSUPP },
    { 0x88000001, "SIO_ASSOCIATE_HANDLE", 1, 0, 0, 1, 0x000, 1, 16, 0, false, WSAENOPROTOOPT },
    { 0x98000066, "SIO_ASSOCIATE_PORT_RESERVATION", 1, 0, 0, 3, 0x000, 102, 8, 0, true, WSAEOPNOTSUPP },
    { 0x48000022, "SIO_BASE_HANDLE", 0, 1, 0, 1, 0x000, 34, 0, 8, false, WSAEOPNOTSUPP },
    { 0x4800001B, "SIO_BSP_HANDLE", 0, 1, 0, 1, 0x000, 27, 0, 8, false, WSAEOPNOTSUPP },
    { 0x4800001C, "SIO_BSP_HANDLE_SELECT", 0, 1, 0, 1, 0x000, 28, 0, 8, false, WSAEOPNOTSUPP },
    { 0x4800001D, "SIO_BSP_HANDLE_POLL", 0, 1, 0, 1, 0x000, 29, 0, 8, false, WSAEOPNOTSUPP },
    { 0xDC000001, "SIO_CHK_QOS", 1, 1, 0, 3, 0x400, 1, 4, 4, false, WSAENOPROTOOPT },
    { 0x28000002, "SIO_ENABLE_CIRCULAR_QUEUEING", 0, 0, 1, 1, 0x000, 2, 0, 0, false, WSAENOPROTOOPT },
    { 0x48000003, "SIO_FIND_ROUTE", 0, 1, 0, 1, 0x000, 3, 16, 0, true, WSAEOPNOTSUPP },
    { 0x28000004, "SIO_FLUSH", 0, 0, 1, 1, 0x000, 4, 0, 0, true, WSAENOPROTOOPT },
    { 0x48000005, "SIO_GET_BROADCAST_ADDRESS", 0, 1, 0, 1, 0x000, 5, 0, 16, false, WSAENOPROTOOPT },
    { 0xC8000006, "SIO_GET_EXTENSION_FUNCTION_POINTER", 1, 1, 0, 1, 0x000, 6, 16, 8, false, WSAEOPNOTSUPP },
    { 0xC8000008, "SIO_GET_GROUP_QOS", 1, 1, 0, 1, 0x000, 8, 0, 80, true, WSAENOPROTOOPT },
    { 0x4004747F, "SIO_GET_INTERFACE_LIST", 0, 1, 0, 0, 0x004, 29823, 0, 76, true, WSAEOPNOTSUPP },
    { 0x4004747E, "SIO_GET_INTERFACE_LIST_EX", 0, 1, 0, 0, 0x004, 29822, 0, 56, false, WSAEOPNOTSUPP },
    { 0xC8000007, "SIO_GET_QOS", 1, 1, 0, 1, 0x000, 7, 0, 80, true, WSAENOPROTOOPT },
    { 0x2000747A, "SIO_IDEAL_SEND_BACKLOG_CHANGE", 0, 0, 1, 0, 0x000, 29818, 0, 0, true, WSAEOPNOTSUPP },
    { 0x4004747B, "SIO_IDEAL_SEND_BACKLOG_QUERY", 0, 1, 0, 0, 0x004, 29819, 0, 4, false, WSAEOPNOTSUPP },
    { 0x98000004, "SIO_KEEPALIVE_VALS", 1, 0, 0, 3, 0x000, 4, 12, 0, false, WSAEOPNOTSUPP },
    { 0x88000009, "SIO_MULTIPOINT_LOOPBACK", 1, 0, 0, 1, 0x000, 9, 4, 0, false, WSAENOPROTOOPT },
    { 0x8800000A, "SIO_MULTICAST_SCOPE", 1, 0, 0, 1, 0x000, 10, 4, 0, false, WSAENOPROTOOPT },
    { 0x580000D2, "SIO_QUERY_RSS_SCALABILITY_INFO", 0, 1, 0, 3, 0x000, 210, 0, 1, false, WSAEOPNOTSUPP },
    { 0x580000CD, "SIO_QUERY_WFP_ALE_ENDPOINT_HANDLE", 0, 1, 0, 3, 0x000, 205, 0, 8, false, WSAEOPNOTSUPP },
    { 0x48000018, "SIO_QUERY_PNP_TARGET_HANDLE", 0, 1, 0, 1, 0x000, 24, 0, 8, false, WSAEOPNOTSUPP },
    { 0x98000001, "SIO_RCVALL", 1, 0, 0, 3, 0x000, 1, 4, 0, false, WSAEOPNOTSUPP },
    { 0x98000065, "SIO_RELEASE_PORT_RESERVATION", 1, 0, 0, 3, 0x000, 101, 8, 0, true, WSAEOPNOTSUPP },
    { 0x88000015, "SIO_ROUTING_INTERFACE_CHANGE", 1, 0, 0, 1, 0x000, 21, 16, 0, true, WSAEOPNOTSUPP },
    { 0xC8000014, "SIO_ROUTING_INTERFACE_QUERY", 1, 1, 0, 1, 0x000, 20, 16, 16, true, WSAEOPNOTSUPP },
    { 0x9800012C, "SIO_SET_COMPATIBILITY_MODE", 1, 0, 0, 3, 0x000, 300, 8, 0, false, WSAEOPNOTSUPP },
    { 0x8800000C, "SIO_SET_GROUP_QOS", 1, 0, 0, 1, 0x000, 12, 80, 0, true, WSAENOPROTOOPT },
    { 0x8800000B, "SIO_SET_QOS", 1, 0, 0, 1, 0x000, 11, 80, 0, true, WSAENOPROTOOPT },
    { 0xC800000D, "SIO_TRANSLATE_HANDLE", 1, 1, 0, 1, 0x000, 13, 4, 8, false, WSAENOPROTOOPT },
    { 0x9800000C, "SIO_UDP_CONNRESET", 1, 0, 0, 3, 0x000, 12, 4, 0, false, WSAEOPNOTSUPP },
};
#define CODES (sizeof codes / sizeof *codes)

/* proves: READ-CODE-1 */
START_TEST(test_the_table)
{
    size_t count;
    const struct ioctl_row *rows = ioctl_table(&count);
    ck_assert_uint_eq(count, 39);
    ck_assert_uint_eq(CODES, 39);
    for (size_t i = 0; i < CODES; i++) {
        hold(rows[i].code == codes[i].value && strcmp(rows[i].name, codes[i].name) == 0, "row %zu: %s %08x", i, rows[i].name, (unsigned)rows[i].code);
        hold(ioctl_find(codes[i].value) == &rows[i], "%s is not found", codes[i].name);
        hold(rows[i].in_min == codes[i].in, "%s takes %u bytes", codes[i].name, (unsigned)rows[i].in_min);
        DWORD out = codes[i].value == SIO_GET_INTERFACE_LIST ? 76 : codes[i].out; /* the table has the size of one row */
        hold(rows[i].out_min == out, "%s gives %u bytes", codes[i].name, (unsigned)rows[i].out_min);
        hold((rows[i].standing == IOCTL_REAL) == (rows[i].handler != NULL), "%s", codes[i].name);
        hold(rows[i].unsupported == codes[i].unsupported, "%s, not offered: %d", codes[i].name, rows[i].unsupported);
        hold((rows[i].valid_on & ON_IP) && (rows[i].valid_on & ON_ANY_TYPE), "%s fits nothing", codes[i].name);
        for (size_t k = 0; k < i; k++) hold(rows[i].code != rows[k].code, "%s and %s", rows[i].name, rows[k].name);
    }
    for (size_t i = 0; i < CODES; i++) /* what cannot wait may not be said to */
        if (codes[i].value == SIO_ADDRESS_LIST_CHANGE || codes[i].value == SIO_ROUTING_INTERFACE_CHANGE) ck_assert(rows[i].may_pend);
}
END_TEST

/* The bits of the values themselves.
   proves: IOCTL-CODE-3, IOCTL-CODE-4, IOCTL-CODE-5, IOCTL-CODE-7, IOCTL-CODE-8, IOCTL-CODE-9, IOCTL-CODE-10, IOCTL-CODE-11, IOCTL-CODE-12, IOCTL-CODE-13 */
START_TEST(test_the_bits)
{
    for (size_t i = 0; i < CODES; i++) {
        DWORD value = codes[i].value;
        hold(value >> 31 == codes[i].i && (value >> 30 & 1) == codes[i].o && (value >> 29 & 1) == codes[i].v && (value >> 27 & 3) == codes[i].t, "%s", codes[i].name);
        hold((value >> 16 & 0x7FF) == codes[i].middle && (value & 0xFFFF) == codes[i].code, "%s", codes[i].name);
    }
}
END_TEST

/* Four values say otherwise than what their code takes and gives. */
static const struct { DWORD code; bool in, out; } otherwise[] = {
    { SIO_ACQUIRE_PORT_RESERVATION, true, true }, { SIO_FIND_ROUTE, true, false }, { SIO_GET_GROUP_QOS, false, true }, { SIO_GET_QOS, false, true },
};

/* The bits of all others say which buffers are used.
   proves: IOCTL-CODE-1, IOCTL-CODE-2 */
START_TEST(test_the_bits_and_the_buffers)
{
    for (size_t i = 0; i < CODES; i++) {
        DWORD value = codes[i].value;
        bool in = value & IOC_IN, out = value & IOC_OUT;
        hold(!(value & IOC_VOID) == (in || out), "%s", codes[i].name);
        for (size_t k = 0; k < sizeof otherwise / sizeof *otherwise; k++) {
            if (otherwise[k].code != value) continue;
            hold(in != otherwise[k].in || out != otherwise[k].out, "%s is no exception", codes[i].name);
            in = otherwise[k].in;
            out = otherwise[k].out;
        }
        hold(in == (ioctl_find(value)->in_min > 0) && out == (ioctl_find(value)->out_min > 0), "%s", codes[i].name);
    }
}
END_TEST

/* ---- unknown codes ---- */

#define UNKNOWN(value) { #value, .code = value, .error = WSAEINVAL }
static const struct io_case unknown[] = {
    UNKNOWN(0), UNKNOWN(0xFFFFFFFF), UNKNOWN(0xDEADBEEF), UNKNOWN(FIOASYNC), UNKNOWN(SIOCSHIWAT), UNKNOWN(SIOCGHIWAT), UNKNOWN(SIOCSLOWAT), UNKNOWN(SIOCGLOWAT),
    UNKNOWN(FIONBIO ^ 0x80000000), UNKNOWN(FIONBIO ^ 0x40000000), UNKNOWN(SIO_BASE_HANDLE ^ 0x20000000), UNKNOWN(SIO_BASE_HANDLE ^ 0x10000000),
    UNKNOWN(SIO_ADDRESS_LIST_CHANGE ^ 0x08000000), UNKNOWN(SIO_ADDRESS_LIST_QUERY ^ 0x00010000), UNKNOWN(SIO_ROUTING_INTERFACE_QUERY + 0x100),
    { "all buffers bad", .code = 0xDEADBEEF, .in = OUTSIDE, .in_size = 8, .out = OUTSIDE, .out_size = 8, .error = WSAEINVAL },
    { "good buffers", .code = 0xDEADBEEF, .in = GOOD, .in_size = 8, .out = GOOD, .out_size = 8, .error = WSAEINVAL },
    { "no byte count", .code = 0xDEADBEEF, .bytes = BYTES_NULL, .error = WSAEFAULT },
    { "bad byte count", .code = 0xDEADBEEF, .bytes = BYTES_OUTSIDE, .error = WSAEFAULT },
    { "on IPv6", .family = AF_INET6, .type = SOCK_STREAM, .code = 0xDEADBEEF, .error = WSAEINVAL },
};
/* proves: IOCTL-ERR-6, READ-CODE-2, READ-CODE-3, IOCTL-CODE-6, READ-ORDER-2 */
PLAY(test_unknown_codes) { CASES(unknown); }

/* ---- codes that are known and not offered: their error comes before any fault of the buffers ---- */

/* proves: READ-CODE-4, READ-ORDER-4 */
PLAY(test_codes_that_are_not_offered)
{
    start(me);
    for (size_t i = 0; i < CODES; i++) {
        if (ioctl_find(codes[i].value)->standing == IOCTL_REAL) continue;
        struct io_case bad = { codes[i].name, .code = codes[i].value, .in = OUTSIDE, .in_size = 1, .out = OUTSIDE, .out_size = 1, .error = codes[i].unsupported };
        struct io_case good = { codes[i].name, .code = codes[i].value, .in = GOOD, .in_size = 128, .out = GOOD, .out_size = 128, .error = codes[i].unsupported };
        struct io_case none = { codes[i].name, .type = SOCK_STREAM, .code = codes[i].value, .error = codes[i].unsupported };
        struct io_case uncounted = { codes[i].name, .code = codes[i].value, .bytes = BYTES_NULL, .error = WSAEFAULT };
        for (size_t form = 0; form < FORMS; form++) {
            case_run(world, me, &bad, &forms[form]);
            case_run(world, me, &good, &forms[form]);
            case_run(world, me, &none, &forms[form]);
            case_run(world, me, &uncounted, &forms[form]);
        }
    }
    int error;
    ck_assert_int_eq(spi_cleanup(me, &error), 0);
}

/* ---- the order of the checks (0.5): with two things wrong at once the earlier one is told ---- */

enum fault { NO_SOCKET, NO_NETWORK, NO_BYTES, NO_OVERLAPPED_MEMORY, NO_CODE, WRONG_SOCKET, IN_MISSING, IN_OTHER_FAMILY, IN_WILDCARD, OUT_SHORT, IN_PRESENT, REGISTERED, UNREACHABLE };
static const char *const fault_names[] = { "no socket", "no network", "no byte count", "bad OVERLAPPED", "unknown code", "wrong socket", "input missing", "other family", "wildcard",
                                           "output short", "input present", "registered", "unreachable" };

struct expected { enum fault fault; int error; DWORD count; };
struct order { DWORD code; int family, type; const char *value; DWORD in_size, out_size; int wrong_family, wrong_type; struct expected faults[12]; size_t count; };

static const struct order orders[] = {
    { FIONBIO, AF_INET, SOCK_DGRAM, "0", 4, 0, 0, 0, { { NO_SOCKET, WSAENOTSOCK, 0 }, { NO_NETWORK, WSAENETDOWN, 0 }, { NO_BYTES, WSAEFAULT, 0 }, { NO_OVERLAPPED_MEMORY, WSAEFAULT, 0 },
      { NO_CODE, WSAEINVAL, 0 }, { IN_MISSING, WSAEFAULT, 0 }, { REGISTERED, WSAEINVAL, 0 } }, 7 },
    { SIO_ADDRESS_LIST_QUERY, AF_INET, SOCK_DGRAM, NULL, 0, 72, 0, 0, { { NO_SOCKET, WSAENOTSOCK, 0 }, { NO_NETWORK, WSAENETDOWN, 0 }, { NO_BYTES, WSAEFAULT, 0 },
      { NO_OVERLAPPED_MEMORY, WSAEFAULT, 0 }, { NO_CODE, WSAEINVAL, 0 }, { IN_PRESENT, WSAEINVAL, 0 }, { OUT_SHORT, WSAEFAULT, 72 } }, 7 },
    { SIO_ROUTING_INTERFACE_QUERY, AF_INET, SOCK_DGRAM, "198.51.100.7:0", 16, 16, 0, 0, { { NO_SOCKET, WSAENOTSOCK, 0 }, { NO_NETWORK, WSAENETDOWN, 0 }, { NO_BYTES, WSAEFAULT, 0 },
      { NO_OVERLAPPED_MEMORY, WSAEFAULT, 0 }, { NO_CODE, WSAEINVAL, 0 }, { IN_MISSING, WSAEFAULT, 0 }, { IN_OTHER_FAMILY, WSAEAFNOSUPPORT, 0 }, { IN_WILDCARD, WSAEINVAL, 0 },
      { OUT_SHORT, WSAEFAULT, 16 }, { UNREACHABLE, WSAENETDOWN, 0 } }, 10 },
    { SIO_ROUTING_INTERFACE_CHANGE, AF_INET, SOCK_DGRAM, "198.51.100.7:0", 16, 0, 0, 0, { { NO_SOCKET, WSAENOTSOCK, 0 }, { NO_NETWORK, WSAENETDOWN, 0 }, { NO_BYTES, WSAEFAULT, 0 },
      { NO_OVERLAPPED_MEMORY, WSAEFAULT, 0 }, { NO_CODE, WSAEINVAL, 0 }, { IN_MISSING, WSAEFAULT, 0 }, { IN_OTHER_FAMILY, WSAEAFNOSUPPORT, 0 } }, 7 },
    { SIO_ADDRESS_LIST_CHANGE, AF_INET, SOCK_DGRAM, NULL, 0, 0, 0, 0, { { NO_SOCKET, WSAENOTSOCK, 0 }, { NO_NETWORK, WSAENETDOWN, 0 }, { NO_BYTES, WSAEFAULT, 0 },
      { NO_OVERLAPPED_MEMORY, WSAEFAULT, 0 }, { NO_CODE, WSAEINVAL, 0 } }, 5 },
    { SIO_GET_INTERFACE_LIST, AF_INET, SOCK_STREAM, NULL, 0, 228, AF_INET6, SOCK_STREAM, { { NO_SOCKET, WSAENOTSOCK, 0 }, { NO_NETWORK, WSAENETDOWN, 0 }, { NO_BYTES, WSAEFAULT, 0 },
      { NO_OVERLAPPED_MEMORY, WSAEFAULT, 0 }, { NO_CODE, WSAEINVAL, 0 }, { WRONG_SOCKET, WSAEINVAL, 0 }, { OUT_SHORT, WSAEFAULT, 0 } }, 7 },
    { SIO_GET_BROADCAST_ADDRESS, AF_INET, SOCK_DGRAM, NULL, 0, 16, AF_INET6, SOCK_DGRAM, { { NO_SOCKET, WSAENOTSOCK, 0 }, { NO_NETWORK, WSAENETDOWN, 0 }, { NO_BYTES, WSAEFAULT, 0 },
      { NO_OVERLAPPED_MEMORY, WSAEFAULT, 0 }, { NO_CODE, WSAEINVAL, 0 }, { WRONG_SOCKET, WSAENOPROTOOPT, 0 }, { OUT_SHORT, WSAEFAULT, 16 } }, 7 },
    { SIO_GET_BROADCAST_ADDRESS, AF_INET, SOCK_RAW, NULL, 0, 16, AF_INET, SOCK_STREAM, { { NO_BYTES, WSAEFAULT, 0 }, { NO_CODE, WSAEINVAL, 0 }, { WRONG_SOCKET, WSAEINVAL, 0 },
      { OUT_SHORT, WSAEFAULT, 16 } }, 4 },
    { SIO_BASE_HANDLE, AF_INET, SOCK_DGRAM, NULL, 0, 8, 0, 0, { { NO_SOCKET, WSAENOTSOCK, 0 }, { NO_NETWORK, WSAENETDOWN, 0 }, { NO_BYTES, WSAEFAULT, 0 },
      { NO_OVERLAPPED_MEMORY, WSAEFAULT, 0 }, { NO_CODE, WSAEINVAL, 0 }, { OUT_SHORT, WSAEFAULT, 0 } }, 6 },
};

/* A fault of the input cannot be had together with another one of its content: the later is moot. */
static void fault_apply(struct world *world, struct thread *me, const struct order *order, enum fault fault, struct spi_ioctl *call)
{
    int error;
    switch (fault) {
    case NO_SOCKET: call->s = (SOCKET)0x4321; break;
    case NO_NETWORK: host_stack(world->host, false); break;
    case NO_BYTES: call->bytes = NULL; break;
    case NO_OVERLAPPED_MEMORY: call->overlapped = memory_outside(world->process); break;
    case NO_CODE: call->code = 0xDEADBEEF; break;
    case WRONG_SOCKET: call->s = open_socket(me, order->wrong_family, order->wrong_type, true); break;
    case IN_MISSING: call->in = NULL; break;
    case IN_OTHER_FAMILY: if (call->in) memcpy(call->in, "\x17", 2); break;
    case IN_WILDCARD: if (call->in) memset((char *)call->in + 4, 0, 4); break;
    case OUT_SHORT: call->out_size--; break;
    case IN_PRESENT: call->in_size = 4; break;
    case REGISTERED: ck_assert_int_eq(spi_event_select(me, call->s, event_new(world->process, false, NULL), FD_CLOSE, &error), 0); break;
    case UNREACHABLE:
        iface_media(world->eth0, false);
        iface_media(world->eth1, false);
        settle(me);
        break;
    }
}

/* The state of the world is spoilt first, while the socket is still the right one. */
static void faults_apply(struct world *world, struct thread *me, const struct order *order, const enum fault *faults, size_t count, struct spi_ioctl *call)
{
    for (int turn = 0; turn < 3; turn++)
        for (size_t i = 0; i < count; i++) {
            int when = faults[i] == REGISTERED || faults[i] == UNREACHABLE || faults[i] == WRONG_SOCKET ? 0 : faults[i] == NO_NETWORK ? 2 : 1;
            if (when == turn) fault_apply(world, me, order, faults[i], call);
        }
}

static void pair_run(struct world *world, struct thread *me, const struct order *order, const enum fault *faults, size_t count, const struct expected *expected)
{
    int error;
    SOCKET s = open_socket(me, order->family, order->type, true);
    struct spi_ioctl call = { .s = s, .code = order->code, .in_size = order->in_size, .out_size = order->out_size, .overlapped = overlapped_marked(me, NULL), .bytes = bytes_at(world, BYTES_GOOD) };
    DWORD *bytes = call.bytes;
    WSAOVERLAPPED *overlapped = call.overlapped;
    call.in = order->in_size ? buffer_at(world, GOOD, order->in_size) : NULL;
    if (call.in) value_write(order->value, call.in, order->in_size);
    call.out = order->out_size ? buffer_at(world, GOOD, order->out_size) : NULL;
    faults_apply(world, me, order, faults, count, &call);
    const char *second = count > 1 ? fault_names[faults[1]] : "nothing else", *code = ioctl_find(order->code)->name;
    hold(spi_ioctl(me, &call, &error) == SOCKET_ERROR, "%s, %s and %s: it succeeded", code, fault_names[faults[0]], second);
    hold(error == expected->error, "%s, %s and %s: error %d", code, fault_names[faults[0]], second, error);
    bool early = expected->fault <= NO_OVERLAPPED_MEMORY;
    if (early) hold(*bytes == BYTES_BEFORE || *bytes == 0, "%s, %s and %s: count %u", code, fault_names[faults[0]], second, (unsigned)*bytes);
    else hold(*bytes == expected->count, "%s, %s and %s: count %u", code, fault_names[faults[0]], second, (unsigned)*bytes);
    hold(overlapped_untouched(overlapped, NULL), "%s, %s and %s: the OVERLAPPED was touched", code, fault_names[faults[0]], second);
    host_stack(world->host, true);
    iface_media(world->eth0, true);
    iface_media(world->eth1, true);
    settle(me);
}

/* proves: IOCTL-ERR-10, IOCTL-ERR-11, READ-ORDER-2, READ-ORDER-3, READ-ORDER-4, READ-ORDER-5, READ-ORDER-7, READ-ORDER-10 */
PLAY(test_order_of_checks)
{
    int error;
    size_t pairs = 0;
    start(me);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        for (size_t a = 0; a < orders[i].count; a++) {
            pair_run(world, me, &orders[i], &orders[i].faults[a].fault, 1, &orders[i].faults[a]);
            for (size_t b = a + 1; b < orders[i].count; b++, pairs++)
                pair_run(world, me, &orders[i], (enum fault[]){ orders[i].faults[a].fault, orders[i].faults[b].fault }, 2, &orders[i].faults[a]);
        }
    ck_assert_uint_gt(pairs, 150);
    ck_assert_int_eq(spi_cleanup(me, &error), 0);
}

/* A bad OVERLAPPED matters only where an OVERLAPPED matters. */
PLAY(test_a_bad_overlapped_on_a_plain_socket)
{
    int error;
    start(me);
    struct spi_ioctl call = { .s = open_socket(me, AF_INET, SOCK_DGRAM, false), .code = SIO_BASE_HANDLE, .out = block_of(me, 8), .out_size = 8, .bytes = NEW(me, DWORD), .overlapped = memory_outside(world->process) };
    ck_assert_int_eq(spi_ioctl(me, &call, &error), 0);
    call.overlapped = memory_block(world->process, sizeof(WSAOVERLAPPED) - 1); /* not all of it */
    ck_assert_int_eq(spi_ioctl(me, &call, &error), 0);
    call.s = open_socket(me, AF_INET, SOCK_DGRAM, true);
    ck_assert_int_eq(spi_ioctl(me, &call, &error), SOCKET_ERROR);
    ck_assert_int_eq(error, WSAEFAULT);
    ck_assert_int_eq(spi_cleanup(me, &error), 0);
}

PLAY(test_sockets_that_are_none)
{
    int error;
    start(me);
    SOCKET closed = open_socket(me, AF_INET, SOCK_DGRAM, true);
    close_socket(me, closed);
    const SOCKET wrong[] = { 0, INVALID_SOCKET, closed, (SOCKET)event_new(world->process, false, NULL), 0x1234, 1 };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct spi_ioctl call = { .s = wrong[i], .code = SIO_BASE_HANDLE, .out = block_of(me, 8), .out_size = 8, .bytes = bytes_at(world, BYTES_GOOD) };
        hold(spi_ioctl(me, &call, &error) == SOCKET_ERROR && error == WSAENOTSOCK, "socket %zu: %d", i, error);
        hold(spi_close(me, wrong[i], &error) == SOCKET_ERROR && error == WSAENOTSOCK, "closing %zu: %d", i, error);
    }
    ck_assert_int_eq(spi_cleanup(me, &error), 0);
}

int main(void)
{
    Suite *suite = suite_create("provider/table");
    TCase *table = tcase_create("table"), *order = tcase_create("order");
    tcase_set_timeout(table, 30);
    tcase_add_test(table, test_the_table);
    tcase_add_test(table, test_the_bits);
    tcase_add_test(table, test_the_bits_and_the_buffers);
    tcase_add_test(table, test_unknown_codes);
    tcase_add_test(table, test_codes_that_are_not_offered);
    suite_add_tcase(suite, table);
    tcase_set_timeout(order, 30);
    tcase_add_test(order, test_order_of_checks);
    tcase_add_test(order, test_a_bad_overlapped_on_a_plain_socket);
    tcase_add_test(order, test_sockets_that_are_none);
    suite_add_tcase(suite, order);
    return suite_main(suite);
}
