/*
 * Problems of a scenario file.
 */
#include "script/problem.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/text.h"

#define MESSAGE_BYTES 600

void problem_in(struct problems *problems, const char *file, unsigned line, unsigned column, const char *pointer, const char *message)
{
    struct problem *problem = arena_take(problems->arena, sizeof *problem);
    *problem = (struct problem){ .file = file, .line = line, .column = column, .pointer = pointer, .message = arena_text(problems->arena, message) };
    if (problems->last) problems->last->next = problem; else problems->first = problem;
    problems->last = problem;
    problems->count++;
}

void problem_add(struct problems *problems, unsigned line, unsigned column, const char *pointer, const char *message)
{
    problem_in(problems, NULL, line, column, pointer, message);
}

void problem_at(struct problems *problems, const struct json *node, const char *format, ...)
{
    char message[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    problem_in(problems, node->file, node->line, node->column, json_pointer(problems->arena, node), message);
}

void problem_at_name(struct problems *problems, const struct json *member, const char *format, ...)
{
    char message[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    problem_in(problems, member->file, member->name_line, member->name_column, json_pointer(problems->arena, member), message);
}

char *problems_text(const struct problems *problems)
{
    struct text text = { 0 };
    for (const struct problem *problem = problems->first; problem; problem = problem->next) {
        const char *file = problem->file ? problem->file : problems->file;
        if (problem->line) text_printf(&text, "%s:%u:%u: %s", file, problem->line, problem->column, problem->message);
        else text_printf(&text, "%s: %s", file, problem->message);
        if (problem->pointer && *problem->pointer) text_printf(&text, " (at %s)", problem->pointer);
        text_add(&text, "\n");
    }
    return text_done(&text);
}
