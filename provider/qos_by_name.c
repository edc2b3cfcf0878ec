/*
 * WSPGetQOSByName (SPI reference 4.16): the names are the machine's. A name is a text of bytes, which ends with its zero or with
 * its buffer; a buffer whose text is empty asks which names there are.
 */
#include <string.h>

#include "provider.h"

#include <qos.h> /* Windows' own headers want these behind winsock2.h */
#include <qossp.h>

static int answer(const struct kernel_qos *wish, LPQOS out)
{
    QOS qos;
    if (!kernel_may_write(out, sizeof qos)) return WSAEFAULT;
    SERVICETYPE flags = (wish->no_signalling ? SERVICE_NO_QOS_SIGNALING : 0) | (wish->no_traffic_control ? SERVICE_NO_TRAFFIC_CONTROL : 0);
    memset(&qos, 0, sizeof qos);
    qos_flows_write(wish, &qos);
    qos.SendingFlowspec.ServiceType |= flags;
    qos.ReceivingFlowspec.ServiceType |= flags;
    memcpy(out, &qos, sizeof qos);
    return 0;
}

static int look_up(const WSABUF *name, LPQOS out)
{
    struct kernel_qos_template found;
    enum kernel_status status;
    for (size_t number = 0; (status = kernel_qos_template(number, &found)) == KERNEL_OK; number++) {
        size_t length = found.length;
        BOOL whole = name->len == length || (name->len > length && name->buf[length] == 0);
        if (whole && memcmp(name->buf, found.name, length) == 0) return answer(&found.qos, out);
    }
    return status == KERNEL_BAD_ARGUMENT ? WSAEINVAL : error_of_kernel(status);
}

/* Texts with their zeros, and an empty one that ends them. Too little room: the length says how much it takes. */
static int enumerate(LPWSABUF names)
{
    struct kernel_qos_template found;
    enum kernel_status status;
    size_t size = 1, room = names->len, at = 0;
    for (size_t number = 0; (status = kernel_qos_template(number, &found)) == KERNEL_OK; number++) size += found.length + 1;
    if (status != KERNEL_BAD_ARGUMENT) return error_of_kernel(status);
    names->len = (u_long)size;
    if (room < size || !kernel_may_write(names->buf, size)) return WSAEFAULT;
    for (size_t number = 0; kernel_qos_template(number, &found) == KERNEL_OK; number++) {
        memcpy(names->buf + at, found.name, found.length + 1);
        at += found.length + 1;
    }
    names->buf[at] = 0;
    return 0;
}

BOOL WSPAPI provider_get_qos_by_name(SOCKET s, LPWSABUF name, LPQOS qos, LPINT error)
{
    struct sock *sock = sock_enter(s, error);
    WSABUF buffer;
    uint32_t ignored;
    int result;
    if (!sock) return FALSE;
    if (kernel_qos_check(sock->endpoint, KERNEL_QOS_SIGNALS, &ignored) == KERNEL_NOT_SUPPORTED) result = WSAEOPNOTSUPP;
    else if (!kernel_may_write(name, sizeof *name)) result = WSAEFAULT;
    else {
        memcpy(&buffer, name, sizeof buffer);
        if (buffer.len && (!buffer.buf || !kernel_may_read(buffer.buf, buffer.len))) result = WSAEFAULT;
        else if (buffer.len == 0 || buffer.buf[0] == 0) result = enumerate(name);
        else result = look_up(&buffer, qos);
    }
    if (result) fail(error, result);
    return result == 0;
}
