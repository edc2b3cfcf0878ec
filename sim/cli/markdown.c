/*
 * Markdown as roff: as much of it as our docs use. A document goes line by line; lines of one paragraph are joined, for within
 * them code and links may break.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/roff.h"
#include "core/text.h"

enum block { BLOCK_NONE, BLOCK_PARAGRAPH, BLOCK_CODE, BLOCK_TABLE };

struct document { enum block block; struct text paragraph; unsigned table_line; bool headed; /* nothing stands under the last heading yet */ };

/* ---- within a line ---- */

/* Where the same mark stands again before the end; NULL: nowhere. */
static const char *mark_end(const char *at, const char *end, const char *mark)
{
    size_t length = strlen(mark);
    for (; at + length <= end; at++)
        if (memcmp(at, mark, length) == 0) return at;
    return NULL;
}

static const char *spanned(const char *at, const char *end, const char *mark, const char *font)
{
    const char *close = mark_end(at + strlen(mark), end, mark);
    if (!close) return NULL;
    printf("\\f%s", font);
    roff_text_n(at + strlen(mark), (size_t)(close - at) - strlen(mark));
    printf("\\fR");
    return close + strlen(mark);
}

/* "[text](target)": the text; where else it leads is of no use on paper. */
static const char *linked(const char *at, const char *end)
{
    const char *middle = mark_end(at, end, "]("), *close = middle ? mark_end(middle, end, ")") : NULL;
    if (!close) return NULL;
    roff_text_n(at + 1, (size_t)(middle - at) - 1);
    return close + 1;
}

static void inline_text(const char *text, size_t length)
{
    const char *at = text, *end = text + length;
    if (at < end && (*at == '.' || *at == '\'')) fputs("\\&", stdout);
    while (at < end) {
        const char *next = *at == '`' ? spanned(at, end, "`", "B") : strncmp(at, "**", 2) == 0 ? spanned(at, end, "**", "B") : *at == '[' ? linked(at, end) : NULL;
        if (!next && *at == '\\' && at + 1 < end && strchr("|*`[", at[1])) at++; /* what was kept from being a mark */
        if (!next) {
            next = at + 1;
            while (next < end && !strchr("`*[\\", *next)) next++;
            roff_text_n(at, (size_t)(next - at));
        }
        at = next;
    }
}

/* ---- blocks ---- */

static void paragraph_end(struct document *document)
{
    if (document->block == BLOCK_PARAGRAPH) {
        inline_text(document->paragraph.bytes, document->paragraph.length);
        putchar('\n');
    }
    if (document->block != BLOCK_CODE) document->block = BLOCK_NONE;
    document->paragraph.length = 0;
    document->table_line = 0;
}

static void heading(struct document *document, const char *line, size_t length)
{
    size_t level = 0;
    while (level < length && line[level] == '#') level++;
    paragraph_end(document);
    if (level == 1) return; /* the page has its own */
    printf("%s ", level == 2 ? ".SH" : ".SS");
    inline_text(line + level + 1, length - level - 1);
    putchar('\n');
    document->headed = true;
}

static void code_fence(struct document *document)
{
    bool opens = document->block != BLOCK_CODE;
    paragraph_end(document);
    if (opens && !document->headed) puts(".PP");
    puts(opens ? ".RS 4\n.nf" : ".fi\n.RE");
    document->headed = false;
    document->block = opens ? BLOCK_CODE : BLOCK_NONE;
}

static const char *trimmed(const char *from, const char **to)
{
    while (from < *to && *from == ' ') from++;
    while (*to > from && (*to)[-1] == ' ') (*to)--;
    return from;
}

/* "| tag | more | text |": the tag stands out, the rest follows it. The first two lines are the head. */
static void table_line(struct document *document, const char *line, size_t length)
{
    const char *at = line + 1, *end = line + length;
    if (document->block != BLOCK_TABLE) paragraph_end(document);
    document->block = BLOCK_TABLE;
    document->headed = false;
    if (document->table_line++ < 2) return;
    puts(".TP");
    for (unsigned cell = 0; at < end; cell++) {
        const char *bar = at;
        while (bar < end && (*bar != '|' || bar[-1] == '\\')) bar++;
        const char *to = bar, *from = trimmed(at, &to);
        if (to > from) {
            if (cell > 1) fputs(cell == 2 ? ": " : "; ", stdout);
            inline_text(from, (size_t)(to - from));
            if (cell == 0) putchar('\n');
        } else if (cell == 0) {
            puts("\\ ");
        }
        at = bar + 1;
    }
    putchar('\n');
}

static bool is_item(const char *line, size_t length, size_t *marked)
{
    size_t digits = strspn(line, "0123456789");
    *marked = length > 2 && (line[0] == '*' || line[0] == '-') && line[1] == ' ' ? 2 : digits && digits + 2 < length && line[digits] == '.' && line[digits + 1] == ' ' ? digits + 2 : 0;
    return *marked > 0;
}

static void line_take(struct document *document, const char *line, size_t length)
{
    size_t marked;
    if (length >= 3 && memcmp(line, "```", 3) == 0) {
        code_fence(document);
    } else if (document->block == BLOCK_CODE) {
        roff_text_n(line, length);
        putchar('\n');
    } else if (length == 0) {
        paragraph_end(document);
    } else if (line[0] == '#') {
        heading(document, line, length);
    } else if (line[0] == '|') {
        table_line(document, line, length);
    } else if (is_item(line, length, &marked)) {
        paragraph_end(document);
        printf(".IP \"");
        roff_text_n(line, marked - 1);
        printf("\" 4\n");
        document->block = BLOCK_PARAGRAPH;
        text_add_n(&document->paragraph, line + marked, length - marked);
    } else {
        const char *to = line + length, *from = trimmed(line, &to);
        if (document->block == BLOCK_PARAGRAPH) text_add_n(&document->paragraph, " ", 1);
        else if (!document->headed) puts(".PP");
        document->headed = false;
        document->block = BLOCK_PARAGRAPH;
        text_add_n(&document->paragraph, from, (size_t)(to - from));
    }
}

void roff_markdown(const char *text, size_t length)
{
    struct document document = { .headed = true };
    const char *end = text + length;
    while (text < end) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        if (!stop) stop = end;
        line_take(&document, text, (size_t)(stop - text));
        text = stop + 1;
    }
    paragraph_end(&document);
    text_free(&document.paragraph);
}
