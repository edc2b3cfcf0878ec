/*
 * Quality of service in the language: the step qos.set, which asks for an endpoint as a program could, and the assertion qos.
 */
#ifndef SCRIPT_QOS_STEPS_H
#define SCRIPT_QOS_STEPS_H
#include "script/load.h"

struct script;

/* What the step and the assertion say, as far as it shows before the run. */
void qos_rules(struct loading *load, const struct step *step);
void qos_step_run(struct script *script, const struct step *step);
void qos_assert_run(struct script *script, const struct step *step);
#endif
