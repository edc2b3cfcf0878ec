/*
 * Each kind of row and what it does to the state; going backward is as good as going forward; rows of unknown verbs do nothing.
 */
#include "recorded.h"
#include "view/inside.h"

static int64_t now_ns;
static struct trace *trace;
static struct record *record;
static struct view *view;

/* ---- writing rows: "verb object key=value …"; values are texts, numbers, true, or a list in brackets; {} is a map in "in" ---- */

static void value(const char *key, const char *text)
{
    uint64_t number;
    if (text[0] == '[') {
        trace_list(trace, key);
        for (char *end, *at = strdup(text + 1), *one = at;; one = end + 1) {
            end = strpbrk(one, ",]");
            bool last = *end == ']';
            *end = '\0';
            if (*one) trace_text(trace, "", one);
            if (last) { free(at); break; }
        }
        trace_close(trace);
    } else if (number_parse(text, &number) && strncmp(text, "0x", 2) != 0 && strcmp(key, "returns") != 0) {
        trace_uint(trace, key, number);
    } else if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
        trace_bool(trace, key, text[0] == 't');
    } else {
        trace_text(trace, key, text);
    }
}

static uint64_t put(enum layer layer, uint64_t cause, const char *thread, const char *line)
{
    char copy[300], *rest = copy;
    ck_assert_uint_lt(strlen(line), sizeof copy);
    strcpy(copy, line);
    char *verb = strtok_r(rest, " ", &rest), *object = strtok_r(NULL, " ", &rest);
    trace_set_cause(trace, cause);
    ck_assert(trace_begin_for(trace, layer, verb, "a", thread ? "app" : "", thread ? thread : "", object && strcmp(object, "-") != 0 ? object : ""));
    for (char *field; (field = strtok_r(NULL, " ", &rest));) {
        char *equals = strchr(field, '=');
        *equals = '\0';
        if (strcmp(field, "ulong") == 0 || strcmp(field, "gave") == 0) { /* inner members */
            trace_map(trace, field[0] == 'u' ? "in" : "out");
            value(field[0] == 'u' ? "ulong" : "socket", equals + 1);
            trace_close(trace);
        } else value(field, equals + 1);
    }
    return trace_end(trace);
}

static uint64_t net(const char *line) { return put(LAYER_NET, 0, NULL, line); }

/* A whole call with its step; `as` may be NULL. */
static uint64_t calls(const char *thread, const char *as, const char *call, const char *result)
{
    char line[300];
    snprintf(line, sizeof line, as ? "step /timeline/0 as=%s" : "step /timeline/0", as);
    uint64_t step = put(LAYER_SCRIPT, 0, thread, line), began = put(LAYER_SPI, step, thread, call);
    char verb[40];
    sscanf(call, "%39s", verb);
    snprintf(line, sizeof line, "%s %s", verb, result);
    return result[0] ? put(LAYER_SPI, began, thread, line) : began;
}

static void start(void)
{
    now_ns = 0;
    trace = trace_new(&now_ns);
}

static void look(void)
{
    record = record_of(trace, now_ns);
    view = view_open(record, 1);
    goes(view, UINT64_MAX);
}

static void done(void)
{
    view_close(view);
    record_gone(record);
    trace_free(trace);
}

/* ---- the network ---- */

