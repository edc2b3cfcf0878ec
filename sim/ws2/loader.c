/*
 * Loading a provider: the reference provider is linked in, another one comes as a shared object. It is loaded with
 * RTLD_LOCAL, so that equal names in two providers never meet, and refused when it was built against another kernel.h.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "ws2/private.h"

#define PATH_MOST 4096

extern const uint32_t wspsim_kernel_abi; /* the reference provider's */

static bool refuse(char **why, void *library, const char *path, const char *reason)
{
    struct text text = { 0 };
    text_printf(&text, "the provider %s cannot be used: %s", path, reason);
    *why = text_done(&text);
    if (library) dlclose(library);
    return false;
}

/* Where the program itself is. */
static void own_folder(char folder[PATH_MOST])
{
    ssize_t length = readlink("/proc/self/exe", folder, PATH_MOST - 1);
    folder[length > 0 ? length : 0] = 0;
    char *slash = strrchr(folder, '/');
    if (slash) slash[1] = 0;
    else folder[0] = 0;
}

/* A bare name would be searched along the library path; a file here is meant, or a layer that came with the program, which
   lies beside it where it was built and in lib/wspsim where it was installed. */
static void place(struct text *file, const char *path)
{
    static const char *const folders[] = { "layers/", "../lib/wspsim/" };
    char own[PATH_MOST];
    if (strchr(path, '/')) {
        text_add(file, path);
        return;
    }
    text_printf(file, "./%s", path);
    if (access(file->bytes, R_OK) == 0) return;
    own_folder(own);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        struct text beside = { 0 };
        text_printf(&beside, "%s%s%s", own, folders[i], path);
        bool there = access(beside.bytes, R_OK) == 0;
        if (there) {
            file->length = 0;
            text_add(file, beside.bytes);
        }
        text_free(&beside);
        if (there) return;
    }
}

bool provider_load(const char *path, struct loaded *loaded, char **why)
{
    *loaded = (struct loaded){ .startup = WSPStartup, .abi = &wspsim_kernel_abi };
    if (!path) return true;
    struct text file = { 0 };
    place(&file, path);
    void *library = dlopen(file.bytes, RTLD_NOW | RTLD_LOCAL);
    text_free(&file);
    if (!library) return refuse(why, NULL, path, dlerror());
    const uint32_t *abi = dlsym(library, "wspsim_kernel_abi");
    if (abi && *abi != KERNEL_ABI) return refuse(why, library, path, "it was built against another version of kernel.h");
    void *startup = dlsym(library, "WSPStartup");
    if (!startup) return refuse(why, library, path, "it exports no WSPStartup");
    loaded->library = library;
    loaded->abi = abi;
    memcpy(&loaded->startup, &startup, sizeof startup); /* ISO C has no cast from an object to a function pointer */
    return true;
}

void provider_unload(struct loaded *loaded)
{
    if (loaded->library) dlclose(loaded->library);
}
