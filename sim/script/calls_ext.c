/*
 * Calls: extension functions. What goes with an OVERLAPPED stays in memory until that OVERLAPPED is used again, as of sends and
 * receives.
 */
#include <string.h>

#include <ws2tcpip.h>

#include "script/call.h"
#include "script/marshal.h"

#define NAME_AREA 44 /* 16 bytes more than the longest name */
#define CONTROL_ROOM 256
#define BAD_BYTES 16 /* what memory that is not there claims to hold */

static DWORD number_or(const struct call *call, const char *member, DWORD otherwise)
{
    const struct json *value = argument(call, member);
    return value ? (DWORD)read_uint(value) : otherwise;
}

/* A pointer that a step may say is not there. */
static void *pointer_or(const struct call *call, const char *member, void *otherwise)
{
    const struct json *value = argument(call, member);
    if (!value) return otherwise;
    return value->type == JSON_NULL ? NULL : memory_outside(call->process);
}

/* ---- one call: what lies in memory for it ---- */

struct extending { const struct call *call; struct moving *moving; struct spi_extension spi; WSAMSG *message; DWORD control_room; };

static void *block(struct extending *at, size_t size) { return moving_block(at->call->process, at->moving, size); }

static void count_place(struct extending *at)
{
    const struct json *bytes = argument(at->call, "bytes");
    if (is_text(bytes, "bad")) at->spi.bytes = memory_outside(at->call->process);
    else if (!bytes || bytes->type != JSON_NULL) {
        at->moving->bytes = at->spi.bytes = block(at, sizeof(DWORD));
        *at->moving->bytes = BYTES_UNTOUCHED;
    }
}

/* The first piece of `member`. */
static WSABUF one_piece(struct extending *at, const char *member)
{
    const struct json *data = argument(at->call, member);
    if (!data) return (WSABUF){ 0 };
    if (data->type != JSON_OBJECT) return (WSABUF){ .len = BAD_BYTES, .buf = data->type == JSON_NULL ? NULL : memory_outside(at->call->process) };
    struct moving aside = { 0 };
    moving_data(at->call->process, data, &aside);
    WSABUF piece = aside.buffers[0];
    for (size_t i = 0; i < aside.block_count; i++) at->moving->blocks[at->moving->block_count++] = aside.blocks[i];
    return piece;
}

/* ---- connections ---- */

static void accept_fill(struct extending *at)
{
    struct spi_extension *spi = &at->spi;
    spi->accept = call_socket_of(at->call, argument(at->call, "accept"));
    spi->length = number_or(at->call, "size", 0);
    spi->local = number_or(at->call, "local_size", NAME_AREA);
    spi->remote = number_or(at->call, "remote_size", NAME_AREA);
    at->moving->receives = true;
    at->moving->buffers = block(at, sizeof(WSABUF));
    at->moving->count = 1;
    at->moving->total = spi->length;
    at->moving->buffers[0] = (WSABUF){ .len = spi->length, .buf = block(at, (size_t)spi->length + spi->local + spi->remote) };
    spi->buffer = pointer_or(at->call, "buffer", at->moving->buffers[0].buf);
}

static void connect_fill(struct extending *at)
{
    at->moving->name = name_given(at->call, "to", "to_size", &at->spi.size);
    at->spi.name = at->moving->name.bytes;
    WSABUF first = one_piece(at, "data");
    at->spi.buffer = first.buf;
    at->spi.length = first.len;
}

static HANDLE file_of(const struct call *call, const struct json *value)
{
    if (!value) return NULL;
    return (HANDLE)(value->type == JSON_TEXT ? *binding_find(&call->actor->files, value->text) : (uintptr_t)read_uint(value));
}

static void transmit_fill(struct extending *at)
{
    struct spi_extension *spi = &at->spi;
    spi->file = file_of(at->call, argument(at->call, "file"));
    spi->count = number_or(at->call, "size", 0);
    if (!argument(at->call, "head") && !argument(at->call, "tail")) return;
    WSABUF head = one_piece(at, "head"), tail = one_piece(at, "tail");
    spi->ends = block(at, sizeof *spi->ends);
    *spi->ends = (TRANSMIT_FILE_BUFFERS){ .Head = head.buf, .HeadLength = head.len, .Tail = tail.buf, .TailLength = tail.len };
}

