/*
 * Assertions about links, built-in traffic and connections (asserts_net.c).
 */
#ifndef SCRIPT_ASSERTS_NET_H
#define SCRIPT_ASSERTS_NET_H
#include "script/load.h"

struct script;

void net_assert_rules(struct loading *load, const struct step *step);
void net_assert_run(struct script *script, const struct step *step);
#endif
