/*
 * net.h: the one inside header of sim/net, for sim/ws2, sim/script and sim/run.c. A net owns hosts; a host owns interfaces,
 * addresses, routes, requests and endpoints. Every function that changes a host writes its rows to the trace and marks the
 * host unsettled; one EVENT_SETTLE at the same instant (rank machine) then compares before and after, once, and posts
 * EVENT_REQUEST for every watch concerned, in the order of asking.
 *
 * Functions that can be refused return NULL or false and put a sentence into `why` (the script's mistake: wrong prefix
 * length, address twice, no such route); `why` lives until the next call. Rules: host-stack reference, sections 1 to 3.
 */
#ifndef NET_NET_H
#define NET_NET_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/engine.h"
#include "core/task.h"
#include "core/trace.h"
#include "kernel.h"
#include "net/address.h"
#include "net/tcp/parameters.h"

struct net;
struct host;
struct iface;
struct ifaddr;

struct net *net_new(struct engine *engine, struct trace *trace);
void net_free(struct net *net); /* before the engine; tasks are not touched */
const char *net_why(const struct net *net);
uint64_t net_newest_endpoint(const struct net *net); /* their numbers ascend */
uint64_t net_newest_accepted(const struct net *net); /* the endpoint that was accepted last */
void net_packets_with_bytes(struct net *net, bool wanted); /* rows of level packet hold the frame, for captures */

/* ---- hosts ---- */

enum metric_table { METRIC_WIN10, METRIC_XPSP2 };
enum broadcast_form { BROADCAST_LIMITED, BROADCAST_DIRECTED };
enum route_precision { ROUTE_EXACT, ROUTE_ANY };
enum list_precision { LIST_EXACT, LIST_ANY };
enum link_local { LINK_LOCAL_OFF, LINK_LOCAL_EUI64, LINK_LOCAL_RANDOM };

