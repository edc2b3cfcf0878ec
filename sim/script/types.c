/*
 * The types of the scenario language: checks, with the nearest word where one is near, and readings.
 */
#include "script/types.h"

#include <string.h>

#include "core/check.h"
#include "core/text.h"
#include "net/net.h"
#include "ws2/decode.h"
#include "ws2/names.h"

static const char *const words[] = {
    [TYPE_TEXT] = "a text",
    [TYPE_NAME] = "a name of letters, digits, \"_\" and \"-\" that begins with a letter",
    [TYPE_TIME] = "a time such as \"5ms\", \"1.5s\", \"250us\" or \"0\"",
    [TYPE_AT] = "a time such as \"5ms\", or \"+5ms\" after the start of the previous step",
    [TYPE_BOOL] = "true or false",
    [TYPE_UINT] = "a whole number from 0 to 2^64-1 (beyond 2^53 as a text)",
    [TYPE_UINT32] = "a whole number from 0 to 4294967295",
    [TYPE_RATE] = "a rate such as \"100Mbps\"",
    [TYPE_ADDRESS] = "an address such as \"192.0.2.1\" or \"2001:db8::1\"",
    [TYPE_PREFIX] = "an address with a prefix length, such as \"192.0.2.0/24\"",
    [TYPE_ADDRESS_NAMED] = "an address such as \"192.0.2.1\", with or without its prefix length",
    [TYPE_MAC] = "a link address such as \"02:00:00:00:00:01\"",
    [TYPE_INTERFACE] = "an interface as \"host.interface\"",
    [TYPE_STATE] = "an address state: \"tentative\", \"duplicate\", \"deprecated\" or \"preferred\"",
    [TYPE_FAMILY] = "\"inet\", \"inet6\" or a number",
    [TYPE_SOCKET_TYPE] = "\"stream\", \"dgram\", \"raw\" or a number",
    [TYPE_PROTOCOL] = "\"tcp\", \"udp\", \"icmp\" … or a number",
    [TYPE_FLAGS] = "a list of socket flags such as [\"overlapped\"], or a number",
    [TYPE_CODE] = "a control code: its name, or its number",
    [TYPE_EVENTS] = "a list of FD_ events, or a number",
    [TYPE_SOCKET] = "a socket's name, or a handle's number",
    [TYPE_OVERLAPPED] = "an OVERLAPPED's name, null or \"bad\"",
    [TYPE_EVENT] = "an event object's name, null or \"bad\"",
    [TYPE_WINDOW] = "a window's name, null or \"bad\"",
    [TYPE_NETWORK_EVENT] = "an FD_ event, or a number",
    [TYPE_EVENT_LIST] = "a list of event names",
    [TYPE_ROUTINE] = "a completion routine's name",
    [TYPE_IN] = "a typed value such as {\"sockaddr\": \"192.0.2.1:0\"}, null or \"bad\"",
    [TYPE_OUT] = "the output as it should be, such as {\"addresses\": [\"192.0.2.1\"]}, null or \"bad\"",
    [TYPE_BYTES] = "a number of bytes, null, \"bad\" or \"untouched\"",
    [TYPE_RETURNS] = "0 for success, an error's name or number, \"never\", or \"any\" for whatever comes",
    [TYPE_WAIT_RESULT] = "a wait result such as \"WAIT_OBJECT_0\", \"WAIT_IO_COMPLETION\" or \"WAIT_TIMEOUT\"",
    [TYPE_ERROR] = "0, or an error's name or number",
    [TYPE_VERSION] = "a version such as \"2.2\"",
    [TYPE_SOCKADDR] = "an address with a port such as \"192.0.2.1:80\", null or \"bad\"",
    [TYPE_SIZE] = "a size such as 1024, \"64KiB\" or \"4MiB\"",
    [TYPE_SIZES] = "a size such as 1024 or \"64KiB\", or a list of sizes",
    [TYPE_DATA] = "data such as {\"text\": \"hello\"}, {\"hex\": \"00ff\"} or {\"fill\": \"0x40\", \"size\": \"4MiB\"}, a list of them, null or \"bad\"",
    [TYPE_SEND_FLAGS] = "a list of flags such as [\"MSG_PEEK\"], or a number",
    [TYPE_HOW] = "\"receive\", \"send\", \"both\" or a number",
    [TYPE_LEVEL] = "a level such as \"SOL_SOCKET\", or a number",
    [TYPE_OPTION] = "an option's name, or a number",
    [TYPE_VALUE] = "an option's value, null or \"bad\"",
    [TYPE_SOCKET_LIST] = "a list of sockets, null or \"bad\"",
    [TYPE_BACKLOG] = "a whole number, or \"SOMAXCONN\"",
    [TYPE_JOIN] = "\"sender\", \"receiver\", \"both\" or a number",
    [TYPE_CONDITION] = "\"accept\", \"reject\" or \"defer\"",
    [TYPE_ID] = "a name, null (the invalid id) or \"bad\" (an id that nobody was given)",
    [TYPE_RIO_FLAGS] = "a list of flags such as [\"RIO_MSG_DEFER\"], or a number",
    [TYPE_POLL] = "a list of bits such as [\"POLLRDNORM\"], or a number",
    [TYPE_LIST] = "a list",
    [TYPE_OBJECT] = "an object",
    [TYPE_SPAN] = "a time such as \"5ms\", or { \"between\": [\"1s\", \"5s\"] }",
    [TYPE_COUNT] = "how often, from 1, or \"forever\"",
    [TYPE_ANY] = "a value",
};

