/* The completion for bash: a function with a case for the value of an option, for each verb's options, and for its words. */
#include <stdio.h>
#include <string.h>

#include "cli/completion.h"
#include "cli/manual.h"

static void each_name(const char *name) { printf(" %s", name); }

static void reply(const struct choice *choice)
{
    switch (choice->kind) {
    case CHOICE_NONE: printf("COMPREPLY=()"); break;
    case CHOICE_WORDS: printf("_wspsim_words '%s'", choice->words); break;
    case CHOICE_SCENARIOS: printf("_wspsim_files json"); break;
    case CHOICE_RECORDS: printf("_wspsim_files db"); break;
    case CHOICE_FILES: printf("_wspsim_files '*'"); break;
    case CHOICE_EXPLAINED:
        printf("_wspsim_words '");
        explained_names(each_name);
        printf("'");
        break;
    }
}

/* An option has the same values with every verb that takes it, so that one case serves all. */
static void values(const struct verb *table, size_t count)
{
    char seen[1024] = " ";
    for (size_t i = 0; i < count; i++) {
        struct option_shape option;
        for (size_t at = 0; option_shape(&table[i], at, &option); at++) {
            char word[40];
            snprintf(word, sizeof word, " %s ", option.name);
            if (!option.value || strstr(seen, word)) continue;
            strncat(seen, word + 1, sizeof seen - strlen(seen) - 1);
            struct choice choice = choice_of_option(&option);
            printf("    --%s) ", option.name);
            reply(&choice);
            printf("; return ;;\n");
        }
    }
}

static void verb_cases(const struct verb *verb)
{
    struct option_shape option;
    printf("    %s)\n        options='", verb->name);
    for (size_t at = 0; option_shape(verb, at, &option); at++) printf("%s--%s", at ? " " : "", option.name);
    printf("'\n        [[ $word == -* ]] && { _wspsim_words \"$options\"; return; }\n        case $place in\n");
    for (size_t place = 0; place < words_named(verb); place++) {
        struct choice choice = choice_of_word(verb, place);
        bool last = place + 1 == words_named(verb) && words_go_on(verb);
        if (last) printf("        *) ");
        else printf("        %zu) ", place);
        reply(&choice);
        printf(" ;;\n");
    }
    printf("        esac ;;\n");
}

static void taking_values(const struct verb *table, size_t count)
{
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        struct option_shape option;
        for (size_t at = 0; option_shape(&table[i], at, &option); at++) {
            if (!option.value) continue;
            printf("%s--%s", first ? "" : "|", option.name);
            first = false;
        }
    }
}

void completion_bash(void)
{
    size_t count;
    const struct verb *table = verbs(&count);
    printf("# Completion of wspsim for bash, printed by `wspsim help --completion bash`.\n"
           "_wspsim_words() { COMPREPLY=($(compgen -W \"$1\" -- \"$word\")); }\n"
           "_wspsim_files() { compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -X \"!*.$1\" -- \"$word\") $(compgen -d -- \"$word\")); [[ $1 == '*' ]] && COMPREPLY=($(compgen -f -- \"$word\")); }\n"
           "_wspsim() {\n    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options place=0 at\n    COMPREPLY=()\n"
           "    [[ $word == = ]] && word=\n    [[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD-2]}\n"
           "    if [[ $COMP_CWORD == 1 ]]; then\n        _wspsim_words 'help");
    for (size_t i = 0; i < count; i++)
        printf(" %s", table[i].name);
    printf("'\n        return\n    fi\n    case $before in\n    --man) _wspsim_words 'tool scenario record'; return ;;\n    --completion) _wspsim_words 'bash zsh fish'; return ;;\n");
    values(table, count);
    printf("    esac\n    for ((at = 2; at < COMP_CWORD; at++)); do\n        case ${COMP_WORDS[at]} in\n        ");
    taking_values(table, count);
    printf(") ((at++)); [[ ${COMP_WORDS[at]} == = ]] && ((at++)) ;;\n        -?*) ;;\n        *) ((place++)) ;;\n        esac\n    done\n    case ${COMP_WORDS[1]} in\n    help) _wspsim_words 'help --man --completion");
    for (size_t i = 0; i < count; i++)
        printf(" %s", table[i].name);
    printf("' ;;\n");
    for (size_t i = 0; i < count; i++)
        verb_cases(&table[i]);
    printf("    esac\n}\ncomplete -F _wspsim wspsim\n");
}
