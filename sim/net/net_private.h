/*
 * The inside of sim/net: what its files share and nobody else sees. A change runs through three layers: the public functions
 * (iface.c, ifaddr.c, route.c) write a row and change their table; watch.c notes which watches could be concerned; host_settle
 * compares, once an instant, what these watches were promised with what is true now.
 */
#ifndef NET_PRIVATE_H
#define NET_PRIVATE_H
#include "core/random.h"
#include "net/net.h"
#include "net/prefix_tree.h"
#include "net/table.h"

#define FAMILIES 2 /* tables come in pairs: IPv4 first */

static inline unsigned family_slot(unsigned family) { return family == KERNEL_IPV6; }
static inline enum kernel_family slot_family(unsigned slot) { return slot ? KERNEL_IPV6 : KERNEL_IPV4; }

/* ---- routes: route_table.c ---- */

enum route_flag { ROUTE_AUTOMATIC = 1, ROUTE_PERSISTENT = 2, ROUTE_OWN = 4 }; /* own: leads to an address of the host itself */

#define ROUTE_NONE 0u
#define ROUTE_LAST 0x80000000u /* in `next`: no further route of this prefix; the rest is the prefix's tree node */

struct route { /* 16 bytes: with 1.75 tree nodes of 24 bytes a large table stays near 60 bytes a route */
    uint32_t next;
    uint32_t gateway;       /* its number */
    uint32_t before, after; /* neighbours in the list of the interface and family */
};

/* Where routes lead and at which price, kept once for all routes that share it. */
struct gateway_key { struct kernel_address next_hop; uint32_t interface_index, on_link, metric, flags; };
struct gateway {
    struct gateway_key key;
    struct iface *iface;
    uint32_t number, uses;
    uint64_t print; /* part of the fingerprint of its routes */
    bool dead;      /* it does not answer: others of the same prefix are preferred (host-stack 3.7) */
    struct gateway *next_free;
    UT_hash_handle hh;
};

struct route_table {
    struct prefix_tree tree[FAMILIES]; /* value: the first of the prefix's routes, by interface index, then next hop */
    struct route *routes;              /* number 0 is none */
    uint32_t used, room, free;
    struct gateway *by_key;
    struct gateway **gateways; /* by number, unused ones too; number 0 is none */
    uint32_t gateways_used, gateways_room;
    struct gateway *free_gateways;
};

struct route_list { uint32_t first, last, count; };

/* ---- interfaces and addresses ---- */

struct ifaddr_key { uint32_t host, interface_index, slot; struct prefix_key address; };
struct ifaddr {
    struct ifaddr_key key; /* no scope: the interface says it */
    struct iface *iface;
    struct kernel_address address; /* link-local IPv6: scope is the interface's index */
    uint8_t prefix_length;
    uint8_t state; /* enum address_state */
    bool skip_as_source, persistent, temporary;
    bool deprecated; /* what it is once detection has ended */
    bool routed;     /* its automatic routes are in the table */
    bool disputed;   /* somebody else claimed it while it was in use, newest … */
    int64_t disputed_ns; /* … at this time */
    unsigned probes, announcements; /* still to be sent (ip/detection.c) */
    uint64_t created;
    event_id timer;
    struct ifaddr *prev, *next;
    UT_hash_handle hh;
};

struct iface {
    struct host *host;
    char *name;
    uint32_t index, metric, metric_set, mtu_bytes; /* metric_set 0: automatic */
    enum iface_type type;
    uint64_t speed_bps;
    bool speed_given; /* whatever is plugged in, it stays */
    uint8_t mac[6];
    bool up, media;
    bool medium_slept;       /* it lost the medium when its host went to sleep */
    bool connected;          /* up and media, as of the last iface_refresh */
    bool usable[FAMILIES];   /* connected, and there is a source address for what leaves by it */
    uint32_t sources[FAMILIES]; /* addresses here that may become a source */
    struct ifaddr *addresses;   /* in order of assignment */
    struct ifaddr *stored;      /* persistent ones while the interface is down; then it has no others */
    struct route_list routes[FAMILIES];
    uint64_t route_print[FAMILIES]; /* sum of the fingerprints of its routes */
    struct route_setup *stored_routes;
    size_t stored_routes_count, stored_routes_room;
    struct request *paths; /* watches whose path leaves here */
    struct rss *rss;       /* its receive-side scaling (rss/rss.h); NULL: as its type has it */
    struct link *link;     /* what is plugged in, this direction; NULL: nothing */
    struct iface_groups *groups; /* the groups it is in (endpoint/group.h); NULL: never any */
    struct neighbors *neighbors; /* its neighbour cache (ip/neighbor.c); NULL: empty */
    struct iface *prev, *next;
};

