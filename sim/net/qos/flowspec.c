#include "net/qos/flowspec.h"

#define LEAST_POLICED 64u

bool flowspec_carries(const struct kernel_flow *flow)
{
    return flow->service != KERNEL_SERVICE_NONE && flow->service != KERNEL_SERVICE_NO_CHANGE;
}

bool flowspec_rate_given(uint32_t rate)
{
    return rate != KERNEL_FLOW_UNSPECIFIED && rate != KERNEL_FLOW_INFINITE;
}

static bool peak_good(const struct kernel_flow *flow)
{
    if (!flowspec_rate_given(flow->peak_rate) || flow->token_rate == KERNEL_FLOW_UNSPECIFIED)
        return true;
    return flow->token_rate != KERNEL_FLOW_INFINITE && flow->peak_rate >= flow->token_rate;
}

static bool sizes_good(const struct kernel_flow *flow)
{
    if (flow->least_policed == KERNEL_FLOW_UNSPECIFIED)
        return true;
    return flow->least_policed != 0 && (flow->max_message == KERNEL_FLOW_UNSPECIFIED || flow->least_policed <= flow->max_message);
}

static enum kernel_qos_news members_good(const struct kernel_flow *flow)
{
    return flow->token_rate != 0 && peak_good(flow) && sizes_good(flow) ? KERNEL_QOS_NOTHING : KERNEL_QOS_BAD_FLOW;
}

enum kernel_qos_news flowspec_check_sending(const struct kernel_flow *flow)
{
    switch (flow->service) {
    case KERNEL_SERVICE_NONE:
    case KERNEL_SERVICE_NO_CHANGE: return KERNEL_QOS_NOTHING; /* the rest is not looked at */
    case KERNEL_SERVICE_CONTROLLED_LOAD:
    case KERNEL_SERVICE_GUARANTEED:
    case KERNEL_SERVICE_GENERAL:
        if (flow->token_rate == KERNEL_FLOW_UNSPECIFIED)
            return KERNEL_QOS_BAD_FLOW;
        return members_good(flow);
    case KERNEL_SERVICE_BEST_EFFORT:
    case KERNEL_SERVICE_NETWORK_CONTROL:
    case KERNEL_SERVICE_QUALITATIVE: return members_good(flow);
    default: return KERNEL_QOS_BAD_SERVICE; /* "unavailable" and "nonconforming" are answers, not wishes */
    }
}

enum kernel_qos_news flowspec_check_receiving(const struct kernel_flow *flow)
{
    switch (flow->service) {
    case KERNEL_SERVICE_NONE:
    case KERNEL_SERVICE_NO_CHANGE: return KERNEL_QOS_NOTHING;
    case KERNEL_SERVICE_GUARANTEED:
        if (flow->token_rate == KERNEL_FLOW_UNSPECIFIED)
            return KERNEL_QOS_BAD_FLOW;
        return members_good(flow);
    case KERNEL_SERVICE_CONTROLLED_LOAD: /* all of it may come from the sender */
    case KERNEL_SERVICE_BEST_EFFORT:
    case KERNEL_SERVICE_NETWORK_CONTROL:
    case KERNEL_SERVICE_QUALITATIVE: return members_good(flow);
    default: return KERNEL_QOS_BAD_SERVICE; /* "general" is the sender's alone */
    }
}

void flowspec_complete(struct kernel_flow *flow, uint32_t mtu_bytes)
{
    if (flow->max_message == KERNEL_FLOW_UNSPECIFIED)
        flow->max_message = mtu_bytes;
    if (flow->bucket_size == KERNEL_FLOW_UNSPECIFIED)
        flow->bucket_size = mtu_bytes;
    if (flow->least_policed == KERNEL_FLOW_UNSPECIFIED)
        flow->least_policed = flow->max_message < LEAST_POLICED ? flow->max_message : LEAST_POLICED;
}

static uint32_t given_or(uint32_t own, uint32_t other)
{
    return own == KERNEL_FLOW_UNSPECIFIED ? other : own;
}

struct kernel_flow flowspec_reserve(const struct kernel_flow *receiving, const struct kernel_flow *sending)
{
    return (struct kernel_flow){
        .service = receiving->service,
        .token_rate = given_or(receiving->token_rate, sending->token_rate),
        .bucket_size = given_or(receiving->bucket_size, sending->bucket_size),
        .peak_rate = given_or(receiving->peak_rate, sending->peak_rate),
        .latency_us = receiving->latency_us, /* what bears the delay says how much of it */
        .delay_variation_us = receiving->delay_variation_us,
        .max_message = given_or(receiving->max_message, sending->max_message),
        .least_policed = given_or(receiving->least_policed, sending->least_policed),
    };
}

uint8_t flowspec_dscp(uint32_t service)
{
    switch (service) {
    case KERNEL_SERVICE_GUARANTEED: return 40;
    case KERNEL_SERVICE_CONTROLLED_LOAD: return 24;
    case KERNEL_SERVICE_NETWORK_CONTROL: return 48;
    default: return 0;
    }
}

const char *flowspec_service_name(uint32_t service)
{
    switch (service) {
    case KERNEL_SERVICE_NONE: return "none";
    case KERNEL_SERVICE_BEST_EFFORT: return "best_effort";
    case KERNEL_SERVICE_CONTROLLED_LOAD: return "controlled_load";
    case KERNEL_SERVICE_GUARANTEED: return "guaranteed";
    case KERNEL_SERVICE_UNAVAILABLE: return "unavailable";
    case KERNEL_SERVICE_GENERAL: return "general";
    case KERNEL_SERVICE_NO_CHANGE: return "no_change";
    case KERNEL_SERVICE_NONCONFORMING: return "nonconforming";
    case KERNEL_SERVICE_NETWORK_CONTROL: return "network_control";
    case KERNEL_SERVICE_QUALITATIVE: return "qualitative";
    default: return "other";
    }
}
