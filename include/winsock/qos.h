/*
 * qos.h - flow specifications and the objects that go with them.
 *
 * Win64 shapes on any 64-bit target, after Windows' <qos.h>.  QOS itself,
 * which holds two flow specifications, is in winsock2.h.
 */
#ifndef WSP_QOS_H
#define WSP_QOS_H

#include "winbase_types.h"

typedef ULONG SERVICETYPE;

/* Rates in bytes per second, sizes in bytes, times in microseconds. */
typedef struct _flowspec {
    ULONG TokenRate;
    ULONG TokenBucketSize;
    ULONG PeakBandwidth;
    ULONG Latency;
    ULONG DelayVariation;
    SERVICETYPE ServiceType;
    ULONG MaxSduSize;
    ULONG MinimumPolicedSize;
} FLOWSPEC, *PFLOWSPEC, *LPFLOWSPEC;

/* Any number of a FLOWSPEC. */
#define QOS_NOT_SPECIFIED 0xFFFFFFFFU
#define POSITIVE_INFINITY_RATE 0xFFFFFFFEU

/* FLOWSPEC.ServiceType: a number... */
#define SERVICETYPE_NOTRAFFIC 0x00000000U
#define SERVICETYPE_BESTEFFORT 0x00000001U
#define SERVICETYPE_CONTROLLEDLOAD 0x00000002U
#define SERVICETYPE_GUARANTEED 0x00000003U
#define SERVICETYPE_NETWORK_UNAVAILABLE 0x00000004U
#define SERVICETYPE_GENERAL_INFORMATION 0x00000005U
#define SERVICETYPE_NOCHANGE 0x00000006U
#define SERVICETYPE_NONCONFORMING 0x00000009U
#define SERVICETYPE_NETWORK_CONTROL 0x0000000AU
#define SERVICETYPE_QUALITATIVE 0x0000000DU

/* ... or bits. */
#define SERVICE_BESTEFFORT 0x80010000U
#define SERVICE_CONTROLLEDLOAD 0x80020000U
#define SERVICE_GUARANTEED 0x80040000U
#define SERVICE_QUALITATIVE 0x80200000U
#define SERVICE_NO_TRAFFIC_CONTROL 0x81000000U
#define SERVICE_NO_QOS_SIGNALING 0x40000000U

/*
 * QOS.ProviderSpecific is a sequence of objects, each of which starts with
 * this header; ObjectLength counts the whole object in bytes.
 */
typedef struct {
    ULONG ObjectType;
    ULONG ObjectLength;
} QOS_OBJECT_HDR, *LPQOS_OBJECT_HDR;

#define QOS_GENERAL_ID_BASE 2000U
#define QOS_OBJECT_END_OF_LIST (0x00000001U + QOS_GENERAL_ID_BASE)
#define QOS_OBJECT_SD_MODE (0x00000002U + QOS_GENERAL_ID_BASE)
#define QOS_OBJECT_SHAPING_RATE (0x00000003U + QOS_GENERAL_ID_BASE)
#define QOS_OBJECT_DESTADDR (0x00000004U + QOS_GENERAL_ID_BASE)

/* QOS_OBJECT_SD_MODE: what to do with traffic above the rate. */
typedef struct _QOS_SD_MODE {
    QOS_OBJECT_HDR ObjectHdr;
    ULONG ShapeDiscardMode;
} QOS_SD_MODE, *LPQOS_SD_MODE;

#define TC_NONCONF_BORROW 0U
#define TC_NONCONF_SHAPE 1U
#define TC_NONCONF_DISCARD 2U
#define TC_NONCONF_BORROW_PLUS 3U

/* QOS_OBJECT_SHAPING_RATE: bytes per second. */
typedef struct _QOS_SHAPING_RATE {
    QOS_OBJECT_HDR ObjectHdr;
    ULONG ShapingRate;
} QOS_SHAPING_RATE, *LPQOS_SHAPING_RATE;

#endif
