/*
 * Links and shared segments of the language: what they are made of, and what the steps link.* say of them.
 */
#ifndef SCRIPT_LINKS_H
#define SCRIPT_LINKS_H
#include "net/link/cable.h"
#include "net/net.h"
#include "script/load.h"

/* The properties of a link, which `links`, `lan` and `link.set` share. Ends at name NULL. */
extern const struct member link_properties[];

/* Reads the properties that the object names into the setups of both directions; a list of two gives each its own. True if nothing
   is wrong. */
bool link_properties_read(struct problems *problems, const struct json *object, struct cable_setup setup[2]);
bool link_properties_named(const struct json *object); /* at least one */

void links_build(const struct scenario *scenario, struct net *net, struct problems *problems); /* `links` and `lan` */
/* An interface has come into being: what `links` and `lan` say of it is plugged in, as soon as its other end is there too. */
void links_plug(const struct scenario *scenario, struct net *net, struct iface *iface, struct problems *problems);
/* What a step link.* says, as far as it shows before the run. */
void links_check_step(const struct scenario *scenario, struct net *net, const struct step *step, struct problems *problems);
#endif
