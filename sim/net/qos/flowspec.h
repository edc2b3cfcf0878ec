/*
 * What a client may ask of the network for one direction of a socket (host-stack 9.1): struct kernel_flow, its rules and defaults.
 */
#ifndef NET_QOS_FLOWSPEC_H
#define NET_QOS_FLOWSPEC_H
#include <stdbool.h>
#include <stdint.h>

#include "kernel.h"

/* KERNEL_QOS_NOTHING: nothing is wrong with it. */
enum kernel_qos_news flowspec_check_sending(const struct kernel_flow *flow);
enum kernel_qos_news flowspec_check_receiving(const struct kernel_flow *flow);

/* Sizes that were not given become the interface's MTU, the least policed size 64 or what fits. Rates and times stay as they are. */
void flowspec_complete(struct kernel_flow *flow, uint32_t mtu_bytes);

/* What a receiver asks for, with what it left open taken from the sender (whose flow is complete). */
struct kernel_flow flowspec_reserve(const struct kernel_flow *receiving, const struct kernel_flow *sending);

bool flowspec_carries(const struct kernel_flow *flow); /* there is a flow in this direction */
bool flowspec_rate_given(uint32_t rate);               /* neither unspecified nor infinite */

/* The DSCP of conforming packets (host-stack 9.3). */
uint8_t flowspec_dscp(uint32_t service);
const char *flowspec_service_name(uint32_t service); /* "guaranteed" …, for rows */
#endif
