/* Following a JSON pointer. */
#include "script/pointer.h"

#include <stdbool.h>

/* The member or element that a pointer's next part names, "~1" and "~0" decoded; *part moves on to the next "/". */
static const struct json *child(const struct json *node, const char **part)
{
    char name[256];
    size_t length = 0, index = 0;
    const char *at = *part + 1;
    bool digits = *at >= '0' && *at <= '9';
    for (; *at && *at != '/' && length < sizeof name - 1; at++) {
        bool escaped = *at == '~' && (at[1] == '0' || at[1] == '1');
        name[length++] = escaped ? (at[1] == '1' ? '/' : '~') : *at;
        digits = digits && *at >= '0' && *at <= '9' && length < 10;
        index = 10 * index + (size_t)(digits ? *at - '0' : 0);
        at += escaped;
    }
    name[length] = '\0';
    *part = at;
    if (node->type == JSON_OBJECT) return json_member(node, name);
    const struct json *one = node->type == JSON_LIST && digits ? node->first : NULL;
    for (; one && index > 0; index--) one = one->next;
    return one;
}

const struct json *json_at(const struct json *root, const char *pointer)
{
    const struct json *node = root, *next = root;
    while (next && *pointer == '/' && (next = child(next, &pointer))) node = next;
    return node;
}
