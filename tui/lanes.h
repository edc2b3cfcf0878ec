/*
 * The lanes of a run: hosts, and behind each its programs' threads.
 */
#ifndef TUI_LANES_H
#define TUI_LANES_H
#include "tui/session.h"

#define LANES_MOST 64

struct lane { const char *host, *thread; }; /* thread "": the host itself */
struct lanes { int64_t run_id; struct lane list[LANES_MOST + 1]; int count; };

const struct lanes *lanes_of(struct session *session); /* looked for once a run */
#endif
