/*
 * What TransmitFile and TransmitPackets send: parts of memory and of files, and the next piece of them that goes out as one send.
 * Of a file only so much lies in memory at a time.
 */
#include <stdlib.h>
#include <string.h>

#include "ext.h"

#define CHUNK_BYTES 65536u

struct run *run_new(size_t parts, BOOL files)
{
    struct run *run = calloc(1, sizeof *run + parts * sizeof(struct part) + (parts + 1) * sizeof(struct kernel_piece) + (files ? CHUNK_BYTES : 0));
    if (!run) return NULL;
    run->parts = (struct part *)(run + 1);
    run->pieces = (struct kernel_piece *)(run->parts + parts);
    run->bytes = (char *)(run->pieces + parts + 1);
    return run;
}

int run_memory(struct run *run, void *bytes, DWORD size, BOOL ends)
{
    if (size && (!bytes || !kernel_may_read(bytes, size))) return WSAEFAULT;
    run->parts[run->count++] = (struct part){ .memory = { bytes, size }, .ends = ends };
    run->total += size;
    return run->total > TRANSMIT_MOST ? WSAEINVAL : 0;
}

int run_file(struct run *run, HANDLE file, uint64_t offset, DWORD size, BOOL ends)
{
    size_t none;
    if (kernel_file_read((uintptr_t)file, offset, run->bytes, 0, &none) != KERNEL_OK) return WSA_INVALID_HANDLE;
    run->parts[run->count++] = (struct part){ .file = file, .offset = offset, .left = size, .whole = size == 0, .ends = ends };
    run->total += size;
    return run->total > TRANSMIT_MOST ? WSAEINVAL : 0;
}

static void piece_add(struct run *run, void *bytes, size_t size)
{
    run->pieces[run->transfer.piece_count++] = (struct kernel_piece){ bytes, size };
    run->sending += size;
}

/* As much of a file as there is room for. FALSE: there is more, for another send. */
static BOOL file_gather(struct run *run, struct part *part, size_t *used)
{
    size_t room = CHUNK_BYTES - *used, got;
    size_t wanted = part->whole || part->left > room ? room : (size_t)part->left;
    if (wanted == 0) return part->left == 0 && !part->whole;
    enum kernel_status status = kernel_file_read((uintptr_t)part->file, part->offset, run->bytes + *used, wanted, &got);
    if (got) piece_add(run, run->bytes + *used, got);
    *used += got;
    if (part->offset != KERNEL_FILE_POSITION) part->offset += got;
    if (!part->whole) part->left -= (DWORD)got;
    if (status != KERNEL_OK) run->error = error_of_kernel(status);
    else if (got < wanted && !part->whole) run->error = ERROR_HANDLE_EOF; /* what there was goes out first */
    else if (got == wanted && (part->whole || part->left)) return FALSE;
    return TRUE;
}

BOOL run_gather(struct run *run)
{
    size_t used = 0;
    BOOL first = !run->begun, over = FALSE;
    run->begun = TRUE;
    run->sending = 0;
    run->transfer = (struct kernel_transfer){ .pieces = run->pieces };
    while (!over && !run->error && run->next < run->count) {
        struct part *part = &run->parts[run->next];
        if (part->file && !file_gather(run, part, &used)) break;
        if (!part->file) piece_add(run, part->memory.bytes, part->memory.size_bytes);
        over = part->ends;
        run->next++;
    }
    if (run->done + run->sending > TRANSMIT_MOST) run->error = WSAEINVAL;
    return run->sending || over || (first && !run->error); /* nothing at all is a send too */
}
