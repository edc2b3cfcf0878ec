/* Proportional rate reduction (RFC 6937) with the slow start reduction bound. */
#include "net/tcp/congestion_private.h"

void prr_start(struct prr *prr, uint32_t flight, uint32_t mss)
{
    *prr = (struct prr){ .recover_flight = flight > mss ? flight : mss };
}

/* ceil(prr_delivered * ssthresh / RecoverFS), in two parts: a recovery may deliver many windows. */
static uint64_t due(const struct prr *prr, uint32_t ssthresh)
{
    uint64_t whole = prr->delivered / prr->recover_flight, part = prr->delivered % prr->recover_flight;
    return whole * ssthresh + (part * ssthresh + prr->recover_flight - 1) / prr->recover_flight;
}

static uint64_t more(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

/* RFC 6937 section 3. */
uint32_t prr_window(struct prr *prr, uint32_t ssthresh, uint32_t mss, uint32_t delivered, uint32_t pipe)
{
    prr->delivered += delivered;
    uint64_t count;
    if (pipe > ssthresh) {
        count = more(due(prr, ssthresh), prr->out);
    } else {
        uint64_t limit = more(prr->delivered, prr->out);
        limit = (limit > delivered ? limit : delivered) + mss;
        count = ssthresh - pipe < limit ? ssthresh - pipe : limit;
    }
    /* The first retransmission is not kept waiting: what the first ACK delivered pays for less than a segment. */
    if (prr->out == 0 && count < mss)
        count = mss;
    uint64_t window = pipe + count;
    return window < CWND_MOST ? (uint32_t)window : CWND_MOST;
}
