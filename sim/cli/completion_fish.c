/* The completion for fish: a line for each verb, each of its options and each of its words. */
#include <stdio.h>
#include <string.h>

#include "cli/completion.h"
#include "cli/manual.h"

static void quoted(const char *text)
{
    putchar('\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\') putchar('\\');
        putchar(*text == '\n' ? ' ' : *text);
    }
    putchar('\'');
}

static void each_name(const char *name) { printf(" %s", name); }

static void arguments(const struct choice *choice)
{
    switch (choice->kind) {
    case CHOICE_NONE: printf(" -x"); break;
    case CHOICE_WORDS:
        printf(" -x -a ");
        quoted(choice->words);
        break;
    case CHOICE_SCENARIOS: printf(" -x -a '(__fish_complete_suffix .json)'"); break;
    case CHOICE_RECORDS: printf(" -x -a '(__fish_complete_suffix .db)'"); break;
    case CHOICE_FILES: printf(" -r -F"); break;
    case CHOICE_EXPLAINED:
        printf(" -x -a '");
        explained_names(each_name);
        printf("'");
        break;
    }
}

static void verb_lines(const struct verb *verb)
{
    struct option_shape option;
    for (size_t at = 0; option_shape(verb, at, &option); at++) {
        printf("complete -c wspsim -n '__fish_seen_subcommand_from %s' -l %s", verb->name, option.name);
        if (option.letter) printf(" -s %c", option.letter);
        if (option.value) {
            struct choice choice = choice_of_option(&option);
            arguments(&choice);
        }
        printf(" -d ");
        quoted(option.help);
        printf("\n");
    }
    for (size_t place = 0; place < words_named(verb); place++) {
        struct choice choice = choice_of_word(verb, place);
        if (choice.kind == CHOICE_NONE) continue;
        printf("complete -c wspsim -n '__fish_seen_subcommand_from %s'", verb->name);
        arguments(&choice);
        printf("\n");
    }
}

void completion_fish(void)
{
    size_t count;
    const struct verb *table = verbs(&count);
    printf("# Completion of wspsim for fish, printed by `wspsim help --completion fish`.\ncomplete -c wspsim -f\n");
    for (size_t i = 0; i < count; i++) {
        printf("complete -c wspsim -n __fish_use_subcommand -a %s -d ", table[i].name);
        quoted(table[i].summary);
        printf("\n");
    }
    printf("complete -c wspsim -n __fish_use_subcommand -a help -d 'this text, or that of a verb'\n"
           "complete -c wspsim -n '__fish_seen_subcommand_from help' -l man -x -a 'tool scenario record' -d 'print a page of the manual'\n"
           "complete -c wspsim -n '__fish_seen_subcommand_from help' -l completion -x -a 'bash zsh fish' -d 'print what a shell needs to complete'\n");
    for (size_t i = 0; i < count; i++)
        verb_lines(&table[i]);
}
