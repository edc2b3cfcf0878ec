/* Extension functions: what each refuses, and in which order. */
#include "provider/sockets.h"

enum who { NOBODY, FRESH, BOUND, LISTENER, CONNECTED, DATAGRAM, PEERED, WHOS };
enum address { ADDRESS_GOOD, ADDRESS_NULL, ADDRESS_BAD, ADDRESS_ZERO };

struct refusal {
    const char *what;
    enum extension_function function;
    enum who s, accept;
    bool plain;                  /* no OVERLAPPED */
    enum address name, memory;   /* of what the function takes besides the OVERLAPPED */
    DWORD flags, reserved, remote, kind;
    bool file, uncounted;
    int error;
};

#define NO_OV .plain = true
static const struct refusal refusals[] = {
    { "nobody's", EXTENSION_CONNECT, NOBODY, .error = WSAENOTSOCK },
    { "not bound", EXTENSION_CONNECT, FRESH, .error = WSAEINVAL },
    { "without an OVERLAPPED", EXTENSION_CONNECT, BOUND, NO_OV, .error = WSA_INVALID_PARAMETER },
    { "listening", EXTENSION_CONNECT, LISTENER, .error = WSAEINVAL },
    { "connected", EXTENSION_CONNECT, CONNECTED, .error = WSAEISCONN },
    { "datagrams", EXTENSION_CONNECT, DATAGRAM, .error = WSAEINVAL },
    { "no name", EXTENSION_CONNECT, BOUND, .name = ADDRESS_NULL, .error = WSAEFAULT },
    { "a wild name", EXTENSION_CONNECT, BOUND, .name = ADDRESS_BAD, .error = WSAEFAULT },
    { "nobody's name", EXTENSION_CONNECT, BOUND, .name = ADDRESS_ZERO, .error = WSAEADDRNOTAVAIL },
    { "wild data", EXTENSION_CONNECT, BOUND, .memory = ADDRESS_BAD, .error = WSAEFAULT },
    { "no data", EXTENSION_CONNECT, BOUND, .memory = ADDRESS_NULL, .error = WSAEFAULT },

    { "nobody's", EXTENSION_ACCEPT, NOBODY, FRESH, .error = WSAENOTSOCK },
    { "not listening", EXTENSION_ACCEPT, BOUND, FRESH, .error = WSAEINVAL },
    { "for nobody", EXTENSION_ACCEPT, LISTENER, NOBODY, .error = WSAENOTSOCK },
    { "for a bound one", EXTENSION_ACCEPT, LISTENER, BOUND, .error = WSAEINVAL },
    { "for a connected one", EXTENSION_ACCEPT, LISTENER, CONNECTED, .error = WSAEINVAL },
    { "for itself", EXTENSION_ACCEPT, LISTENER, LISTENER, .error = WSAEINVAL },
    { "for datagrams", EXTENSION_ACCEPT, LISTENER, DATAGRAM, .error = WSAEINVAL },
    { "without an OVERLAPPED", EXTENSION_ACCEPT, LISTENER, FRESH, NO_OV, .error = WSA_INVALID_PARAMETER },
    { "a wild buffer", EXTENSION_ACCEPT, LISTENER, FRESH, .memory = ADDRESS_BAD, .error = WSAEFAULT },
    { "no buffer", EXTENSION_ACCEPT, LISTENER, FRESH, .memory = ADDRESS_NULL, .error = WSAEFAULT },
    { "no room for the remote name", EXTENSION_ACCEPT, LISTENER, FRESH, .remote = 1, .error = WSAEFAULT },

    { "nobody's", EXTENSION_DISCONNECT, NOBODY, .error = WSAENOTSOCK },
    { "unconnected", EXTENSION_DISCONNECT, BOUND, .error = WSAENOTCONN },
    { "listening", EXTENSION_DISCONNECT, LISTENER, .error = WSAENOTCONN },
    { "datagrams", EXTENSION_DISCONNECT, PEERED, .error = WSAENOTCONN },
    { "a flag", EXTENSION_DISCONNECT, CONNECTED, .flags = TF_DISCONNECT, .error = WSAEINVAL },
    { "the reserved", EXTENSION_DISCONNECT, CONNECTED, .reserved = 1, .error = WSAEINVAL },

    { "nobody's", EXTENSION_FILE, NOBODY, .error = WSAENOTSOCK },
    { "unconnected", EXTENSION_FILE, BOUND, .error = WSAENOTCONN },
    { "datagrams", EXTENSION_FILE, DATAGRAM, .error = WSAENOTCONN },
    { "a flag", EXTENSION_FILE, CONNECTED, .flags = 0x80, .error = WSAEINVAL },
    { "used again without an end", EXTENSION_FILE, CONNECTED, .flags = TF_REUSE_SOCKET, .error = WSAEINVAL },
    { "wild buffers", EXTENSION_FILE, CONNECTED, .memory = ADDRESS_BAD, .error = WSAEFAULT },
    { "no such file", EXTENSION_FILE, CONNECTED, .file = true, .error = WSA_INVALID_HANDLE },

    { "nobody's", EXTENSION_PACKETS, NOBODY, .error = WSAENOTSOCK },
    { "unconnected", EXTENSION_PACKETS, BOUND, .error = WSAENOTCONN },
    { "datagrams without a peer", EXTENSION_PACKETS, DATAGRAM, .error = WSAENOTCONN },
    { "wild elements", EXTENSION_PACKETS, CONNECTED, .memory = ADDRESS_BAD, .error = WSAEFAULT },
    { "no elements", EXTENSION_PACKETS, CONNECTED, .memory = ADDRESS_NULL, .error = WSAEFAULT },
    { "neither file nor memory", EXTENSION_PACKETS, CONNECTED, .kind = TP_ELEMENT_EOP, .error = WSAEINVAL },
    { "both", EXTENSION_PACKETS, CONNECTED, .kind = TP_ELEMENT_FILE | TP_ELEMENT_MEMORY, .error = WSAEINVAL },
    { "no such file", EXTENSION_PACKETS, CONNECTED, .kind = TP_ELEMENT_FILE, .error = WSA_INVALID_HANDLE },

    { "nobody's", EXTENSION_RECEIVE, NOBODY, .error = WSAENOTSOCK },
    { "no message", EXTENSION_RECEIVE, DATAGRAM, .memory = ADDRESS_NULL, .error = WSAEFAULT },
    { "a wild message", EXTENSION_RECEIVE, DATAGRAM, .memory = ADDRESS_BAD, .error = WSAEFAULT },
    { "a stream", EXTENSION_RECEIVE, CONNECTED, .error = WSAEINVAL },
    { "not counted", EXTENSION_RECEIVE, DATAGRAM, NO_OV, .uncounted = true, .error = WSAEFAULT },

    { "nobody's", EXTENSION_SEND, NOBODY, .error = WSAENOTSOCK },
    { "no message", EXTENSION_SEND, DATAGRAM, .memory = ADDRESS_NULL, .error = WSAEFAULT },
    { "a wild message", EXTENSION_SEND, DATAGRAM, .memory = ADDRESS_BAD, .error = WSAEFAULT },
    { "a stream", EXTENSION_SEND, CONNECTED, .error = WSAEINVAL },
    { "not counted", EXTENSION_SEND, DATAGRAM, NO_OV, .uncounted = true, .error = WSAEFAULT },
    { "a flag", EXTENSION_SEND, DATAGRAM, .flags = MSG_PARTIAL, .error = WSAEOPNOTSUPP },
};

