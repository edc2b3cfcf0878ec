/*
 * An actor's chain of layered providers, as read.
 */
#ifndef SCRIPT_CHAIN_H
#define SCRIPT_CHAIN_H
#include "script/load.h"
#include "ws2/ws2.h"

/* In the scenario's arena; NULL and 0 without a list. What is wrong is told at its place. */
const struct layer_setup *load_chain(struct loading *load, const struct json *list, size_t *count);
#endif
