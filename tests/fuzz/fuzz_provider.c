/*
 * Any calls to the provider, right and wrong, of three threads, while the network changes: the judge and the sanitizers look on. A call
 * is a byte for which, and bytes for what it is given; a thread that blocks leaves the rest to the others. The client keeps its side:
 * an OVERLAPPED and its buffers stay where they are, and none is used twice.
 *
 * Input: a byte for the profile, then calls.
 */
#include "fuzz/assert.h"

#include "ws2/world.h"

#define SOCKETS 8
#define REQUESTS_MOST 256
#define LATEST (3600 * SECOND)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
    const uint8_t *data;
    size_t left;
    struct world world;
    SOCKET s[SOCKETS];
    WSAOVERLAPPED *requests[REQUESTS_MOST];
    size_t request_count;
    bool down;
} fuzz;

/* ---- the input ---- */

static unsigned byte(void)
{
    if (!fuzz.left) return 0;
    fuzz.left--;
    return *fuzz.data++;
}

static uint32_t word(void) { return byte() | byte() << 8 | byte() << 16 | (uint32_t)byte() << 24; }
static SOCKET a_socket(void) { unsigned n = byte(); return n == 255 ? INVALID_SOCKET : n == 254 ? 12345 : fuzz.s[n % SOCKETS]; }

/* Memory of this size: right, a byte too short, outside, or none. */
static void *place(struct thread *me, size_t size, unsigned how)
{
    switch (how % 8) {
    case 0: return NULL;
    case 1: return memory_outside(fuzz.world.process);
    case 2: return size ? block_of(me, size - 1) : NULL;
    case 3: return (char *)block_of(me, size + 1) + 1;
    default: return block_of(me, size);
    }
}

/* Structures lie where their members may. */
static void *structure(struct thread *me, size_t size, unsigned how) { return place(me, size, how % 8 == 3 ? 4 : how); }

static void *filled(struct thread *me, size_t size)
{
    unsigned how = byte();
    uint8_t *bytes = place(me, size, how);
    for (size_t i = 0; bytes && how % 8 > 3 && i < size; i++) bytes[i] = (uint8_t)byte();
    return bytes;
}

static void *an_address(struct thread *me, int *size)
{
    static const char *const texts[] = { "127.0.0.1:9000", "192.0.2.10:9000", "0.0.0.0:0", "192.0.2.77:9", "[::1]:9000", "[::]:0", "[2001:db8::10]:9000", "224.0.0.251:5353",
                                         "255.255.255.255:7", "[ff02::fb]:5353", "127.0.0.1:0", "198.51.100.10:9000" };
    unsigned how = byte();
    if (how > 240) {
        *size = (int)byte() % 40;
        return filled(me, (size_t)*size);
    }
    const char *text = texts[how % (sizeof texts / sizeof *texts)];
    char bytes[28];
    *size = (int)sockaddr_parse(text, bytes, sizeof bytes) - (how > 230);
    return sockaddr_at(me, text);
}

/* Sometimes none; otherwise one that was never used. */
static WSAOVERLAPPED *an_overlapped(struct thread *me, LPWSAOVERLAPPED_COMPLETION_ROUTINE *routine)
{
    unsigned how = byte();
    *routine = how & 1 ? routine_pointer(how >> 1 & 3) : NULL;
    if (how % 4 < 2 || fuzz.request_count == REQUESTS_MOST) return NULL;
    if (how == 254) return memory_outside(fuzz.world.process);
    WSAOVERLAPPED *overlapped = NEW(me, WSAOVERLAPPED);
    if (how & 8) overlapped->hEvent = event_new(fuzz.world.process, true, NULL);
    fuzz.requests[fuzz.request_count++] = overlapped;
    return overlapped;
}

/* ---- calls ---- */

static void call_socket(struct thread *me)
{
    static const int families[] = { AF_INET, AF_INET6, AF_INET, 0, 77 }, types[] = { SOCK_DGRAM, SOCK_STREAM, SOCK_RAW, SOCK_STREAM, 9 };
    unsigned how = byte();
    int error;
    struct spi_socket call = { .family = families[how % 5], .type = types[how / 5 % 5], .protocol = how > 200 ? (int)byte() : 0, .flags = how & 64 ? 0 : WSA_FLAG_OVERLAPPED };
    SOCKET s = spi_socket(me, &call, &error), *slot = &fuzz.s[byte() % SOCKETS];
    if (s == INVALID_SOCKET) return;
    if (*slot != INVALID_SOCKET) spi_close(me, *slot, &error);
    *slot = s;
}

