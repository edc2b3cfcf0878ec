/*
 * Quality of service in the language: the step qos.set, which asks for an endpoint as a program could, and the assertion qos.
 */
#ifndef SCRIPT_QOS_STEPS_H
#define SCRIPT_QOS_STEPS_H
#include "script/load.h"

struct script;
struct kernel_qos;

/* What the step and the assertion say, as far as it shows before the run. */
void qos_rules(struct loading *load, const struct step *step);
/* What {"qos": {…}} says, in the same words. NULL for the problems when it is known that there are none. */
void qos_wish_read(struct problems *problems, const struct json *object, struct kernel_qos *qos);
void qos_step_run(struct script *script, const struct step *step);
void qos_assert_run(struct script *script, const struct step *step);
#endif
