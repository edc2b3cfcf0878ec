/*
 * {"qos": {"sending": …, "receiving": …}}: a QOS structure as SIO_SET_QOS takes it, in the words of the step qos.set. What the
 * structure has no room for follows in objects, and the addresses they point to behind them.
 */
#include <qossp.h>
#include <ws2tcpip.h>

#include <string.h>

#include "script/marshal.h"
#include "script/qos_steps.h"

struct building { uint8_t *bytes; size_t size, room; bool full; };

static void append(struct building *building, const void *from, size_t size)
{
    if (building->full || size > building->room - building->size) {
        building->full = true;
        return;
    }
    memcpy(building->bytes + building->size, from, size);
    building->size += size;
}

static void flow_put(const struct kernel_flow *flow, ULONG flags, FLOWSPEC *to)
{
    *to = (FLOWSPEC){
        .TokenRate = flow->token_rate, .TokenBucketSize = flow->bucket_size, .PeakBandwidth = flow->peak_rate, .Latency = flow->latency_us,
        .DelayVariation = flow->delay_variation_us, .ServiceType = flow->service | flags, .MaxSduSize = flow->max_message, .MinimumPolicedSize = flow->least_policed,
    };
}

static void objects_put(struct building *building, const struct kernel_qos *qos)
{
    QOS_SD_MODE mode = { .ObjectHdr = { QOS_OBJECT_SD_MODE, sizeof mode }, .ShapeDiscardMode = (ULONG)qos->excess };
    QOS_SHAPING_RATE rate = { .ObjectHdr = { QOS_OBJECT_SHAPING_RATE, sizeof rate }, .ShapingRate = qos->shaping_rate };
    RSVP_RESERVE_INFO reserve;
    QOS_DESTADDR destination;
    memset(&reserve, 0, sizeof reserve);
    memset(&destination, 0, sizeof destination);
    reserve.ObjectHdr = (QOS_OBJECT_HDR){ RSVP_OBJECT_RESERVE_INFO, sizeof reserve };
    reserve.ConfirmRequest = 1;
    destination.ObjectHdr = (QOS_OBJECT_HDR){ QOS_OBJECT_DESTADDR, sizeof destination };
    destination.SocketAddressLength = qos->destination.address.family == KERNEL_IPV6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    if (qos->excess != KERNEL_EXCESS_BY_SERVICE) append(building, &mode, sizeof mode);
    if (qos->shaping_rate) append(building, &rate, sizeof rate);
    if (qos->confirm) append(building, &reserve, sizeof reserve);
    if (qos->destination.address.family) append(building, &destination, sizeof destination);
    if (building->size == sizeof(QOS)) return;
    QOS_OBJECT_HDR end = { QOS_OBJECT_END_OF_LIST, sizeof end };
    append(building, &end, sizeof end);
}

size_t marshal_qos(const struct json *object, uint8_t *bytes, size_t room)
{
    struct kernel_qos wish;
    struct building building = { .bytes = bytes, .size = sizeof(QOS), .room = room };
    QOS qos;
    uint8_t address[sizeof(struct sockaddr_in6)];
    if (object->type != JSON_OBJECT || room < sizeof qos) return SIZE_MAX;
    qos_wish_read(NULL, object, &wish);
    ULONG flags = (wish.no_signalling ? SERVICE_NO_QOS_SIGNALING : 0) | (wish.no_traffic_control ? SERVICE_NO_TRAFFIC_CONTROL : 0);
    memset(&qos, 0, sizeof qos);
    flow_put(&wish.sending, flags, &qos.SendingFlowspec);
    flow_put(&wish.receiving, flags, &qos.ReceivingFlowspec);
    objects_put(&building, &wish);
    qos.ProviderSpecific.len = (ULONG)(building.size - sizeof qos);
    memcpy(bytes, &qos, sizeof qos);
    if (wish.destination.address.family) append(&building, address, sockaddr_parse(json_member(object, "destination")->text, address, sizeof address));
    return building.full ? SIZE_MAX : building.size;
}

/* The objects stand behind the structure, the one address behind the last of them. */
void marshal_qos_place(void *bytes)
{
    QOS qos;
    QOS_OBJECT_HDR header;
    QOS_DESTADDR destination;
    memcpy(&qos, bytes, sizeof qos);
    char *start = (char *)bytes + sizeof qos;
    if (qos.ProviderSpecific.len == 0) return;
    qos.ProviderSpecific.buf = start;
    memcpy(bytes, &qos, sizeof qos);
    for (ULONG at = 0; at < qos.ProviderSpecific.len; at += header.ObjectLength) {
        memcpy(&header, start + at, sizeof header);
        if (header.ObjectType != QOS_OBJECT_DESTADDR) continue;
        memcpy(&destination, start + at, sizeof destination);
        destination.SocketAddress = (const struct sockaddr *)(const void *)(start + qos.ProviderSpecific.len);
        memcpy(start + at, &destination, sizeof destination);
    }
}

void marshal_qos_check(struct problems *problems, const struct json *object)
{
    struct kernel_qos wish;
    qos_wish_read(problems, object, &wish);
}
