/*
 * Registered I/O: its ids. An id is a number that is never used twice in a process, so that one that has gone, is of another
 * kind or was made up is found out.
 */
#include <stdlib.h>
#include <string.h>

#include "rio.h"

struct rio_entry { enum rio_kind kind; void *what; };
struct rio { struct rio_entry *entries; size_t count, room; };

static struct rio *rio_of(struct provider_process *process)
{
    if (!process->rio) process->rio = calloc(1, sizeof *process->rio);
    return process->rio;
}

ULONG_PTR rio_name(struct provider_process *process, enum rio_kind kind, void *what)
{
    struct rio *rio = rio_of(process);
    if (!rio) return 0;
    if (rio->count == rio->room) {
        size_t room = rio->room ? 2 * rio->room : 16;
        struct rio_entry *entries = calloc(room, sizeof *entries);
        if (!entries) return 0;
        if (rio->count) memcpy(entries, rio->entries, rio->count * sizeof *entries);
        free(rio->entries);
        rio->entries = entries;
        rio->room = room;
    }
    rio->entries[rio->count++] = (struct rio_entry){ kind, what };
    return rio->count;
}

void *rio_named(const struct provider_process *process, enum rio_kind kind, ULONG_PTR id)
{
    const struct rio *rio = process->rio;
    if (!rio || id == 0 || id > rio->count || rio->entries[id - 1].kind != kind) return NULL;
    return rio->entries[id - 1].what;
}

void rio_unname(struct provider_process *process, ULONG_PTR id) { process->rio->entries[id - 1] = (struct rio_entry){ RIO_NOTHING, NULL }; }

/* The sockets have gone before, and their request queues live only for the results that the completion queues hold. */
void rio_free(struct provider_process *process)
{
    struct rio *rio = process->rio;
    for (size_t i = 0; rio && i < rio->count; i++) {
        if (rio->entries[i].kind == RIO_BUFFER) free(rio->entries[i].what);
        if (rio->entries[i].kind == RIO_COMPLETIONS) rio_cq_close(rio->entries[i].what);
    }
    if (rio) free(rio->entries);
    free(rio);
    process->rio = NULL;
}