/* Without an offset a file is read from where it stands. */
static TRANSMIT_PACKETS_ELEMENT element_of(struct extending *at, const struct json *node)
{
    const struct json *file = json_member(node, "file"), *data = json_member(node, "data"), *offset = json_member(node, "offset"), *size = json_member(node, "size"), *end = json_member(node, "end");
    TRANSMIT_PACKETS_ELEMENT element = { .dwElFlags = file ? TP_ELEMENT_FILE : TP_ELEMENT_MEMORY };
    if (end && read_bool(end)) element.dwElFlags |= TP_ELEMENT_EOP;
    if (file) {
        element.hFile = file_of(at->call, file);
        element.nFileOffset.QuadPart = offset ? (LONGLONG)read_size(offset) : -1;
        element.cLength = size ? (ULONG)read_size(size) : 0;
        return element;
    }
    struct moving aside = { 0 };
    moving_data(at->call->process, data, &aside);
    element.cLength = aside.buffers[0].len;
    element.pBuffer = aside.buffers[0].buf;
    for (size_t i = 0; i < aside.block_count; i++) at->moving->blocks[at->moving->block_count++] = aside.blocks[i];
    return element;
}

static void elements_fill(struct extending *at, const struct json *list)
{
    DWORD count = 0;
    at->spi.elements = block(at, (list->count + 1) * sizeof *at->spi.elements);
    for (const struct json *node = list->first; node; node = node->next) at->spi.elements[count++] = element_of(at, node);
    at->spi.count = count;
}

static void packets_fill(struct extending *at)
{
    struct spi_extension *spi = &at->spi;
    const struct json *data = argument(at->call, "data");
    const struct json *elements = argument(at->call, "elements");
    if (elements) {
        elements_fill(at, elements);
        return;
    }
    moving_data(at->call->process, data, at->moving);
    spi->count = at->moving->count;
    if (data->type == JSON_NULL || is_text(data, "bad")) {
        spi->elements = (void *)at->moving->buffers;
        return;
    }
    spi->elements = block(at, spi->count * sizeof *spi->elements);
    for (DWORD i = 0; i < spi->count; i++)
        spi->elements[i] = (TRANSMIT_PACKETS_ELEMENT){ .dwElFlags = number_or(at->call, "kind", TP_ELEMENT_MEMORY), .cLength = at->moving->buffers[i].len, .pBuffer = at->moving->buffers[i].buf };
}

/* ---- messages ---- */

void control_add(const struct call *call, WSABUF *control, const char *member, int type)
{
    const struct json *value = argument(call, member);
    if (!value) return;
    bool info = type == IP_PKTINFO;
    size_t size = info ? sizeof(IN_PKTINFO) : sizeof(INT);
    WSACMSGHDR head = { .cmsg_len = WSA_CMSG_LEN(size), .cmsg_level = IPPROTO_IP, .cmsg_type = type };
    INT number = (INT)read_uint(value);
    char *end = control->buf + control->len;
    memcpy(end, &head, sizeof head);
    memcpy(end + sizeof head + (info ? offsetof(IN_PKTINFO, ipi_ifindex) : 0), &number, sizeof number);
    control->len += (ULONG)WSA_CMSG_SPACE(size);
}

static void message_fill(struct extending *at, bool receives)
{
    const struct call *call = at->call;
    const struct json *flags = argument(call, "flags");
    DWORD given = flags ? (DWORD)read_named(flags, TYPE_SEND_FLAGS) : 0;
    WSAMSG *message = at->message = block(at, sizeof *message);
    at->control_room = receives ? number_or(call, "control_size", CONTROL_ROOM) : CONTROL_ROOM;
    if (receives) moving_room(call->process, argument(call, "size"), at->moving);
    else moving_data(call->process, argument(call, "data"), at->moving);
    message->lpBuffers = at->moving->buffers;
    message->dwBufferCount = at->moving->count;
    message->Control = (WSABUF){ .len = receives ? at->control_room : 0, .buf = at->control_room ? block(at, at->control_room) : NULL };
    at->spi.message = pointer_or(call, "message", message);
    if (receives) {
        message->dwFlags = given;
        at->moving->flags = &message->dwFlags;
        at->moving->name = name_room(call, "from", "from_size");
        message->name = at->moving->name.bytes;
        message->namelen = at->moving->name.size ? *at->moving->name.size : 0;
        return;
    }
    at->spi.flags = given;
    at->moving->name = name_given(call, "to", "to_size", &message->namelen);
    message->name = at->moving->name.bytes;
    control_add(call, &message->Control, "interface", IP_PKTINFO);
    control_add(call, &message->Control, "ttl", IP_TTL);
    control_add(call, &message->Control, "tos", IP_TOS);
}

