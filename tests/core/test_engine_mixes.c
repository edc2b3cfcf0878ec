/* The event queue against its model, in random mixes of posting, cancelling, moving and taking. */
#include "engine_model.h"

static int64_t some_delay(unsigned flavour)
{
    switch (flavour) {
    case 0: return (int64_t)below(4);                                     /* nearly everything is a tie */
    case 1: return (int64_t)below(1000);                                  /* within the lowest digits */
    case 2: return (int64_t)(below(20) * 1000000);                        /* on a grid */
    case 3: return (int64_t)(chance() >> (20 + below(44)));               /* any size: years, too */
    case 4: return below(3) == 0 ? 0 : (int64_t)below(1000000000);        /* much at once */
    default: return below(2) == 0 ? (int64_t)below(5000) : (int64_t)(40000000 + below(20000000)); /* work and timers */
    }
}

static int64_t some_time(const struct model *model, unsigned flavour)
{
    int64_t delay = some_delay(flavour);
    return delay > INT64_MAX - model->now ? INT64_MAX : model->now + delay;
}

static void mix_step(struct model *model, unsigned flavour, uint64_t posts)
{
    uint64_t dice = below(100);
    if (model->tags == 0 || dice < posts) {
        model_post(model, some_time(model, flavour), below(4) == 0 ? RANK_SCRIPT : RANK_MACHINE);
        return;
    }
    size_t recent = model->tags < 400 ? model->tags : 400, tag = model->tags - 1 - below(recent);
    if (dice < posts + 8) {
        model_cancel(model, tag);
    } else if (dice < posts + 22) {
        int64_t time = some_time(model, flavour);
        if (below(2) == 0 && model->known[tag].order != 0 && INT64_MAX - model->known[tag].time > 1000000000)
            time = model->known[tag].time + (int64_t)below(1000000000); /* later, or the same */
        model_move(model, tag, time);
    } else if (dice < posts + 28) {
        model_peek(model);
    } else {
        model_next(model);
    }
}

START_TEST(test_mixes_match_the_model)
{
    for (unsigned seed = 0; seed < 20; seed++) {
        struct model model;
        model_start(&model, (uint64_t)_i * 1000 + seed);
        for (unsigned round = 0; round < 6; round++) {
            for (unsigned step = 0; step < 1500; step++)
                mix_step(&model, (unsigned)_i, round % 3 == 0 ? 60 : round % 3 == 1 ? 36 : 20);
            if (round % 2 == 1)
                while (model_next(&model))
                    ;
        }
        while (model_next(&model))
            ;
        ck_assert_uint_eq(engine_pending(model.engine), 0);
        ck_assert_uint_eq(engine_dead(model.engine), 0);
        model_end(&model);
    }
}
END_TEST

START_TEST(test_many_match_the_model)
{
    struct model model;
    model_start(&model, (uint64_t)_i + 77);
    for (unsigned i = 0; i < 60000; i++)
        model_post(&model, some_time(&model, (unsigned)_i), below(4) == 0 ? RANK_SCRIPT : RANK_MACHINE);
    for (unsigned i = 0; i < 150000; i++) {
        size_t tag = below(model.tags);
        model_post(&model, some_time(&model, (unsigned)_i), RANK_MACHINE);
        if (i % 3 == 0)
            model_cancel(&model, tag);
        else if (i % 3 == 1)
            model_move(&model, tag, some_time(&model, (unsigned)_i));
        if (i % 64 == 0)
            model_peek(&model);
        model_next(&model);
    }
    while (model_next(&model))
        ;
    model_end(&model);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("engine, random mixes");
    TCase *model = tcase_create("model");
    tcase_set_timeout(model, 120);
    tcase_add_loop_test(model, test_mixes_match_the_model, 0, 6);
    tcase_add_loop_test(model, test_many_match_the_model, 0, 6);
    suite_add_tcase(suite, model);
    return suite_main(suite);
}
