/*
 * test_shapes.c - what the tables of gen_abi.sh cannot say of the Winsock
 * headers: byte order, signedness, GUIDs, and the macros and inline functions
 * that do something.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <winsock2.h>
#include <ws2spi.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <ws2san.h>

/* ---- Types ----------------------------------------------------------- */

#define IS_SIGNED(type) ((type)-1 < (type)1)

START_TEST(signedness)
{
    ck_assert(IS_SIGNED(LONG) && sizeof(LONG) == 4);
    ck_assert(IS_SIGNED(INT) && IS_SIGNED(SHORT) && IS_SIGNED(BOOL));
    ck_assert(IS_SIGNED(LPARAM) && IS_SIGNED(LONGLONG));
    ck_assert(!IS_SIGNED(ULONG) && sizeof(ULONG) == 4);
    ck_assert(!IS_SIGNED(u_long) && sizeof(u_long) == 4);
    ck_assert(!IS_SIGNED(DWORD) && !IS_SIGNED(WORD) && !IS_SIGNED(WCHAR));
    ck_assert(!IS_SIGNED(SOCKET) && !IS_SIGNED(GROUP));
    ck_assert(!IS_SIGNED(DWORD_PTR) && !IS_SIGNED(WPARAM));
}
END_TEST

START_TEST(halves_of_large_integer)
{
    LARGE_INTEGER n;

    n.QuadPart = 0x0123456789abcdefLL;
    ck_assert(n.LowPart == 0x89abcdefU && n.HighPart == 0x01234567);
    ck_assert(n.u.LowPart == n.LowPart && n.u.HighPart == n.HighPart);
}
END_TEST

START_TEST(words_and_bytes)
{
    ck_assert(MAKEWORD(2, 2) == 0x0202 && MAKEWORD(1, 2) == 0x0201);
    ck_assert(LOBYTE(0x0201) == 1 && HIBYTE(0x0201) == 2);
    ck_assert(MAKELONG(0x0001, 0x0002) == 0x00020001);
    ck_assert(LOWORD(0x00020001) == 1 && HIWORD(0x00020001) == 2);
}
END_TEST

/* ---- Byte order ------------------------------------------------------ */

START_TEST(byte_order)
{
    static const unsigned char port[2] = {0x12, 0x34};
    static const unsigned char address[4] = {192, 0, 2, 33};
    u_short s = htons(0x1234);
    u_long l = htonl(0xc0000221U);

    ck_assert(memcmp(&s, port, sizeof(port)) == 0);
    ck_assert(memcmp(&l, address, sizeof(address)) == 0);
    ck_assert(ntohs(s) == 0x1234);
    ck_assert(ntohl(l) == 0xc0000221U);
    ck_assert(htons(0xff00) == ntohs(0xff00));
}
END_TEST

START_TEST(ipv4_address_in_memory)
{
    static const unsigned char image[16] = {
        [2] = 0x00, [3] = 0x50, [4] = 127, [7] = 1};
    struct sockaddr_in name;

    memset(&name, 0, sizeof(name));
    name.sin_port = htons(80);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert(memcmp(&name, image, sizeof(image)) == 0);
    ck_assert(name.sin_addr.s_net == 127 && name.sin_addr.s_host == 0 &&
              name.sin_addr.s_lh == 0 && name.sin_addr.s_impno == 1);
    ck_assert(IN_MULTICAST(0xe0000001U) && !IN_MULTICAST(INADDR_LOOPBACK));
}
END_TEST

START_TEST(ipv6_address_in_memory)
{
    IN6_ADDR any = IN6ADDR_ANY_INIT;
    IN6_ADDR loopback = IN6ADDR_LOOPBACK_INIT;
    IN6_ADDR other;
    SOCKADDR_IN6 name;

    memset(&other, 0, sizeof(other));
    other.s6_addr[10] = 0xff;
    other.s6_addr[11] = 0xff;
    ck_assert(IN6_IS_ADDR_UNSPECIFIED(&any));
    ck_assert(IN6_IS_ADDR_LOOPBACK(&loopback) && loopback.s6_bytes[15] == 1);
    ck_assert(loopback.s6_words[7] == htons(1));
    ck_assert(IN6_IS_ADDR_V4MAPPED(&other) && !IN6_ADDR_EQUAL(&other, &any));
    other.s6_addr[0] = 0xfe;
    other.s6_addr[1] = 0x80;
    ck_assert(IN6_IS_ADDR_LINKLOCAL(&other) && !IN6_IS_ADDR_V4MAPPED(&other));
    other.s6_addr[1] = 0xc0;
    ck_assert(IN6_IS_ADDR_SITELOCAL(&other));
    other.s6_addr[0] = 0xff;
    ck_assert(IN6_IS_ADDR_MULTICAST(&other));

    memset(&name, 0, sizeof(name));
    name.sin6_scope_id = 0xe0000007U;
    ck_assert(name.sin6_scope_struct.Value == 0xe0000007U);
    ck_assert(name.sin6_scope_struct.Zone == 7);
    ck_assert(name.sin6_scope_struct.Level == 0xe);
}
END_TEST

