/*
 * What the members of the steps of Registered I/O say together (rio_rules.c).
 */
#ifndef SCRIPT_RIO_RULES_H
#define SCRIPT_RIO_RULES_H
#include "script/load.h"

void rio_rules(struct loading *load, const struct step *step);
void rio_assert_rules(struct loading *load, const struct step *step);
#endif
