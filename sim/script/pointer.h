/*
 * JSON pointers (RFC 6901) into a scenario's text.
 */
#ifndef SCRIPT_POINTER_H
#define SCRIPT_POINTER_H
#include "script/json.h"

/* Where the pointer leads, or as far as it leads: a generated step stands where its generator does. "" is the root; so is what leads nowhere. */
const struct json *json_at(const struct json *root, const char *pointer);
#endif
