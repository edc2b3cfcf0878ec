/*
 * Questions: where a step of the scenario has one, the reader predicts what comes before it is shown. The reader judges the own
 * prediction beside the scenario's answer; the score is told at the run's end. A question is asked once, and only on the way forwards.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/session.h"

#define LOOKED_AT_MOST 2000 /* rows that one key may pass */

static char *copy_of(const char *text)
{
    struct text copy = { 0 };
    text_add(&copy, text);
    return text_done(&copy);
}

static bool is_done(const struct quiz *quiz, uint64_t place)
{
    for (size_t i = 0; i < quiz->done_count; i++)
        if (quiz->done[i] == place) return true;
    return false;
}

static void question_show(struct session *session, const char *more)
{
    struct text text = { 0 };
    text_printf(&text, "%s\n%s", session->quiz.question, more);
    box_open(session, "a question", text_done(&text));
}

/* The first row behind `from` up to the cursor whose step asks something; 0: none. */
static uint64_t asking_row(struct session *session, uint64_t from)
{
    struct trace_row row;
    for (int looked = 0; looked < LOOKED_AT_MOST && from != session->place && (from = reel_next(session->reel, from)) != 0; looked++) {
        if (!reel_row(session->reel, from, &row) || row.layer != LAYER_SCRIPT || is_done(&session->quiz, from)) continue;
        char *pointer = copy_of(row.object);
        bool asks = step_text(session, pointer, "question") != NULL;
        free(pointer);
        if (asks) return from;
    }
    return 0;
}

void quiz_look(struct session *session, uint64_t from)
{
    struct quiz *quiz = &session->quiz;
    uint64_t place = quiz->open ? 0 : asking_row(session, from);
    if (!place) return;
    session_go(session, place);
    const char *question = step_text(session, session->row.object, "question");
    quiz->question = copy_of(question);
    const char *answer = step_text(session, session->row.object, "answer");
    quiz->answer = copy_of(answer ? answer : "(the scenario gives no answer: look at the rows)");
    quiz->done = memory_grow(quiz->done, (quiz->done_count + 1) * sizeof *quiz->done);
    quiz->done[quiz->done_count++] = session->place;
    quiz->open = true;
    quiz->judged = false;
    session->playing = 0;
    question_show(session, "");
    prompt_open(session, PROMPT_ANSWER);
}

void quiz_answer(struct session *session, const char *typed)
{
    struct text text = { 0 };
    if (*typed) text_printf(&text, "\nYou said: %s\n", typed);
    text_printf(&text, "\n%s\n", session->quiz.answer);
    if (*typed) text_add(&text, "\nWere you right? y or n\n");
    char *more = text_done(&text);
    question_show(session, more);
    free(more);
    session->quiz.judged = *typed != 0;
    if (!*typed) quiz_end(session); /* who predicts nothing has no score */
}

void quiz_judge(struct session *session, bool right)
{
    session->quiz.asked++;
    session->quiz.right += right;
    quiz_end(session);
    box_take(session, COMMAND_BACK);
    session_say(session, false, "%u of %u right", session->quiz.right, session->quiz.asked);
}

void quiz_end(struct session *session)
{
    free(session->quiz.question);
    free(session->quiz.answer);
    session->quiz.question = session->quiz.answer = NULL;
    session->quiz.open = session->quiz.judged = false;
}
