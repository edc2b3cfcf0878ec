/*
 * `wspsim fmt`: the one canonical form. A file is written beside and then gets its name, so that nothing is lost on the way; a file that is
 * in its form already is left alone.
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/jobs.h"
#include "core/check.h"
#include "core/text.h"
#include "script/form.h"

static bool bytes_write(const char *path, const char *bytes, size_t size, mode_t mode)
{
    FILE *file = fopen(path, "w");
    if (!file) return false;
    bool good = fwrite(bytes, 1, size, file) == size;
    good = fflush(file) == 0 && good;
    good = fchmod(fileno(file), mode) == 0 && fsync(fileno(file)) == 0 && good;
    return fclose(file) == 0 && good;
}

/* A link stays one: what it points to is written. */
static bool file_replace(const char *path, const char *bytes)
{
    char *real = realpath(path, NULL);
    struct stat status;
    struct text beside = { 0 };
    if (!real || stat(real, &status) != 0) { free(real); return false; }
    text_printf(&beside, "%s.partial", real);
    bool good = bytes_write(beside.bytes, bytes, strlen(bytes), status.st_mode & 07777) && rename(beside.bytes, real) == 0;
    int trouble = errno;
    if (!good) unlink(beside.bytes);
    errno = trouble;
    text_free(&beside);
    free(real);
    return good;
}

static enum exit_code problem_print(const char *file, const struct json_error *error, bool environment)
{
    fprintf(stderr, "%s", file);
    if (error->line) fprintf(stderr, ":%u:%u", error->line, error->column);
    fprintf(stderr, ": %s\n", error->message);
    return environment ? EXIT_ENVIRONMENT : EXIT_USAGE;
}

/* Nothing may be lost: what will be written says what was read. */
static void form_check(struct arena *arena, const struct json_document *document, const char *formed)
{
    struct json_error error = { 0 };
    const struct json_document *again = json_parse(arena, document->file, formed, strlen(formed), &error);
    check(again && json_equal(again->root, document->root));
}

static enum exit_code one_form(const struct options *options, const char *path, struct arena *arena)
{
    struct json_error error = { 0 };
    bool environment = false;
    const struct json_document *document = json_read(arena, path, &error, &environment);
    if (!document) return problem_print(path, &error, environment);
    char *formed = scenario_form(document->root);
    form_check(arena, document, formed);
    bool same = strlen(formed) == document->source_size && memcmp(formed, document->source, document->source_size) == 0;
    enum exit_code code = EXIT_HELD;
    if (strcmp(path, "-") == 0 && !options->check_only) {
        fputs(formed, stdout);
    } else if (!same && options->check_only) {
        printf("differs    %s\n", path);
        code = EXIT_FAILED;
    } else if (!same && !file_replace(path, formed)) {
        fprintf(stderr, "wspsim: %s cannot be written: %s\n", path, strerror(errno));
        code = EXIT_ENVIRONMENT;
    } else if (!options->quiet) {
        printf("%s %s\n", same ? "same      " : "formed    ", path);
    }
    free(formed);
    return code;
}

enum exit_code verb_fmt(const struct options *options)
{
    enum exit_code code = EXIT_HELD;
    struct files files;
    if (!files_find(options->words, options->word_count, &files)) { files_free(&files); return EXIT_ENVIRONMENT; }
    for (size_t i = 0; i < files.count; i++) {
        struct arena *arena = arena_new();
        code = exit_worse(code, one_form(options, files.paths[i], arena));
        arena_free(arena);
    }
    files_free(&files);
    return code;
}
