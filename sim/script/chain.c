/*
 * Reading an actor's `chain`: the layers above its base provider, top first. An element is a path, or an object with a name, the
 * path, and settings, which the layer asks for itself (kernel.h).
 */
#include "script/chain.h"

#include <string.h>

#include "kernel.h"

static const struct member layer_members[] = {
    { "name", TYPE_NAME, false, "what rows call it; its file without it" }, { "provider", TYPE_TEXT, true, "path of a shared object" }, { "ifs", TYPE_BOOL, false, "its handles are those of the layer below (XP1_IFS_HANDLES); false without it" }, { "settings", TYPE_OBJECT, false, "texts that the layer asks for with kernel_setting" }, { "about", TYPE_TEXT, false, "a remark for the reader" }, { 0 },
};

/* "./layers/audit.so" is "audit". */
static const char *name_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *begin = slash ? slash + 1 : path, *dot = strrchr(begin, '.');
    return arena_text_n(arena, begin, dot ? (size_t)(dot - begin) : strlen(begin));
}

static void read_settings(struct loading *load, const struct json *settings, struct layer_setup *layer)
{
    struct provider_setting *list = arena_take(load->scenario->arena, (settings->count + 1) * sizeof *list);
    for (const struct json *one = settings->first; one; one = one->next) {
        if (!type_check(load->problems, one, TYPE_TEXT)) continue;
        if (strlen(one->name) >= KERNEL_SETTING_TEXT || strlen(one->text) >= KERNEL_SETTING_TEXT)
            problem_at(load->problems, one, "a setting has less than %d characters", KERNEL_SETTING_TEXT);
        list[layer->setting_count++] = (struct provider_setting){ .name = one->name, .value = one->text };
    }
    layer->settings = list;
}

static bool read_layer(struct loading *load, const struct json *node, struct layer_setup *layer)
{
    static const struct member *const tables[] = { layer_members, NULL };
    struct arena *arena = load->scenario->arena;
    if (node->type == JSON_TEXT) {
        *layer = (struct layer_setup){ .name = name_of(arena, node->text), .path = node->text };
        return true;
    }
    if (node->type != JSON_OBJECT) {
        problem_at(load->problems, node, "a layer is a path, or an object with a \"provider\"");
        return false;
    }
    if (!load_members(load, node, tables, "a layer")) return false;
    const struct json *name = json_member(node, "name"), *ifs = json_member(node, "ifs"), *settings = json_member(node, "settings");
    const char *path = json_member(node, "provider")->text;
    *layer = (struct layer_setup){ .name = name ? name->text : name_of(arena, path), .path = path, .ifs = ifs && read_bool(ifs) };
    if (settings) read_settings(load, settings, layer);
    return true;
}

/* A layer's functions do not say for which place of the chain they are called: a file serves one. */
static void check_unique(struct loading *load, const struct json *node, const struct layer_setup *layers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(layers[i].path, layers[count].path) == 0) problem_at(load->problems, node, "\"%s\" is in this chain already: a provider has one place in it", layers[i].path);
        else if (strcmp(layers[i].name, layers[count].name) == 0) problem_at(load->problems, node, "this chain has a layer \"%s\" already", layers[i].name);
    }
    if (strcmp(layers[count].name, "base") == 0) problem_at(load->problems, node, "\"base\" is the provider below all layers");
}

const struct layer_setup *load_chain(struct loading *load, const struct json *list, size_t *count)
{
    *count = 0;
    if (!list || list->type != JSON_LIST) return NULL;
    if (list->count == 0 || list->count > LAYERS_ABOVE) {
        problem_at(load->problems, list, "a chain has 1 to %d layers; the base provider is not one of them", LAYERS_ABOVE);
        return NULL;
    }
    struct layer_setup *layers = arena_take(load->scenario->arena, list->count * sizeof *layers);
    for (const struct json *node = list->first; node; node = node->next) {
        if (!read_layer(load, node, &layers[*count])) continue;
        check_unique(load, node, layers, *count);
        ++*count;
    }
    return layers;
}
