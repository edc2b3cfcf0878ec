/*
 * What the suites of lists and detection share: a host with two interfaces, and the addresses that it lists.
 */
#ifndef TESTS_NET_TWO_WIRES_H
#define TESTS_NET_TWO_WIRES_H
#include "world.h"

static struct world w;
static struct iface *eth0, *eth1;

static inline void open_with(const struct host_parameters *parameters)
{
    world_open(&w, parameters);
    eth0 = wire(&w, "eth0", 0);
    eth1 = wire(&w, "eth1", 0);
    world_settle(&w);
}

static inline void open_plain(void) { open_with(NULL); }

static inline void close_world(void) { world_close(&w); }

static inline const char *list(enum kernel_family family)
{
    static char text[1024];
    struct kernel_address addresses[32];
    size_t count = 99;
    text[0] = '\0';
    running = &w.app;
    ck_assert_int_eq(kernel_local_addresses(family, addresses, 32, &count), KERNEL_OK);
    running = NULL;
    for (size_t i = 0; i < count; i++) {
        char one[ADDRESS_TEXT];
        address_text(&addresses[i], one);
        strcat(strcat(text, i ? " " : ""), one);
    }
    return text;
}
#endif