/* The stack parameters of this slice, by the names of the host-stack reference, section 13. */
struct host_parameters {
    enum metric_table metric_table;             /* metric_table: win10 | xpsp2 */
    enum broadcast_form iface_list_broadcast;   /* limited | directed */
    enum route_precision routing_change_precision; /* exact | any */
    enum list_precision address_change_precision; /* exact | any: a refresh of a listed address is told like a change */
    bool iface_list_disconnected;               /* the interface list shows addresses of interfaces that are not up, too; false */
    enum link_local link_local;                 /* off | eui64 | random */
    bool dad;                                   /* duplicate address detection as a delay; off by default */
    unsigned dad_v4_transmits, dad_v6_transmits;   /* 3, 1 */
    int64_t dad_v4_retransmit_ns, dad_v6_retransmit_ns; /* 1 s, 1 s */
    int64_t dad_initial_delay_ns;               /* 0 */
    bool neighbors;                             /* next hops are resolved, detection sends real probes (ip/neighbor.h); off by default */
    unsigned dad_announcements;                 /* of an address that was found free, with `neighbors`; 2 (RFC 5227 1.1) */
    int64_t dad_announce_interval_ns, defend_interval_ns; /* 2 s, 10 s (RFC 5227 1.1) */
    int64_t nd_base_ns, nd_retrans_ns, nd_delay_ns; /* 30 s, 1 s, 5 s (RFC 4861 10) */
    unsigned nd_multicast_solicits, nd_unicast_solicits; /* 3, 3 */
    unsigned nd_queue;                          /* packets that wait for one neighbour; 1 */
    int64_t unreachable_hold_ns;                /* who did not answer is not asked again for this long; 1 s */
    unsigned dgd;                               /* percent of a gateway's connections: when more have left it, it is dead; 25 */
    int64_t dgd_failback_ns;                    /* a dead gateway is tried again after this long; 300 s */
    bool redirects;                             /* ICMP redirects are sent by routers and heard by hosts; true */
    int64_t redirect_lifetime_ns;               /* 600 s */
    int64_t path_mtu_timeout_ns;                /* a learnt path MTU is forgotten; 600 s */
    unsigned path_cache_max;                    /* destinations a host keeps such things of; 1024 */
    bool weak_host_send;                        /* false: strong host model */
    unsigned processors, threads_per_core, numa_nodes; /* logical ones; 8, 1, 1 */
    bool rss;                                   /* the global switch of receive-side scaling; true */
    bool rss_info_needs_up;                     /* an interface that is not up does not count as one with RSS; false */
    int64_t adapter_restart_ns;                 /* how long an adapter is away when its settings change; 0: not at all */
    int64_t cpu_rx_ns_per_packet;               /* how long a processor is busy with a received packet; 0 */
    unsigned ephemeral_start, ephemeral_count;  /* the dynamic ports of each protocol; 49152, 16384 */
    bool raw_restrictions;                      /* raw sockets as on client Windows; true */
    bool rcvall_outgoing;                       /* SIO_RCVALL shows what is sent too; true (Windows 7 and later) */
    unsigned hop_limit;                         /* of what endpoints send; 128 */
    unsigned udp_send_buffer, udp_receive_buffer; /* SO_SNDBUF and SO_RCVBUF before anybody sets them; 65536 */
    unsigned udp_overhead;                      /* bytes that a waiting datagram counts for besides its payload; 0 */
    bool udp_overshoot;                         /* taken while what waits is below the limit (true), or only if it fits */
    bool udp_connreset, udp_netreset;           /* SIO_UDP_CONNRESET, SIO_UDP_NETRESET at first; true */
    bool udp_sendto_connected;                  /* sendto on a connected endpoint is allowed (true) or KERNEL_IS_CONNECTED */
    unsigned mcast_scope;                       /* SIO_MULTICAST_SCOPE at first; 1 */
    bool mcast_loop;                            /* SIO_MULTIPOINT_LOOPBACK at first; true */
    unsigned igmp_version, mld_version;         /* the newest a host speaks; 3 (1 to 3), 2 (1, 2) */
    unsigned igmp_robustness;                   /* how often a state change is told; 2 (RFC 3376 8.1), MLD too, like the next ones */
    int64_t igmp_unsolicited_interval_ns;       /* … within this time; 1 s (RFC 3376 8.11) */
    int64_t igmp_query_interval_ns, igmp_response_interval_ns; /* of queriers, for how long an old one is remembered; 125 s, 10 s */
    bool igmp_random;                           /* delays are drawn (true) or as long as allowed */
    bool find_route;                            /* unsupported (false) | resolve: SIO_FIND_ROUTE */
    unsigned companions;                        /* enum kernel_ability: companion interfaces; a host's `companions` */
    bool qos_signalling;                        /* qos_provider: rsvp (true) | none */
    bool forwarding;                            /* a router: what is not for it goes on (host-stack 1.2); false */
    int64_t loopback_delay_ns;                  /* what a host sends to itself takes this long; 1000 ns */
    unsigned reassembly_max;                    /* datagrams being put together at once; 64 */
    int64_t reassembly_timeout_ns;              /* 60 s (RFC 1122 3.3.2) */
    struct tcp_parameters tcp;                  /* host-stack, section 4 */
};
struct host_parameters host_parameters_default(void);

struct host *host_new(struct net *net, const char *name, const struct host_parameters *parameters, uint64_t seed); /* with its loopback interface, index 1 */
struct host *host_find(struct net *net, const char *name);
struct host *host_next(struct net *net, const struct host *after); /* in order of creation; NULL starts */
const char *host_name(const struct host *host);
void host_stack(struct host *host, bool up); /* network subsystem failed or back: pending watches complete with KERNEL_STACK_DOWN when it fails */
bool host_stack_is_up(const struct host *host);
/* The machine sleeps: its interfaces lose the medium, its threads stand still (ws2 asks), and what is timed runs out meanwhile. Awake
   again, the interfaces that lost it then have it back. False: it sleeps, or is awake, already (net_why). */
