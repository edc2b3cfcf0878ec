/*
 * Which scenarios show a word: a search through the texts below one folder. The folder may be missing, and a file that is
 * not well-formed is still searched: this is a hint for the reader, not a validation.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/explain_page.h"
#include "core/arena.h"
#include "core/text.h"

#ifndef WSPSIM_SCENARIOS
#define WSPSIM_SCENARIOS "/usr/local/share/wspsim/scenarios" /* where they are installed; the build says so */
#endif

enum { DEPTH_MOST = 8, FILE_MOST = 4 << 20 };

struct search {
    struct arena *arena;
    const char *word, *member;
    struct explained_item *found;
    size_t count;
};

static bool is_word_letter(char letter)
{
    return letter == '_' || (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

static bool is_space(char letter)
{
    return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r';
}

/* Whether `at`, a text of so many bytes, is all of the value of this member. */
static bool is_value(const char *source, const char *at, size_t size, const char *member)
{
    size_t length = strlen(member);
    if (at[size] != '"' || at == source || *--at != '"') return false;
    while (at > source && (is_space(at[-1]) || at[-1] == ':')) at--;
    if ((size_t)(at - source) < length + 2 || at[-1] != '"') return false;
    at -= length + 1;
    return at[-1] == '"' && memcmp(at, member, length) == 0;
}

static bool source_has(const struct search *search, const char *source)
{
    size_t length = strlen(search->word);
    for (const char *at = source; (at = strstr(at, search->word)) != NULL; at++) {
        bool whole = (at == source || !is_word_letter(at[-1])) && !is_word_letter(at[length]);
        if (whole && (!search->member || is_value(source, at, length, search->member))) return true;
    }
    return false;
}

/* The first member "title", with its plain escapes undone. */
static const char *source_title(struct arena *arena, const char *source)
{
    const char *at = strstr(source, "\"title\"");
    if (!at) return "";
    at += strlen("\"title\"");
    while (is_space(*at) || *at == ':') at++;
    if (*at++ != '"') return "";
    struct text title = {0};
    for (; *at != '\0' && *at != '"'; at++) {
        bool escaped = *at == '\\' && (at[1] == '"' || at[1] == '\\' || at[1] == '/');
        if (escaped) at++;
        text_add_n(&title, is_space(*at) ? " " : at, 1);
    }
    char *copy = arena_text(arena, title.bytes ? title.bytes : "");
    text_free(&title);
    return copy;
}

static void search_file(struct search *search, const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    if (!file) return;
    char *source = memory_take(size + 1);
    source[fread(source, 1, size, file)] = '\0';
    fclose(file);
    if (source_has(search, source)) {
        search->found = memory_grow(search->found, (search->count + 1) * sizeof *search->found);
        search->found[search->count++] = (struct explained_item){ arena_text(search->arena, path), source_title(search->arena, source) };
    }
    free(source);
}

static void search_folder(struct search *search, const char *folder, int depth)
{
    DIR *stream = depth < DEPTH_MOST ? opendir(folder) : NULL;
    if (!stream) return;
    for (const struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        struct stat about;
        size_t length = strlen(entry->d_name);
        if (entry->d_name[0] == '.') continue;
        const char *path = arena_printf(search->arena, "%s/%s", folder, entry->d_name);
        if (stat(path, &about) != 0) continue;
        bool json = length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
        if (S_ISDIR(about.st_mode)) search_folder(search, path, depth + 1);
        else if (S_ISREG(about.st_mode) && json && about.st_size <= FILE_MOST) search_file(search, path, (size_t)about.st_size);
    }
    closedir(stream);
}

static int by_path(const void *a, const void *b)
{
    const struct explained_item *first = a, *second = b;
    return strcmp(first->name, second->name);
}

const struct explained_item *scenarios_with(struct arena *arena, const char *word, const char *member)
{
    struct search search = { .arena = arena, .word = word, .member = member };
    search_folder(&search, "scenarios", 0); /* of the source tree one stands in */
    if (search.count == 0) search_folder(&search, WSPSIM_SCENARIOS, 0);
    if (search.count == 0) return NULL;
    qsort(search.found, search.count, sizeof *search.found, by_path);
    struct explained_item *list = arena_take(arena, (search.count + 1) * sizeof *list);
    memcpy(list, search.found, search.count * sizeof *list);
    free(search.found);
    return list;
}