const char *type_words(enum type type) { return words[type]; }

bool is_text(const struct json *value, const char *text) { return value && value->type == JSON_TEXT && strcmp(value->text, text) == 0; }

static bool wrong(struct problems *problems, const struct json *value, enum type type)
{
    problem_at(problems, value, "expected %s, found %s", words[type], json_type_name(value->type));
    return false;
}

/* The same with the text or number itself. */
static bool shown_wrong(struct problems *problems, const struct json *value, enum type type)
{
    if (value->type == JSON_TEXT) problem_at(problems, value, "\"%s\" is not %s", value->text, words[type]);
    else if (value->type == JSON_NUMBER) problem_at(problems, value, "%s is not %s", value->text, words[type]);
    else wrong(problems, value, type);
    return false;
}

static bool is_name(const struct json *value)
{
    if (value->type != JSON_TEXT) return false;
    const char *text = value->text;
    if (!((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z'))) return false;
    for (; *text; text++)
        if (!((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') || (*text >= '0' && *text <= '9') || *text == '_' || *text == '-')) return false;
    return true;
}

static bool uint_of(const struct json *value, uint64_t *number)
{
    if (value->type == JSON_NUMBER) return json_uint(value, number);
    return value->type == JSON_TEXT && number_parse(value->text, number);
}

/* WAIT_OBJECT_0 + n, beyond what the table of names holds. */
static bool wait_object(const char *text, int64_t *number)
{
    static const char *const stems[] = { "WAIT_OBJECT_", "WSA_WAIT_EVENT_" };
    uint64_t index;
    for (size_t i = 0; i < 2; i++) {
        if (strncmp(text, stems[i], strlen(stems[i])) != 0) continue;
        if (!number_parse(text + strlen(stems[i]), &index) || index > 63) return false;
        *number = (int64_t)index;
        return true;
    }
    return false;
}

static enum names_kind kind_of(enum type type)
{
    switch (type) {
    case TYPE_FAMILY: return NAMES_FAMILY;
    case TYPE_SOCKET_TYPE: return NAMES_TYPE;
    case TYPE_PROTOCOL: return NAMES_PROTOCOL;
    case TYPE_FLAGS: return NAMES_SOCKET_FLAG;
    case TYPE_CODE: return NAMES_IOCTL;
    case TYPE_EVENTS: case TYPE_NETWORK_EVENT: return NAMES_EVENT;
    case TYPE_WAIT_RESULT: return NAMES_WAIT;
    case TYPE_SEND_FLAGS: return NAMES_MESSAGE_FLAG;
    case TYPE_HOW: return NAMES_HOW;
    case TYPE_LEVEL: return NAMES_LEVEL;
    case TYPE_BACKLOG: return NAMES_BACKLOG;
    case TYPE_JOIN: return NAMES_JOIN;
    case TYPE_RIO_FLAGS: return NAMES_RIO_FLAG;
    case TYPE_POLL: return NAMES_POLL;
    default: return NAMES_ERROR;
    }
}

/* The C type behind the words is an int, not a DWORD. */
static bool named_is_int(enum type type)
{
    return type == TYPE_FAMILY || type == TYPE_SOCKET_TYPE || type == TYPE_PROTOCOL || type == TYPE_ERROR || type == TYPE_HOW || type == TYPE_LEVEL || type == TYPE_BACKLOG;
}

static bool named_fits(enum type type, int64_t number)
{
    return named_is_int(type) ? number >= INT32_MIN && number <= INT32_MAX : number >= 0 && number <= UINT32_MAX;
}

static bool named_value(const struct json *value, enum type type, int64_t *number)
{
    uint64_t plain;
    if (value->type == JSON_NUMBER) return json_int(value, number) && named_fits(type, *number);
    if (value->type != JSON_TEXT) return false;
    if (names_value(kind_of(type), value->text, number)) return true;
    if (type == TYPE_WAIT_RESULT && wait_object(value->text, number)) return true;
    if (!number_parse(value->text, &plain) || plain > INT64_MAX) return false;
    *number = (int64_t)plain;
    return named_fits(type, *number);
}

/* A number that is not whole or does not fit; false: it is no number. */
static bool number_wrong(struct problems *problems, const struct json *value, enum type type)
{
    uint64_t plain;
    if (value->type != JSON_NUMBER && !(value->type == JSON_TEXT && number_parse(value->text, &plain))) return false;
    problem_at(problems, value, "%s is not a whole number from %s", value->text, named_is_int(type) ? "-2147483648 to 2147483647" : "0 to 4294967295");
    return true;
}

static bool named_check(struct problems *problems, const struct json *value, enum type type)
{
    int64_t number;
    if (named_value(value, type, &number)) return true;
    if (number_wrong(problems, value, type)) return false;
    if (value->type != JSON_TEXT) return wrong(problems, value, type);
    const char *near = names_nearest(kind_of(type), value->text);
    if (near) problem_at(problems, value, "\"%s\" is not known here; did you mean \"%s\"?", value->text, near);
    else problem_at(problems, value, "\"%s\" is not known here; expected %s", value->text, words[type]);
    return false;
}

static bool set_check(struct problems *problems, const struct json *value, enum type type)
{
    int64_t number;
    if (value->type == JSON_NUMBER) return (json_int(value, &number) && named_fits(type, number)) || !number_wrong(problems, value, type);
    if (value->type != JSON_LIST) return wrong(problems, value, type);
    bool good = true;
    for (const struct json *element = value->first; element; element = element->next) {
        if (element->type == JSON_TEXT || element->type == JSON_NUMBER) { good = named_check(problems, element, type) && good; continue; }
        problem_at(problems, element, "expected a name, found %s", json_type_name(element->type));
        good = false;
    }
    return good;
}

/* Names, and for pointers null and "bad". */
static bool pointer_check(struct problems *problems, const struct json *value, enum type type)
{
    return value->type == JSON_NULL || is_name(value) || shown_wrong(problems, value, type);
}

/* A name that is not one, shown as it stands. */
static bool name_check(struct problems *problems, const struct json *value)
{
    return is_name(value) || shown_wrong(problems, value, TYPE_NAME);
}

static bool list_of_names_check(struct problems *problems, const struct json *value)
{
    if (value->type != JSON_LIST) return wrong(problems, value, TYPE_EVENT_LIST);
    for (const struct json *element = value->first; element; element = element->next)
        if (!name_check(problems, element)) return false;
    return true;
}

static bool buffer_check(struct problems *problems, const struct json *value, enum type type)
{
    if (value->type == JSON_NULL || is_text(value, "bad") || value->type == JSON_OBJECT) return true;
    return wrong(problems, value, type);
}

static bool bytes_check(struct problems *problems, const struct json *value)
{
    uint64_t number;
    if (value->type == JSON_NULL || is_text(value, "bad") || is_text(value, "untouched") || uint_of(value, &number)) return true;
    return shown_wrong(problems, value, TYPE_BYTES);
}

/* ---- sends and receives, options ---- */

static bool size_of(const struct json *value, uint64_t *bytes)
{
    return value->type == JSON_NUMBER ? json_uint(value, bytes) : value->type == JSON_TEXT && (size_parse(value->text, bytes) || number_parse(value->text, bytes));
}

static bool size_check(struct problems *problems, const struct json *value, enum type type)
{
    uint64_t bytes;
    bool good = true;
    if (value->type != JSON_LIST || type == TYPE_SIZE) return size_of(value, &bytes) || shown_wrong(problems, value, type);
    for (const struct json *element = value->first; element; element = element->next) good = size_check(problems, element, TYPE_SIZE) && good;
    return good;
}

static bool sockaddr_check(struct problems *problems, const struct json *value)
{
    uint8_t bytes[28];
    if (value->type == JSON_NULL || is_text(value, "bad") || (value->type == JSON_TEXT && sockaddr_parse(value->text, bytes, sizeof bytes))) return true;
    return shown_wrong(problems, value, TYPE_SOCKADDR);
}

static bool data_or_value_check(struct problems *problems, const struct json *value, enum type type)
{
    if (value->type == JSON_NULL || value->type == JSON_OBJECT || is_text(value, "bad")) return true;
    int64_t number;
    if (type == TYPE_VALUE && value->type == JSON_TEXT && names_value(NAMES_ERROR, value->text, &number)) return true; /* of SO_ERROR */
    if (type == TYPE_DATA ? value->type == JSON_LIST : value->type == JSON_NUMBER || value->type == JSON_TRUE || value->type == JSON_FALSE) return true;
    return shown_wrong(problems, value, type);
}

static bool socket_list_check(struct problems *problems, const struct json *value)
{
    uint64_t number;
    if (value->type == JSON_NULL || is_text(value, "bad")) return true;
    if (value->type != JSON_LIST) return shown_wrong(problems, value, TYPE_SOCKET_LIST);
    for (const struct json *element = value->first; element; element = element->next)
        if (!is_name(element) && !json_uint(element, &number)) return shown_wrong(problems, element, TYPE_SOCKET);
    return true;
}

static bool mac_check(const char *text)
{
    for (int i = 0; i < 17; i++) {
        bool hex = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f') || (text[i] >= 'A' && text[i] <= 'F');
        if (i % 3 == 2 ? text[i] != ':' : !hex) return false;
    }
    return text[17] == 0;
}

static bool text_check(const struct json *value, enum type type)
{
    struct kernel_address address;
    enum address_state state;
    unsigned length;
    int64_t ns;
    uint64_t number;
    const char *text = value->text, *dot;
    switch (type) {
    case TYPE_TIME: return time_parse(text, &ns) && ns >= 0;
    case TYPE_AT: return time_parse(text[0] == '+' ? text + 1 : text, &ns) && ns >= 0;
    case TYPE_RATE: return rate_parse(text, &number);
    case TYPE_ADDRESS: return address_parse(text, &address);
    case TYPE_PREFIX: return prefix_parse(text, &address, &length) && strchr(text, '/');
    case TYPE_ADDRESS_NAMED: return prefix_parse(text, &address, &length);
    case TYPE_MAC: return mac_check(text);
    case TYPE_INTERFACE: return (dot = strchr(text, '.')) && dot != text && dot[1];
    case TYPE_STATE: return address_state_parse(text, &state);
    case TYPE_VERSION: return text[0] >= '0' && text[0] <= '9' && text[1] == '.' && text[2] >= '0' && text[2] <= '9' && !text[3];
    default: return true;
    }
}

static bool uint_check(struct problems *problems, const struct json *value, enum type type, uint64_t most)
{
    uint64_t number;
    return (uint_of(value, &number) && number <= most) || shown_wrong(problems, value, type);
}

bool type_check(struct problems *problems, const struct json *value, enum type type)
{
    uint64_t number;
    switch (type) {
    case TYPE_TEXT: case TYPE_TIME: case TYPE_AT: case TYPE_RATE: case TYPE_ADDRESS: case TYPE_PREFIX: case TYPE_ADDRESS_NAMED: case TYPE_MAC: case TYPE_INTERFACE: case TYPE_STATE: case TYPE_VERSION:
        if (value->type != JSON_TEXT) return wrong(problems, value, type);
        return text_check(value, type) || shown_wrong(problems, value, type);
    case TYPE_NAME: case TYPE_ROUTINE: return name_check(problems, value);
    case TYPE_BOOL: return value->type == JSON_TRUE || value->type == JSON_FALSE ? true : wrong(problems, value, type);
    case TYPE_UINT: return uint_check(problems, value, type, UINT64_MAX);
    case TYPE_UINT32: return uint_check(problems, value, type, UINT32_MAX);
    case TYPE_FAMILY: case TYPE_SOCKET_TYPE: case TYPE_PROTOCOL: case TYPE_CODE: case TYPE_WAIT_RESULT: case TYPE_ERROR:
    case TYPE_HOW: case TYPE_LEVEL: case TYPE_BACKLOG: case TYPE_JOIN: case TYPE_NETWORK_EVENT: return named_check(problems, value, type);
    case TYPE_RETURNS: /* the result of a call or of a wait: load_steps.c looks closer */
        return value->type == JSON_TEXT || value->type == JSON_NUMBER ? true : wrong(problems, value, type);
    case TYPE_FLAGS: case TYPE_EVENTS: case TYPE_SEND_FLAGS: case TYPE_RIO_FLAGS: case TYPE_POLL: return set_check(problems, value, type);
    case TYPE_SOCKADDR: return sockaddr_check(problems, value);
    case TYPE_SIZE: case TYPE_SIZES: return size_check(problems, value, type);
    case TYPE_DATA: case TYPE_VALUE: return data_or_value_check(problems, value, type);
    case TYPE_OPTION: return value->type == JSON_TEXT || json_uint(value, &number) || shown_wrong(problems, value, type);
    case TYPE_SOCKET_LIST: return socket_list_check(problems, value);
    case TYPE_CONDITION: return is_text(value, "accept") || is_text(value, "reject") || is_text(value, "defer") || shown_wrong(problems, value, type);
    case TYPE_SOCKET: return is_name(value) || json_uint(value, &number) || shown_wrong(problems, value, type);
    case TYPE_OVERLAPPED: case TYPE_EVENT: case TYPE_WINDOW: case TYPE_ID: return pointer_check(problems, value, type);
    case TYPE_EVENT_LIST: return list_of_names_check(problems, value);
    case TYPE_IN: case TYPE_OUT: return buffer_check(problems, value, type);
    case TYPE_BYTES: return bytes_check(problems, value);
    case TYPE_LIST: return value->type == JSON_LIST ? true : wrong(problems, value, type);
    case TYPE_OBJECT: return value->type == JSON_OBJECT ? true : wrong(problems, value, type);
    case TYPE_SPAN: return value->type == JSON_OBJECT || type_check(problems, value, TYPE_TIME);
    case TYPE_COUNT: return (json_uint(value, &number) && number > 0) || is_text(value, "forever") || shown_wrong(problems, value, type);
    case TYPE_ANY: return true;
    }
    return true;
}

/* ---- readings ---- */

int64_t read_time(const struct json *value)
{
    int64_t ns = 0;
    check(time_parse(value->text[0] == '+' ? value->text + 1 : value->text, &ns));
    return ns;
}

uint64_t read_uint(const struct json *value)
{
    uint64_t number = 0;
    check(uint_of(value, &number));
    return number;
}

uint64_t read_size(const struct json *value)
{
    uint64_t bytes = 0;
    check(size_of(value, &bytes));
    return bytes;
}

bool read_bool(const struct json *value) { return value->type == JSON_TRUE; }

int64_t read_named(const struct json *value, enum type type)
{
    int64_t number = 0, all = 0;
    if (value->type != JSON_LIST) {
        check(named_value(value, type, &number));
        return number;
    }
    for (const struct json *element = value->first; element; element = element->next) {
        check(named_value(element, type, &number));
        all |= number;
    }
    return all;
}
