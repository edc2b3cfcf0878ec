/*
 * WSPSelect (SPI reference 10). The sets are captured at the call and written at its end.
 */
#include <stdlib.h>
#include <string.h>

#include "selecting.h"

#define SETS 3

/* ---- the sets ---- */

static u_int set_count(const fd_set *set)
{
    u_int count = 0;
    if (set) memcpy(&count, set, sizeof count);
    return count;
}

static size_t set_size(u_int count) { return offsetof(fd_set, fd_array) + (size_t)count * sizeof(SOCKET); }

/* As long as its count says: the client may have made it longer than FD_SETSIZE. */
static BOOL set_accessible(fd_set *set)
{
    if (!set) return TRUE;
    return kernel_may_write(set, sizeof(u_int)) && (set_count(set) == 0 || kernel_may_write(set, set_size(set_count(set))));
}

static int entries_capture(struct selecting *selecting, fd_set *const sets[SETS])
{
    size_t at = 0;
    for (enum look set = LOOK_READ; set < SETS; set++)
        for (u_int i = 0; i < set_count(sets[set]); i++) {
            SOCKET handle;
            memcpy(&handle, (const char *)sets[set] + offsetof(fd_set, fd_array) + i * sizeof handle, sizeof handle);
            if (!looked_at(&selecting->looked[at++], selecting, handle, set)) return WSAENOTSOCK;
        }
    return 0;
}

/* The same set in two places is one set: a socket stays in it if it is ready for either, and counts once. */
static int sets_write(const struct selecting *selecting, fd_set *const sets[SETS])
{
    const struct looked *entries[SETS], *next = selecting->looked;
    u_int counts[SETS];
    int total = 0;
    for (enum look set = LOOK_READ; set < SETS; set++) {
        counts[set] = set_count(sets[set]);
        entries[set] = next;
        next += counts[set];
    }
    for (enum look set = LOOK_READ; set < SETS; set++) {
        u_int kept = 0;
        BOOL written = !sets[set];
        for (enum look before = LOOK_READ; before < set; before++) written = written || sets[before] == sets[set];
        for (u_int i = 0; !written && i < counts[set]; i++) {
            BOOL ready = entries[set][i].ready;
            for (enum look after = set + 1; after < SETS; after++) ready = ready || (sets[after] == sets[set] && entries[after][i].ready);
            if (ready) memcpy((char *)sets[set] + offsetof(fd_set, fd_array) + kept++ * sizeof(SOCKET), &entries[set][i].handle, sizeof(SOCKET));
        }
        if (!written) memcpy(sets[set], &kept, sizeof kept);
        total += (int)kept;
    }
    return total;
}

/* ---- the call ---- */

static int timeout_read(const struct timeval *timeout, int64_t *ns)
{
    struct timeval time;
    *ns = KERNEL_FOREVER;
    if (!timeout) return 0;
    if (!kernel_may_read(timeout, sizeof time)) return WSAEFAULT;
    memcpy(&time, timeout, sizeof time);
    if (time.tv_sec < 0 || time.tv_usec < 0 || time.tv_usec >= 1000000) return WSAEINVAL;
    *ns = time.tv_sec * INT64_C(1000000000) + time.tv_usec * INT64_C(1000);
    return 0;
}

static int select_run(struct selecting *selecting, fd_set *const sets[SETS], int64_t timeout_ns, int *count)
{
    int error = entries_capture(selecting, sets);
    BOOL gone = FALSE;
    if (error == 0) error = selecting_run(selecting, timeout_ns, count, &gone);
    if (error == 0) *count = sets_write(selecting, sets);
    if (!gone) free(selecting);
    return error;
}

int WSPAPI provider_select(int ignored, fd_set *readable, fd_set *writable, fd_set *exceptional, const PTIMEVAL timeout, LPINT error)
{
    struct provider_process *process = process_enter(error);
    fd_set *const sets[SETS] = { readable, writable, exceptional };
    int64_t timeout_ns;
    int count = 0;
    (void)ignored;
    if (!process) return SOCKET_ERROR;
    if (kernel_stack_state() != KERNEL_OK) return fail(error, WSAENETDOWN);
    if (!set_accessible(readable) || !set_accessible(writable) || !set_accessible(exceptional)) return fail(error, WSAEFAULT);
    int result = timeout_read(timeout, &timeout_ns);
    if (result) return fail(error, result);
    size_t entries = (size_t)set_count(readable) + set_count(writable) + set_count(exceptional);
    if (entries == 0) return fail(error, WSAEINVAL);
    struct selecting *selecting = selecting_new(process, entries);
    if (!selecting) return fail(error, WSAENOBUFS);
    result = select_run(selecting, sets, timeout_ns, &count);
    return result ? fail(error, result) : count;
}