static void *memory_of(struct world *world, struct thread *me, enum address where, size_t size)
{
    return where == ADDRESS_NULL ? NULL : where == ADDRESS_BAD ? memory_outside(world->process) : block_of(me, size);
}

/* A WSAMSG of one byte to the peer; TRANSMIT_ structures of one byte. */
static void fill(struct thread *me, const struct refusal *refusal, struct spi_extension *call)
{
    if (refusal->memory != ADDRESS_GOOD) return;
    if (call->message) {
        WSABUF *buffer = NEW(me, WSABUF);
        *buffer = (WSABUF){ .len = 1, .buf = block_of(me, 1) };
        *call->message = (WSAMSG){ .name = sockaddr_at(me, "127.0.0.1:9"), .namelen = 16, .lpBuffers = buffer, .dwBufferCount = 1 };
    }
    if (call->elements) *call->elements = (TRANSMIT_PACKETS_ELEMENT){ .dwElFlags = refusal->kind ? refusal->kind : TP_ELEMENT_MEMORY, .cLength = 1, .pBuffer = block_of(me, 1) };
    if (call->ends) *call->ends = (TRANSMIT_FILE_BUFFERS){ .Head = block_of(me, 1), .HeadLength = 1 };
}

static int refused(struct world *world, struct thread *me, const struct refusal *refusal, const SOCKET sockets[WHOS])
{
    WSAOVERLAPPED *overlapped = with_event(world, me);
    const char *name = refusal->name == ADDRESS_ZERO ? "0.0.0.0:0" : "127.0.0.1:7";
    struct spi_extension call = { .function = refusal->function, .s = sockets[refusal->s], .accept = sockets[refusal->accept], .size = 16, .flags = refusal->flags, .reserved = refusal->reserved,
                                  .overlapped = refusal->plain ? NULL : overlapped, .bytes = refusal->uncounted ? NULL : NEW(me, DWORD), .file = refusal->file ? (HANDLE)8 : NULL };
    call.name = refusal->name == ADDRESS_NULL ? NULL : refusal->name == ADDRESS_BAD ? memory_outside(world->process) : sockaddr_at(me, name);
    call.length = call.local = call.count = 1;
    call.remote = refusal->remote ? 0 : 44;
    if (refusal->function == EXTENSION_CONNECT) call.buffer = memory_of(world, me, refusal->memory, 1);
    if (refusal->function == EXTENSION_ACCEPT) call.buffer = memory_of(world, me, refusal->memory, 128);
    if (refusal->function == EXTENSION_FILE) call.ends = memory_of(world, me, refusal->memory, sizeof *call.ends);
    if (refusal->function == EXTENSION_PACKETS) call.elements = memory_of(world, me, refusal->memory, sizeof *call.elements);
    if (refusal->function >= EXTENSION_RECEIVE) call.message = memory_of(world, me, refusal->memory, sizeof *call.message);
    fill(me, refusal, &call);
    int error = 0;
    overlapped->Internal = 0x1234;
    bool done = spi_extension(me, &call, &error);
    bool early = refusal->function < EXTENSION_RECEIVE && !refusal->plain; /* it says STATUS_PENDING before anything is judged */
    ck_assert_msg(overlapped->Internal == (early ? STATUS_PENDING : 0x1234), "function %d, %s: Internal %lx", refusal->function, refusal->what, (unsigned long)overlapped->Internal);
    ck_assert_msg(!event_signalled(world->process, overlapped->hEvent), "function %d, %s: the event is set", refusal->function, refusal->what);
    return done ? 0 : error;
}

