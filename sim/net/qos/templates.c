/* Qualities of service that have a name on a host. */
#include <stdlib.h>
#include <string.h>

#include "core/arena.h"
#include "core/check.h"
#include "net/net_private.h"
#include "net/qos/flow.h"

struct qos_template { struct kernel_qos_template content; struct qos_template *next; };

bool qos_template_add(struct host *host, const char *name, const struct kernel_qos *qos)
{
    struct qos_template **at = &host->qos_templates;
    if (!*name || strlen(name) >= KERNEL_TEMPLATE_NAME)
        return net_refuse(host->net, "a template's name has 1 to %u bytes", KERNEL_TEMPLATE_NAME - 1);
    for (; *at; at = &(*at)->next) {
        if (strcmp((*at)->content.name, name) == 0)
            return net_refuse(host->net, "there is a template \"%s\" already", name);
    }
    *at = memory_take(sizeof **at);
    (*at)->content.length = strlen(name);
    memcpy((*at)->content.name, name, strlen(name));
    (*at)->content.qos = *qos;
    return true;
}

void qos_templates_free(struct host *host)
{
    for (struct qos_template *one = host->qos_templates, *next; one; one = next) {
        next = one->next;
        free(one);
    }
    host->qos_templates = NULL;
}

enum kernel_status kernel_qos_template(size_t number, struct kernel_qos_template *found)
{
    check(running && running->host);
    const struct host *host = running->host;
    const struct qos_template *one = host->qos_templates;
    if (host->stack_down)
        return KERNEL_STACK_DOWN;
    for (; one && number; number--)
        one = one->next;
    if (!one)
        return KERNEL_BAD_ARGUMENT;
    *found = one->content;
    return KERNEL_OK;
}
