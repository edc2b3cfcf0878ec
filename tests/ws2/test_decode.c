/* Buffers as values: sockaddrs both ways, lists with pointers, buffers that are too short. */
#include "ws2/world.h"

static struct arena *arena;
static struct text last;

static void setup(void) { arena = arena_new(); }
static void teardown(void)
{
    arena_free(arena);
    text_free(&last);
}

static const char *json(const struct value *value)
{
    text_free(&last);
    last = (struct text){ 0 };
    value_json(&last, value);
    return last.bytes ? last.bytes : "";
}

/* ---- sockaddrs ---- */

START_TEST(test_sockaddr_both_ways)
{
    const struct { const char *text; size_t size; const char *canonical; } rows[] = {
        { "192.0.2.1:80", 16, NULL }, { "0.0.0.0:0", 16, NULL }, { "255.255.255.255:65535", 16, NULL }, { "192.0.2.1", 16, "192.0.2.1:0" },
        { "[2001:db8::1]:80", 28, NULL }, { "[::]:0", 28, NULL }, { "[::1]:65535", 28, NULL }, { "[fe80::1%2]:0", 28, NULL }, { "[fe80::1%4294967295]:7", 28, NULL },
        { "2001:db8::1", 28, "[2001:db8::1]:0" }, { "::", 28, "[::]:0" }, { "fe80::1%3", 28, "[fe80::1%3]:0" }, { "[2001:db8::1]", 28, "[2001:db8::1]:0" },
        { "[2001:DB8:0:0:0:0:0:1]:9", 28, "[2001:db8::1]:9" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned char bytes[28];
        char text[SOCKADDR_TEXT];
        size_t size = sockaddr_parse(rows[i].text, bytes, sizeof bytes);
        hold(size == rows[i].size, "%s: %zu bytes", rows[i].text, size);
        sockaddr_text(bytes, size, text);
        hold(strcmp(text, rows[i].canonical ? rows[i].canonical : rows[i].text) == 0, "%s becomes %s", rows[i].text, text);
        hold(sockaddr_parse(rows[i].text, bytes, rows[i].size - 1) == 0, "%s: into too little room", rows[i].text);
    }
}
END_TEST

START_TEST(test_what_is_no_sockaddr)
{
    const char *const wrong[] = { "", "192.0.2.1:", "192.0.2.1:65536", "192.0.2.1:-1", "192.0.2.1: 80", "192.0.2.1:80x", "192.0.2:80", "192.0.2.256:1", "[192.0.2.1", "[2001:db8::1]80",
                                  "[2001:db8::1]:", "[2001:db8::g]:1", "host:80", ":80", "[]:80", "2001:db8::1:80:90:1:2:3:4:5:6", "192.0.2.1:0x", "fe80::1%:0" };
    char bytes[28];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) hold(sockaddr_parse(wrong[i], bytes, sizeof bytes) == 0, "\"%s\" was taken", wrong[i]);
    char long_text[400];
    memset(long_text, '1', sizeof long_text);
    long_text[sizeof long_text - 1] = 0;
    ck_assert_uint_eq(sockaddr_parse(long_text, bytes, sizeof bytes), 0);
}
END_TEST

START_TEST(test_the_bytes_of_a_sockaddr)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    memset(&in, 0xFF, sizeof in);
    ck_assert_uint_eq(sockaddr_parse("192.0.2.1:258", &in, sizeof in), sizeof in);
    ck_assert_uint_eq(in.sin_family, AF_INET);
    ck_assert_mem_eq(&in.sin_port, "\x01\x02", 2);
    ck_assert_mem_eq(&in.sin_addr, "\xC0\x00\x02\x01", 4);
    for (size_t i = 0; i < sizeof in.sin_zero; i++) ck_assert_int_eq(in.sin_zero[i], 0);
    memset(&in6, 0xFF, sizeof in6);
    ck_assert_uint_eq(sockaddr_parse("[fe80::1%5]:3", &in6, sizeof in6), sizeof in6);
    ck_assert_uint_eq(in6.sin6_family, AF_INET6);
    ck_assert_uint_eq(in6.sin6_scope_id, 5);
    ck_assert_uint_eq(in6.sin6_flowinfo, 0);
}
END_TEST

