/*
 * The table of the language is whole: whoever looks a word up (in an editor, in `explain`) reads what it means.
 */
#include <string.h>

#include "script/kinds.h"
#include "script/links.h"
#include "suite.h"

/* Says which member it is: "step.member". */
static void meanings_there(const char *table, const struct member *members)
{
    for (const struct member *member = members; member->name; member++)
        ck_assert_msg(member->meaning && *member->meaning, "%s.%s has no meaning", table, member->name);
}

START_TEST(every_step_has_a_meaning)
{
    size_t count;
    const struct step_kind *table = kinds(&count);
    ck_assert_uint_gt(count, 100);
    for (size_t i = 0; i < count; i++) {
        ck_assert_msg(table[i].meaning && *table[i].meaning, "%s has no meaning", table[i].name);
        meanings_there(table[i].name, table[i].members);
    }
}
END_TEST

START_TEST(every_member_of_the_file_has_a_meaning)
{
    static const struct { const char *name; const struct member *members; } tables[] = {
        { "a step", step_members }, { "a call", call_members }, { "the file", top_members }, { "an actor", actor_members }, { "at_end", at_end_members },
        { "a host", host_members }, { "an interface", interface_members }, { "a link", link_members }, { "a segment", segment_members }, { "a link's properties", link_properties },
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        ck_assert_ptr_nonnull(tables[i].members[0].name);
        meanings_there(tables[i].name, tables[i].members);
    }
}
END_TEST

/* A member that stands in a step's row must not hide one that every step has. */
START_TEST(no_member_stands_twice)
{
    size_t count;
    const struct step_kind *table = kinds(&count);
    for (size_t i = 0; i < count; i++)
        for (const struct member *member = table[i].members; member->name; member++)
            for (const struct member *other = table[i].members; other < member; other++)
                ck_assert_msg(strcmp(member->name, other->name) != 0, "%s has two members %s", table[i].name, member->name);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("kinds");
    TCase *meanings = tcase_create("meanings");
    tcase_add_test(meanings, every_step_has_a_meaning);
    tcase_add_test(meanings, every_member_of_the_file_has_a_meaning);
    tcase_add_test(meanings, no_member_stands_twice);
    suite_add_tcase(suite, meanings);
    return suite_main(suite);
}
