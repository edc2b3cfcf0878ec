/*
 * Faults inside simulated threads: a provider that reads a wild pointer, a stack that runs over its guard page, a provider
 * that ends the process (exit, quick_exit; _exit cannot be seen). The handler
 * runs on a stack of its own, remembers what happened and jumps back to the event loop, which ends the run with a verdict
 * instead of the process with a core dump. Under AddressSanitizer, run with ASAN_OPTIONS=handle_segv=0 where a test needs this.
 */
#ifndef CORE_FAULT_H
#define CORE_FAULT_H
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

struct fiber;

struct fault {
    int signal;              /* SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS; 0: see exited */
    bool exited;             /* somebody called exit or quick_exit */
    bool stack_overflow;     /* the address lies in the guard below the running fiber's stack */
    uintptr_t address;
};

/* While watched, a fault jumps to `home` (sigsetjmp(home, 1)) with value 1 and fills *fault. `*fiber` is read when it happens
   (NULL: no fiber). A fault ends the watch: the next one kills the process unless fault_watch was called again. */
void fault_watch(sigjmp_buf *home, struct fault *fault, struct fiber *const *fiber);
void fault_unwatch(void);
#endif