const struct value *control_words(struct arena *arena, const WSABUF *control)
{
    struct value *words = value_new(arena, VALUE_MAP);
    WSACMSGHDR head;
    for (SIZE_T at = 0; at + sizeof head <= control->len; at += WSA_CMSGHDR_ALIGN(head.cmsg_len)) {
        char text[SOCKADDR_TEXT];
        memcpy(&head, control->buf + at, sizeof head);
        const char *data = control->buf + at + sizeof head;
        bool six = head.cmsg_level == IPPROTO_IPV6;
        size_t address = six ? sizeof(struct in6_addr) : sizeof(struct in_addr);
        bool destination = head.cmsg_type == IP_RECVDSTADDR || head.cmsg_type == IP_PKTINFO, number = head.cmsg_type != IP_RECVDSTADDR;
        ULONG seen = 0;
        if (head.cmsg_len < sizeof head) break;
        if (number) memcpy(&seen, data + (head.cmsg_type == IP_PKTINFO ? address : 0), sizeof seen);
        if (destination) {
            struct sockaddr_in6 name6 = { .sin6_family = AF_INET6 };
            struct sockaddr_in name4 = { .sin_family = AF_INET };
            memcpy(six ? (void *)&name6.sin6_addr : (void *)&name4.sin_addr, data, address);
            sockaddr_text(six ? (void *)&name6 : (void *)&name4, six ? sizeof name6 : sizeof name4, text);
        }
        if (head.cmsg_type == IP_PKTINFO) {
            struct value *info = value_new(arena, VALUE_MAP);
            value_add(info, "address", value_text(arena, text));
            value_add(info, "interface", value_uint(arena, seen));
            value_add(words, "pktinfo", info);
        } else if (destination) value_add(words, "destination", value_text(arena, text));
        else value_add(words, head.cmsg_type == IP_RECVIF ? "interface" : head.cmsg_type == (six ? IPV6_HOPLIMIT : IP_TTL) ? "ttl" : "tos", value_uint(arena, seen));
        if (head.cmsg_len == 0) break;
    }
    return words;
}

static void message_check(const struct extending *at, bool failed, int error)
{
    const struct call *call = at->call;
    const struct json *out = argument(call, "out"), *control = argument(call, "control");
    if ((failed && error != WSAEMSGSIZE) || at->spi.function != EXTENSION_RECEIVE || at->spi.message != at->message) return;
    if (at->moving->name.size) *at->moving->name.size = at->message->namelen;
    if (out && at->moving->bytes) check_data(call->script, call->step, out, call->process, at->moving, *at->moving->bytes);
    check_flags(call, at->message->dwFlags);
    if (at->moving->name.size) check_name(call->script, call->step, argument(call, "from"), call->process, at->moving->name.bytes, *at->moving->name.size);
    const struct value *seen = control_words(call->script->arena, &at->message->Control);
    if (control && !value_matches(control, seen))
        fail_step(call->script, call->step, control, json_words(call->script, control), value_words(call->script, seen), "other control data");
}

/* ---- the calls ---- */

