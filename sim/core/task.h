/*
 * A task is whoever runs: a simulated thread, or a process's completions (thread 0). It is the common part of what sim/net
 * and sim/ws2 know of a thread, so that the stack can say who asked without knowing Winsock's threads.
 * `running` is the simulator's one ambient pointer; it is NULL while the event loop itself is at work.
 */
#ifndef CORE_TASK_H
#define CORE_TASK_H
#include <stdbool.h>
#include <stdint.h>

struct host;
struct request;

struct task {
    struct host *host;
    uint32_t process_id;
    uint32_t thread_id;        /* 0: no thread (completions of the process) */
    uint8_t profile;           /* enum kernel_profile of kernel.h */
    bool restricted;           /* without an administrator's rights */
    bool starved;              /* of a process: the system has no buffers for what it asks */
    uint32_t user;             /* under whose account; equal numbers are one user */
    const char *host_name;     /* for trace rows; live as long as the task */
    const char *actor_name;
    const char *thread_name;   /* "app" or "app/worker"; "" for thread 0 */
    const void *overlapped;    /* of the SPI call in progress, NULL if none */
    bool stays;                /* what that call asks for outlives the thread */
    struct request *requests;  /* accepted inside its calls and not yet completed, oldest first */
    struct task *completions;  /* the process's task without a thread: completions run as it */
    uint32_t wait_status;      /* enum kernel_status: how the wait for a request ended */
};

extern struct task *running;

/* Its process's task without a thread. */
static inline struct task *task_process(struct task *task) { return task->completions ? task->completions : task; }
#endif