/* ---- GUIDs ----------------------------------------------------------- */

struct guid_case {
    GUID guid;
    const char *text;
};

static const struct guid_case guids[] = {
    {WSAID_TRANSMITFILE, "B5367DF0-CBAC-11CF-95CA-00805F48A192"},
    {WSAID_ACCEPTEX, "B5367DF1-CBAC-11CF-95CA-00805F48A192"},
    {WSAID_GETACCEPTEXSOCKADDRS, "B5367DF2-CBAC-11CF-95CA-00805F48A192"},
    {WSAID_TRANSMITPACKETS, "D9689DA0-1F90-11D3-9971-00C04F68C876"},
    {WSAID_CONNECTEX, "25A207B9-DDF3-4660-8EE9-76E58C74063E"},
    {WSAID_DISCONNECTEX, "7FDA2E11-8630-436F-A031-F536A6EEC157"},
    {WSAID_WSARECVMSG, "F689D7C8-6F1F-436B-8A53-E54FE351C322"},
    {WSAID_WSASENDMSG, "A441E712-754F-43CA-84A7-0DEE44CF606D"},
    {WSAID_WSAPOLL, "18C76F85-DC66-4964-972E-23C27238312B"},
    {WSAID_MULTIPLE_RIO, "8509E081-96DD-4005-B165-9E2EE8C79E3F"},
    {WSAID_REGISTERMEMORY, "C0B422F5-F58C-11D1-AD6C-00C04FA34A2D"},
    {WSAID_DEREGISTERMEMORY, "C0B422F6-F58C-11D1-AD6C-00C04FA34A2D"},
    {WSAID_REGISTERRDMAMEMORY, "C0B422F7-F58C-11D1-AD6C-00C04FA34A2D"},
    {WSAID_DEREGISTERRDMAMEMORY, "C0B422F8-F58C-11D1-AD6C-00C04FA34A2D"},
    {WSAID_RDMAWRITE, "C0B422F9-F58C-11D1-AD6C-00C04FA34A2D"},
    {WSAID_RDMAREAD, "C0B422FA-F58C-11D1-AD6C-00C04FA34A2D"},
    {WSAID_MEMORYREGISTRATIONCACHECALLBACK,
     "E5DA4AF8-D824-48CD-A799-6337A98ED2AF"},
};

START_TEST(guid_values)
{
    const GUID *g = &guids[_i].guid;
    char text[40];

    (void)snprintf(text, sizeof(text),
                   "%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X",
                   (unsigned)g->Data1, (unsigned)g->Data2,
                   (unsigned)g->Data3, (unsigned)g->Data4[0],
                   (unsigned)g->Data4[1], (unsigned)g->Data4[2],
                   (unsigned)g->Data4[3], (unsigned)g->Data4[4],
                   (unsigned)g->Data4[5], (unsigned)g->Data4[6],
                   (unsigned)g->Data4[7]);
    ck_assert_str_eq(text, guids[_i].text);
    ck_assert(IsEqualGUID(g, &guids[_i].guid));
    ck_assert(_i == 0 || !IsEqualGUID(g, &guids[_i - 1].guid));
}
END_TEST

/* ---- Sets of sockets, times ------------------------------------------ */

START_TEST(sets_of_sockets)
{
    fd_set set;
    SOCKET s;

    FD_ZERO(&set);
    ck_assert(set.fd_count == 0);
    for (s = 1; s <= 70; s++)
        FD_SET(s, &set);
    ck_assert(set.fd_count == 64);
    FD_SET(5, &set);
    ck_assert(set.fd_count == 64);
    ck_assert(FD_ISSET(64, &set) && !FD_ISSET(65, &set));

    FD_CLR(1, &set);
    FD_CLR(100, &set);
    ck_assert(set.fd_count == 63 && !FD_ISSET(1, &set));
    ck_assert(set.fd_array[0] == 2 && set.fd_array[62] == 64);
    FD_CLR(64, &set);
    ck_assert(set.fd_count == 62 && FD_ISSET(63, &set));
    FD_SET(INVALID_SOCKET, &set);
    ck_assert(FD_ISSET(INVALID_SOCKET, &set));
}
END_TEST

