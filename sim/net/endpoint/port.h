/*
 * The inside of ports: what port.c and reservation.c share. A host has a table for TCP and one for UDP, both families together:
 * a page of 256 ports comes into being when its first port is used.
 */
#ifndef NET_ENDPOINT_PORT_H
#define NET_ENDPOINT_PORT_H
#include "core/random.h"
#include "net/endpoint/endpoint.h"

#define PORT_PAGE 256u
#define PORTS_ALL 65536u

struct port {
    struct endpoint *first;      /* who bound it, newest first */
    uint32_t unshared;           /* of them, without REUSE */
    uint32_t children;           /* accepted connections on it that live */
    uint32_t exclusive_children; /* of these, whose listener had bound it for itself alone */
};

struct port_table {
    struct port *pages[PORTS_ALL / PORT_PAGE];
    uint16_t used[PORTS_ALL / PORT_PAGE]; /* ports of the page that somebody has */
    uint64_t *reserved;                   /* a bit a port; NULL: none ever was */
    uint32_t cursor;                      /* where the search for a dynamic port goes on, from the start of the range */
};

/* Host-stack 4.8. A run-time one ends with the endpoint it was acquired on. */
struct reservation {
    uint64_t token;
    uint8_t protocol;
    bool persistent;             /* made by the script: for every process */
    uint16_t start, count;
    kernel_endpoint owner;
    uint32_t process_id;
    struct reservation *prev, *next;
};

struct ports {
    struct port_table *tables[2]; /* TCP, UDP */
    struct endpoint *raw;         /* bound raw endpoints, newest first */
    struct reservation *reservations;
    uint64_t last_token, last_bound;
    struct random_stream random;  /* "port:<host>" */
    bool random_ready;
};

struct ports *ports_of(struct host *host); /* made on demand */
struct port_table *port_table_of(struct host *host, uint8_t protocol);
static inline unsigned port_slot(uint8_t protocol) { return protocol == KERNEL_UDP; }

/* NULL: nobody ever had a port of its page. */
static inline struct port *port_at(const struct port_table *table, uint32_t number)
{
    struct port *page = table->pages[number / PORT_PAGE];
    return page ? &page[number % PORT_PAGE] : NULL;
}

static inline bool port_is_used(const struct port_table *table, uint32_t number)
{
    const struct port *port = port_at(table, number);
    return port && (port->first || port->children);
}

static inline bool port_is_reserved(const struct port_table *table, uint32_t number)
{
    return table->reserved && (table->reserved[number / 64] >> (number % 64) & 1);
}

struct iface *port_address_iface(const struct host *host, uint8_t family, const struct prefix_key *key, uint32_t scope); /* NULL: nobody here has it */
bool port_address_is_own(const struct host *host, uint8_t family, const struct prefix_key *key);

/* ---- reservation.c ---- */
/* The port that an endpoint with a token gets: KERNEL_ADDRESS_IN_USE when the block is exhausted, KERNEL_BAD_ARGUMENT outside of it. */
enum kernel_status reservation_pick(const struct endpoint *endpoint, uint16_t wanted, uint16_t *number);
void reservations_free(struct ports *ports);
#endif