bool host_sleep(struct host *host, bool asleep);
bool host_sleeps(const struct host *host);
size_t host_endpoints(const struct host *host); /* how many are open */
/* A block of TCP or UDP ports for every process, for good (host-stack 4.8). */
bool host_reserve_ports(struct host *host, enum kernel_transport transport, uint16_t start, uint16_t count, uint64_t *token);
bool host_unreserve_ports(struct host *host, enum kernel_transport transport, uint16_t start); /* the block that begins there */
void host_settle(struct host *host); /* EVENT_SETTLE */

/* ---- interfaces ---- */

enum iface_type { IFACE_ETHERNET = 6, IFACE_PPP = 23, IFACE_LOOPBACK = 24, IFACE_WIFI = 71, IFACE_TUNNEL = 131 };

struct iface_setup {
    enum iface_type type;      /* default Ethernet */
    uint64_t speed_bps;        /* default 1 Gbit/s */
    bool speed_given;          /* false: it follows the rate of what is plugged in */
    uint32_t mtu_bytes;        /* 0: by type */
    uint32_t metric;           /* 0: automatic, from the speed */
    uint8_t mac[6];            /* all zero: made from host and index, locally administered */
    bool up, media;            /* administrative state; media connected */
};
struct iface_setup iface_setup_default(void);

struct iface *iface_add(struct host *host, const char *name, const struct iface_setup *setup);
bool iface_remove(struct iface *iface);                /* hardware gone: with its addresses and routes, for good */
struct iface *iface_find(struct host *host, const char *name);
struct iface *iface_next(struct host *host, const struct iface *after); /* ascending index, loopback first; NULL starts */
bool iface_up(struct iface *iface);                    /* enable: what is persistent returns */
bool iface_down(struct iface *iface);                  /* disable: addresses and routes go */
bool iface_media(struct iface *iface, bool connected); /* addresses become tentative, routes unusable but kept */
bool iface_metric(struct iface *iface, uint32_t metric); /* 0: automatic */
bool iface_mtu(struct iface *iface, uint32_t mtu_bytes);

struct iface_view {
    const char *name;
    uint32_t index, metric, mtu_bytes;
    bool metric_automatic;
    enum iface_type type;
    uint64_t speed_bps;
    bool up, media, connected; /* connected: up and media */
};
struct iface_view iface_view(const struct iface *iface);
struct host *iface_host(const struct iface *iface);

/* ---- addresses ---- */

enum address_state { ADDRESS_INVALID, ADDRESS_TENTATIVE, ADDRESS_DUPLICATE, ADDRESS_DEPRECATED, ADDRESS_PREFERRED };
const char *address_state_name(enum address_state state); /* "preferred" … */
bool address_state_parse(const char *text, enum address_state *state);

struct ifaddr_setup {
    struct kernel_address address;
    unsigned prefix_length;
    enum address_state state;   /* ADDRESS_INVALID: by the rules (preferred, or tentative where detection is on) */
    bool skip_as_source;
    bool persistent;            /* returns when its interface is enabled again */
    bool temporary;             /* RFC 8981, for source selection */
};

struct ifaddr *ifaddr_add(struct iface *iface, const struct ifaddr_setup *setup);
bool ifaddr_remove(struct iface *iface, const struct kernel_address *address); /* also forgets it as persistent */
bool ifaddr_state(struct iface *iface, const struct kernel_address *address, enum address_state state);
bool ifaddr_refresh(struct iface *iface, const struct kernel_address *address); /* its lifetimes begin anew, as a router's or a server's word has it */
void ifaddr_timer(struct ifaddr *ifaddr); /* EVENT_ADDRESS_TIMER */

struct ifaddr_view {
    struct kernel_address address;
    unsigned prefix_length;
    enum address_state state;
    bool skip_as_source, persistent, listed; /* listed: in the bindable list of its family */
};
/* Addresses of an interface in order of assignment: index 0, 1, …; false past the last. */
bool ifaddr_view(const struct iface *iface, size_t index, struct ifaddr_view *view);