static DWORD a_code(void)
{
    size_t count;
    const struct name *codes = names_table(NAMES_IOCTL, &count);
    unsigned how = byte();
    return how > 250 ? word() : (DWORD)codes[how % count].value;
}

static void call_ioctl(struct thread *me)
{
    int error, size = 0;
    struct spi_ioctl call = { .s = a_socket(), .code = a_code() };
    unsigned sizes = byte();
    call.in_size = sizes % 8 * 4;
    call.out_size = sizes / 8 * 4;
    if (sizes & 1) {
        call.in = an_address(me, &size);
        call.in_size = (DWORD)size;
    } else {
        call.in = filled(me, call.in_size);
    }
    call.out = place(me, call.out_size, byte());
    call.bytes = byte() == 255 ? NULL : NEW(me, DWORD);
    call.overlapped = an_overlapped(me, &call.routine);
    spi_ioctl(me, &call, &error);
}

static void call_names(struct thread *me, unsigned which)
{
    int error, size = 0;
    SOCKET s = a_socket();
    void *name = which == 3 ? NULL : an_address(me, &size);
    if (which == 0) spi_bind(me, s, name, size, &error);
    if (which == 1) spi_connect(me, &(struct spi_connect){ .s = s, .name = name, .size = size }, &error);
    if (which == 2) spi_join_leaf(me, &(struct spi_connect){ .s = s, .name = name, .size = size }, JL_BOTH, &error);
    if (which < 3) return;
    int *room = NEW(me, int);
    *room = (int)byte();
    spi_get_name(me, s, place(me, (size_t)*room, byte()), room, byte() & 1, &error);
}

static void call_accept(struct thread *me)
{
    int error, *size = NEW(me, int);
    *size = 28;
    unsigned how = byte();
    struct spi_accept call = { .s = a_socket(), .name = how & 1 ? place(me, 28, how >> 1) : NULL, .size = how & 1 ? size : NULL, .condition = how & 32 ? condition_pointer((int)(how >> 6) % 3) : NULL };
    SOCKET s = spi_accept(me, &call, &error), *slot = &fuzz.s[byte() % SOCKETS];
    if (s == INVALID_SOCKET) return;
    if (*slot != INVALID_SOCKET) spi_close(me, *slot, &error);
    *slot = s;
}

static void call_transfer(struct thread *me, unsigned which)
{
    int error;
    unsigned how = byte(), count = how % 4;
    struct spi_transfer call = { .s = a_socket(), .receives = which & 1, .named = which & 2, .count = count };
    call.buffers = block_of(me, (count + 1) * sizeof(WSABUF));
    for (unsigned i = 0; i < count; i++) {
        call.buffers[i].len = (how & 16 ? 1000u : 1u) * byte();
        call.buffers[i].buf = place(me, call.buffers[i].len, how > 240 ? byte() : 4);
    }
    call.bytes = how == 200 ? NULL : NEW(me, DWORD);
    call.flags = how & 32 ? byte() : 0;
    call.flags_out = NEW(me, DWORD);
    *call.flags_out = call.flags;
    if (call.named && !call.receives) call.name = an_address(me, &call.size);
    if (call.named && call.receives && (how & 64)) {
        call.name = block_of(me, 28);
        call.size_out = NEW(me, int);
        *call.size_out = 28;
    }
    call.overlapped = an_overlapped(me, &call.routine);
    spi_transfer(me, &call, &error);
}

static void call_option(struct thread *me, bool set)
{
    static const int levels[] = { SOL_SOCKET, IPPROTO_TCP, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_UDP };
    unsigned how = byte();
    int error, *size = NEW(me, int), level = levels[how % 5], name = (int)(how & 32 ? word() & 0xffff : byte());
    *size = (int)byte() % 48;
    SOCKET s = a_socket();
    if (set) spi_set_option(me, s, level, name, filled(me, (size_t)*size), *size, &error);
    else spi_get_option(me, s, level, name, place(me, (size_t)*size, byte()), size, &error);
}

static void call_select(struct thread *me)
{
    int error;
    fd_set *sets[3] = { NULL, NULL, NULL };
    struct timeval *timeout = NEW(me, struct timeval);
    for (int i = 0; i < 3; i++) {
        unsigned how = byte();
        if (how & 1) continue;
        sets[i] = NEW(me, fd_set);
        for (sets[i]->fd_count = 0; sets[i]->fd_count < how % 5; sets[i]->fd_count++) sets[i]->fd_array[sets[i]->fd_count] = a_socket();
    }
    timeout->tv_usec = (int)byte() * 1000;
    spi_select(me, sets, timeout, &error);
}

