/*
 * Questions: where a step of the scenario has one, the reader predicts what comes before it is shown. The reader judges the own
 * prediction beside the scenario's answer; the score is told at the run's end. A question is asked once, and only on the way forwards.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/session.h"

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

void quiz_look(struct session *session)
{
    struct quiz *quiz = &session->quiz;
    if (session->row.layer != LAYER_SCRIPT || quiz->open || is_done(quiz, session->place)) return;
    const char *question = step_text(session, session->row.object, "question");
    if (!question) return;
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
