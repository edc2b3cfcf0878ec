/*
 * kernel.h: who am I and when, the provider's one pointer, whether memory is the caller's and a window anybody's, packets for a port. (kernel_wait stands in
 * thread.c, tables and watches in sim/net.)
 */
#include "ws2/private.h"

void kernel_current(struct kernel_who *who)
{
    check(running != NULL);
    *who = (struct kernel_who){ .process_id = running->process_id, .thread_id = running->thread_id, .profile = (enum kernel_profile)running->profile };
}

int64_t kernel_now_ns(void) { return engine_now_ns(process_running()->ws2->engine); }

static struct slot **slot_of(struct process *process, const uint32_t *provider)
{
    struct slot **slot = &process->slots;
    while (*slot && (*slot)->provider != provider) slot = &(*slot)->next;
    return slot;
}

void *kernel_slot_get(const uint32_t *provider)
{
    struct slot *slot = *slot_of(process_running(), provider);
    return slot ? slot->pointer : NULL;
}

void kernel_slot_set(const uint32_t *provider, void *pointer)
{
    struct slot **slot = slot_of(process_running(), provider);
    if (!*slot) {
        *slot = memory_take(sizeof **slot);
        (*slot)->provider = provider;
    }
    (*slot)->pointer = pointer;
}

bool kernel_may_read(const void *start, size_t size_bytes) { return memory_holds(process_running(), start, size_bytes); }
bool kernel_may_write(void *start, size_t size_bytes) { return memory_holds(process_running(), start, size_bytes); }

bool kernel_window(const void *window) { return window_is_there(process_running()->ws2, (HWND)(uintptr_t)window); }

bool kernel_port(const void *port) { return handle_at(process_running(), (uintptr_t)port, HANDLE_PORT) != NULL; }

bool kernel_port_post(const void *port, uintptr_t key, const void *overlapped)
{
    struct port_packet packet = { .key = key, .overlapped = overlapped };
    return port_post(process_running(), (HANDLE)(uintptr_t)port, &packet);
}
