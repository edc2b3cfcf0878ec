/*
 * Which commit this was built from; the build says so.
 */
#include "cli/jobs.h"

#ifndef WSPSIM_COMMIT
#define WSPSIM_COMMIT "unknown"
#endif

const char *version_commit(void) { return WSPSIM_COMMIT; }
