/* Two hosts with a UDP socket each, bound to ports 1000 and 2000. */
#ifndef TESTS_TWO_DATAGRAMS_H
#define TESTS_TWO_DATAGRAMS_H
#include "pair.h"

static kernel_endpoint a, b; /* of pc and of peer */

static inline void open_two(void)
{
    pair_open();
    a = udp_bound("0.0.0.0", 1000);
    as(&pair.peer);
    b = udp_bound("0.0.0.0", 2000);
    as(&pair.pc);
}

static inline void carry(void) { run_for(SECOND / 100); }
#endif
