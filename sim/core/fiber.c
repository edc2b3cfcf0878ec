/*
 * Stacks come from slabs: [guard | stack | record], side by side. The record of a fiber lies at the top of its own stack, so
 * that a switch touches few cache lines; the tops are coloured, that is shifted by different multiples of 64 bytes, because
 * the tops of page-aligned stacks would all fall into the same few cache sets.
 *
 * Guards are installed without splitting the mapping where the kernel can do that (Linux 6.13). Elsewhere each costs two of
 * the process's mappings, whose number is limited: beyond GUARDS_BY_PROTECTION stacks go without.
 *
 * The pools of free stacks are global state: a process runs one simulation at a time, in one thread.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS, MAP_STACK, madvise */
#include "core/fiber.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/arena.h"
#include "core/check.h"

#if defined(__SANITIZE_ADDRESS__)
#define TELL_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TELL_ASAN 1
#endif
#endif

/* Boost.Context's entry points; it brings no C header. */
typedef struct {
    void *fctx, *data;
} transfer_t;
transfer_t jump_fcontext(void *to, void *vp);
void *make_fcontext(void *sp, size_t size, void (*fn)(transfer_t));

#define LINE ((size_t)64)
#define COLOURS ((size_t)64)
#define GUARD_BYTES ((size_t)64 * 1024) /* more than a page: frames with big buffers shall not step over it */
#define STACK_LEAST ((size_t)8 * 1024)
#define SLAB_STACKS 64u
#define GUARD_INSTALL 102 /* MADV_GUARD_INSTALL, which older headers do not name */
#define GUARDS_BY_PROTECTION 16000u

enum fiber_state { FIBER_PARKED, FIBER_RUNNING, FIBER_ENDED, FIBER_ABANDONED };

struct fiber {
    void *context; /* where the fiber stopped, while it does not run */
    void *home;    /* where it was resumed, while it runs */
    enum fiber_state state;
    void (*body)(void *argument);
    void *argument;
    char *low;          /* the lowest byte of the stack; the guard ends here */
    struct pool *pool;  /* where the stack goes back to */
    struct fiber *next; /* in the pool's list of free stacks */
    void *own_frames, *home_frames; /* AddressSanitizer's fake frames of the fiber and of the loop */
    const void *home_low;           /* the loop's stack, as AddressSanitizer sees it */
    size_t home_size;
};

struct pool {
    struct pool *next;
    size_t stack_bytes; /* as asked for, in whole pages */
    struct fiber *free;
    char *slab; /* stacks not yet cut from the newest slab */
    unsigned left, cut;
};

static struct pool *pools;
static unsigned guards_by_protection;

/* ---- AddressSanitizer is told of every switch ---- */

#ifdef TELL_ASAN
void __sanitizer_start_switch_fiber(void **fake_stack_save, const void *bottom, size_t size);
void __sanitizer_finish_switch_fiber(void *fake_stack_save, const void **bottom_old, size_t *size_old);
void __asan_unpoison_memory_region(void const volatile *address, size_t size);

/* fake_stack_save NULL: whoever leaves never comes back. */
static void switch_starts(void **fake_stack_save, const void *low, size_t size)
{
    __sanitizer_start_switch_fiber(fake_stack_save, low, size);
}

static void switch_ends(void *fake_stack_save, const void **old_low, size_t *old_size)
{
    __sanitizer_finish_switch_fiber(fake_stack_save, old_low, old_size);
}

/* Frames that were left without returning are still marked. */
static void frames_forget(const void *low, size_t size)
{
    __asan_unpoison_memory_region(low, size);
}
#else
static inline void switch_starts(void **fake_stack_save, const void *low, size_t size)
{
    (void)fake_stack_save, (void)low, (void)size;
}
static inline void switch_ends(void *fake_stack_save, const void **old_low, size_t *old_size)
{
    (void)fake_stack_save, (void)old_low, (void)old_size;
}
static inline void frames_forget(const void *low, size_t size)
{
    (void)low, (void)size;
}
#endif

static inline size_t stack_size(const struct fiber *fiber)
{
    return (size_t)((const char *)fiber - fiber->low);
}

/* ---- stacks ---- */

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t whole_pages(size_t size_bytes)
{
    size_t page = page_size();
    return (size_bytes + page - 1) / page * page;
}

static size_t guard_size(void)
{
    return whole_pages(GUARD_BYTES);
}

/* From one stack to the next: room for colour and record is added to what was asked for. */
static size_t stack_stride(const struct pool *pool)
{
    return guard_size() + pool->stack_bytes + whole_pages(COLOURS * LINE + sizeof(struct fiber));
}

static void guard_install(char *guard)
{
    if (madvise(guard, guard_size(), GUARD_INSTALL) == 0)
        return;
    if (guards_by_protection < GUARDS_BY_PROTECTION && mprotect(guard, guard_size(), PROT_NONE) == 0)
        guards_by_protection++;
}

