/*
 * Two hosts, 1 ms apart, that resolve their neighbours.
 */
#ifndef TESTS_IP_PAIR_H
#define TESTS_IP_PAIR_H
#include "wires.h"

#include "net/ip/neighbor_private.h"

static struct host *a, *b;
static struct iface *a0, *b0;

static inline struct host_parameters with_neighbors(void)
{
    struct host_parameters parameters = host_parameters_default();
    parameters.neighbors = true;
    return parameters;
}

static inline void open_pair_with(const struct host_parameters *parameters)
{
    wires_open();
    a = host_with("a", *parameters);
    b = host_with("b", *parameters);
    a0 = wire(a, "eth0", "192.0.2.1/24", "2001:db8::1/64");
    b0 = wire(b, "eth0", "192.0.2.2/24", "2001:db8::2/64");
    plug(a0, b0, MS, 0);
    run_until(0);
    log_text();
}

static inline void open_pair(void)
{
    struct host_parameters parameters = with_neighbors();
    open_pair_with(&parameters);
}

static inline void close_pair(void) { wires_close(); }

static inline void unplug(void) { ck_assert(cable_cut(cable_of(a0), true, 10 * SECOND * 1000)); }
#endif
