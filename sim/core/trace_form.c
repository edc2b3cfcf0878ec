/*
 * Reading the canonical form. The bytes may come from a damaged or hostile file: every length is compared with what is left
 * before anything is touched.
 */
#include "core/trace_form.h"

static const char *const no_key = "";

/* Takes `size` bytes, NULL if fewer are left. */
static const uint8_t *take(const uint8_t **at, const uint8_t *end, size_t size)
{
    if ((size_t)(end - *at) < size)
        return NULL;
    const uint8_t *taken = *at;
    *at += size;
    return taken;
}

/* Takes a text of this length and its zero. That no other zero stands in it is left to whoever decodes foreign bytes: rows
   are read far more often by those who wrote them. */
static const uint8_t *take_text(const uint8_t **at, const uint8_t *end, size_t length)
{
    if ((size_t)(end - *at) <= length || (*at)[length] != 0)
        return NULL;
    const uint8_t *text = *at;
    *at += length + 1;
    return text;
}

static bool value_read(const uint8_t **at, const uint8_t *end, struct form_field *field)
{
    const uint8_t *value;
    switch (field->tag) {
    case FORM_INT:
    case FORM_UINT:
        if ((value = take(at, end, 8)) == NULL)
            return false;
        field->number = form_get_u64(value);
        return true;
    case FORM_BOOL:
        if ((value = take(at, end, 1)) == NULL || *value > 1)
            return false;
        field->number = *value;
        return true;
    case FORM_TEXT:
    case FORM_BYTES:
        if ((value = take(at, end, 4)) == NULL)
            return false;
        field->size = form_get_u32(value);
        field->bytes = field->tag == FORM_TEXT ? take_text(at, end, field->size) : take(at, end, field->size);
        return field->bytes != NULL;
    case FORM_NULL:
    case FORM_LIST:
    case FORM_MAP:
    case FORM_CLOSE:
        return true;
    }
    return false;
}

bool form_field_next(const uint8_t **at, const uint8_t *end, struct form_field *field)
{
    const uint8_t *next = *at, *head = take(&next, end, 1);
    if (head == NULL || *head < FORM_INT || *head > FORM_CLOSE)
        return false;
    *field = (struct form_field){.tag = (enum form_tag)*head, .key = no_key};
    if (field->tag != FORM_CLOSE) {
        const uint8_t *length = take(&next, end, 1);
        const uint8_t *key = length != NULL ? take_text(&next, end, *length) : NULL;
        if (key == NULL)
            return false;
        field->key = (const char *)key;
        field->key_size = *length;
    }
    if (!value_read(&next, end, field))
        return false;
    *at = next;
    return true;
}

bool form_fields_hold(const uint8_t *fields, size_t size)
{
    const uint8_t *at = fields, *end = fields + size;
    unsigned depth = 0;
    bool list[FORM_DEPTH_MOST + 1] = {false};
    struct form_field field;
    while (at < end) {
        if (!form_field_next(&at, end, &field))
            return false;
        if (strlen(field.key) != field.key_size || (field.tag == FORM_TEXT && memchr(field.bytes, 0, field.size) != NULL))
            return false;
        if (field.tag == FORM_CLOSE) {
            if (depth == 0)
                return false;
            depth--;
            continue;
        }
        if ((field.key[0] == '\0') != list[depth])
            return false;
        if (field.tag == FORM_LIST || field.tag == FORM_MAP) {
            if (depth == FORM_DEPTH_MOST)
                return false;
            list[++depth] = field.tag == FORM_LIST;
        }
    }
    return depth == 0;
}

bool form_row_head(const uint8_t *bytes, size_t size, struct trace_row *row)
{
    if (size < FORM_ROW_LEAST || form_get_u32(bytes) != size || bytes[28] >= LAYER_COUNT)
        return false;
    const uint8_t *at = bytes + FORM_NAMES_AT, *end = bytes + size;
    const char *names[FORM_NAMES];
    for (int i = 0; i < FORM_NAMES; i++) {
        const uint8_t *length = take(&at, end, 2);
        const uint8_t *name = length != NULL ? take_text(&at, end, form_get_u16(length)) : NULL;
        if (name == NULL)
            return false;
        names[i] = (const char *)name;
    }
    *row = (struct trace_row){
        .seq = form_get_u64(bytes + 4), .cause = form_get_u64(bytes + 12), .at_ns = (int64_t)form_get_u64(bytes + 20),
        .layer = (enum layer)bytes[28],
        .verb = names[0], .host = names[1], .actor = names[2], .thread = names[3], .object = names[4],
        .detail = at, .detail_size = (size_t)(end - at), .bytes = bytes, .size = size,
    };
    return true;
}

bool trace_row_decode(const uint8_t *bytes, size_t size, struct trace_row *row)
{
    struct trace_row found;
    if (!form_row_head(bytes, size, &found) || !form_fields_hold(found.detail, found.detail_size))
        return false;
    const char *const names[FORM_NAMES] = {found.verb, found.host, found.actor, found.thread, found.object};
    const uint8_t *length = bytes + FORM_NAMES_AT;
    for (int i = 0; i < FORM_NAMES; i++) {
        if (strlen(names[i]) != form_get_u16(length)) /* a zero within a name */
            return false;
        length += 2 + form_get_u16(length) + 1;
    }
    *row = found;
    return true;
}

bool form_row_add(struct text *text, const struct trace_row *row)
{
    const char *names[FORM_NAMES] = {row->verb, row->host, row->actor, row->thread, row->object};
    size_t lengths[FORM_NAMES], size = FORM_ROW_LEAST;
    for (int i = 0; i < FORM_NAMES; i++) {
        lengths[i] = strlen(names[i]);
        if (lengths[i] > UINT16_MAX)
            return false;
        size += lengths[i];
    }
    if (row->detail_size > UINT32_MAX - size)
        return false;
    uint8_t head[FORM_NAMES_AT], *at = form_put_u32(head, (uint32_t)(size + row->detail_size));
    at = form_put_u64(at, row->seq);
    at = form_put_u64(at, row->cause);
    at = form_put_u64(at, (uint64_t)row->at_ns);
    *at = (uint8_t)row->layer;
    text_add_n(text, (const char *)head, sizeof head);
    for (int i = 0; i < FORM_NAMES; i++) {
        uint8_t length[2];
        form_put_u16(length, (uint16_t)lengths[i]);
        text_add_n(text, (const char *)length, 2);
        text_add_n(text, names[i], lengths[i] + 1);
    }
    text_add_n(text, (const char *)row->detail, row->detail_size);
    return true;
}
