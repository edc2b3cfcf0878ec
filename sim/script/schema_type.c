/*
 * The types of the language as JSON Schema: what can be said of a value by itself. Where a text is looked into by the loader (an address, a
 * code's bits), the schema says how such a text looks.
 */
#include "script/schema.h"

#include "ws2/names.h"

#define WHOLE "^(0[xX][0-9A-Fa-f]+|[0-9]+)$"
#define NAME "^[A-Za-z][A-Za-z0-9_-]*$"
#define TIME "([0-9]+(\\\\.[0-9]+)?(ns|us|ms|s|m|h|d)|0)"
#define ADDRESS "[0-9A-Fa-f:.]+(%[^/]+)?"
#define SIZE "^([0-9]+(\\\\.[0-9]+)?(B|KiB|MiB|GiB)?|0[xX][0-9A-Fa-f]+)$"

/* Fragments that stand alone: those that are no list of names. The rest is made of the tables of names. */
static const char *const fragments[] = {
    [TYPE_TEXT] = "{\"type\":\"string\"}",
    [TYPE_NAME] = "{\"type\":\"string\",\"pattern\":\"" NAME "\"}",
    [TYPE_TIME] = "{\"type\":\"string\",\"pattern\":\"^" TIME "$\"}",
    [TYPE_AT] = "{\"type\":\"string\",\"pattern\":\"^\\\\+?" TIME "$\"}",
    [TYPE_BOOL] = "{\"type\":\"boolean\"}",
    [TYPE_UINT] = "{\"type\":\"integer\",\"minimum\":0},{\"type\":\"string\",\"pattern\":\"" WHOLE "\"}",
    [TYPE_UINT32] = "{\"type\":\"integer\",\"minimum\":0,\"maximum\":4294967295},{\"type\":\"string\",\"pattern\":\"" WHOLE "\"}",
    [TYPE_RATE] = "{\"type\":\"string\",\"pattern\":\"^[0-9]+(\\\\.[0-9]+)?(bps|kbps|Mbps|Gbps|Tbps)$\"}",
    [TYPE_ADDRESS] = "{\"type\":\"string\",\"pattern\":\"^" ADDRESS "$\"}",
    [TYPE_PREFIX] = "{\"type\":\"string\",\"pattern\":\"^" ADDRESS "/[0-9]{1,3}$\"}",
    [TYPE_ADDRESS_NAMED] = "{\"type\":\"string\",\"pattern\":\"^" ADDRESS "(/[0-9]{1,3})?$\"}",
    [TYPE_MAC] = "{\"type\":\"string\",\"pattern\":\"^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){5}$\"}",
    [TYPE_INTERFACE] = "{\"type\":\"string\",\"pattern\":\"^[^.]+\\\\..+$\"}",
    [TYPE_STATE] = "{\"enum\":[\"tentative\",\"duplicate\",\"deprecated\",\"preferred\"]}",
    [TYPE_SOCKET] = "{\"type\":\"string\",\"pattern\":\"" NAME "\"},{\"type\":\"integer\",\"minimum\":0}",
    [TYPE_OVERLAPPED] = "{\"type\":[\"string\",\"null\"],\"pattern\":\"" NAME "\"}",
    [TYPE_EVENT] = "{\"type\":[\"string\",\"null\"],\"pattern\":\"" NAME "\"}",
    [TYPE_WINDOW] = "{\"type\":[\"string\",\"null\"],\"pattern\":\"" NAME "\"}",
    [TYPE_EVENT_LIST] = "{\"type\":\"array\",\"items\":{\"anyOf\":[{\"type\":\"string\",\"pattern\":\"" NAME "\"},{\"$ref\":\"#/definitions/stand-in\"}]}}",
    [TYPE_ROUTINE] = "{\"type\":\"string\",\"pattern\":\"" NAME "\"}",
    [TYPE_IN] = "{\"type\":[\"object\",\"null\"]},{\"const\":\"bad\"}",
    [TYPE_OUT] = "{\"type\":[\"object\",\"null\"]},{\"const\":\"bad\"}",
    [TYPE_BYTES] = "{\"type\":[\"integer\",\"null\"],\"minimum\":0},{\"type\":\"string\",\"pattern\":\"" WHOLE "\"},{\"enum\":[\"bad\",\"untouched\"]}",
    [TYPE_RETURNS] = "{\"type\":\"integer\"},{\"type\":\"string\"}",
    [TYPE_VERSION] = "{\"type\":\"string\",\"pattern\":\"^[0-9]\\\\.[0-9]$\"}",
    [TYPE_SOCKADDR] = "{\"type\":\"string\",\"pattern\":\"^(" ADDRESS "|\\\\[" ADDRESS "\\\\]):[0-9]+$\"},{\"enum\":[null,\"bad\"]}",
    [TYPE_SIZE] = "{\"type\":\"integer\",\"minimum\":0},{\"type\":\"string\",\"pattern\":\"" SIZE "\"}",
    [TYPE_SIZES] = "{\"type\":\"integer\",\"minimum\":0},{\"type\":\"string\",\"pattern\":\"" SIZE "\"},{\"type\":\"array\"}",
    [TYPE_DATA] = "{\"type\":[\"object\",\"array\",\"null\"]},{\"const\":\"bad\"}",
    [TYPE_OPTION] = "{\"type\":\"string\"},{\"type\":\"integer\",\"minimum\":0}",
    [TYPE_VALUE] = "{\"type\":[\"object\",\"integer\",\"boolean\",\"null\"]},{\"type\":\"string\"}",
    [TYPE_SOCKET_LIST] = "{\"type\":[\"array\",\"null\"]},{\"const\":\"bad\"}",
    [TYPE_CONDITION] = "{\"enum\":[\"accept\",\"reject\",\"defer\"]}",
    [TYPE_ID] = "{\"type\":[\"string\",\"null\"],\"pattern\":\"" NAME "\"}",
    [TYPE_LIST] = "{\"type\":\"array\"}",
    [TYPE_OBJECT] = "{\"type\":\"object\"}",
    [TYPE_SPAN] = "{\"type\":\"string\",\"pattern\":\"^" TIME "$\"},{\"type\":\"object\",\"required\":[\"between\"],\"properties\":{\"between\":{\"type\":\"array\",\"minItems\":2,\"maxItems\":2}},\"additionalProperties\":false}",
    [TYPE_COUNT] = "{\"type\":\"integer\",\"minimum\":1},{\"const\":\"forever\"}",
    [TYPE_ANY] = "{}",
};