/* proves: SPI-EXT-2, SPI-EXT-3, SPI-EXT-4, SPI-EXT-9, SPI-EXT-14, SPI-EXT-18, SPI-EXT-22, SPI-EXT-25 */
PLAY(test_refusals)
{
    start(me);
    struct pair pair = pair_open(me, true);
    SOCKET sockets[WHOS] = { [NOBODY] = (SOCKET)0x7777, [FRESH] = open_socket(me, AF_INET, SOCK_STREAM, true), [BOUND] = open_socket(me, AF_INET, SOCK_STREAM, true),
                             [LISTENER] = listens(me, "127.0.0.1:7", true), [CONNECTED] = pair.client, [DATAGRAM] = open_socket(me, AF_INET, SOCK_DGRAM, true),
                             [PEERED] = open_socket(me, AF_INET, SOCK_DGRAM, true) };
    ck_assert_int_eq(binds(me, sockets[BOUND], "127.0.0.1:5000"), 0);
    ck_assert_int_eq(binds(me, sockets[DATAGRAM], "127.0.0.1:5000"), 0);
    ck_assert_int_eq(connects(me, sockets[PEERED], "127.0.0.1:5000"), 0);
    for (enum extension_function function = 0; function < EXTENSIONS; function++) { /* a client has all pointers before it errs */
        struct refusal first = { "the pointer", function, FRESH, NOBODY, .plain = true, .memory = ADDRESS_NULL };
        struct spi_extension call = { .function = EXTENSION_NAMES, .s = sockets[FRESH] };
        int error;
        if (function == EXTENSION_NAMES) ck_assert(spi_extension(me, &call, &error));
        else ck_assert_int_ne(refused(world, me, &first, sockets), 0);
    }
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        int error = refused(world, me, &refusals[i], sockets);
        ck_assert_msg(error == refusals[i].error, "function %d, %s: error %d", refusals[i].function, refusals[i].what, error);
    }
}

