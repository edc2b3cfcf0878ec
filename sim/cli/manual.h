/*
 * The manual and the completion, printed from the tables of verbs, options, steps and types, and from docs: they say what the help says.
 */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H
#include "cli/cli.h"

/* `help --man tool|scenario|record`, `help --completion bash|zsh|fish`, to stdout. EXIT_USAGE after a message: there is none of this name. */
enum exit_code manual_verb(const char *option, const char *what);

void completion_bash(void);
void completion_zsh(void);
void completion_fish(void);
#endif
