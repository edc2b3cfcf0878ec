/*
 * Assertions about links, built-in traffic and connections (asserts_net.c).
 */
#ifndef SCRIPT_ASSERTS_NET_H
#define SCRIPT_ASSERTS_NET_H
#include "script/load.h"

struct script;

void net_assert_rules(struct loading *load, const struct step *step);
void net_assert_run(struct script *script, const struct step *step);
/* Of a member that the step may have: exact, or a range. */
void number_expect(struct script *script, const struct step *step, const char *name, uint64_t seen);
#endif