/* ---- hosts ---- */

/* An address in the set behind kernel_local_addresses (2.5), or one that left it since the host last settled. */
struct listing_key { uint32_t host, slot, scope; struct prefix_key address; };
struct listing {
    struct listing_key key;
    uint32_t times; /* on how many interfaces it is listed */
    bool settled;   /* it was in the set when the host last settled */
    bool moved;     /* in the list's `moved` */
    struct listing *next_moved;
    UT_hash_handle hh;
};

/* What somebody was promised who asked between a change and the settling; shared by all who asked at the same state. */
struct address_set {
    uint32_t uses;
    enum { SET_UNKNOWN, SET_SAME, SET_OTHER } verdict; /* of the settling: found once for all */
    size_t distinct, count; /* an address of two interfaces is there twice */
    struct kernel_address addresses[];
};

/* The set of one family. Only what moved is compared, so that a change costs the same on a host with thousands of addresses. */
struct address_list {
    size_t count;          /* addresses in the set */
    size_t differing;      /* addresses that came into it or left it since the last settling */
    struct listing *moved; /* touched since then */
    struct address_set *now; /* a copy as of now; NULL: nobody needed one */
};

struct host {
    struct net *net;
    char *name;
    uint64_t generation;    /* grows with every change of an address, a route or an interface: what was found out before may be stale */
    struct link *loopback;  /* what the host sends to itself (host-stack 1.5) */
    struct ip_memo *memo;   /* recent decisions about packets (ip_memo.c) */
    uint32_t memo_mask, memo_misses;
    struct endpoint *connections; /* by tuple */
    struct endpoint *recent;      /* of the newest packet */
    struct ports *ports;
    struct {
        int64_t challenged_ns;
        uint64_t secret;
        uint32_t challenges, isn_floor;
        bool started, isn_floored;
    } tcp;                        /* tcp's own (tcp/isn.c, tcp/input.c) */
    struct ip_mtus *mtus;         /* learnt path MTUs; NULL: none */
    struct redirect *redirects;   /* routes that routers told us (ip/redirect.c) */
    struct dead_gateway *dead_gateways; /* that swallow what connections send (ip/dead_gateway.c) */
    struct reassembly *reassembly;
    uint32_t raws, captures;      /* open raw sockets, of them capturing ones (RCVALL) */
    uint32_t identification;      /* of the newest fragmented datagram */
    struct qos_template *qos_templates; /* in the order of installation (qos/templates.c) */
    struct rss_processors *processors; /* packets that wait for one (rss/receive.c); NULL: never any */
    struct host_parameters parameters;
    uint64_t seed;
    uint32_t number, next_index;
    uint64_t next_created;
    bool asleep;
    bool stack_down, starved; /* starved: no buffers for what processes ask */
    struct iface *ifaces; /* ascending index */
    uint32_t connected;   /* how many interfaces are, loopback aside */
    uint32_t sources[FAMILIES]; /* sum over the interfaces, loopback aside: what weak hosts choose from */
    size_t endpoints;
    struct route_table routes;

    event_id settle;    /* pending EVENT_SETTLE */
    uint64_t newest;    /* row of the newest change */
    bool list_changed[FAMILIES], routes_changed[FAMILIES];  /* since the last settling */
    bool list_refreshed[FAMILIES];                          /* and all who wait for a change of the list are to be told */
    uint64_t list_cause[FAMILIES], routes_cause[FAMILIES];
    struct address_list list[FAMILIES];

    struct prefix_tree watched[FAMILIES]; /* destinations; value: number of the first request for it */
    struct request *list_watches[FAMILIES];
    struct request *any_watches[FAMILIES]; /* to be told of any routing change */
    struct request *pathless;              /* watches whose destination has no path */
    struct request **concerned;            /* to be looked at when the host settles */
    size_t concerned_count, concerned_room;
    UT_hash_handle hh;
};

/* ---- requests ---- */