START_TEST(times)
{
    struct timeval a = {1, 999999};
    TIMEVAL b = {2, 0};

    ck_assert(timercmp(&a, &b, <) && !timercmp(&a, &b, >));
    ck_assert(timerisset(&a));
    timerclear(&a);
    ck_assert(!timerisset(&a));
}
END_TEST

/* ---- Control data ---------------------------------------------------- */

START_TEST(control_data)
{
    union {
        WSACMSGHDR align;
        CHAR bytes[64];
    } control;
    WSACMSGHDR *first, *second;
    IN6_PKTINFO info6 = {.ipi6_ifindex = 3};
    WSAMSG msg;

    ck_assert(WSA_CMSG_LEN(0) == 16 && WSA_CMSG_SPACE(0) == 16);
    ck_assert(WSA_CMSG_LEN(1) == 17 && WSA_CMSG_SPACE(1) == 24);
    ck_assert(WSA_CMSG_LEN(20) == 36 && WSA_CMSG_SPACE(20) == 40);

    memset(&msg, 0, sizeof(msg));
    memset(&control, 0, sizeof(control));
    msg.Control.buf = control.bytes;
    msg.Control.len = 15;
    ck_assert(WSA_CMSG_FIRSTHDR(&msg) == NULL);

    msg.Control.len = (ULONG)(WSA_CMSG_SPACE(sizeof(IN6_PKTINFO)) +
                              WSA_CMSG_SPACE(sizeof(INT)));
    ck_assert(msg.Control.len == 64);
    first = WSA_CMSG_FIRSTHDR(&msg);
    ck_assert_ptr_nonnull(first);
    first->cmsg_len = WSA_CMSG_LEN(sizeof(IN6_PKTINFO));
    first->cmsg_level = IPPROTO_IPV6;
    first->cmsg_type = IPV6_PKTINFO;
    memcpy(WSA_CMSG_DATA(first), &info6, sizeof(info6));
    second = WSA_CMSG_NXTHDR(&msg, first);
    ck_assert_ptr_nonnull(second);
    ck_assert((CHAR *)(void *)second - control.bytes == 40);
    second->cmsg_len = WSA_CMSG_LEN(sizeof(INT));
    ck_assert((CHAR *)WSA_CMSG_DATA(second) - control.bytes == 56);
    ck_assert(WSA_CMSG_NXTHDR(&msg, second) == NULL);
    ck_assert(WSA_CMSG_NXTHDR(&msg, NULL) == first);

    /* Lengths that lead nowhere end the walk. */
    first->cmsg_len = 0;
    ck_assert(WSA_CMSG_NXTHDR(&msg, first) == NULL);
    first->cmsg_len = 65;
    ck_assert(WSA_CMSG_NXTHDR(&msg, first) == NULL);
    first->cmsg_len = ~(SIZE_T)0;
    ck_assert(WSA_CMSG_NXTHDR(&msg, first) == NULL);
}
END_TEST

/* ---- Sizes of variable structures ------------------------------------ */

START_TEST(variable_sizes)
{
    ck_assert(SIZEOF_SOCKET_ADDRESS_LIST(0) == 8);
    ck_assert(SIZEOF_SOCKET_ADDRESS_LIST(3) == 8 + 3 * 16);
    ck_assert(IP_MSFILTER_SIZE(0) == 16 && IP_MSFILTER_SIZE(2) == 24);
    ck_assert(GROUP_FILTER_SIZE(2) == 144 + 2 * 128);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("shapes");
    TCase *tcase = tcase_create("shapes");
    SRunner *runner;
    int failed;

    tcase_add_test(tcase, signedness);
    tcase_add_test(tcase, halves_of_large_integer);
    tcase_add_test(tcase, words_and_bytes);
    tcase_add_test(tcase, byte_order);
    tcase_add_test(tcase, ipv4_address_in_memory);
    tcase_add_test(tcase, ipv6_address_in_memory);
    tcase_add_loop_test(tcase, guid_values, 0,
                        (int)(sizeof(guids) / sizeof(guids[0])));
    tcase_add_test(tcase, sets_of_sockets);
    tcase_add_test(tcase, times);
    tcase_add_test(tcase, control_data);
    tcase_add_test(tcase, variable_sizes);
    suite_add_tcase(suite, tcase);

    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
