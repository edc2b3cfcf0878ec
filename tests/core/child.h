/* A life in a process of its own, for what ends the process. */
#ifndef TESTS_CORE_CHILD_H
#define TESTS_CORE_CHILD_H
#include "suite.h"
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* How the child ended, as waitpid says it. Its last words are not shown. */
static inline int child_of(void (*life)(void))
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        fclose(stderr);
        life();
        _exit(0);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    return status;
}
#endif