enum request_kind { REQUEST_WATCH, REQUEST_CONNECT, REQUEST_ACCEPT, REQUEST_SEND, REQUEST_RECEIVE };
enum request_state { REQUEST_PENDING, REQUEST_POSTED, REQUEST_GIVEN_UP }; /* given up: only its waiter must still hear of it */

struct path_result { enum kernel_status status; struct kernel_address source; };

struct request {
    kernel_request id;
    uint32_t slot;
    enum request_state state;
    enum request_kind kind;
    struct host *host;
    struct kernel_watch watch;
    bool lasting;
    bool stays; /* its thread's end leaves it to the process */
    kernel_complete *complete;
    void *cookie;
    struct task *owner, *completions, *waiter;
    const void *overlapped;
    enum kernel_status status; /* to complete with */
    uint64_t count;
    event_id event;

    /* what it is pending on, unless it watches addresses or paths */
    struct endpoint *endpoint;
    struct request *endpoint_prev, *endpoint_next;
    union { struct kernel_transfer *transfer; struct kernel_accepted *accepted; } moves;
    uint64_t mark; /* the transport's own */

    /* what it was promised */
    struct address_set *set; /* NULL: the addresses as of the host's last settling */
    struct path_result path;
    uint64_t print;
    struct neighbor *neighbor; /* KERNEL_TOPIC_ROUTE: who is being asked; NULL: nobody */
    struct iface *iface;  /* the promised path leaves here; NULL: no path */
    uint8_t path_length;  /* of the prefix that decided */
    bool any;             /* any routing change concerns it */
    bool concerned;
    uint32_t node, concerned_at;
    uint64_t cause; /* newest change that could concern it */

    UT_hash_handle hh;
    struct request *owner_prev, *owner_next;
    struct request *topic_prev, *topic_next; /* same list or destination */
    struct request *path_prev, *path_next;
    struct asking *asking; /* while pending; NULL: asked outside an overlapped call */
    struct request *asking_prev, *asking_next;
};

/* The pending requests of one overlapped call: cancelling it looks at no other of the thread. */
struct asking_key { const struct task *task; const void *overlapped; };
struct asking {
    struct asking_key key;
    struct request *requests; /* in order of asking */
    UT_hash_handle hh;
};

#define REQUEST_CHUNK 64u

/* Packets and payload chunks that are free (ip/packet.c). */
#define CHUNK_CLASSES 12u
struct packet_pool {
    struct packet *free;
    struct packet_block *blocks;
    struct chunk *chunks[CHUNK_CLASSES];
    uint64_t packets_live, chunks_live, number;
};

struct net {
    struct engine *engine;
    struct trace *trace;
    const int64_t *clock_ns;
    const bool *traces_packets; /* asked before anything is computed for a packet's row */
    struct packet_pool pool;
    bool ending;             /* net_free: nobody is told of anything any more */
    uint32_t captures;       /* of all hosts */
    bool packets_with_bytes; /* rows of packets hold their frames: somebody captures them */
    struct link *links; /* in order of making, the newest first */
    struct segment *segments;
    struct cable *cables;
    struct traffic *traffics;
    struct chunk *pattern; /* what built-in sources send */
    struct toeplitz *rss_keys;   /* hash tables that interfaces share (rss/rss.c) */
    struct session *sessions;    /* of quality of service, oldest first (qos/session.c) */
    struct host *hosts; /* by name; uthash keeps the order of creation */
    uint32_t host_count;
    char why[256];
    struct request **chunks; /* requests by slot */
    uint32_t slots_used, slots_room;
    struct request *free_requests; /* through path_next */
    struct request *requests;      /* by id, in order of asking */
    const struct request *delivered; /* whose completion runs, NULL: none */
    struct request *given_up;      /* on their way to a waiter, through owner_next */
    struct asking *askings;
    struct ifaddr *ifaddrs;                 /* of all hosts: most have too few for a table of their own */
    struct listing *listings;               /* likewise */
    struct automatic_users *automatic_users; /* likewise */
    uint64_t last_request;
    struct endpoint *endpoints;
    uint64_t last_endpoint, last_accepted;
};

/* ---- net.c, host.c ---- */
bool net_refuse(struct net *net, const char *format, ...) __attribute__((format(printf, 2, 3))); /* always false */
void host_free(struct host *host);
void host_touch(struct host *host);                   /* something changed: it will settle at this instant */
uint64_t host_enter(struct host *host, uint64_t row); /* what follows is caused by this row; returns the former cause */
void host_leave(struct host *host, uint64_t former);

