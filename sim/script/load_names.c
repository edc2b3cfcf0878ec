/*
 * Names belong to an actor: a socket's comes into being with `as`, an OVERLAPPED's, an event's and a routine's with the call
 * that first uses it. A step that only asks about a name nobody brought up is a slip of the pen.
 */
#include <string.h>

#include "core/text.h"
#include "script/bindings.h"
#include "script/load.h"

struct names { struct bindings known; const char **words; size_t count, room; }; /* the words in the order of appearance */

static void names_add(struct loading *load, struct names *names, const struct json *value)
{
    if (!value || value->type != JSON_TEXT) return;
    if (is_text(value, "bad")) { problem_at(load->problems, value, "\"bad\" is a pointer outside the address space and cannot be a name"); return; }
    if (binding_find(&names->known, value->text)) return;
    if (names->count == names->room) {
        const char **old = names->words;
        names->room = names->room ? 2 * names->room : 16;
        names->words = arena_take(load->scenario->arena, names->room * sizeof *names->words);
        if (names->count) memcpy(names->words, old, names->count * sizeof *names->words);
    }
    binding_set(&names->known, value->text, names->count);
    names->words[names->count++] = value->text;
}

static void names_need(struct loading *load, const struct names *names, const struct json *value, const char *what)
{
    if (!value || value->type != JSON_TEXT) return;
    if (binding_find(&names->known, value->text)) return;
    const char *near = nearest_word(value->text, names->words, names->count);
    if (near) problem_at(load->problems, value, "this actor has no %s \"%s\"; did you mean \"%s\"?", what, value->text, near);
    else problem_at(load->problems, value, "this actor has no %s \"%s\" before this step", what, value->text);
}

struct actor_names { struct names sockets, overlapped, events, routines, windows, registered, completions, requests; };

static void select_names(struct loading *load, struct actor_names *names, const struct step *step)
{
    static const char *const sets[3] = { "read", "write", "except" };
    for (size_t i = 0; i < 3; i++) {
        const struct json *list = step_member(load->scenario, step, sets[i]);
        for (const struct json *one = list && list->type == JSON_LIST ? list->first : NULL; one; one = one->next) names_need(load, &names->sockets, one, "socket");
    }
}

static void poll_names(struct loading *load, struct actor_names *names, const struct step *step)
{
    const struct json *fds = step_member(load->scenario, step, "fds");
    for (const struct json *one = fds && fds->type == JSON_LIST ? fds->first : NULL; one; one = one->next) names_need(load, &names->sockets, json_member(one, "socket"), "socket");
}

static void id_needs(struct loading *load, const struct names *names, const struct json *value, const char *what)
{
    if (!is_text(value, "bad")) names_need(load, names, value, what);
}

/* Registered I/O: buffers, completion queues and request queues are known by names of their own kinds. */
static void rio_names(struct loading *load, struct actor_names *names, const struct step *step)
{
    static const char *const slices[] = { "local", "remote", "control", "flags_place" };
    const struct scenario *scenario = load->scenario;
    const struct json *as = step_member(scenario, step, "as"), *queue = step_member(scenario, step, "queue");
    const struct json *event = step_member(scenario, step, "event"), *overlapped = step_member(scenario, step, "overlapped");
    id_needs(load, &names->registered, step_member(scenario, step, "buffer"), "registered buffer");
    switch (step->kind->number) {
    case CALL_RIOREGISTER: names_add(load, &names->registered, as); return;
    case CALL_RIOCREATECQ:
        names_add(load, &names->completions, as);
        if (!is_text(event, "bad")) names_add(load, &names->events, event);
        if (!is_text(overlapped, "bad")) names_add(load, &names->overlapped, overlapped);
        return;
    case CALL_RIOCREATERQ:
        names_add(load, &names->requests, as);
        id_needs(load, &names->completions, step_member(scenario, step, "receive_queue"), "completion queue");
        id_needs(load, &names->completions, step_member(scenario, step, "send_queue"), "completion queue");
        return;
    case CALL_RIORESIZECQ: case CALL_RIOCLOSECQ: case CALL_RIODEQUEUE: case CALL_RIONOTIFY: id_needs(load, &names->completions, queue, "completion queue"); return;
    default: break;
    }
    id_needs(load, &names->requests, queue, "request queue");
    for (size_t i = 0; i < sizeof slices / sizeof *slices; i++) {
        const struct json *slice = step_member(scenario, step, slices[i]);
        if (slice && slice->type == JSON_OBJECT) id_needs(load, &names->registered, json_member(slice, "buffer"), "registered buffer");
    }
}

