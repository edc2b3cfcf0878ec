/*
 * ioctls: the provider's table of control codes, as a table or as JSON lines.
 */
#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/explain_tables.h"
#include "core/text.h"
#include "provider/ioctl.h"

static const struct { unsigned bit; const char *word; } places[] = {
    { ON_IPV4, "ipv4" }, { ON_IPV6, "ipv6" }, { ON_STREAM, "stream" }, { ON_DGRAM, "dgram" }, { ON_RAW, "raw" },
};

void valid_on_words(struct text *text, unsigned valid_on, const char *quote, const char *between)
{
    bool first = true;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (!(valid_on & places[i].bit)) continue;
        text_printf(text, "%s%s%s%s", first ? "" : between, quote, places[i].word, quote);
        first = false;
    }
}

static const char *standing_word(const struct ioctl_row *row)
{
    return row->standing == IOCTL_REAL ? "real" : "not-yet";
}

static void row_json(const struct ioctl_row *row)
{
    struct text text = {0};
    text_add(&text, "{\"name\":");
    text_json(&text, row->name);
    text_printf(&text, ",\"code\":%lu,\"in_min\":%lu,\"out_min\":%lu,\"valid_on\":[", (unsigned long)row->code, (unsigned long)row->in_min, (unsigned long)row->out_min);
    valid_on_words(&text, row->valid_on, "\"", ",");
    text_printf(&text, "],\"may_pend\":%s,\"standing\":\"%s\"}", row->may_pend ? "true" : "false", standing_word(row));
    puts(text.bytes);
    text_free(&text);
}

static void row_line(const struct ioctl_row *row)
{
    struct text text = {0};
    valid_on_words(&text, row->valid_on, "", " ");
    printf("%-34s 0x%08lX %4lu %4lu  %-27s %-5s %s\n", row->name, (unsigned long)row->code, (unsigned long)row->in_min, (unsigned long)row->out_min, text.bytes,
           row->may_pend ? "may" : "never", standing_word(row));
    text_free(&text);
}

enum exit_code verb_ioctls(const struct options *options)
{
    size_t count, real = 0;
    const struct ioctl_row *rows = ioctl_table(&count);
    if (!options->json) printf("%-34s %-10s %4s %4s  %-27s %-5s %s\n", "name", "code", "in", "out", "valid on", "pends", "standing");
    for (size_t i = 0; i < count; i++) {
        if (rows[i].standing == IOCTL_REAL) real++;
        if (options->json) row_json(&rows[i]);
        else row_line(&rows[i]);
    }
    if (!options->json) printf("%zu of %zu are real\n", real, count);
    return EXIT_HELD;
}