START_TEST(interfaces_addresses_routes)
{
    net("interface.added eth0 type=ethernet speed=1000 mtu=1500 metric=25 up=true connected=true");
    net("address.added eth0 address=10.0.0.1/8 state=tentative");
    net("route.added eth0 to=10.0.0.0/8 on_link=true metric=256 interface=eth0 automatic=true");
    net("route.added eth0 to=0.0.0.0/0 via=10.0.0.9 metric=0 interface=eth0");
    uint64_t first = *trace_newest(trace);
    now_ns = 5;
    net("interface.mtu eth0 mtu=1400"), net("interface.metric eth0 metric=7"), net("interface.speed eth0 speed=10"), net("interface.media eth0 connected=false"), net("interface.down eth0");
    net("stack.down -"), net("address.changed eth0 address=10.0.0.1/8 from=tentative to=preferred"), net("route.changed eth0 to=0.0.0.0/0 via=10.0.0.9 metric=3 interface=eth0");
    uint64_t second = *trace_newest(trace);
    net("interface.up eth0"), net("stack.up -"), net("address.removed eth0 address=10.0.0.1/8 state=preferred"), net("route.removed eth0 to=10.0.0.0/8 on_link=true metric=256 interface=eth0");
    uint64_t third = *trace_newest(trace);
    net("interface.removed eth0");
    look();
    shows(view, VIEW_INTERFACES, "");
    goes(view, third);
    shows(view, VIEW_INTERFACES, "a eth0 ethernet true false 10 1400 7 up\n");
    shows(view, VIEW_ADDRESSES, "");
    shows(view, VIEW_ROUTES, "a 0.0.0.0/0 10.0.0.9 eth0 3 false\n");
    goes(view, first);
    shows(view, VIEW_INTERFACES, "a eth0 ethernet true true 1000 1500 25 up\n");
    shows(view, VIEW_ADDRESSES, "a eth0 10.0.0.1/8 tentative\n");
    shows(view, VIEW_ROUTES, "a 10.0.0.0/8 on-link eth0 256 true\na 0.0.0.0/0 10.0.0.9 eth0 0 false\n");
    goes(view, second);
    shows(view, VIEW_INTERFACES, "a eth0 ethernet false false 10 1400 7 down\n");
    shows(view, VIEW_ADDRESSES, "a eth0 10.0.0.1/8 preferred\n");
    goes(view, 0);
    shows(view, VIEW_INTERFACES, "");
    done();
}
END_TEST

START_TEST(links)
{
    net("link.added eth0 to=b.eth0 rate=1000 delay_ns=5 queue_packets=10"), net("link.added eth1 to=lan"), net("link.added eth1 to=lan egress=true rate=9");
    trace_set_cause(trace, 0);
    ck_assert(trace_begin_for(trace, LAYER_NET, "link.added", "b", "", "", "eth0")), trace_text(trace, "to", "a.eth0"), trace_end(trace);
    net("link.cut eth0 to=b.eth0"), net("link.changed eth0 to=b.eth0 rate=2000 loss_model=bernoulli loss=4294967296 discipline=red");
    uint64_t cut = *trace_newest(trace);
    net("link.restored eth0 to=b.eth0 one_way=true"), net("link.changed eth1 to=lan egress=true rate=8");
    uint64_t half = *trace_newest(trace);
    net("interface.removed eth0");
    look();
    shows(view, VIEW_LINKS, "a.eth1 - lan a false - - - - - - - droptail - - - - - -\na.eth1 egress lan a false 8 - - - - - - droptail - - - - - -\n");
    goes(view, cut);
    shows(view, VIEW_LINKS, "a.eth0 - b.eth0 a true 2000 5 10 - - - - red bernoulli 4294967296 - - - -\na.eth1 - lan a false - - - - - - - droptail - - - - - -\n"
                            "a.eth1 egress lan a false 9 - - - - - - droptail - - - - - -\nb.eth0 - a.eth0 b true - - - - - - - droptail - - - - - -\n");
    goes(view, half);
    shows(view, VIEW_LINKS, "a.eth0 - b.eth0 a false 2000 5 10 - - - - red bernoulli 4294967296 - - - -\na.eth1 - lan a false - - - - - - - droptail - - - - - -\n"
                            "a.eth1 egress lan a false 8 - - - - - - droptail - - - - - -\nb.eth0 - a.eth0 b true - - - - - - - droptail - - - - - -\n");
    done();
}
END_TEST

/* ---- sockets ---- */

