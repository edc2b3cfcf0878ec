/*
 * One watch at a time. The handler does nothing that a signal handler may not: it notes, and jumps. A fault ends the watch,
 * so a second one (in the handler, or before the loop watches again) meets the default action and kills the process: a
 * defect of the simulator itself must not turn round in circles.
 *
 * What signal handlers need is global state by nature.
 */
#define _DEFAULT_SOURCE /* sigaltstack */
#include "core/fault.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/check.h"
#include "core/fiber.h"

#define SIGNALS 7
static const int signals[SIGNALS] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};

/* A stack overflow leaves no stack to run the handler on. Room also for a machine with much vector state to save. */
static _Alignas(64) unsigned char handler_stack[64 * 1024];

static struct {
    bool installed, exits_heard;
    pthread_t watcher;
    sigjmp_buf *volatile home; /* NULL: not watching */
    struct fault *fault;
    struct fiber *const *fiber;
    struct sigaction former[SIGNALS];
    stack_t former_stack;
} watch;

static void fault_happened(int number, siginfo_t *information, void *machine)
{
    (void)machine;
    sigjmp_buf *home = watch.home;
    if (home == NULL) {
        /* The instruction is run again and finds the default action. */
        struct sigaction action = {.sa_handler = SIG_DFL};
        sigaction(number, &action, NULL);
        if (information->si_code <= 0)
            raise(number); /* sent, not caused by an instruction: delivered when this handler returns */
        return;
    }
    watch.home = NULL;
    const struct fiber *fiber = watch.fiber != NULL ? *watch.fiber : NULL;
    void *address = number == SIGABRT ? NULL : information->si_addr;
    watch.fault->signal = number;
    watch.fault->address = (uintptr_t)address;
    watch.fault->stack_overflow = (number == SIGSEGV || number == SIGBUS) && fiber != NULL && fiber_overflowed(fiber, address);
    siglongjmp(*home, 1);
}

/* The process is being ended while a run is on: by the provider, since nobody else would. From a thread of its own there is no
   way back into the loop, so the process does end, but not as if all had held. */
static void exit_happened(void)
{
    static const char words[] = "wspsim: the provider ended the process while a run was on\n";
    sigjmp_buf *home = watch.home;
    if (home == NULL)
        return;
    if (!pthread_equal(watch.watcher, pthread_self())) {
        ssize_t written = write(STDERR_FILENO, words, sizeof words - 1);
        _exit(written < 0 ? 5 : 1);
    }
    watch.home = NULL;
    *watch.fault = (struct fault){.exited = true};
    siglongjmp(*home, 1);
}

static void exits_hear(void)
{
    if (watch.exits_heard)
        return;
    check(atexit(exit_happened) == 0 && at_quick_exit(exit_happened) == 0);
    watch.exits_heard = true;
}

void fault_watch(sigjmp_buf *home, struct fault *fault, struct fiber *const *fiber)
{
    check(home != NULL && fault != NULL);
    exits_hear();
    watch.watcher = pthread_self();
    watch.fault = fault;
    watch.fiber = fiber;
    watch.home = home;
    if (watch.installed)
        return;
    stack_t stack = {.ss_sp = handler_stack, .ss_size = sizeof handler_stack};
    check(sigaltstack(&stack, &watch.former_stack) == 0);
    struct sigaction action = {.sa_sigaction = fault_happened, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < SIGNALS; i++)
        sigaddset(&action.sa_mask, signals[i]); /* a fault inside the handler kills */
    for (int i = 0; i < SIGNALS; i++)
        check(sigaction(signals[i], &action, &watch.former[i]) == 0);
    watch.installed = true;
}

void fault_unwatch(void)
{
    watch.home = NULL;
    if (!watch.installed)
        return;
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &watch.former[i], NULL);
    sigaltstack(&watch.former_stack, NULL);
    watch.installed = false;
}
