#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "net/endpoint/endpoint.h"
#include "net/ip/fragment.h"
#include "net/ip/ip_memo.h"
#include "net/ip/mtu.h"
#include "net/ip/dead_gateway.h"
#include "net/ip/redirect.h"
#include "net/net_private.h"
#include "net/rss/rss.h"
#include "net/tcp/tcp.h"

struct host_parameters host_parameters_default(void)
{
    const int64_t second = 1000000000;
    return (struct host_parameters){
        .metric_table = METRIC_WIN10, .iface_list_broadcast = BROADCAST_LIMITED, .routing_change_precision = ROUTE_EXACT,
        .link_local = LINK_LOCAL_OFF, .dad = false, .dad_v4_transmits = 3, .dad_v6_transmits = 1,
        .dad_v4_retransmit_ns = second, .dad_v6_retransmit_ns = second, .dad_initial_delay_ns = 0, .weak_host_send = false,
        .processors = 8, .threads_per_core = 1, .numa_nodes = 1, .rss = true, .qos_signalling = true,
        .neighbors = false, .dad_announcements = 2, .dad_announce_interval_ns = 2 * second, .defend_interval_ns = 10 * second,
        .nd_base_ns = 30 * second, .nd_retrans_ns = second, .nd_delay_ns = 5 * second, .nd_multicast_solicits = 3, .nd_unicast_solicits = 3,
        .nd_queue = 1, .unreachable_hold_ns = second, .dgd = 25, .dgd_failback_ns = 300 * second, .redirects = true, .redirect_lifetime_ns = 600 * second,
        .path_mtu_timeout_ns = 600 * second, .path_cache_max = 1024,
        .forwarding = false, .loopback_delay_ns = 1000, .reassembly_max = 64, .reassembly_timeout_ns = 60 * second,
        .ephemeral_start = 49152, .ephemeral_count = 16384, .raw_restrictions = true, .rcvall_outgoing = true, .hop_limit = 128,
        .udp_send_buffer = 65536, .udp_receive_buffer = 65536, .udp_overhead = 0, .udp_overshoot = true, .udp_connreset = true,
        .udp_netreset = true, .udp_sendto_connected = true, .mcast_scope = 1, .mcast_loop = true, .igmp_version = 3, .mld_version = 2,
        .igmp_robustness = 2, .igmp_unsolicited_interval_ns = second, .igmp_query_interval_ns = 125 * second,
        .igmp_response_interval_ns = 10 * second, .igmp_random = true,
        .tcp = tcp_parameters_default(),
    };
}

/* Host-stack 1.5: 127.0.0.1/8 and ::1/128 exist always. */
static void loopback_add(struct host *host)
{
    struct iface_setup setup = { .type = IFACE_LOOPBACK, .up = true, .media = true };
    struct iface *loopback = iface_new(host, "loopback", &setup);
    struct ifaddr_setup four = { .address = { .family = KERNEL_IPV4, .bytes = { 127, 0, 0, 1 } }, .prefix_length = 8,
                                 .state = ADDRESS_PREFERRED, .persistent = true };
    struct ifaddr_setup six = { .address = { .family = KERNEL_IPV6, .bytes = { [15] = 1 } }, .prefix_length = 128,
                                .state = ADDRESS_PREFERRED, .persistent = true };
    check(ifaddr_add(loopback, &four) && ifaddr_add(loopback, &six));
    struct link_setup itself = { .rate_bps = LINK_UNLIMITED, .delay_ns = host->parameters.loopback_delay_ns };
    host->loopback = link_new(host->net, loopback, loopback, &itself);
    host->loopback->apart_ns = 0; /* no wire: what is sent at one instant is there at one instant */
}

struct host *host_new(struct net *net, const char *name, const struct host_parameters *parameters, uint64_t seed)
{
    if (host_find(net, name)) {
        net_refuse(net, "there is a host \"%s\" already", name);
        return NULL;
    }
    struct host *host = memory_take(sizeof *host);
    size_t length = strlen(name);
    host->net = net;
    host->name = memory_take(length + 1);
    memcpy(host->name, name, length);
    host->parameters = *parameters;
    host->seed = seed;
    host->number = ++net->host_count;
    host->next_index = 1;
    host->generation = 1;
    route_table_start(&host->routes);
    for (unsigned slot = 0; slot < FAMILIES; slot++)
        prefix_tree_start(&host->watched[slot], slot_family(slot));
    HASH_ADD_KEYPTR(hh, net->hosts, host->name, length, host);
    loopback_add(host);
    return host;
}

void host_free(struct host *host)
{
    struct iface *iface, *next;
    DL_FOREACH_SAFE(host->ifaces, iface, next) {
        DL_DELETE(host->ifaces, iface);
        iface_free(iface);
    }
    rss_processors_free(host);
    qos_templates_free(host);
    for (unsigned slot = 0; slot < FAMILIES; slot++) {
        address_set_drop(host->list[slot].now);
        prefix_tree_end(&host->watched[slot]);
    }
    route_table_end(&host->routes);
    reassembly_free(host);
    ip_memo_free(host);
    ip_mtus_free(host);
    redirects_free(host);
    dead_gateways_free(host);
    ports_free(host);
    engine_cancel(host->net->engine, host->settle);
    free(host->concerned);
    free(host->name);
    free(host);
}

const char *host_name(const struct host *host)
{
    return host->name;
}

size_t host_endpoints(const struct host *host)
{
    return host->endpoints;
}

void host_stack(struct host *host, bool up)
{
    if (host->stack_down == !up)
        return;
    uint64_t former = host_enter(host, row_stack(host, up));
    host->stack_down = !up;
    host->generation++;
    if (!up) {
        requests_fail(host, KERNEL_STACK_DOWN);
        tcp_stack_down(host);
    } else
        requests_look(host);
    host_leave(host, former);
}

void host_buffers(struct host *host, bool there)
{
    host->starved = !there;
}

bool host_starved(const struct host *host)
{
    return host->starved || task_process(running)->starved;
}

bool host_sleep(struct host *host, bool asleep)
{
    if (host->asleep == asleep) return net_refuse(host->net, asleep ? "the host sleeps already" : "the host does not sleep");
    uint64_t former = host_enter(host, row_sleep(host, asleep));
    host->asleep = asleep;
    for (struct iface *iface = host->ifaces; iface; iface = iface->next) {
        if (iface->type == IFACE_LOOPBACK || (asleep ? !iface->media : !iface->medium_slept)) continue;
        iface->medium_slept = asleep;
        iface_media(iface, !asleep);
    }
    host_leave(host, former);
    return true;
}

bool host_sleeps(const struct host *host)
{
    return host->asleep;
}

bool host_stack_is_up(const struct host *host)
{
    return !host->stack_down;
}

uint64_t host_enter(struct host *host, uint64_t row)
{
    host->newest = row;
    return trace_set_cause(host->net->trace, row);
}

void host_leave(struct host *host, uint64_t former)
{
    trace_set_cause(host->net->trace, former);
}

void host_touch(struct host *host)
{
    host->generation++;
    if (host->settle != EVENT_NONE)
        return;
    struct engine *engine = host->net->engine;
    struct event event = { .kind = EVENT_SETTLE, .cause = host->newest, .subject.host = host };
    host->settle = engine_post(engine, engine_now_ns(engine), RANK_MACHINE, event);
}