static void call_names(struct loading *load, struct actor_names *names, const struct step *step)
{
    const struct scenario *scenario = load->scenario;
    const struct json *socket = step_member(scenario, step, "socket"), *overlapped = step_member(scenario, step, "overlapped"), *event = step_member(scenario, step, "event");
    names_need(load, &names->sockets, socket, "socket");
    switch (step->kind->number) {
    case CALL_SOCKET: case CALL_ACCEPT: case CALL_JOINLEAF: names_add(load, &names->sockets, step_member(scenario, step, "as")); return;
    case CALL_SELECT: select_names(load, names, step); return;
    case CALL_POLL: poll_names(load, names, step); return;
    case CALL_IOCTL: case CALL_SEND: case CALL_SENDTO: case CALL_RECV: case CALL_RECVFROM:
    case CALL_ACCEPTEX: case CALL_CONNECTEX: case CALL_DISCONNECTEX: case CALL_TRANSMITFILE: case CALL_TRANSMITPACKETS: case CALL_RECVMSG: case CALL_SENDMSG:
        names_need(load, &names->sockets, step_member(scenario, step, "accept"), "socket");
        if (!is_text(overlapped, "bad")) names_add(load, &names->overlapped, overlapped);
        if (!is_text(event, "bad")) names_add(load, &names->events, event);
        names_add(load, &names->routines, step_member(scenario, step, "routine"));
        if (step->kind->number == CALL_IOCTL) names_add(load, &names->sockets, step_member(scenario, step, "as"));
        return;
    case CALL_ON:
        names_add(load, &names->routines, step_member(scenario, step, "routine"));
        names_add(load, &names->events, event);
        return;
    case CALL_EVENTSELECT:
    case CALL_ENUMNETWORKEVENTS:
        if (!is_text(event, "bad")) names_add(load, &names->events, event);
        return;
    case CALL_CREATEWINDOW: names_add(load, &names->windows, step_member(scenario, step, "as")); return;
    case CALL_DESTROYWINDOW: names_need(load, &names->windows, step_member(scenario, step, "window"), "window"); return;
    case CALL_ASYNCSELECT:
    case CALL_GETMESSAGE: {
        const struct json *window = step_member(scenario, step, "window");
        if (!is_text(window, "bad")) names_add(load, &names->windows, window);
        return;
    }
    case CALL_ACCEPTEXNAMES:
    case CALL_GETOVERLAPPEDRESULT:
    case CALL_OVERWRITE:
    case CALL_FREE:
    case CALL_CANCELIO:
        if (!is_text(overlapped, "bad")) names_need(load, &names->overlapped, overlapped, "OVERLAPPED");
        return;
    case CALL_SETEVENT:
    case CALL_RESETEVENT: names_add(load, &names->events, event); return;
    case CALL_WAIT: {
        const struct json *list = step_member(scenario, step, "events");
        for (const struct json *element = list->first; element; element = element->next) names_add(load, &names->events, element);
        return;
    }
    default:
        if (step->kind->number >= CALL_RIOREGISTER && step->kind->number <= CALL_RIORECEIVEEX) rio_names(load, names, step);
    }
}

static void step_names(struct loading *load, struct actor_names *names, const struct step *step)
{
    const struct scenario *scenario = load->scenario;
    if (step->kind->class == STEP_CALL) { call_names(load, names, step); return; }
    if (step->kind->class != STEP_SEES && step->kind->class != STEP_ASSERT) return;
    names_need(load, &names->sockets, step_member(scenario, step, "socket"), "socket");
    names_need(load, &names->windows, step_member(scenario, step, "window"), "window");
    if (step->kind->number != SEES_MESSAGE || step->kind->class != STEP_SEES) names_need(load, &names->events, step_member(scenario, step, "event"), "event");
    names_need(load, &names->overlapped, step_member(scenario, step, "overlapped"), "OVERLAPPED");
    names_need(load, &names->routines, step_member(scenario, step, "routine"), "routine");
    names_need(load, &names->registered, step_member(scenario, step, "buffer"), "registered buffer");
}

/* What a `sees` asks about may also be brought up by a later line of the same instant, so all calls are gathered first. */
static void actor_names(struct loading *load, const struct actor_setup *actor)
{
    struct actor_names names = { 0 };
    for (int pass = 0; pass < 2; pass++)
        for (const struct step *step = actor->first; step; step = step->next_own)
            if ((step->kind->class == STEP_CALL) == (pass == 0)) step_names(load, &names, step);
    if (names.routines.count > 64) problem_at(load->problems, actor->node, "an actor has at most 64 completion routines");
    bindings_free(&names.sockets.known);
    bindings_free(&names.overlapped.known);
    bindings_free(&names.events.known);
    bindings_free(&names.routines.known);
    bindings_free(&names.windows.known);
    bindings_free(&names.registered.known);
    bindings_free(&names.completions.known);
    bindings_free(&names.requests.known);
}

bool actor_known(struct loading *load, const struct json *name)
{
    const char *actors[64];
    size_t count = 0;
    for (size_t a = 0; a < load->scenario->actor_count; a++) {
        if (is_text(name, load->scenario->actors[a].name)) return true;
        if (count < sizeof actors / sizeof *actors) actors[count++] = load->scenario->actors[a].name;
    }
    const char *near = nearest_word(name->text, actors, count);
    if (near) problem_at(load->problems, name, "there is no actor \"%s\"; did you mean \"%s\"?", name->text, near);
    else problem_at(load->problems, name, "there is no actor \"%s\"", name->text);
    return false;
}

/* What goes from process to process: the infos of `duplicate` steps have names for all, and actors are named by their names. */
static void shared_names(struct loading *load, struct names *infos, const struct step *step, int pass)
{
    const struct json *process = json_member(step->node, "process");
    if (step->kind->class != STEP_CALL) return;
    if (step->kind->number == CALL_DUPLICATE && pass == 0) names_add(load, infos, step_member(load->scenario, step, "as"));
    if (step->kind->number == CALL_SOCKET && pass == 1) {
        const struct json *from = step_member(load->scenario, step, "from");
        if (from && !binding_find(&infos->known, from->text)) problem_at(load->problems, from, "no `duplicate` step makes \"%s\"", from->text);
    }
    if (step->kind->number != CALL_DUPLICATE || pass == 1 || !process || process->type != JSON_TEXT) return;
    actor_known(load, process);
}

void load_names(struct loading *load)
{
    struct names infos = { 0 };
    for (int pass = 0; pass < 2; pass++)
        for (size_t a = 0; a < load->scenario->actor_count; a++)
            for (const struct step *step = load->scenario->actors[a].first; step; step = step->next_own) shared_names(load, &infos, step, pass);
    bindings_free(&infos.known);
    for (size_t a = 0; a < load->scenario->actor_count; a++) actor_names(load, &load->scenario->actors[a]);
}
