/*
 * Processes: their provider, what they saw, their end. ws2 itself is the list of them.
 */
#include <stdlib.h>
#include <string.h>

#include "ws2/private.h"

struct ws2 *ws2_new(struct engine *engine, struct trace *trace, struct net *net)
{
    struct ws2 *ws2 = memory_take(sizeof *ws2);
    ws2->engine = engine;
    ws2->trace = trace;
    ws2->net = net;
    ws2->judge = judge_new(ws2);
    return ws2;
}

struct judge *ws2_judge(const struct ws2 *ws2) { return ws2->judge; }
struct fiber *const *ws2_fiber(const struct ws2 *ws2) { return (struct fiber *const *)&ws2->fiber; }
const char *ws2_calling(const struct ws2 *ws2) { return ws2->calling; }

void ws2_crashed(struct ws2 *ws2)
{
    ws2->crashed = true;
    if (ws2->fiber) fiber_abandon(ws2->fiber);
    if (running && running->thread_id) thread_of(running)->ended = true;
    ws2->fiber = NULL;
    running = NULL;
}

/* What the provider still holds for this process goes with its last WSPCleanup. */
static void process_clean(struct process *process)
{
    running = &process->completer.task;
    process->ws2->calling = "WSPCleanup";
    for (int error; process->startups && process->layers[0].table.lpWSPCleanup(&error) == 0;) process->startups--;
    process->startups = 0; /* also one that refuses is not asked again */
    process->ws2->calling = NULL;
    running = NULL;
}

static void process_free(struct process *process)
{
    for (struct thread *thread = process->first_thread, *next; thread; thread = next) {
        next = thread->next;
        thread_free(thread);
    }
    for (struct slot *slot = process->slots, *next; slot; slot = next) { next = slot->next; free(slot); }
    memory_free(process->memory);
    for (size_t i = 0; i < process->handle_count; i++) port_free(&process->handles[i]);
    free(process->handles);
    free(process->released);
    free(process->seen);
    free(process->catalog);
    crossings_end(&process->completer);
    free(process);
}

void ws2_clean(struct ws2 *ws2)
{
    trace_listen(ws2->trace, false);
    for (struct process *process = ws2->first; process && !ws2->crashed; process = process->next) process_clean(process);
}

void ws2_free(struct ws2 *ws2)
{
    ws2_clean(ws2);
    for (struct process *process = ws2->first, *next; process; process = next) {
        next = process->next;
        struct provider_layer layers[LAYERS_MOST];
        unsigned count = process->layer_count;
        memcpy(layers, process->layers, sizeof layers);
        process_free(process);
        for (unsigned level = 0; level < count; level++) provider_unload(&layers[level].loaded);
    }
    windows_free(ws2);
    judge_free(ws2->judge);
    shares_free(ws2);
    arena_free(ws2->spare);
    free(ws2);
}

/* The layers, top first, then the base. */
static bool process_load(struct process *process, const struct process_setup *setup, char **why)
{
    bool good = true;
    for (size_t i = 0; good && i <= setup->layer_count; i++) {
        struct provider_layer *layer = &process->layers[process->layer_count];
        const struct layer_setup *above = i < setup->layer_count ? &setup->layers[i] : NULL;
        if (above) *layer = (struct provider_layer){ .name = above->name, .path = above->path, .ifs = above->ifs, .settings = above->settings, .setting_count = above->setting_count };
        else *layer = (struct provider_layer){ .name = "base", .path = setup->provider };
        good = provider_load(layer->path, &layer->loaded, why);
        if (good) process->layer_count++;
    }
    for (unsigned level = 0; !good && level < process->layer_count; level++) provider_unload(&process->layers[level].loaded);
    return good;
}

struct process *process_new(struct ws2 *ws2, const struct process_setup *setup, char **why)
{
    struct process *process = memory_take(sizeof *process);
    if (!process_load(process, setup, why)) {
        free(process);
        return NULL;
    }
    process->ws2 = ws2;
    process->name = setup->name;
    process->host = setup->host;
    process->profile = setup->profile;
    process->policy = setup->handles;
    process->memory = memory_new();
    process->without_ipv4 = setup->without_ipv4;
    process->without_ipv6 = setup->without_ipv6;
    catalog_make(process);
    process->completer.process = process;
    struct task *completions = &process->completer.task;
    *completions = (struct task){ .host = setup->host, .process_id = ++ws2->next_process_id, .profile = (uint8_t)setup->profile, .user = setup->user, .restricted = setup->restricted,
                                  .host_name = host_name(setup->host), .actor_name = setup->name, .thread_name = "" };
    completions->completions = completions;
    if (ws2->last) ws2->last->next = process; else ws2->first = process;
    ws2->last = process;
    return process;
}

struct process *process_next(const struct ws2 *ws2, const struct process *after) { return after ? after->next : ws2->first; }
const char *process_name(const struct process *process) { return process->name; }
uint32_t process_id(const struct process *process) { return process->completer.task.process_id; }
void process_buffers(struct process *process, bool there) { process->completer.task.starved = !there; }
bool process_exited(const struct process *process) { return process->exited; }

struct process *process_running(void)
{
    check(running != NULL);
    return thread_of(running)->process;
}

void process_exit(struct thread *thread)
{
    struct process *process = thread->process;
    struct ws2 *ws2 = process->ws2;
    if (trace_begin(ws2->trace, LAYER_SPI, "process.exit", NULL, process->name)) trace_set_cause(ws2->trace, trace_end(ws2->trace));
    process->exited = true;
    for (struct thread *other = process->first_thread; other; other = other->next) {
        if (other == thread || other->ended) continue;
        other->ended = true;
        windows_end(other);
        requests_cancel(&other->task, NULL);
        judge_thread_ended(ws2->judge, other);
    }
    requests_cancel(&process->completer.task, NULL);
    endpoints_let_go(process->host, &process->completer.task); /* the system closes what it had open */
    thread_exit(thread);
}

void process_cancel(struct process *process, const void *overlapped)
{
    for (struct thread *thread = process->first_thread; thread; thread = thread->next) requests_cancel(&thread->task, overlapped);
    requests_cancel(&process->completer.task, overlapped);
}

/* ---- what the client saw ---- */

struct observation *process_sees(struct process *process, enum observation_kind kind)
{
    if (process->seen_count == process->seen_room) {
        process->seen_room = process->seen_room ? 2 * process->seen_room : 16;
        process->seen = memory_grow(process->seen, process->seen_room * sizeof *process->seen);
    }
    struct observation *observation = &process->seen[process->seen_count++];
    *observation = (struct observation){
        .kind = kind, .number = process->seen_count, .at_ns = engine_now_ns(process->ws2->engine), .row = *trace_newest(process->ws2->trace), .claimed = process->exited
    };
    return observation;
}

struct observation *process_observation(struct process *process, uint64_t number)
{
    return number > 0 && number <= process->seen_count ? &process->seen[number - 1] : NULL;
}