/* A name of the kind, or a number. */
static void named(struct text *text, enum names_kind kind)
{
    size_t count;
    const struct name *names = names_table(kind, &count);
    text_add(text, "{\"enum\":[");
    for (size_t i = 0; i < count; i++) {
        text_add(text, i ? "," : "");
        text_json(text, names[i].name);
    }
    text_add(text, "]},{\"type\":\"integer\"},{\"type\":\"string\",\"pattern\":\"" WHOLE "\"}");
}

static void set(struct text *text, enum names_kind kind)
{
    text_add(text, "{\"type\":\"integer\"},{\"type\":\"array\",\"items\":{\"anyOf\":[");
    named(text, kind);
    text_add(text, ",{\"$ref\":\"#/definitions/stand-in\"}]}}");
}

void schema_type(struct text *text, enum type type)
{
    switch (type) {
    case TYPE_FAMILY: named(text, NAMES_FAMILY); break;
    case TYPE_SOCKET_TYPE: named(text, NAMES_TYPE); break;
    case TYPE_PROTOCOL: named(text, NAMES_PROTOCOL); break;
    case TYPE_CODE: named(text, NAMES_IOCTL); break;
    case TYPE_NETWORK_EVENT: named(text, NAMES_EVENT); break;
    case TYPE_HOW: named(text, NAMES_HOW); break;
    case TYPE_LEVEL: named(text, NAMES_LEVEL); break;
    case TYPE_BACKLOG: named(text, NAMES_BACKLOG); break;
    case TYPE_JOIN: named(text, NAMES_JOIN); break;
    case TYPE_ERROR: named(text, NAMES_ERROR); break;
    case TYPE_WAIT_RESULT:
        named(text, NAMES_WAIT);
        text_add(text, ",{\"type\":\"string\",\"pattern\":\"^(WAIT_OBJECT_|WSA_WAIT_EVENT_)[0-9]+$\"}");
        break;
    case TYPE_FLAGS: set(text, NAMES_SOCKET_FLAG); break;
    case TYPE_EVENTS: set(text, NAMES_EVENT); break;
    case TYPE_SEND_FLAGS: set(text, NAMES_MESSAGE_FLAG); break;
    case TYPE_RIO_FLAGS: set(text, NAMES_RIO_FLAG); break;
    case TYPE_POLL: set(text, NAMES_POLL); break;
    default: text_add(text, fragments[type]); break;
    }
}