/* ---- routes ---- */

struct route_setup {
    struct kernel_address prefix; /* masked by the stack */
    unsigned prefix_length;
    bool on_link;                 /* no next hop */
    struct kernel_address next_hop;
    uint32_t metric;              /* added to the interface's; ROUTE_METRIC_DEFAULT: 0 for a default route, else 256 */
    bool persistent;
};
#define ROUTE_METRIC_DEFAULT UINT32_MAX

bool route_add(struct iface *iface, const struct route_setup *setup);      /* key: prefix, interface, next hop; twice is refused */
/* Removes the routes with this prefix; interface and next hop narrow it where given. False if there is none, or several. */
bool route_remove(struct host *host, const struct kernel_address *prefix, unsigned length, const struct iface *iface, const struct kernel_address *next_hop);
bool route_metric(struct host *host, const struct kernel_address *prefix, unsigned length, const struct iface *iface, const struct kernel_address *next_hop, uint32_t metric);

struct route_view {
    struct kernel_address prefix, next_hop;
    unsigned prefix_length;
    bool on_link, automatic, persistent, usable;
    uint32_t metric, effective_metric; /* effective: with the interface's */
    const struct iface *iface;
};
/* All routes of a family in ascending order of (prefix, length, effective metric, interface index, next hop): calls `each`
   until it returns false. For shows and asserts, not for forwarding. */
void route_each(const struct host *host, enum kernel_family family, bool (*each)(const struct route_view *route, void *argument), void *argument);

/* A quality of service gets a name on the host; false: net_why says what is wrong with the name. */
bool qos_template_add(struct host *host, const char *name, const struct kernel_qos *qos);

enum kernel_status host_best_path(const struct host *host, const struct kernel_address *destination, struct kernel_path *path);

/* ---- the two lists of the reference, 2.4 ---- */
size_t host_local_addresses(const struct host *host, enum kernel_family family, struct kernel_address *addresses, size_t room);
size_t host_interface_addresses(const struct host *host, enum kernel_family family, struct kernel_interface_address *rows, size_t room);

/* ---- requests ---- */

/* EVENT_REQUEST: runs the completion with the asker's `completions` task as the running one (no completion if the request was
   cancelled and only its waiter must hear of it). Returns the task that waits for it in kernel_wait, its wait_status set to
   KERNEL_OK or KERNEL_CANCELLED; NULL if nobody does. */
struct task *request_deliver(struct request *request);
/* Thread exit (overlapped NULL) or cancelio of one OVERLAPPED: completes them with KERNEL_CANCELLED, in order of asking. */
void requests_cancel(struct task *task, const void *overlapped);
/* Thread exit: the same, but what stays (core/task.h) becomes the process's, and goes on. */
void requests_leave(struct task *task);

/* Who holds an endpoint (endpoint/hold.c). A process ends: it lets go of all. */
void host_buffers(struct host *host, bool there); /* none: what processes ask for and needs some ends with KERNEL_NO_RESOURCES */
bool host_starved(const struct host *host);       /* has it none for whoever runs */
void endpoints_let_go(struct host *host, const struct task *process);
bool endpoint_held(const struct host *host, kernel_endpoint endpoint, const struct task *process);
void endpoint_hold(const struct host *host, kernel_endpoint endpoint, struct task *process); /* once more; it is open */
/* For kernel_wait: marks who waits. False: no such pending request. request_unwait: it waits no longer. */
bool request_wait(struct net *net, kernel_request request, struct task *waiter);
void request_unwait(struct net *net, kernel_request request);
bool request_is_over(const struct net *net, kernel_request request); /* its completion is on its way, at this instant */
size_t net_requests_pending(const struct net *net);
struct request_view { kernel_request id; enum kernel_topic topic; struct kernel_address destination; const struct task *owner; bool lasting; };
bool net_request_view(const struct net *net, size_t index, struct request_view *view); /* in order of asking */
#endif