/* ---- iface.c ---- */
struct iface *iface_new(struct host *host, const char *name, const struct iface_setup *setup);
void iface_free(struct iface *iface);
void iface_speed(struct iface *iface, uint64_t speed_bps); /* what was plugged in says so; the automatic metric follows */
void iface_refresh(struct iface *iface); /* connected and usable anew, and whom that concerns */
uint32_t iface_metric_automatic(const struct iface *iface);
struct iface *iface_by_index(const struct host *host, uint32_t index);
bool iface_detects(const struct iface *iface, unsigned family); /* runs duplicate address detection */

/* ---- ifaddr.c ---- */
bool ifaddr_usable(const struct ifaddr *ifaddr); /* sends and receives: preferred or deprecated */
bool ifaddr_listed(const struct ifaddr *ifaddr);
struct kernel_address ifaddr_broadcast(const struct ifaddr *ifaddr); /* directed; zero bytes for /31 (RFC 3021) and /32 */
void ifaddrs_media(struct iface *iface);   /* the medium went or came */
void ifaddrs_store(struct iface *iface);   /* interface disabled: all go, persistent ones are kept aside */
void ifaddrs_restore(struct iface *iface);
void ifaddrs_free(struct iface *iface);
bool ifaddr_link_local(struct iface *iface); /* the address an interface gives itself */
struct ifaddr *ifaddr_of_key(const struct iface *iface, unsigned slot, const struct prefix_key *address);
void ifaddr_conflict(struct ifaddr *ifaddr); /* somebody else has it: duplicate */

/* ---- automatic.c ---- */
void automatic_routes_add(struct ifaddr *ifaddr);
void automatic_routes_remove(struct ifaddr *ifaddr);
void automatic_users_free(struct net *net);

/* ---- route_table.c ---- */
void route_table_start(struct route_table *table);
void route_table_end(struct route_table *table);
static inline struct route *route_at(const struct route_table *table, uint32_t route) { return &table->routes[route]; }
static inline const struct gateway *route_gateway(const struct route_table *table, const struct route *route)
{
    return table->gateways[route->gateway];
}
uint32_t route_node(const struct route_table *table, uint32_t route); /* of its prefix */
bool route_leads_by(const struct iface *iface, const struct kernel_address *next_hop); /* some route has this next hop */
void route_gateway_judge(struct iface *iface, const struct kernel_address *next_hop); /* dead or not: its routes are avoided, or no more */
/* The next route of the same prefix. */
static inline uint32_t route_next(const struct route *route) { return route->next & ROUTE_LAST ? ROUTE_NONE : route->next; }

/* A route's key: prefix, interface, next hop (host-stack 3.1). */
struct route_place {
    struct iface *iface;
    const struct kernel_address *prefix;
    unsigned length;
    const struct kernel_address *next_hop; /* NULL: on the link */
};
uint32_t route_place_find(const struct host *host, const struct route_place *place);
void route_place_take(struct host *host, const struct route_place *place, uint32_t metric, unsigned flags); /* it must be free */
void route_erase(struct host *host, unsigned slot, uint32_t route);
void route_set_metric(struct host *host, unsigned slot, uint32_t route, uint32_t metric);
void route_set_own(struct host *host, unsigned slot, uint32_t route, bool own);
struct route_view route_view_of(const struct host *host, unsigned slot, uint32_t route);

/* ---- route.c ---- */
void routes_store(struct iface *iface); /* interface disabled: all go, persistent ones are kept aside */
void routes_restore(struct iface *iface);
uint64_t routes_print(const struct host *host, unsigned slot); /* fingerprint of all usable routes with their metrics */

/* ---- path.c, source.c ---- */
struct path_found { enum kernel_status status; const struct ifaddr *source; struct iface *iface; struct kernel_address next_hop; unsigned length; };
struct path_found path_find(const struct host *host, const struct kernel_address *destination);
/* The same, but of default routes the one by this gateway, if it is there; on trial, although it is known to be dead. */
struct path_via { struct prefix_key next_hop; uint32_t interface_index; bool trial; };
struct path_found path_find_via(const struct host *host, const struct kernel_address *destination, const struct path_via *via);
/* Which default gateway to take when `now` does not do; false: the way is no default route by it, or there is no other. */
bool path_next_gateway(const struct host *host, const struct kernel_address *destination, const struct path_via *now, struct path_via *next);
/* The address a packet bears that leaves by `iface`; NULL: none may. */
const struct ifaddr *source_select(const struct iface *iface, const struct kernel_address *destination, const struct kernel_address *next_hop);
bool source_may(const struct ifaddr *ifaddr); /* usable and not skipped */