START_TEST(test_sockaddrs_that_are_not_whole)
{
    char text[SOCKADDR_TEXT], bytes[28];
    sockaddr_parse("192.0.2.1:80", bytes, sizeof bytes);
    sockaddr_text(bytes, 15, text);
    ck_assert_str_eq(text, "family 2, 15 bytes");
    sockaddr_text(bytes, 1, text);
    ck_assert_str_eq(text, "family 0, 1 bytes");
    sockaddr_text(bytes, 0, text);
    ck_assert_str_eq(text, "family 0, 0 bytes");
    sockaddr_parse("[2001:db8::1]:80", bytes, sizeof bytes);
    sockaddr_text(bytes, 27, text);
    ck_assert_str_eq(text, "family 23, 27 bytes");
    const u_short strange = 17;
    memcpy(bytes, &strange, sizeof strange);
    sockaddr_text(bytes, 4, text);
    ck_assert_str_eq(text, "family 17, 4 bytes");
}
END_TEST

/* ---- numbers, hex, handles ---- */

START_TEST(test_inputs)
{
    const uint32_t one = 1;
    char four[16];
    sockaddr_parse("192.0.2.1:0", four, sizeof four);
    ck_assert_str_eq(json(decode_ioctl_in(arena, NULL, FIONBIO, &one, 4)), "{\"ulong\":1}");
    ck_assert_str_eq(json(decode_ioctl_in(arena, NULL, FIONBIO, "\xAB\x00\x01", 3)), "{\"hex\":\"ab0001\"}"); /* short: as it is */
    ck_assert_str_eq(json(decode_ioctl_in(arena, NULL, SIO_ROUTING_INTERFACE_QUERY, four, 16)), "{\"sockaddr\":\"192.0.2.1:0\"}");
    ck_assert_str_eq(json(decode_ioctl_in(arena, NULL, SIO_ROUTING_INTERFACE_CHANGE, four, 3)), "{\"sockaddr\":\"family 2, 3 bytes\"}");
    ck_assert_str_eq(json(decode_ioctl_in(arena, NULL, 0xDEADBEEF, "\x01\xFF", 2)), "{\"hex\":\"01ff\"}");
    ck_assert_str_eq(json(decode_hex(arena, "", 0)), "{\"hex\":\"\"}");
}
END_TEST

START_TEST(test_outputs)
{
    struct world world = { 0 };
    uintptr_t value;
    char four[16];
    world_open(&world);
    handle_take(world.process, HANDLE_SOCKET, &value);
    SOCKET s = value;
    ck_assert_str_eq(json(decode_ioctl_out(arena, world.process, SIO_BASE_HANDLE, &s, 8)), "{\"socket\":\"0x100\"}");
    process_label_handle(world.process, value, "s");
    ck_assert_str_eq(json(decode_ioctl_out(arena, world.process, SIO_BASE_HANDLE, &s, 8)), "{\"socket\":\"s\"}");
    s = 0x55;
    ck_assert_str_eq(json(decode_ioctl_out(arena, world.process, SIO_BASE_HANDLE, &s, 8)), "{\"socket\":\"0x55\"}");
    s = INVALID_SOCKET;
    ck_assert_str_eq(json(decode_ioctl_out(arena, world.process, SIO_BASE_HANDLE, &s, 8)), "{\"socket\":\"INVALID\"}");
    const WSAPOLLFD fds[2] = { { .fd = value, .events = POLLIN, .revents = POLLHUP | POLLWRNORM }, { .fd = 0x55, .events = POLLPRI | 8, .revents = POLLNVAL } };
    const WSAPOLLDATA head = { .result = 1, .fds = 2, .timeout = 5 };
    uint8_t poll[48];
    memcpy(poll, &head, sizeof head);
    memcpy(poll + sizeof head, fds, sizeof fds);
    ck_assert_str_eq(json(decode_ioctl_in(arena, world.process, SIO_EXT_POLL, poll, 48)),
                     "{\"timeout_ms\":5,\"polled\":[{\"socket\":\"s\",\"events\":[\"POLLRDNORM\",\"POLLRDBAND\"]},{\"socket\":\"0x55\",\"events\":[\"POLLPRI\",8]}]}");
    ck_assert_str_eq(json(decode_ioctl_out(arena, world.process, SIO_EXT_POLL, poll, 48)),
                     "{\"result\":1,\"polled\":[{\"socket\":\"s\",\"revents\":[\"POLLWRNORM\",\"POLLHUP\"]},{\"socket\":\"0x55\",\"revents\":[\"POLLNVAL\"]}]}");
    ck_assert_str_eq(json(decode_ioctl_out(arena, world.process, SIO_EXT_POLL, poll, 47)), "{\"result\":1,\"polled\":[{\"socket\":\"s\",\"revents\":[\"POLLWRNORM\",\"POLLHUP\"]}]}");
    ck_assert_str_eq(json(decode_ioctl_out(arena, world.process, SIO_EXT_POLL, "\1\2\3", 3)), "{\"hex\":\"010203\"}");
    ck_assert_str_eq(json(decode_ioctl_out(arena, world.process, SIO_BASE_HANDLE, "\1\2\3\4\5\6\7", 7)), "{\"hex\":\"01020304050607\"}");
    sockaddr_parse("255.255.255.255:0", four, sizeof four);
    ck_assert_str_eq(json(decode_ioctl_out(arena, world.process, SIO_GET_BROADCAST_ADDRESS, four, 16)), "{\"sockaddr\":\"255.255.255.255:0\"}");
    const uint32_t number = 4000000000u;
    ck_assert_str_eq(json(decode_ioctl_out(arena, world.process, FIONREAD, &number, 4)), "{\"ulong\":4000000000}");
    world_close(&world);
}
END_TEST

