/* What the tests of the trace share: two rows, and a way to read one. */
#ifndef TESTS_CORE_TRACE_SAMPLE_H
#define TESTS_CORE_TRACE_SAMPLE_H
#include "suite.h"

#include <inttypes.h>
#include <stdint.h>

#include "core/trace.h"

static int64_t now_ns;

/* Two rows with every kind of field. */
static inline struct trace *sample(void)
{
    struct trace *trace = trace_new(&now_ns);
    now_ns = 1500000000;
    ck_assert(trace_begin_for(trace, LAYER_SPI, "WSPIoctl", "a", "app", "app/w", "s"));
    trace_text(trace, "code", "SIO_\xc3\xa9\"x");
    trace_int(trace, "returns", -1);
    trace_uint(trace, "big", UINT64_MAX);
    trace_bool(trace, "ok", true);
    trace_text(trace, "none", NULL);
    trace_bytes(trace, "in", "\x01\xff", 2);
    trace_list(trace, "l");
    trace_int(trace, "", 1);
    trace_map(trace, "");
    trace_text(trace, "x", "y z");
    trace_close(trace);
    trace_close(trace);
    ck_assert_uint_eq(trace_end(trace), 1);
    now_ns = -2;
    trace_set_cause(trace, 1);
    ck_assert(trace_begin(trace, LAYER_NET, "address.added", "a", NULL));
    ck_assert_uint_eq(trace_end(trace), 2);
    return trace;
}

static inline void read_row(const struct trace *trace, uint64_t seq, struct trace_row *row)
{
    ck_assert_msg(trace_read(trace, seq, row), "row %" PRIu64, seq);
    ck_assert_uint_eq(row->seq, seq);
}
#endif