static struct outcome call_names_of(const struct call *call)
{
    struct sockaddr **names = memory_block(call->process, 2 * sizeof *names);
    int *sizes = memory_block(call->process, 2 * sizeof *sizes), error = 0;
    const struct moving *moving = moving_of(call->actor, call_overlapped(call));
    struct spi_extension spi = { .function = EXTENSION_NAMES, .s = call_socket(call), .length = number_or(call, "size", 0), .local = number_or(call, "local_size", NAME_AREA),
                                 .remote = number_or(call, "remote_size", NAME_AREA), .names = { names, names + 1 }, .sizes = { sizes, sizes + 1 } };
    spi.buffer = moving && moving->count ? moving->buffers[0].buf : NULL;
    bool done = spi_extension(call->line->thread, &spi, &error);
    static const char *const members[] = { "local", "remote" };
    for (size_t i = 0; done && i < 2; i++) {
        const struct json *expected = argument(call, members[i]);
        if (!expected || (expected->type == JSON_NULL && !names[i])) continue;
        if (expected->type == JSON_NULL || !names[i])
            fail_step(call->script, call->step, expected, json_words(call->script, expected), names[i] ? "a name" : "untouched", "another address");
        else check_name(call->script, call->step, expected, call->process, names[i], sizes[i]);
    }
    memory_release(call->process, names);
    memory_release(call->process, sizes);
    return (struct outcome){ .failed = !done, .error = error };
}

static void extension_fill(struct extending *at)
{
    static const enum extension_function of[] = { [CALL_ACCEPTEX - CALL_ACCEPTEX] = EXTENSION_ACCEPT, [CALL_CONNECTEX - CALL_ACCEPTEX] = EXTENSION_CONNECT,
        [CALL_DISCONNECTEX - CALL_ACCEPTEX] = EXTENSION_DISCONNECT, [CALL_TRANSMITFILE - CALL_ACCEPTEX] = EXTENSION_FILE, [CALL_TRANSMITPACKETS - CALL_ACCEPTEX] = EXTENSION_PACKETS,
        [CALL_RECVMSG - CALL_ACCEPTEX] = EXTENSION_RECEIVE, [CALL_SENDMSG - CALL_ACCEPTEX] = EXTENSION_SEND };
    int number = at->call->step->kind->number;
    at->spi.function = of[number - CALL_ACCEPTEX];
    count_place(at);
    if (number != CALL_RECVMSG && number != CALL_SENDMSG) at->spi.flags = number_or(at->call, "flags", 0);
    at->spi.reserved = number_or(at->call, "reserved", 0);
    at->spi.per_send = number_or(at->call, "per_send", 0);
    switch (number) {
    case CALL_ACCEPTEX: accept_fill(at); break;
    case CALL_CONNECTEX: connect_fill(at); break;
    case CALL_TRANSMITFILE: transmit_fill(at); break;
    case CALL_TRANSMITPACKETS: packets_fill(at); break;
    case CALL_RECVMSG: message_fill(at, true); break;
    case CALL_SENDMSG: message_fill(at, false); break;
    default: break;
    }
}

/* Where in the file to begin stands in the OVERLAPPED, which is the client's before the call. */
static void offset_say(const struct call *call, WSAOVERLAPPED *overlapped)
{
    const struct json *offset = argument(call, "offset");
    uint64_t from = offset ? read_size(offset) : 0;
    if (overlapped->Offset == (DWORD)from && overlapped->OffsetHigh == (DWORD)(from >> 32)) return;
    judge_client_touches(ws2_judge(call->script->setup.ws2), call->process, overlapped, false);
    overlapped->Offset = (DWORD)from;
    overlapped->OffsetHigh = (DWORD)(from >> 32);
}

struct outcome call_extension_step(const struct call *call)
{
    const struct json *routine = argument(call, "routine");
    int error = 0;
    if (call->step->kind->number == CALL_ACCEPTEXNAMES) return call_names_of(call);
    WSAOVERLAPPED *overlapped = call_overlapped(call);
    struct moving plain = { 0 }, *kept = moving_kept(call, overlapped);
    struct extending at = { .call = call, .moving = kept ? kept : &plain };
    if (kept) overlapped->hEvent = call_completion_event(call);
    extension_fill(&at);
    at.spi.s = call_socket(call);
    at.spi.overlapped = overlapped;
    if (kept && at.spi.function == EXTENSION_FILE) offset_say(call, overlapped);
    at.spi.routine = routine ? actor_routine(call->actor, routine->text) : NULL;
    bool failed = !spi_extension(call->line->thread, &at.spi, &error);
    if (at.moving->bytes) check_bytes(call, at.moving->bytes);
    message_check(&at, failed, error);
    if (!kept) moving_free(call->process, at.moving);
    return (struct outcome){ .failed = failed, .error = error };
}
