/*
 * The seam: WSPSelect. The DLL asks the provider of the first socket.
 */
#include <stdlib.h>
#include <string.h>

#include "ws2/crossing.h"

static const char *const words[3] = { "read", "write", "except" };

static void row_sets(struct crossing *at, fd_set *const sets[3])
{
    const struct process *process = at->thread->process;
    for (size_t i = 0; i < 3; i++) {
        if (!sets[i]) continue;
        if (!memory_holds(process, sets[i], offsetof(fd_set, fd_array))) trace_text(at->trace, words[i], "bad");
        else value_trace(at->trace, words[i], decode_set(at->arena, process, sets[i]));
    }
}

static unsigned level_of_first(const struct process *process, fd_set *const sets[3])
{
    for (size_t i = 0; process->layer_count > 1 && i < 3; i++)
        if (sets[i] && memory_holds(process, sets[i], offsetof(fd_set, fd_array) + sizeof(SOCKET)) && sets[i]->fd_count) return layer_of_socket(process, sets[i]->fd_array[0]);
    return 0;
}

int spi_select(struct thread *thread, fd_set *const sets[3], struct timeval *timeout, int *error)
{
    struct process *process = thread->process;
    struct crossing at;
    *error = SPI_ERROR_UNSET;
    if (crossing_begins_at(&at, thread, "WSPSelect", "", level_of_first(process, sets))) {
        row_sets(&at, sets);
        if (timeout && !memory_holds(process, timeout, sizeof *timeout)) trace_text(at.trace, "timeout", "bad");
        else if (timeout) trace_int(at.trace, "timeout_us", timeout->tv_sec * INT64_C(1000000) + timeout->tv_usec);
        crossing_goes(&at);
    }
    int result = at.table->lpWSPSelect(0, sets[0], sets[1], sets[2], timeout, error);
    judge_returned(process->ws2->judge, &(struct judge_call){ .thread = thread, .function = "WSPSelect" }, result < 0, *error);
    if (crossing_returns(&at, "WSPSelect", result < 0, *error)) {
        if (result >= 0) trace_int(at.trace, "count", result);
        if (result > 0) row_sets(&at, sets);
        trace_end(at.trace);
    }
    crossing_ends(&at);
    return result;
}

static fd_set *set_copy(const fd_set *set)
{
    size_t size = sizeof *set + set->fd_count * sizeof(SOCKET);
    fd_set *copy = memory_take(size);
    copy->fd_count = set->fd_count;
    memcpy(copy->fd_array, set->fd_array, set->fd_count * sizeof(SOCKET));
    return copy;
}

int spi_client_select(struct thread *thread, fd_set *const sets[3], struct timeval *timeout, int *error)
{
    fd_set *serving[3], *asked[3], *used[3];
    bool differ = dll_sets_serving(thread, sets, SIO_BSP_HANDLE_SELECT, serving);
    for (size_t i = 0; i < 3; i++) {
        asked[i] = serving[i] ? set_copy(serving[i]) : NULL;
        used[i] = serving[i] ? serving[i] : sets[i];
    }
    int result = spi_select(thread, differ ? used : sets, timeout, error);
    if (differ && result >= 0) dll_sets_back(sets, serving, (const fd_set *const *)asked);
    for (size_t i = 0; i < 3; i++) {
        free(serving[i]);
        free(asked[i]);
    }
    return result;
}