START_TEST(a_datagram_socket)
{
    calls("app", "s", "WSPSocket - family=inet type=dgram protocol=17", "- returns=0 socket=0x100");
    calls("app", NULL, "WSPBind s name=10.0.0.1:0", "s returns=0"), calls("app", NULL, "WSPGetSockName s", "s returns=0 name=10.0.0.1:7");
    calls("app", NULL, "WSPIoctl s code=FIONBIO ulong=1", "s returns=0"), calls("app", NULL, "WSPBind s name=10.0.0.1:9", "s returns=WSAEINVAL");
    uint64_t bound = *trace_newest(trace);
    calls("app", NULL, "WSPIoctl s code=FIONBIO ulong=0", "s returns=0"), calls("app", NULL, "WSPConnect s to=10.0.0.2:5", "s returns=0");
    calls("app", NULL, "WSPEventSelect s event=e events=[FD_READ,FD_CLOSE]", "s returns=0"), calls("app", NULL, "WSPShutdown s how=send", "s returns=0");
    uint64_t connected = *trace_newest(trace);
    calls("app", NULL, "WSPAsyncSelect s window=w events=[]", "s returns=0"), calls("app", NULL, "WSPShutdown s how=receive", "s returns=0");
    uint64_t shut = *trace_newest(trace);
    put(LAYER_UPCALL, 0, "app", "WPUCloseSocketHandle s");
    look();
    shows(view, VIEW_SOCKETS, "");
    goes(view, bound);
    shows(view, VIEW_SOCKETS, "app s 0x100 a inet dgram 17 bound 10.0.0.1:7 - false - - -\n");
    goes(view, connected);
    shows(view, VIEW_SOCKETS, "app s 0x100 a inet dgram 17 connected 10.0.0.1:7 10.0.0.2:5 false FD_READ|FD_CLOSE event e send\n");
    goes(view, shut);
    shows(view, VIEW_SOCKETS, "app s 0x100 a inet dgram 17 connected 10.0.0.1:7 10.0.0.2:5 false - - both\n");
    done();
}
END_TEST

START_TEST(a_stream_connects)
{
    calls("app", "s", "WSPSocket - family=inet type=stream protocol=6", "- returns=0 socket=0x100");
    uint64_t call = calls("app", NULL, "WSPConnect s to=10.0.0.2:5", "");
    put(LAYER_NET, call, NULL, "tcp.connecting tcp local=10.0.0.1:77 remote=10.0.0.2:5");
    uint64_t began = *trace_newest(trace);
    net("tcp.established tcp local=10.0.0.1:77 remote=10.0.0.2:5");
    put(LAYER_SPI, call, "app", "WSPConnect s returns=0");
    uint64_t there = *trace_newest(trace);
    net("tcp.peer_closed tcp local=10.0.0.1:77 remote=10.0.0.2:5");
    uint64_t half = net("tcp.timeout tcp local=10.0.0.1:77 remote=10.0.0.2:5");
    net("tcp.reset tcp local=10.0.0.1:77 remote=10.0.0.2:5");
    look();
    shows(view, VIEW_SOCKETS, "app s 0x100 a inet stream 6 reset 10.0.0.1:77 10.0.0.2:5 true - - -\n");
    goes(view, began);
    shows(view, VIEW_SOCKETS, "app s 0x100 a inet stream 6 connecting 10.0.0.1:77 10.0.0.2:5 true - - -\n");
    shows(view, VIEW_THREADS, "app app a calling WSPConnect s /timeline/0\n");
    goes(view, there);
    shows(view, VIEW_SOCKETS, "app s 0x100 a inet stream 6 connected 10.0.0.1:77 10.0.0.2:5 true - - -\n");
    shows(view, VIEW_THREADS, "app app a idle - - -\n");
    goes(view, half);
    shows(view, VIEW_SOCKETS, "app s 0x100 a inet stream 6 peer closed 10.0.0.1:77 10.0.0.2:5 true - - -\n");
    done();
}
END_TEST

