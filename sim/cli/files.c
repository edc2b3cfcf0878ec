/*
 * Scenario files under paths: every *.json below a folder that says it is a scenario, in the order of their names, byte by
 * byte, whatever the locale and the file system think of order.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/jobs.h"
#include "core/arena.h"
#include "core/text.h"

static void files_add(struct files *files, const char *path)
{
    files->paths = memory_grow(files->paths, (files->count + 1) * sizeof *files->paths);
    struct text text = { 0 };
    text_add(&text, path);
    files->paths[files->count++] = text_done(&text);
}

static bool ends_with(const char *path, const char *end)
{
    size_t length = strlen(path), tail = strlen(end);
    return length >= tail && strcmp(path + length - tail, end) == 0;
}

/* The schema of the language lies among the scenarios and is none, nor is a world that several include. */
static bool is_scenario_name(const char *path) { return ends_with(path, ".json") && !ends_with(path, ".schema.json") && !ends_with(path, ".world.json"); }

static bool folder_read(struct files *files, const char *folder, unsigned depth)
{
    DIR *open_folder = depth < 32 ? opendir(folder) : NULL;
    if (!open_folder) {
        fprintf(stderr, "wspsim: %s: %s\n", folder, depth < 32 ? "the folder cannot be read" : "folders nest too deep");
        return false;
    }
    bool good = true;
    for (struct dirent *entry; good && (entry = readdir(open_folder));) {
        if (entry->d_name[0] == '.') continue;
        struct text path = { 0 };
        struct stat status, link;
        text_printf(&path, "%s%s%s", folder, ends_with(folder, "/") ? "" : "/", entry->d_name);
        if (lstat(path.bytes, &link) == 0 && stat(path.bytes, &status) == 0) {
            bool detour = S_ISLNK(link.st_mode) && S_ISDIR(status.st_mode); /* a link to a folder may lead round in circles */
            if (detour) { text_free(&path); continue; }
            if (S_ISDIR(status.st_mode)) good = folder_read(files, path.bytes, depth + 1);
            else if (is_scenario_name(path.bytes)) files_add(files, path.bytes);
        }
        text_free(&path);
    }
    closedir(open_folder);
    return good;
}

static int path_order(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

bool files_find(const char *const *words, size_t count, struct files *files)
{
    *files = (struct files){ 0 };
    for (size_t i = 0; i < count; i++) {
        struct stat status;
        size_t first = files->count;
        if (strcmp(words[i], "-") == 0) { files_add(files, "-"); continue; }
        if (stat(words[i], &status) != 0) {
            fprintf(stderr, "wspsim: %s: %s\n", words[i], errno == ENOENT ? "there is no such file or folder" : "it cannot be read");
            return false;
        }
        if (!S_ISDIR(status.st_mode)) { files_add(files, words[i]); continue; }
        if (!folder_read(files, words[i], 0)) return false;
        if (files->count > first) qsort(files->paths + first, files->count - first, sizeof *files->paths, path_order);
    }
    return true;
}

void files_free(struct files *files)
{
    for (size_t i = 0; i < files->count; i++) free(files->paths[i]);
    free(files->paths);
    *files = (struct files){ 0 };
}
