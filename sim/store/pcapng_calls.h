/*
 * SPI calls as comments of a capture: "app WSPSend s returns 0" where nothing was captured in between, otherwise "app WSPSend s" on
 * the packet that came first and "app WSPSend s returns 0" on the one after.
 */
#ifndef STORE_PCAPNG_CALLS_H
#define STORE_PCAPNG_CALLS_H
#include "store/pcapng_inside.h"

struct call { uint64_t row; char *words; bool left_out; }; /* row: of the call; 0: it has returned */
struct call_list { struct call *list; size_t count, room; };
struct calls {
    struct call_list open;  /* not yet returned */
    struct call_list lines; /* for the next packet */
    uint64_t left_out;      /* of these, beyond what a reader would look at */
};

void calls_row(struct calls *calls, const struct trace_row *row);
void calls_comment(struct calls *calls, struct text *comments); /* adds options, a line each, and begins anew */
void calls_free(struct calls *calls);
#endif