START_TEST(streams_are_accepted_in_their_order)
{
    calls("app", "l", "WSPSocket - family=inet type=stream protocol=6", "- returns=0 socket=0x100");
    calls("app", NULL, "WSPBind l name=0.0.0.0:80", "l returns=0"), calls("app", NULL, "WSPListen l backlog=5", "l returns=0");
    net("tcp.established tcp local=10.0.0.1:80 remote=10.0.0.2:1"), net("tcp.established tcp local=10.0.0.1:80 remote=10.0.0.2:2"), net("tcp.established tcp local=10.0.0.1:80 remote=10.0.0.2:3");
    net("tcp.established tcp local=10.0.0.1:81 remote=10.0.0.2:4"), net("tcp.reset tcp local=10.0.0.1:80 remote=10.0.0.2:2");
    calls("app", "c", "WSPAccept l", "l returns=0 socket=0x104"), calls("app", "d", "WSPAccept l", "l returns=WSAECONNRESET"), calls("app", "d", "WSPAccept l", "l returns=0 socket=0x108");
    calls("app", "e", "WSPAccept l", "l returns=WSAEWOULDBLOCK");
    net("tcp.peer_closed tcp local=10.0.0.1:80 remote=10.0.0.2:1");
    look();
    shows(view, VIEW_SOCKETS, "app l 0x100 a inet stream 6 listening 0.0.0.0:80 - true - - -\napp c 0x104 a inet stream 6 peer closed 10.0.0.1:80 10.0.0.2:1 true - - -\n"
                              "app d 0x108 a inet stream 6 connected 10.0.0.1:80 10.0.0.2:3 true - - -\n");
    done();
}
END_TEST

START_TEST(layers_give_one_socket_its_name)
{
    uint64_t step = put(LAYER_SCRIPT, 0, "app", "socket /timeline/0 as=s"), outer = put(LAYER_SPI, step, "app", "WSPSocket - provider=vpn family=inet type=stream protocol=6");
    uint64_t inner = put(LAYER_SPI, outer, "app", "WSPSocket - provider=base family=inet type=stream protocol=6");
    put(LAYER_SPI, inner, "app", "WSPSocket - returns=0 socket=0x100");
    uint64_t below = *trace_newest(trace);
    put(LAYER_SPI, outer, "app", "WSPSocket - returns=0 socket=0x104");
    calls("app", "base", "WSPIoctl s code=SIO_BASE_HANDLE", "s returns=0 gave=0x100");
    look();
    shows(view, VIEW_SOCKETS, "app s 0x104 a inet stream 6 open - - true - - -\napp base 0x100 a inet stream 6 open - - true - - -\n");
    goes(view, below);
    shows(view, VIEW_SOCKETS, "app 0x100 0x100 a inet stream 6 open - - true - - -\n");
    shows(view, VIEW_THREADS, "app app a calling WSPSocket - /timeline/0\n");
    done();
}
END_TEST

/* ---- what pends, and threads ---- */

START_TEST(requests_pend_and_end)
{
    uint64_t call = calls("app", NULL, "WSPIoctl s code=SIO_ADDRESS_LIST_CHANGE overlapped=o", "");
    put(LAYER_KERNEL, call, "app", "kernel.watch - topic=addresses request=4 status=ok"), put(LAYER_KERNEL, call, "app", "kernel.watch - topic=path status=denied");
    put(LAYER_SPI, call, "app", "WSPIoctl s returns=WSA_IO_PENDING");
    calls("app/two", NULL, "WSPRecv s overlapped=p", "s returns=WSA_IO_PENDING"), calls("app", NULL, "WSPRecv s overlapped=?", "s returns=WSA_IO_PENDING");
    call = calls("app", NULL, "WSPSend s overlapped=q", "");
    put(LAYER_UPCALL, call, "app", "WPUCompleteOverlappedRequest q overlapped=q error=0"), put(LAYER_SPI, call, "app", "WSPSend s returns=WSA_IO_PENDING");
    uint64_t all = *trace_newest(trace);
    put(LAYER_KERNEL, 0, "", "request.completed - request=4 status=ok");
    put(LAYER_UPCALL, 0, "", "WPUCompleteOverlappedRequest o overlapped=o error=0");
    uint64_t one = *trace_newest(trace);
    put(LAYER_SPI, 0, "app/two", "thread.exit app/two");
    look();
    shows(view, VIEW_PENDING, "");
    shows(view, VIEW_THREADS, "app app a idle - - -\napp app/two a ended - - -\n");
    goes(view, all);
    shows(view, VIEW_PENDING, "app kernel 4 a app WSPIoctl s addresses\napp spi o a app WSPIoctl s SIO_ADDRESS_LIST_CHANGE\napp spi p a app/two WSPRecv s -\n");
    goes(view, one);
    shows(view, VIEW_PENDING, "app spi p a app/two WSPRecv s -\n");
    done();
}
END_TEST

