/*
 * The three pages of the manual. Those of the language and of records are docs/SCENARIOS.md and docs/RECORDS.md, which the program
 * bears; that of the language goes on with the members of every object and step, from the loader's own table.
 */
#include "cli/manual.h"

#include <stdio.h>
#include <string.h>

#include "cli/roff.h"
#include "core/text.h"
#include "script/kinds.h"
#include "script/links.h"
#include "script/types.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* The assembler reads the files; make knows that this file is made of them. */
#define TEXT_OF_FILE(name, path) \
    extern const char name[], name##_end[]; \
    __asm__(".section .rodata\n.globl " #name "\n.globl " #name "_end\n.hidden " #name "\n.hidden " #name "_end\n" \
            #name ":\n.incbin \"" path "\"\n" #name "_end:\n.byte 0\n.previous\n")
TEXT_OF_FILE(scenarios_md, "docs/SCENARIOS.md");
TEXT_OF_FILE(records_md, "docs/RECORDS.md");

static void page_begin(const char *name, int section, const char *what)
{
    printf(".\\\" Printed by `wspsim help --man`.\n.TH ");
    for (const char *at = name; *at; at++) putchar(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at);
    printf(" %d \"\" \"wspsim " WSPSIM_VERSION "\" \"wspsim\"\n.SH NAME\n", section);
    roff_text(name);
    printf(" \\- %s\n", what);
}

/* ---- wspsim(1) ---- */

static void option_entry(const struct option_shape *option)
{
    printf(".TP\n\\fB");
    if (option->letter) printf("\\-%c\\fR, \\fB", option->letter);
    printf("\\-\\-");
    roff_text(option->name);
    printf("\\fR");
    if (option->value) {
        printf(" \\fI");
        roff_text(option->value);
        printf("\\fR");
    }
    putchar('\n');
    roff_text(option->help);
    putchar('\n');
}

static void verb_entry(const struct verb *verb)
{
    struct option_shape option;
    printf(".SS wspsim %s [options] ", verb->name);
    roff_text(verb->words);
    printf("\n%c", verb->summary[0] >= 'a' && verb->summary[0] <= 'z' ? verb->summary[0] - 'a' + 'A' : verb->summary[0]);
    roff_text(verb->summary + 1);
    printf(".\n");
    if (*verb->help) {
        printf(".PP\n");
        roff_text(verb->help);
        putchar('\n');
    }
    for (size_t at = 0; option_shape(verb, at, &option); at++) option_entry(&option);
}

static void tool_page(void)
{
    static const char *const exits[] = {
        "all held; also: a failure that a scenario declares as a known gap", "an expectation or a rule of the interface failed, or the provider crashed",
        "wrong usage or scenario", "undecided: the run ended before something expected could happen", "nondeterminism: a run was not what its record says",
        "environment: a file, memory, a database", "wspsim itself broke: a defect of it",
    };
    size_t count;
    const struct verb *table = verbs(&count);
    page_begin("wspsim", 1, "a deterministic network simulator with a Winsock service provider inside");
    printf(".SH SYNOPSIS\n.B wspsim\n.I verb\n[options] [words]\n.SH DESCRIPTION\n");
    roff_text("A scenario says in JSON what happens in a small world of hosts, links and programs, and what must hold. wspsim runs it on virtual time against a\n"
              "reference Winsock service provider (or another one), and compares. The same scenario, seed and provider give the same rows, bit for bit; a record\n"
              "keeps them.\n");
    printf(".SH VERBS\n");
    for (size_t i = 0; i < count; i++)
        verb_entry(&table[i]);
    printf(".SS wspsim help [\\fIverb\\fR]\nThe list of verbs, or the options of one. \\fB\\-\\-man\\fR tool, scenario or record prints a page of this manual,\n"
           "\\fB\\-\\-completion\\fR bash, zsh or fish what a shell needs to complete words.\n.SH EXIT STATUS\n");
    for (size_t i = 0; i < COUNT(exits); i++) printf(".TP\n%zu\n%s\n", i, exits[i]);
    printf("With several files the largest concern wins, in the order 6, 5, 2, 4, 1, 3, 0.\n.SH ENVIRONMENT\n.TP\nNO_COLOR\nno colours, unless \\-\\-color says otherwise\n"
           ".SH EXAMPLES\n.nf\nwspsim run scenarios/first\\-light.json \\-\\-trace text\nwspsim run mine.json \\-\\-record run.db\nwspsim show run.db pending \\-\\-at 4ms\n"
           "wspsim show run.db why 36\nwspsim test scenarios \\-\\-seeds 1\\-20 \\-\\-record failed.db\nwspsim explain SIO_ADDRESS_LIST_CHANGE\n.fi\n"
           ".SH SEE ALSO\nwspsim\\-scenario(5), wspsim\\-record(5)\n");
}

/* ---- wspsim-scenario(5) ---- */

static void members(const struct member *member)
{
    for (; member->name; member++) {
        printf(".TP\n\\fB");
        roff_text(member->name);
        printf("\\fR%s\n", member->required ? " (required)" : "");
        if (*member->meaning) {
            roff_text(member->meaning);
            printf(".\nValue: ");
        }
        roff_text(type_words(member->type));
        putchar('\n');
    }
}

static void step_entry(const struct step_kind *kind)
{
    bool wide = strcmp(kind->name, "link.set") == 0 || strcmp(kind->name, "flap") == 0;
    printf(".SS %s ", kind->class == STEP_SEES ? "sees" : kind->class == STEP_ASSERT ? "assert" : "do");
    roff_text(kind->name);
    putchar('\n');
    roff_text(kind->meaning);
    printf("%s.\n", wide ? "; members are also those of LINK PROPERTIES" : "");
    members(kind->members);
}

static void scenario_page(void)
{
    static const struct { const char *title; const struct member *table; } parts[] = {
        { "MEMBERS OF THE FILE", top_members }, { "MEMBERS OF A HOST", host_members }, { "MEMBERS OF AN INTERFACE", interface_members }, { "MEMBERS OF A LINK", link_members },
        { "MEMBERS OF A SEGMENT", segment_members }, { "LINK PROPERTIES", link_properties }, { "MEMBERS OF AN ACTOR", actor_members },
        { "MEMBERS OF AT_END", at_end_members }, { "MEMBERS OF EVERY STEP", step_members }, { "MEMBERS OF EVERY CALL", call_members },
    };
    size_t count;
    const struct step_kind *table = kinds(&count);
    page_begin("wspsim-scenario", 5, "the scenario language of wspsim");
    printf(".SH DESCRIPTION\n");
    roff_markdown(scenarios_md, (size_t)(scenarios_md_end - scenarios_md));
    for (size_t i = 0; i < COUNT(parts); i++) {
        printf(".SH %s\n", parts[i].title);
        members(parts[i].table);
    }
    printf(".SH ALL STEPS\n");
    for (size_t i = 0; i < count; i++) step_entry(&table[i]);
    printf(".SH SEE ALSO\nwspsim(1), wspsim\\-record(5)\n");
}

/* ---- wspsim-record(5) ---- */

static void record_page(void)
{
    page_begin("wspsim-record", 5, "records of wspsim: their tables, their views, and what to ask of them");
    printf(".SH DESCRIPTION\n");
    roff_markdown(records_md, (size_t)(records_md_end - records_md));
    printf(".SH SEE ALSO\nwspsim(1), wspsim\\-scenario(5), sqlite3(1)\n");
}

enum exit_code manual_verb(const char *option, const char *what)
{
    static const struct { const char *option, *what; void (*print)(void); } texts[] = {
        { "--man", "tool", tool_page }, { "--man", "scenario", scenario_page }, { "--man", "record", record_page },
        { "--completion", "bash", completion_bash }, { "--completion", "zsh", completion_zsh }, { "--completion", "fish", completion_fish },
    };
    const char *near[COUNT(texts)];
    size_t count = 0;
    for (size_t i = 0; i < COUNT(texts); i++) {
        if (strcmp(option, texts[i].option) != 0) continue;
        near[count++] = texts[i].what;
        if (!what || strcmp(what, texts[i].what) != 0) continue;
        texts[i].print();
        return EXIT_HELD;
    }
    const char *nearest = what ? nearest_word(what, near, count) : NULL;
    fprintf(stderr, "wspsim help: %s ", option);
    if (what) fprintf(stderr, "does not take \"%s\": it wants ", what);
    else fprintf(stderr, "needs a value: ");
    for (size_t i = 0; i < count; i++) fprintf(stderr, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", near[i]);
    if (nearest) fprintf(stderr, "; did you mean %s?", nearest);
    fprintf(stderr, "\n");
    return EXIT_USAGE;
}
