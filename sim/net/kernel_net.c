/* The stack's groups of kernel.h, for the host of whoever runs. */
#include "core/check.h"
#include "kernel.h"
#include "net/net_private.h"

static struct host *here(void)
{
    check(running && running->host);
    return running->host;
}

uint32_t kernel_abilities(void)
{
    const struct host_parameters *parameters = &here()->parameters;
    return (running->restricted ? 0u : KERNEL_ADMINISTRATOR) | (parameters->find_route ? KERNEL_FINDS_ROUTES : 0u) | parameters->companions;
}

enum kernel_status kernel_stack_state(void)
{
    return here()->stack_down ? KERNEL_STACK_DOWN : KERNEL_OK;
}

enum kernel_status kernel_local_addresses(enum kernel_family family, struct kernel_address *addresses, size_t room, size_t *count)
{
    const struct host *host = here();
    *count = 0;
    if (host->stack_down)
        return KERNEL_STACK_DOWN;
    if (host_starved(host))
        return KERNEL_NO_RESOURCES;
    *count = host_local_addresses(host, family, addresses, room);
    return KERNEL_OK;
}

enum kernel_status kernel_interface_addresses(enum kernel_family family, struct kernel_interface_address *rows, size_t room, size_t *count)
{
    const struct host *host = here();
    *count = 0;
    if (host->stack_down)
        return KERNEL_STACK_DOWN;
    *count = host_interface_addresses(host, family, rows, room);
    return KERNEL_OK;
}

enum kernel_status kernel_best_path(const struct kernel_address *destination, struct kernel_path *path)
{
    if (destination->family != KERNEL_IPV4 && destination->family != KERNEL_IPV6)
        return KERNEL_BAD_ARGUMENT;
    return host_best_path(here(), destination, path);
}

enum kernel_status kernel_destinations_sort(struct kernel_address *destinations, size_t count)
{
    const struct host *host = here();
    if (host->stack_down)
        return KERNEL_STACK_DOWN;
    for (size_t i = 0; i < count; i++) {
        if (destinations[i].family != KERNEL_IPV4 && destinations[i].family != KERNEL_IPV6)
            return KERNEL_BAD_ARGUMENT;
    }
    destinations_sort(host, destinations, count);
    return KERNEL_OK;
}

enum kernel_status kernel_watch(const struct kernel_watch *watch, bool lasting, kernel_complete *complete, void *cookie, kernel_request *request)
{
    return request_open(here(), watch, lasting, complete, cookie, request);
}

enum kernel_status kernel_cancel(kernel_request request)
{
    struct net *net = here()->net;
    enum kernel_status status = request_cancel(net, request);
    row_cancel(request, status, net);
    return status;
}
