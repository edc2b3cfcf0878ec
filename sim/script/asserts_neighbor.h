/*
 * The assertion about an interface's neighbour cache (asserts_neighbor.c).
 */
#ifndef SCRIPT_ASSERTS_NEIGHBOR_H
#define SCRIPT_ASSERTS_NEIGHBOR_H
#include "script/load.h"

struct script;

void neighbor_assert_rules(struct loading *load, const struct step *step);
void neighbor_assert_run(struct script *script, const struct step *step);
#endif
