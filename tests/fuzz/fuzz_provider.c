/*
 * Any calls to the provider, right and wrong, of three threads, while the network changes: the judge and the sanitizers look on. A call
 * is a byte for which, and bytes for what it is given; a thread that blocks leaves the rest to the others. The client keeps its side:
 * an OVERLAPPED and its buffers stay where they are, and none is used twice.
 *
 * Input: a byte for the profile, one for what there is to begin with, then calls.
 */
#include "fuzz/provider_input.h"
#include "fuzz/provider_more.h"
#include "fuzz/provider_prelude.h"
#include "provider/ioctl.h"

#define LATEST (3600 * SECOND)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- calls ---- */

static void call_socket(struct thread *me)
{
    static const int families[] = { AF_INET, AF_INET6, AF_INET, 0, 77 }, types[] = { SOCK_DGRAM, SOCK_STREAM, SOCK_RAW, SOCK_STREAM, 9 };
    unsigned how = byte();
    int error;
    struct spi_socket call = { .family = families[how % 5], .type = types[how / 5 % 5], .protocol = how > 200 ? (int)byte() : 0, .flags = how & 64 ? 0 : WSA_FLAG_OVERLAPPED | (how & 128 ? WSA_FLAG_REGISTERED_IO : 0) };
    SOCKET s = spi_socket(me, &call, &error), *slot = &fuzz.s[byte() % SOCKETS];
    if (s == INVALID_SOCKET) return;
    if (*slot != INVALID_SOCKET) spi_close(me, *slot, &error);
    *slot = s;
}

/* A flow specification that may be granted. */
static void qos_fill(QOS *qos)
{
    memset(qos, 0, sizeof *qos);
    qos->SendingFlowspec = (FLOWSPEC){ .TokenRate = byte() * 1000u, .TokenBucketSize = byte() * 10u, .PeakBandwidth = byte() * 1000u, .Latency = QOS_NOT_SPECIFIED,
                                       .DelayVariation = QOS_NOT_SPECIFIED, .ServiceType = byte() % 8, .MaxSduSize = 1024, .MinimumPolicedSize = 64 };
    qos->ReceivingFlowspec = (FLOWSPEC){ .ServiceType = byte() % 2 };
}

/* Of a code that is known: the sizes it wants, or about those. */
static void ioctl_fit(struct thread *me, struct spi_ioctl *call, const struct ioctl_row *row, unsigned how)
{
    int size = 0;
    call->in_size = row->in_min + (how & 8 ? byte() % 9 - 4u : 0);
    call->out_size = row->out_min ? row->out_min + (how & 16 ? byte() % 9 - 4u : how & 32 ? 0 : 256) : how & 4 ? 256 : 0;
    if (call->in_size > 1024) call->in_size = 0;
    if (call->out_size > 1024) call->out_size = 0;
    if (row->in_min == 16) {
        call->in = an_address(me, &size);
        call->in_size = (DWORD)size;
    } else if (row->in_min == sizeof(QOS)) {
        call->in = block_of(me, call->in_size + sizeof(QOS));
        qos_fill(call->in);
    } else {
        call->in = call->in_size ? filled(me, call->in_size) : NULL;
    }
}

static void call_ioctl(struct thread *me)
{
    int error, size = 0;
    size_t count;
    const struct name *codes = names_table(NAMES_IOCTL, &count);
    unsigned how = byte(), sizes = byte();
    struct spi_ioctl call = { .s = a_socket(), .code = how > 250 ? word() : (DWORD)codes[how % count].value };
    const struct ioctl_row *row = ioctl_find(call.code);
    if (row && sizes & 1) {
        ioctl_fit(me, &call, row, sizes);
    } else if (sizes & 2) {
        call.in = an_address(me, &size);
        call.in_size = (DWORD)size;
    } else {
        call.in = filled(me, call.in_size = sizes / 4 % 8 * 4);
    }
    if (!(sizes & 1)) call.out_size = sizes / 32 * 20;
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
    static const unsigned char sizes[] = { 4, 4, 4, 1, 8, 12, 20, 0 };
    unsigned how = byte();
    int error, *size = NEW(me, int), level = levels[how % 5];
    size_t count;
    const struct name *options = names_table(names_of_level(level), &count);
    int name = how > 240 || !count ? (int)(word() & 0xffff) : (int)options[byte() % count].value;
    *size = how & 32 ? (int)byte() % 48 : sizes[byte() % sizeof sizes];
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

static void call_disconnect(struct thread *me)
{
    int error;
    unsigned how = byte();
    WSABUF *data = how & 2 ? structure(me, sizeof *data, 4) : NULL;
    if (data) *data = (WSABUF){ .len = how, .buf = block_of(me, how) };
    spi_disconnect(me, a_socket(), data, how & 1, &error);
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
    switch (byte() % 41) {
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
    case 22: call_disconnect(me); break;
    case 39: spi_shutdown(me, a_socket(), (int)byte() % 4, &error); break;
    case 23: case 24: case 25: case 26: case 27: call_extension(me); break;
    case 28: call_port(me); break;
    case 29: call_shared(me); break;
    case 30: call_texts(me); break;
    case 31: call_hook(me); break;
    case 32: call_cancel(me); break;
    case 33: case 34: case 35: case 36: case 37: case 38: call_rio(me); break;
    default: network_changes(); break;
    }
}

/* Time passes between the calls, in alertable waits or others. */
static void body(struct thread *me, void *argument)
{
    if (!spi_started(fuzz.world.process)) start(me);
    if (argument) prelude(me);
    while (fuzz.left) {
        unsigned how = byte();
        a_call(me);
        if (how == 63) thread_exit(me);
        thread_wait(me, &(struct thread_wait){ .timeout_ns = how & 128 ? (int64_t)(how & 127) * MILLISECOND : 0, .alertable = how & 64 });
    }
}

void __sanitizer_set_death_callback(void (*callback)(void));

/* What led to a broken rule, or to a report of the sanitizers. */
static void rows_print(void)
{
    struct trace_row row;
    for (uint64_t seq = 1; seq <= *trace_newest(fuzz.world.trace); seq++) {
        if (!trace_read(fuzz.world.trace, seq, &row)) continue;
        char *line = trace_row_line(&row);
        fprintf(stderr, "%s\n", line);
        free(line);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = { "app", "app/one", "app/two" };
    struct event event;
    __sanitizer_set_death_callback(rows_print);
    fuzz.data = data;
    fuzz.left = size < 4096 ? size : 4096;
    fuzz.request_count = 0;
    fuzz.down = false;
    for (int i = 0; i < SOCKETS; i++) fuzz.s[i] = INVALID_SOCKET;
    for (int i = 0; i < PORTS; i++) fuzz.ports[i] = NULL;
    memset(&rio, 0, sizeof rio);
    fuzz.world = (struct world){ .profile = byte() & 1 ? KERNEL_OBSERVED : KERNEL_DOCUMENTED };
    world_open(&fuzz.world);
    for (size_t i = 0; i < 3; i++) world_thread(fuzz.world.process, names[i], body, i ? NULL : &fuzz);
    while (engine_next_until(fuzz.world.engine, LATEST, &event)) {
        trace_set_cause(fuzz.world.trace, event.cause);
        world_event(&event);
        trace_set_cause(fuzz.world.trace, 0);
        ck_assert_uint_lt(engine_taken_now(fuzz.world.engine), 1000000);
    }
    judge_ends(ws2_judge(fuzz.world.ws2));
    if (judge_verdicts(ws2_judge(fuzz.world.ws2))) rows_print();
    world_close(&fuzz.world);
    return 0;
}
