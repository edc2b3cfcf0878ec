/*
 * Stack parameters: what `defaults` and a host's `stack` can say.
 */
#ifndef SCRIPT_PARAMETERS_H
#define SCRIPT_PARAMETERS_H
#include "net/net.h"
#include "script/json.h"
#include "script/problem.h"

/* The members of the object (NULL: none) act on `all` in the order in which they stand. */
void parameters_read(struct problems *problems, const struct json *object, struct host_parameters *all);
#endif
