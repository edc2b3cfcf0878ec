/*
 * Loading a provider: the reference provider is linked in, another one comes as a shared object. It is loaded with
 * RTLD_LOCAL, so that equal names in two providers never meet, and refused when it was built against another kernel.h.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "ws2/private.h"

static bool refuse(char **why, void *library, const char *path, const char *reason)
{
    struct text text = { 0 };
    text_printf(&text, "the provider %s cannot be used: %s", path, reason);
    *why = text_done(&text);
    if (library) dlclose(library);
    return false;
}

bool provider_load(const char *path, struct loaded *loaded, char **why)
{
    *loaded = (struct loaded){ .startup = WSPStartup };
    if (!path) return true;
    /* A bare name would be searched along the library path; a path is meant. */
    struct text file = { 0 };
    text_printf(&file, "%s%s", strchr(path, '/') ? "" : "./", path);
    void *library = dlopen(file.bytes, RTLD_NOW | RTLD_LOCAL);
    text_free(&file);
    if (!library) return refuse(why, NULL, path, dlerror());
    const uint32_t *abi = dlsym(library, "wspsim_kernel_abi");
    if (abi && *abi != KERNEL_ABI) return refuse(why, library, path, "it was built against another version of kernel.h");
    void *startup = dlsym(library, "WSPStartup");
    if (!startup) return refuse(why, library, path, "it exports no WSPStartup");
    loaded->library = library;
    memcpy(&loaded->startup, &startup, sizeof startup); /* ISO C has no cast from an object to a function pointer */
    return true;
}

void provider_unload(struct loaded *loaded)
{
    if (loaded->library) dlclose(loaded->library);
}
