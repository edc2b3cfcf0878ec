/*
 * check() guards wspsim's own invariants. It is not for the script's mistakes (those end in a message and exit 2) and not
 * for what Winsock defines (that is a value, returned). A failed check prints where, what, the seed, the instant and the
 * newest trace row, and ends the process with exit code 6.
 */
#ifndef CORE_CHECK_H
#define CORE_CHECK_H
#include <stdint.h>
#include <stdnoreturn.h>

#define check(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))

noreturn void check_failed(const char *file, int line, const char *condition);

/* Says what a failed check shall report of the run in progress; the pointers are read only when a check fails. */
void check_describes(uint64_t seed, const int64_t *now_ns, const uint64_t *newest_row);
void check_forgets(void);
#endif
