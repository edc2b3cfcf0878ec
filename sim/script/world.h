/*
 * Parts of building a world that network steps use too.
 */
#ifndef SCRIPT_WORLD_H
#define SCRIPT_WORLD_H
#include "net/net.h"
#include "script/scenario.h"

/* An interface as the language describes it: in a host's list, or as an `interface.add` step. */
void world_interface(const struct scenario *scenario, struct net *net, struct host *host, const struct json *node, bool persistent, struct problems *problems);
/* The interface whose on-link prefixes hold the next hop (the longest); on one with a single interface besides loopback, that. */
struct iface *world_interface_towards(struct host *host, const struct kernel_address *next_hop);
/* Some step `interface.add` brings it. */
bool world_interface_comes(const struct scenario *scenario, const char *host, const char *name);
#endif