/* ---- address lists ---- */

/* 8 bytes of head, two entries, two sockaddrs; unaligned, as a buffer may be. */
static char room[4 + 8 + 2 * 16 + 16 + 28];
static char *const list = room + 1;

static void entry(int index, const void *address, INT length)
{
    SOCKET_ADDRESS pair = { .iSockaddrLength = length };
    memcpy(&pair.lpSockaddr, &address, sizeof address);
    memcpy(list + 8 + 16 * index, &pair, sizeof pair);
}

static void list_of_two(void)
{
    const INT two = 2;
    memcpy(list, &two, sizeof two);
    sockaddr_parse("192.0.2.10:0", list + 40, 16);
    sockaddr_parse("[fe80::1%2]:0", list + 56, 28);
    entry(0, list + 40, 16);
    entry(1, list + 56, 28);
}

static const char *decoded(DWORD size) { return json(decode_ioctl_out(arena, NULL, SIO_ADDRESS_LIST_QUERY, list, size)); }

START_TEST(test_address_list)
{
    list_of_two();
    ck_assert_str_eq(decoded(84), "{\"addresses\":[\"192.0.2.10\",\"fe80::1%2\"],\"offsets\":[40,56]}");
    const INT none = 0;
    memcpy(list, &none, sizeof none);
    ck_assert_str_eq(decoded(8), "{\"addresses\":[],\"offsets\":[]}");
    const INT negative = -1;
    memcpy(list, &negative, sizeof negative);
    ck_assert_str_eq(decoded(84), "{\"addresses\":[],\"offsets\":[]}");
}
END_TEST

START_TEST(test_address_list_with_a_port)
{
    list_of_two();
    sockaddr_parse("192.0.2.10:80", list + 40, 16);
    sockaddr_parse("[2001:db8::1]:80", list + 56, 28);
    ck_assert_str_eq(decoded(84), "{\"addresses\":[\"192.0.2.10:80\",\"[2001:db8::1]:80\"],\"offsets\":[40,56]}");
}
END_TEST

START_TEST(test_address_list_that_points_outside)
{
    static char elsewhere[16];
    sockaddr_parse("203.0.113.9:0", elsewhere, sizeof elsewhere);
    const struct { const void *pointer; INT length; } wrong[] = {
        { elsewhere, 16 }, { NULL, 16 }, { list - 1, 16 }, { list + 84, 1 }, { list + 40, 45 }, { list + 40, -16 }, { (void *)UINTPTR_MAX, 16 }, { list + 40, INT32_MAX },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        list_of_two();
        entry(0, wrong[i].pointer, wrong[i].length);
        hold(strcmp(decoded(84), "{\"addresses\":[\"outside the buffer\",\"fe80::1%2\"],\"offsets\":[null,56]}") == 0, "%zu: %s", i, last.bytes);
    }
}
END_TEST

START_TEST(test_address_list_cut_short)
{
    list_of_two();
    ck_assert_str_eq(decoded(83), "{\"addresses\":[\"192.0.2.10\",\"outside the buffer\"],\"offsets\":[40,null]}");
    ck_assert_str_eq(decoded(56), "{\"addresses\":[\"192.0.2.10\",\"outside the buffer\"],\"offsets\":[40,null]}");
    ck_assert_str_eq(decoded(40), "{\"addresses\":[\"outside the buffer\",\"outside the buffer\"],\"offsets\":[null,null]}");
    ck_assert_str_eq(decoded(39), "{\"addresses\":[\"outside the buffer\"],\"offsets\":[null]}"); /* the second entry is not whole */
    ck_assert_str_eq(decoded(8), "{\"addresses\":[],\"offsets\":[]}");
    ck_assert_ptr_nonnull(strstr(decoded(7), "\"hex\""));
    ck_assert_str_eq(decoded(0), "{\"hex\":\"\"}");
}
END_TEST

