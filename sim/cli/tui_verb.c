/*
 * tui: a record in the terminal; a scenario is run into a record for this once.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/explain_page.h"
#include "cli/jobs.h"
#include "core/text.h"
#include "tui/tui.h"

static bool is_record(const char *path)
{
    char head[16] = "";
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(head, 1, sizeof head, file) : 0;
    if (file) fclose(file);
    return size == sizeof head && memcmp(head, "SQLite format 3", 16) == 0;
}

/* Runs the scenario into a record in the folder for such things. NULL after a message; whatever it came to, a run that ended is looked at. */
static char *recorded_once(const struct options *options, const char *file, enum exit_code *code)
{
    const char *folder = getenv("TMPDIR");
    char *error = NULL;
    struct text path = { 0 };
    text_printf(&path, "%s/wspsim-tui-%ld.db", folder && *folder ? folder : "/tmp", (long)getpid());
    char *name = text_done(&path);
    struct recorder *recorder = recorder_open(name, &error);
    *code = EXIT_ENVIRONMENT;
    if (recorder) {
        struct options quiet = *options;
        quiet.level = RECORD_PACKET;
        struct job job = { .options = &quiet, .file = file, .seed = options->seed, .seed_given = options->seed_given, .recorder = recorder };
        struct job_result result = job_run(&job);
        bool ran = result.code != EXIT_USAGE && result.code != EXIT_ENVIRONMENT;
        if (!ran) job_show(stderr, options, &result, false);
        *code = result.code;
        job_free(&result);
        if (ran && recorder_close(recorder, &error)) return name;
        if (!ran) recorder_abandon(recorder);
    }
    if (error) fprintf(stderr, "wspsim tui: %s\n", error);
    free(error);
    free(name);
    return NULL;
}

static bool lines_are_ascii(void)
{
    const char *names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    for (size_t i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) return !strstr(value, "UTF-8") && !strstr(value, "utf8") && !strstr(value, "utf-8") && !strstr(value, "UTF8");
    }
    return true;
}

enum exit_code verb_tui(const struct options *options)
{
    enum exit_code code = EXIT_HELD;
    const char *file = options->words[0];
    char *once = is_record(file) ? NULL : recorded_once(options, file, &code), *error = NULL;
    if (!once && !is_record(file)) return code;
    struct tui_setup setup = {
        .path = once ? once : file, .other = options->word_count > 1 ? options->words[1] : NULL, .name = file, .run_id = options->run_id, .explain = explain_text,
        .ascii = options->keys ? options->ascii : options->ascii || lines_are_ascii(), .colour = colour_wanted(options, true), .keys = options->keys,
        .columns = options->columns ? (int)options->columns : 80, .rows = options->rows ? (int)options->rows : 24,
    };
    code = tui_run(&setup, &error) == TUI_HELD ? EXIT_HELD : EXIT_ENVIRONMENT;
    if (error) fprintf(stderr, "wspsim tui: %s\n", error);
    free(error);
    if (once) unlink(once);
    free(once);
    return code;
}
