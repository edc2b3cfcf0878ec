/*
 * Files that a process has open. A file is a pattern that repeats up to a size, so that a large one takes no room; it is never
 * written.
 */
#include "ws2/private.h"

HANDLE file_open(struct process *process, const struct file_setup *setup)
{
    uintptr_t value;
    struct handle *handle = handle_take(process, HANDLE_FILE, &value);
    handle->label = setup->name;
    handle->file = setup;
    return (HANDLE)value;
}

enum kernel_status kernel_file_read(uintptr_t value, uint64_t offset, void *bytes, size_t size_bytes, size_t *count)
{
    struct handle *handle = handle_at(process_running(), value, HANDLE_FILE);
    *count = 0;
    if (!handle) return KERNEL_BAD_HANDLE;
    const struct file_setup *file = handle->file;
    uint64_t from = offset == KERNEL_FILE_POSITION ? handle->position : offset;
    uint64_t there = from < file->size_bytes ? file->size_bytes - from : 0;
    size_t size = size_bytes < there ? size_bytes : (size_t)there;
    if (size && from + size > file->readable_bytes) return KERNEL_UNREADABLE;
    for (size_t i = 0; i < size; i++) ((uint8_t *)bytes)[i] = file->pattern[(from + i) % file->pattern_bytes];
    if (offset == KERNEL_FILE_POSITION) handle->position += size;
    *count = size;
    return KERNEL_OK;
}