/* ---- interfaces ---- */

START_TEST(test_interface_list)
{
    INTERFACE_INFO info[2];
    memset(info, 0, sizeof info);
    info[0].iiFlags = IFF_UP | IFF_BROADCAST | IFF_MULTICAST;
    sockaddr_parse("192.0.2.10:0", &info[0].iiAddress, 16);
    sockaddr_parse("255.255.255.0:0", &info[0].iiNetmask, 16);
    sockaddr_parse("192.0.2.255:0", &info[0].iiBroadcastAddress, 16);
    info[1].iiFlags = IFF_LOOPBACK | IFF_POINTTOPOINT;
    sockaddr_parse("127.0.0.1:0", &info[1].iiAddress, 16);
    sockaddr_parse("255.0.0.0:0", &info[1].iiNetmask, 16);
    const char first[] = "{\"address\":\"192.0.2.10\",\"netmask\":\"255.255.255.0\",\"broadcast\":\"192.0.2.255\",\"flags\":[\"up\",\"broadcast\",\"multicast\"]}";
    const char second[] = "{\"address\":\"127.0.0.1\",\"netmask\":\"255.0.0.0\",\"broadcast\":\"0.0.0.0\",\"flags\":[\"loopback\",\"point_to_point\"]}";
    char expected[600];
    snprintf(expected, sizeof expected, "{\"interfaces\":[%s,%s]}", first, second);
    ck_assert_str_eq(json(decode_ioctl_out(arena, NULL, SIO_GET_INTERFACE_LIST, info, 152)), expected);
    snprintf(expected, sizeof expected, "{\"interfaces\":[%s]}", first);
    ck_assert_str_eq(json(decode_ioctl_out(arena, NULL, SIO_GET_INTERFACE_LIST, info, 151)), expected);
    ck_assert_str_eq(json(decode_ioctl_out(arena, NULL, SIO_GET_INTERFACE_LIST, info, 75)), "{\"interfaces\":[]}");
}
END_TEST

/* ---- network events ---- */

START_TEST(test_network_events)
{
    WSANETWORKEVENTS events = { 0 };
    ck_assert_str_eq(json(decode_event_mask(arena, 0)), "[]");
    ck_assert_str_eq(json(decode_event_mask(arena, FD_READ | FD_ADDRESS_LIST_CHANGE)), "[\"FD_READ\",\"FD_ADDRESS_LIST_CHANGE\"]");
    ck_assert_str_eq(json(decode_event_mask(arena, FD_CLOSE | 0x400)), "[\"FD_CLOSE\",1024]");
    events.lNetworkEvents = FD_ROUTING_INTERFACE_CHANGE | FD_ADDRESS_LIST_CHANGE;
    events.iErrorCode[FD_READ_BIT] = WSAEINVAL; /* not recorded: not shown */
    ck_assert_str_eq(json(decode_network_events(arena, &events)), "{\"events\":[\"FD_ROUTING_INTERFACE_CHANGE\",\"FD_ADDRESS_LIST_CHANGE\"]}");
    events.iErrorCode[FD_ROUTING_INTERFACE_CHANGE_BIT] = WSAENETUNREACH;
    ck_assert_str_eq(json(decode_network_events(arena, &events)),
                     "{\"events\":[\"FD_ROUTING_INTERFACE_CHANGE\",\"FD_ADDRESS_LIST_CHANGE\"],\"errors\":{\"FD_ROUTING_INTERFACE_CHANGE\":\"WSAENETUNREACH\"}}");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ws2/decode");
    TCase *decode = tcase_create("decode");
    tcase_add_checked_fixture(decode, setup, teardown);
    tcase_add_test(decode, test_sockaddr_both_ways);
    tcase_add_test(decode, test_what_is_no_sockaddr);
    tcase_add_test(decode, test_the_bytes_of_a_sockaddr);
    tcase_add_test(decode, test_sockaddrs_that_are_not_whole);
    tcase_add_test(decode, test_inputs);
    tcase_add_test(decode, test_outputs);
    tcase_add_test(decode, test_address_list);
    tcase_add_test(decode, test_address_list_with_a_port);
    tcase_add_test(decode, test_address_list_that_points_outside);
    tcase_add_test(decode, test_address_list_cut_short);
    tcase_add_test(decode, test_interface_list);
    tcase_add_test(decode, test_network_events);
    suite_add_tcase(suite, decode);
    return suite_main(suite);
}