static struct pool *pool_find(size_t stack_bytes)
{
    size_t wanted = whole_pages(stack_bytes < STACK_LEAST ? STACK_LEAST : stack_bytes);
    for (struct pool *pool = pools; pool != NULL; pool = pool->next)
        if (pool->stack_bytes == wanted)
            return pool;
    struct pool *pool = memory_take(sizeof *pool);
    pool->stack_bytes = wanted;
    pool->next = pools;
    pools = pool;
    return pool;
}

static struct fiber *stack_cut(struct pool *pool)
{
    size_t stride = stack_stride(pool);
    if (pool->left == 0) {
        check(stride <= SIZE_MAX / 2 / SLAB_STACKS);
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK;
        char *slab = mmap(NULL, stride * SLAB_STACKS, PROT_READ | PROT_WRITE, flags, -1, 0);
        if (slab == MAP_FAILED)
            memory_exhausted(stride * SLAB_STACKS);
        pool->slab = slab;
        pool->left = SLAB_STACKS;
    }
    char *bottom = pool->slab;
    pool->slab += stride;
    pool->left--;
    guard_install(bottom);
    size_t colour = pool->cut++ * 5 % COLOURS * LINE;
    size_t record = (sizeof(struct fiber) + LINE - 1) / LINE * LINE;
    struct fiber *fiber = (struct fiber *)(void *)(bottom + stride - colour - record);
    fiber->low = bottom + guard_size();
    fiber->pool = pool;
    return fiber;
}

/* ---- fibers ---- */

static void fiber_enter(transfer_t from)
{
    struct fiber *fiber = from.data;
    switch_ends(NULL, &fiber->home_low, &fiber->home_size);
    fiber->home = from.fctx;
    fiber->body(fiber->argument);
    fiber->state = FIBER_ENDED;
    switch_starts(NULL, fiber->home_low, fiber->home_size);
    jump_fcontext(fiber->home, NULL);
    check_failed(__FILE__, __LINE__, "an ended fiber was resumed");
}

struct fiber *fiber_new(size_t stack_bytes, void (*body)(void *argument), void *argument)
{
    struct pool *pool = pool_find(stack_bytes);
    struct fiber *fiber = pool->free;
    if (fiber != NULL)
        pool->free = fiber->next;
    else
        fiber = stack_cut(pool);
    fiber->state = FIBER_PARKED;
    fiber->body = body;
    fiber->argument = argument;
    fiber->own_frames = NULL;
    fiber->context = make_fcontext(fiber, stack_size(fiber), fiber_enter);
    return fiber;
}

void fiber_free(struct fiber *fiber)
{
    if (fiber == NULL)
        return;
    check(fiber->state != FIBER_RUNNING);
    frames_forget(fiber->low, stack_size(fiber));
    fiber->next = fiber->pool->free;
    fiber->pool->free = fiber;
}

void fiber_resume(struct fiber *fiber)
{
    check(fiber->state == FIBER_PARKED);
    fiber->state = FIBER_RUNNING;
    switch_starts(&fiber->home_frames, fiber->low, stack_size(fiber));
    fiber->context = jump_fcontext(fiber->context, fiber).fctx;
    switch_ends(fiber->home_frames, NULL, NULL);
}

void fiber_park(struct fiber *fiber)
{
    check(fiber->state == FIBER_RUNNING);
    fiber->state = FIBER_PARKED;
    switch_starts(&fiber->own_frames, fiber->home_low, fiber->home_size);
    fiber->home = jump_fcontext(fiber->home, NULL).fctx;
    switch_ends(fiber->own_frames, &fiber->home_low, &fiber->home_size);
}

bool fiber_ended(const struct fiber *fiber)
{
    return fiber->state == FIBER_ENDED || fiber->state == FIBER_ABANDONED;
}

bool fiber_overflowed(const struct fiber *fiber, const void *address)
{
    uintptr_t low = (uintptr_t)fiber->low, at = (uintptr_t)address;
    return at < low && at >= low - guard_size();
}

bool fiber_owns(const struct fiber *fiber, const void *start, size_t size_bytes)
{
    uintptr_t low = (uintptr_t)fiber->low, high = (uintptr_t)fiber, at = (uintptr_t)start;
    return at >= low && at <= high && size_bytes <= high - at;
}

#if defined(__GNUC__) && !defined(__clang__)
__attribute__((no_sanitize_address))
#else
__attribute__((no_sanitize("address")))
#endif
void fiber_abandon(struct fiber *fiber)
{
    check(fiber->state == FIBER_RUNNING);
    fiber->state = FIBER_ABANDONED;
    /* AddressSanitizer still believes the fiber to run: a switch without a jump. */
    switch_starts(NULL, fiber->home_low, fiber->home_size);
    switch_ends(fiber->home_frames, NULL, NULL);
    /* The loop's frames between here and fiber_resume were left without returning as well. */
    const char *here = __builtin_frame_address(0);
    if ((uintptr_t)here > (uintptr_t)fiber->home)
        frames_forget(fiber->home, (size_t)((uintptr_t)here - (uintptr_t)fiber->home));
}