START_TEST(threads_wait_and_call_within)
{
    put(LAYER_SCRIPT, 0, "app", "sleep /timeline/3");
    uint64_t waits = *trace_newest(trace), call = put(LAYER_SPI, 0, "app", "WSPRecv s"); /* of a routine that runs meanwhile */
    put(LAYER_SPI, call, "app", "WSPRecv s returns=0");
    uint64_t again = *trace_newest(trace);
    put(LAYER_SCRIPT, 0, "app", "sleep /timeline/3 returns=0");
    uint64_t over = *trace_newest(trace);
    calls("app", "s", "WSPSocket - family=inet type=stream", "- returns=0 socket=0x100"), calls("app", NULL, "WSPRecv s overlapped=o", "s returns=WSA_IO_PENDING");
    calls("app", NULL, "WSPRecv s", "");
    put(LAYER_SPI, 0, "app", "process.exit app");
    look();
    shows(view, VIEW_THREADS, "app app a ended - - -\n");
    shows(view, VIEW_SOCKETS, ""), shows(view, VIEW_PENDING, "");
    goes(view, waits), shows(view, VIEW_THREADS, "app app a waiting sleep - /timeline/3\n");
    goes(view, call), shows(view, VIEW_THREADS, "app app a calling WSPRecv s /timeline/3\n");
    goes(view, again), shows(view, VIEW_THREADS, "app app a waiting sleep - /timeline/3\n");
    goes(view, over), shows(view, VIEW_THREADS, "app app a idle - - -\n");
    done();
}
END_TEST

/* ---- other versions, and long records ---- */

START_TEST(unknown_rows_do_nothing)
{
    net("interface.added eth0 type=ethernet"), net("address.added eth0 address=10.0.0.1/8 state=preferred");
    calls("app", "s", "WSPSocket -", "- returns=0 socket=0x100");
    uint64_t before = *trace_newest(trace);
    look();
    char *wanted = facts_text(view, VIEW_INTERFACES), *sockets = facts_text(view, VIEW_SOCKETS);
    done();
    start();
    net("interface.added eth0 type=ethernet"), net("address.added eth0 address=10.0.0.1/8 state=preferred");
    calls("app", "s", "WSPSocket -", "- returns=0 socket=0x100");
    net("interface.painted eth0 colour=red"), net("address.renamed eth0"), net("address.removed nowhere"), net("route.removed -"), net("route.changed -"), net("link.painted -"), net("link.cut -");
    net("tcp.danced -"), net("tcp.reset -"), net("tcp.established -"), net("planet.added x"), net("interface.mtu other mtu=5"), net("link.changed -");
    put(LAYER_SPI, 0, "app", "WSPNew s"), put(LAYER_SPI, 999999, "app", "WSPBind s returns=0"), put(LAYER_SPI, 0, NULL, "WSPBind s returns=0"), put(LAYER_UPCALL, 0, "app", "WPUNew s");
    put(LAYER_KERNEL, 0, NULL, "kernel.new -"), put(LAYER_KERNEL, 0, NULL, "request.completed -"), put(LAYER_SCRIPT, 0, NULL, "new -"), put(LAYER_SCRIPT, 0, "app", "sleep /t returns=0");
    look();
    shows(view, VIEW_INTERFACES, wanted), shows(view, VIEW_SOCKETS, sockets), shows(view, VIEW_ADDRESSES, "a eth0 10.0.0.1/8 preferred\n"), shows(view, VIEW_LINKS, ""), shows(view, VIEW_PENDING, "");
    goes(view, before);
    free(wanted), free(sockets);
    done();
}
END_TEST