/* ---- policy.c, destinations.c: RFC 6724 ---- */
unsigned policy_scope(const struct kernel_address *address);
unsigned policy_label(const struct kernel_address *address);
unsigned policy_precedence(const struct kernel_address *address);
void destinations_sort(const struct host *host, struct kernel_address *destinations, size_t count); /* section 6 */

void qos_templates_free(struct host *host); /* qos/templates.c */

/* ---- lists.c ---- */
void listing_count(const struct ifaddr *ifaddr, bool before); /* it was listed, or not; the set follows what it is now */
struct address_set *address_set_promise(struct host *host, unsigned slot); /* what holds now, for the caller to drop */
bool address_set_holds(const struct host *host, unsigned slot, struct address_set *set); /* asked while the host settles */
void address_set_drop(struct address_set *set);
void lists_settled(struct host *host); /* what is listed now is what later changes are compared with */
void listings_free(struct net *net);

/* ---- watch.c: which watches a change could concern ---- */
void watch_arm(struct request *request);
void watch_disarm(struct request *request);
void watches_under(struct host *host, unsigned slot, const struct prefix_key *key, unsigned length);
void watches_at(struct host *host, const struct kernel_address *address); /* for whom this address itself is the destination */
void watches_by_iface(struct iface *iface, unsigned slot); /* whose path leaves here */
void watches_by_routes(struct iface *iface, unsigned slot); /* under its routes, or whose path leaves here */
void watches_pathless(struct host *host);
void watches_orphan(struct iface *iface); /* the interface goes for good */
struct path_result watch_evaluate(struct request *request); /* now; takes note of the path it found */
void watches_of_list(struct host *host, unsigned slot);  /* of the address list */
void watches_of_any(struct host *host, unsigned slot);   /* of any routing change */

/* ---- request.c ---- */
struct request *request_new(struct host *host, bool lasting, kernel_complete *complete, void *cookie); /* accepted, of the running task */
struct request *request_at(const struct net *net, uint32_t slot);
void request_post(struct request *request, enum kernel_status status, uint64_t cause);
void requests_fail(struct host *host, enum kernel_status status); /* all pending ones of the host */
void requests_look(struct host *host);                            /* those: something may have come about while nobody could look */
void requests_free(struct net *net);
enum kernel_status request_open(struct host *host, const struct kernel_watch *watch, bool lasting, kernel_complete *complete, void *cookie, kernel_request *request);
enum kernel_status request_cancel(struct net *net, kernel_request request);

/* ---- rows.c: each returns the row's number, or the present cause while nothing listens ---- */
uint64_t row_stack(const struct host *host, bool up);
uint64_t row_sleep(const struct host *host, bool asleep);
uint64_t row_interface(const struct iface *iface, const char *verb);
uint64_t row_interface_added(const struct iface *iface);
uint64_t row_interface_number(const struct iface *iface, const char *verb, const char *key, uint64_t value);
uint64_t row_interface_media(const struct iface *iface);
uint64_t row_address(const struct ifaddr *ifaddr, const char *verb);
uint64_t row_address_changed(const struct ifaddr *ifaddr, enum address_state to);
uint64_t row_route(const struct host *host, unsigned slot, uint32_t route, const char *verb);
uint64_t row_list(const struct host *host, unsigned slot, size_t count, uint64_t cause);
uint64_t row_path(const struct request *request, const struct path_result *to, uint64_t cause);
void row_watch(const struct host *host, const struct kernel_watch *watch, bool lasting, kernel_request request, enum kernel_status status);
void row_transfer(const struct request *request, kernel_endpoint endpoint, size_t bytes); /* accepted; bytes: its room */
void row_cancel(kernel_request request, enum kernel_status status, struct net *net);
uint64_t row_completed(const struct request *request);
const char *status_name(enum kernel_status status);
const char *family_name(unsigned slot); /* the scenario's "inet", "inet6" */
const char *iface_type_name(enum iface_type type);
#endif
