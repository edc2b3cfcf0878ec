/*
 * What may stand where on the command line, for those who print completions.
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H
#include "cli/cli.h"

enum choice_kind { CHOICE_NONE /* something free */, CHOICE_WORDS, CHOICE_SCENARIOS, CHOICE_RECORDS, CHOICE_FILES, CHOICE_EXPLAINED /* what `explain` knows */ };
struct choice { enum choice_kind kind; char words[256]; /* with blanks between */ };

struct choice choice_of_option(const struct option_shape *option);
struct choice choice_of_word(const struct verb *verb, size_t index); /* from 0 */
size_t words_named(const struct verb *verb);  /* how many places the help names */
bool words_go_on(const struct verb *verb);    /* the last one may be repeated */
void explained_names(void (*each)(const char *name)); /* explain.c: every name it knows, in its order */
#endif