#define MANY 30000

/* A long record, so that copies are kept and thinned: whichever way one comes, a row shows the same. */
START_TEST(backward_is_forward)
{
    enum { STOPS = 40 };
    static uint64_t stops[STOPS];
    char *seen[STOPS], line[120];
    for (unsigned i = 0; i < MANY; i++) {
        now_ns = i / 3;
        unsigned number = i * 7919u % 500u;
        snprintf(line, sizeof line, "address.%s eth0 address=10.%u.%u.1/24 state=s%u", i % 3 == 1 ? "removed" : "added", number / 250, number % 250, i % 5);
        if (i % 10 != 9) net(line);
        else if (i % 20 == 9) snprintf(line, sizeof line, "s%u", number), calls("app", line, "WSPSocket - family=inet", "- returns=0 socket=0x100");
        else snprintf(line, sizeof line, "WPUCloseSocketHandle s%u", number), put(LAYER_UPCALL, 0, "app", line);
    }
    look();
    uint64_t last = view_seq(view);
    ck_assert_uint_eq(last, *trace_newest(trace));
    view_close(view);
    view = view_open(record, 1);
    if (_i) view_keeps(view, 600, 7); /* many copies, let go again and again */
    for (unsigned i = 0; i < STOPS; i++) {
        stops[i] = last * (i + 1) / STOPS;
        goes(view, stops[i]);
        ck_assert_uint_eq(view_seq(view), stops[i]);
        seen[i] = state_text(view);
    }
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < STOPS; i++) {
            unsigned stop = round == 0 ? STOPS - 1 - i : round == 1 ? i * 17 % STOPS : i;
            goes(view, stops[stop]);
            char *now = state_text(view);
            ck_assert_str_eq(now, seen[stop]);
            free(now);
        }
    }
    for (unsigned i = 0; i < STOPS; i++) free(seen[i]);
    done();
}
END_TEST

START_TEST(times_and_ends)
{
    char *error = NULL;
    for (unsigned i = 0; i < 10; i++) {
        now_ns = (i / 2) * 10;
        char line[80];
        snprintf(line, sizeof line, "address.added eth0 address=10.0.0.%u/8 state=preferred", i);
        net(line);
    }
    look();
    static const struct { int64_t at_ns; uint64_t row; } cases[] = { { 10, 4 }, { 9, 2 }, { 40, 10 }, { INT64_MAX, 10 }, { -1, 0 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert(view_at_time(view, cases[i].at_ns, &error));
        ck_assert_uint_eq(view_seq(view), cases[i].row);
    }
    ck_assert(view_at_time(view, 10, &error));
    ck_assert_int_eq(view_at_ns(view), 10);
    enum view_kind kind;
    for (unsigned i = 0; i < VIEW_KINDS; i++) ck_assert(view_kind_parse(view_shape((enum view_kind)i)->name, &kind) && kind == (enum view_kind)i);
    ck_assert(!view_kind_parse("events", &kind));
    done();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("view");
    TCase *tests = tcase_create("rows");
    tcase_add_checked_fixture(tests, start, NULL);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, interfaces_addresses_routes);
    tcase_add_test(tests, links);
    tcase_add_test(tests, a_datagram_socket);
    tcase_add_test(tests, a_stream_connects);
    tcase_add_test(tests, streams_are_accepted_in_their_order);
    tcase_add_test(tests, layers_give_one_socket_its_name);
    tcase_add_test(tests, requests_pend_and_end);
    tcase_add_test(tests, threads_wait_and_call_within);
    tcase_add_test(tests, unknown_rows_do_nothing);
    tcase_add_loop_test(tests, backward_is_forward, 0, 2);
    tcase_add_test(tests, times_and_ends);
    suite_add_tcase(suite, tests);
    return suite_main(suite);
}