/* proves: READ-GET_EXTENSION_FUNCTION_POINTER-1 */
PLAY(test_unknown_identifier)
{
    start(me);
    SOCKET s = open_socket(me, AF_INET, SOCK_STREAM, true);
    WSAOVERLAPPED *overlapped = with_event(world, me);
    LPVOID *out = NEW(me, LPVOID);
    GUID *id = NEW(me, GUID);
    *id = (GUID)WSAID_WSAPOLL;
    struct spi_ioctl call = { .s = s, .code = SIO_GET_EXTENSION_FUNCTION_POINTER, .in = id, .in_size = sizeof *id, .out = out, .out_size = sizeof *out, .bytes = NEW(me, DWORD), .overlapped = overlapped };
    int error;
    ck_assert(spi_ioctl(me, &call, &error) != 0 && error == WSAEINVAL);
    ck_assert(*out == NULL && *call.bytes == 0 && overlapped->Internal == 0);
    ck_assert(!event_signalled(world->process, overlapped->hEvent));
    *id = (GUID)WSAID_WSARECVMSG;
    ck_assert_int_eq(spi_ioctl(me, &call, &error), 0);
    ck_assert(*out != NULL && *call.bytes == sizeof *out);
    ck_assert(event_signalled(world->process, overlapped->hEvent));
}

/* What a provider reads of a file of ten bytes, of which the last two are unreadable: in this order. */
static const struct { uint64_t offset; size_t size; enum kernel_status status; const char *bytes; } reads[] = {
    { 0, 0, KERNEL_OK, "" },
    { 0, 4, KERNEL_OK, "abca" },
    { 7, 1, KERNEL_OK, "b" },
    { 7, 2, KERNEL_UNREADABLE, "" },
    { 8, 9, KERNEL_UNREADABLE, "" },
    { 10, 1, KERNEL_OK, "" },
    { UINT64_MAX - 1, 9, KERNEL_OK, "" },
    { KERNEL_FILE_POSITION, 2, KERNEL_OK, "ab" },
    { KERNEL_FILE_POSITION, 3, KERNEL_OK, "cab" },
    { KERNEL_FILE_POSITION, 4, KERNEL_UNREADABLE, "" },
    { KERNEL_FILE_POSITION, 3, KERNEL_OK, "cab" },
};

/* proves: SPI-EXT-27, SPI-EXT-29 */
PLAY(test_reads)
{
    static const struct file_setup setup = { .name = "f", .pattern = (const uint8_t *)"abc", .pattern_bytes = 3, .size_bytes = 10, .readable_bytes = 8 };
    HANDLE file = file_open(world->process, &setup);
    char bytes[16];
    size_t count;
    (void)me;
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        ck_assert_msg(kernel_file_read((uintptr_t)file, reads[i].offset, bytes, reads[i].size, &count) == reads[i].status, "read %zu", i);
        ck_assert_msg(count == strlen(reads[i].bytes) && memcmp(bytes, reads[i].bytes, count) == 0, "read %zu: %zu bytes", i, count);
    }
    ck_assert_int_eq(kernel_file_read((uintptr_t)file + 1, 0, bytes, 1, &count), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_file_read((uintptr_t)event_new(world->process, true, "e"), 0, bytes, 1, &count), KERNEL_BAD_HANDLE);
}

int main(void)
{
    Suite *suite = suite_create("extensions");
    TCase *tests = tcase_create("extensions");
    tcase_add_test(tests, test_refusals);
    tcase_add_test(tests, test_unknown_identifier);
    tcase_add_test(tests, test_reads);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
