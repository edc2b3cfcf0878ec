#include "net/tcp/congestion.h"

#include "core/check.h"
#include "net/tcp/congestion_private.h"

enum { SEGMENT_BYTES = 1460, SLOW_START_SEGMENTS = 2 };

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* RFC 6928 section 2 for ten, its kind for any other number. */
static uint32_t initial_window(uint32_t mss, uint32_t segments)
{
    uint64_t plain = (uint64_t)segments * mss, least = 2 * (uint64_t)mss, usual = (uint64_t)segments * SEGMENT_BYTES;
    uint64_t most = usual > least ? usual : least, window = plain < most ? plain : most;
    return window < mss ? mss : window < CWND_MOST ? (uint32_t)window : CWND_MOST;
}

void congestion_start(struct congestion *congestion, enum congestion_algorithm algorithm, uint32_t mss, uint32_t initial_segments, bool hystart)
{
    check(mss > 0);
    *congestion = (struct congestion){ .algorithm = algorithm, .mss = mss, .cwnd = initial_window(mss, initial_segments), .ssthresh = SSTHRESH_INFINITE };
    hystart_start(&congestion->hystart, hystart);
    cubic_start(&congestion->cubic);
    congestion->former = congestion->cubic;
}

void congestion_mss(struct congestion *congestion, uint32_t mss)
{
    check(mss > 0);
    congestion->mss = mss;
    if (congestion->cwnd < mss)
        congestion->cwnd = mss;
}

/* ---- growth ---- */

/*
 * HyStart++ is for the first slow start only, and brings its own limit for a burst (RFC 9406 sections 4.2, 4.3). After a timeout
 * an ACK may cover what had arrived long before, so that it counts for one segment (RFC 3465 section 2.3).
 */
static uint32_t slow_start_growth(const struct congestion *congestion, uint32_t acked)
{
    if (congestion->reduced_by_timeout)
        return smaller(acked, congestion->mss);
    if (congestion->hystart.on && congestion->ssthresh == SSTHRESH_INFINITE)
        return hystart_growth(&congestion->hystart, acked, congestion->mss);
    return smaller(acked, SLOW_START_SEGMENTS * congestion->mss);
}

static void slow_start(struct congestion *congestion, uint32_t acked)
{
    uint64_t grown = (uint64_t)congestion->cwnd + slow_start_growth(congestion, acked);
    uint32_t most = smaller(congestion->ssthresh, CWND_MOST);
    congestion->cwnd = grown < most ? (uint32_t)grown : most;
    if (congestion->cwnd >= congestion->ssthresh)
        congestion->reduced_by_timeout = false;
}

void congestion_ack(struct congestion *congestion, const struct congestion_ack *ack)
{
    check(!congestion->recovering);
    if (congestion->ssthresh == SSTHRESH_INFINITE && hystart_ack(&congestion->hystart, ack))
        congestion->ssthresh = congestion->cwnd;
    cubic_pass(&congestion->cubic, ack);
    if (!ack->limited)
        return;
    if (congestion->cwnd < congestion->ssthresh)
        slow_start(congestion, ack->acked);
    else if (congestion->algorithm == CONGESTION_CUBIC)
        cubic_grow(congestion, ack);
    else
        newreno_grow(congestion, ack);
}

/* ---- reduction ---- */

/* ssthresh after a loss: a share of what was in flight, at least two segments (RFC 5681 section 3.1, RFC 9438 section 4.6). */
static void reduce(struct congestion *congestion, uint32_t flight)
{
    bool cubic = congestion->algorithm == CONGESTION_CUBIC;
    if (cubic)
        cubic_reduced(&congestion->cubic, congestion->cwnd);
    uint32_t share = smaller(cubic ? cubic_share(flight) : newreno_share(flight), CWND_MOST), least = 2 * congestion->mss;
    congestion->ssthresh = share > least ? share : least;
    congestion->credit = 0;
}

void congestion_lost(struct congestion *congestion, int64_t now_ns, uint32_t flight)
{
    (void)now_ns; /* CUBIC's epoch begins when the window grows again */
    congestion->former = congestion->cubic;
    reduce(congestion, flight);
    congestion->recovering = true;
    congestion->reduced_by_timeout = false;
    prr_start(&congestion->prr, flight, congestion->mss);
}

void congestion_recovery_ack(struct congestion *congestion, uint32_t delivered, uint32_t pipe)
{
    check(congestion->recovering);
    congestion->cwnd = prr_window(&congestion->prr, congestion->ssthresh, congestion->mss, delivered, pipe);
}

void congestion_sent(struct congestion *congestion, uint32_t bytes)
{
    if (congestion->recovering)
        congestion->prr.out += bytes;
}

void congestion_recovered(struct congestion *congestion)
{
    if (congestion->recovering)
        congestion->cwnd = congestion->ssthresh;
    congestion->recovering = congestion->reduced_by_timeout = false;
}

void congestion_timeout(struct congestion *congestion, int64_t now_ns, uint32_t flight, bool first)
{
    (void)now_ns;
    if (first) {
        uint32_t former = congestion->recovering ? congestion->ssthresh : SSTHRESH_INFINITE;
        congestion->former = congestion->cubic;
        reduce(congestion, flight);
        congestion->ssthresh = smaller(congestion->ssthresh, former); /* a recovery that fails never raises it */
    }
    cubic_timed_out(&congestion->cubic);
    congestion->cwnd = congestion->mss; /* the loss window, RFC 5681 section 3.1 */
    congestion->recovering = false;
    congestion->reduced_by_timeout = true;
}

/* RFC 9438 section 4.9: W_max, K and the epoch come back as well. */
void congestion_undo(struct congestion *congestion, uint32_t cwnd, uint32_t ssthresh)
{
    congestion->cubic = congestion->former;
    congestion->cwnd = cwnd < congestion->mss ? congestion->mss : smaller(cwnd, CWND_MOST);
    congestion->ssthresh = ssthresh;
    congestion->recovering = congestion->reduced_by_timeout = false;
}

/* RFC 3168 section 6.1.2: as a loss, but there is nothing to repair. A window already reduced is left alone. */
void congestion_marked(struct congestion *congestion, int64_t now_ns, uint32_t flight)
{
    (void)now_ns;
    if (congestion->recovering || congestion->reduced_by_timeout)
        return;
    reduce(congestion, flight);
    congestion->cwnd = smaller(congestion->cwnd, congestion->ssthresh);
}
