/*
 * Small text helpers shared by all rooms: times and sizes in the words of the scenario language, growing buffers, JSON
 * string escaping, the nearest word for a suggestion. No locale takes part.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A text that grows; start with {0}. text_done hands the bytes (terminated, never NULL) to the caller, who frees them. */
struct text { char *bytes; size_t length, room; };
void text_add(struct text *text, const char *more);
void text_add_n(struct text *text, const char *more, size_t length);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_json(struct text *text, const char *value); /* quoted and escaped, bytes that are not UTF-8 as U+FFFD; NULL gives null */
bool text_is_utf8(const char *value);
char *text_done(struct text *text);
void text_free(struct text *text);

/* "0", "5ms", "1.5s", "250us", "3ns", "2m", "1h": the largest unit (d, h, m, s, ms, us, ns) not above the time in which it is
   exact with at most 3 decimals; d, h and m take no decimals ("90s", not "1.5m"). time_parse reads back what is not negative. */
#define TIME_TEXT 40
void time_text(int64_t ns, char text[TIME_TEXT]);
/* A number with up to 9 decimals and a unit ns, us, ms, s, m, h, d; plain "0" needs none. False: not a time, or not exact in ns. */
bool time_parse(const char *text, int64_t *ns);
bool rate_parse(const char *text, uint64_t *bits_per_second); /* "100Mbps": bps, kbps, Mbps, Gbps, Tbps (decimal) */
bool size_parse(const char *text, uint64_t *bytes);           /* "64KiB", "4MiB", "1GiB", "1500B", "1500" */
bool ratio_parse(const char *text, uint64_t *numerator, uint64_t *denominator); /* "1/1000", "0.1%"; may be more than one */
bool number_parse(const char *text, uint64_t *value);         /* decimal or 0x hex, whole text */

/* The candidate nearest to `word` (edit distance at most a third of its length, at least 1 allowed), or NULL. */
const char *nearest_word(const char *word, const char *const *candidates, size_t count);
#endif
