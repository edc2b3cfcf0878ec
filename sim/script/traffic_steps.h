/*
 * Built-in traffic in the language, and the naming of connections that steps and assertions share.
 */
#ifndef SCRIPT_TRAFFIC_STEPS_H
#define SCRIPT_TRAFFIC_STEPS_H
#include "kernel.h"
#include "script/load.h"

struct script;
struct endpoint;

bool socket_parse(const char *text, struct kernel_socket *socket); /* "192.0.2.1:9000", "[2001:db8::1]:9000" */

/* Before the run: what a step's members say together; whether the traffic and the actors it names are there. */
void traffic_rules(struct loading *load, const struct step *step);
void connection_rules(struct loading *load, const struct step *step);
void traffic_check_names(const struct scenario *scenario, struct problems *problems);

void traffic_step_run(struct script *script, const struct step *step);
/* The connection a step means: "traffic", or "actor" (or `by`) and "socket", or "host" and "to". NULL: the step has failed. */
struct endpoint *step_connection(struct script *script, const struct step *step);
#endif
