/* The completion for zsh: _arguments with a list of specifications for each verb. */
#include <stdio.h>
#include <string.h>

#include "cli/completion.h"
#include "cli/manual.h"

/* Within '…' and within a specification: brackets, colons and quotes mean something. */
static void escaped(const char *text)
{
    for (; *text; text++) {
        if (*text == '\'') fputs("'\\''", stdout);
        else if (strchr("[]:\\", *text)) printf("\\%c", *text);
        else if (*text == '\n') putchar(' ');
        else putchar(*text);
    }
}

static void each_name(const char *name) { printf(" %s", name); }

static void action(const struct choice *choice)
{
    switch (choice->kind) {
    case CHOICE_NONE: printf(" "); break;
    case CHOICE_WORDS: printf("(%s)", choice->words); break;
    case CHOICE_SCENARIOS: printf("_files -g \"*.json\""); break;
    case CHOICE_RECORDS: printf("_files -g \"*.db\""); break;
    case CHOICE_FILES: printf("_files"); break;
    case CHOICE_EXPLAINED:
        printf("(");
        explained_names(each_name);
        printf(")");
        break;
    }
}

static void verb_case(const struct verb *verb)
{
    struct option_shape option;
    printf("    %s)\n        _arguments", verb->name);
    for (size_t at = 0; option_shape(verb, at, &option); at++) {
        printf(" \\\n            '--%s%s[", option.name, option.value ? "=" : "");
        escaped(option.help);
        printf("]");
        if (option.value) {
            struct choice choice = choice_of_option(&option);
            printf(":");
            escaped(option.value);
            printf(":");
            action(&choice);
        }
        printf("'");
        if (option.letter) {
            printf(" \\\n            '-%c[", option.letter);
            escaped(option.help);
            printf("]'");
        }
    }
    for (size_t place = 0; place < words_named(verb); place++) {
        struct choice choice = choice_of_word(verb, place);
        bool rest = place + 1 == words_named(verb) && words_go_on(verb);
        if (rest) printf(" \\\n            '*:word:");
        else printf(" \\\n            '%zu:word:", place + 1);
        action(&choice);
        printf("'");
    }
    printf("\n        ;;\n");
}

void completion_zsh(void)
{
    size_t count;
    const struct verb *table = verbs(&count);
    printf("#compdef wspsim\n# Completion of wspsim for zsh, printed by `wspsim help --completion zsh`.\n_wspsim() {\n    local -a verbs\n    verbs=(\n        'help:this text, or that of a verb'\n");
    for (size_t i = 0; i < count; i++) {
        printf("        '%s:", table[i].name);
        escaped(table[i].summary);
        printf("'\n");
    }
    printf("    )\n    if (( CURRENT == 2 )); then\n        _describe verb verbs\n        return\n    fi\n    shift words\n    (( CURRENT-- ))\n    case $words[1] in\n"
           "    help)\n        _arguments '--man=[print a page of the manual]:PAGE:(tool scenario record)' '--completion=[print what a shell needs to complete]:SHELL:(bash zsh fish)' '1:verb:(help");
    for (size_t i = 0; i < count; i++)
        printf(" %s", table[i].name);
    printf(")'\n        ;;\n");
    for (size_t i = 0; i < count; i++)
        verb_case(&table[i]);
    printf("    esac\n}\nif [ \"$funcstack[1]\" = _wspsim ]; then _wspsim \"$@\"; else compdef _wspsim wspsim; fi\n");
}