static void call_events(struct thread *me, unsigned which)
{
    int error;
    SOCKET s = a_socket();
    unsigned how = byte();
    if (which) {
        spi_enum_network_events(me, s, how & 1 ? event_new(fuzz.world.process, true, NULL) : NULL, structure(me, sizeof(WSANETWORKEVENTS), how >> 1), &error);
        return;
    }
    if (how & 1) {
        spi_async_select(me, s, &(struct judge_messages){ how == 253 ? NULL : window_new(me, "w"), how, (LONG)(word() & 0x7ff) }, &error);
        return;
    }
    spi_event_select(me, s, how == 254 ? NULL : event_new(fuzz.world.process, true, NULL), (LONG)(word() & 0x7ff), &error);
}

static void call_result(struct thread *me)
{
    int error;
    unsigned how = byte();
    WSAOVERLAPPED *overlapped = how == 255 || !fuzz.request_count ? NULL : fuzz.requests[how % fuzz.request_count];
    spi_get_overlapped_result(me, a_socket(), overlapped, NEW(me, DWORD), byte() & 1, NEW(me, DWORD), &error);
}

/* ---- the network ---- */

static void network_changes(void)
{
    struct world *world = &fuzz.world;
    struct kernel_address extra = at("192.0.2.11");
    switch (byte() % 5) {
    case 0: ifaddr_remove(world->eth0, &extra); break;
    case 1: {
        struct ifaddr_setup setup = { .state = ADDRESS_PREFERRED, .address = extra, .prefix_length = 24 };
        ifaddr_add(world->eth0, &setup);
        break;
    }
    case 2: iface_media(world->eth1, byte() & 1); break;
    case 3: host_stack(world->host, fuzz.down); fuzz.down = !fuzz.down; break;
    default: break;
    }
}

static void a_call(struct thread *me)
{
    int error;
    switch (byte() % 24) {
    case 0: case 1: call_socket(me); break;
    case 2: spi_close(me, a_socket(), &error); break;
    case 3: case 4: case 5: case 6: call_ioctl(me); break;
    case 7: call_names(me, 0); break;
    case 8: call_names(me, 1); break;
    case 9: call_names(me, 2); break;
    case 10: call_names(me, 3); break;
    case 11: spi_listen(me, a_socket(), (int)byte() - 2, &error); break;
    case 12: call_accept(me); break;
    case 13: case 14: case 15: call_transfer(me, byte()); break;
    case 16: call_option(me, true); break;
    case 17: call_option(me, false); break;
    case 18: call_select(me); break;
    case 19: call_events(me, 0); break;
    case 20: call_events(me, 1); break;
    case 21: call_result(me); break;
    case 22: spi_shutdown(me, a_socket(), (int)byte() % 4, &error); break;
    default: network_changes(); break;
    }
}

/* Time passes between the calls, in alertable waits or others. */
static void body(struct thread *me, void *argument)
{
    (void)argument;
    if (!spi_started(fuzz.world.process)) start(me);
    while (fuzz.left) {
        unsigned how = byte();
        a_call(me);
        thread_wait(me, &(struct thread_wait){ .timeout_ns = how & 128 ? (int64_t)(how & 127) * MILLISECOND : 0, .alertable = how & 64 });
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "app", "app/one", "app/two" };
    struct event event;
    fuzz.data = data;
    fuzz.left = size < 4096 ? size : 4096;
    fuzz.request_count = 0;
    fuzz.down = false;
    for (int i = 0; i < SOCKETS; i++) fuzz.s[i] = INVALID_SOCKET;
    fuzz.world = (struct world){ .profile = byte() & 1 ? KERNEL_OBSERVED : KERNEL_DOCUMENTED };
    world_open(&fuzz.world);
    for (size_t i = 0; i < 3; i++) world_thread(fuzz.world.process, names[i], body, NULL);
    while (engine_next_until(fuzz.world.engine, LATEST, &event)) {
        trace_set_cause(fuzz.world.trace, event.cause);
        world_event(&event);
        trace_set_cause(fuzz.world.trace, 0);
        ck_assert_uint_lt(engine_taken_now(fuzz.world.engine), 1000000);
    }
    world_close(&fuzz.world);
    return 0;
}
