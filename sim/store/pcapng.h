/*
 * A capture: the packets of a run as a pcapng file (draft-ietf-opsawg-pcapng), one interface block for each simulated interface,
 * times in nanoseconds from the start of the run. It is made of trace rows, so what the run does cannot depend on it, and the
 * same run makes the same bytes.
 *
 * A packet stands in it once for each interface that saw it: outbound where it was sent, inbound where it arrived; the packet id
 * option is the same in all places. Comments tell which SPI calls came before it, and why it was dropped. Calls after the
 * last packet, and drops of packets that no interface saw, are comments on what follows: a packet, or the statistics at the end.
 *
 * Written beside and renamed like a record. Errors are sentences the caller frees; after a first one nothing is written.
 */
#ifndef STORE_PCAPNG_H
#define STORE_PCAPNG_H
#include <stdbool.h>

#include "core/trace.h"

struct pcapng;

struct pcapng *pcapng_open(const char *path, char **error); /* NULL: *error says why */
/* Takes all rows newer than those taken, of packets and others; afterwards they may be let go. Rows of packets need the field
   "frame". */
bool pcapng_rows(struct pcapng *pcapng, const struct trace *trace, char **error);
bool pcapng_close(struct pcapng *pcapng, char **error); /* to disk, renames, frees; on an error nothing is left behind */
void pcapng_abandon(struct pcapng *pcapng);
#endif
