/*
 * The types of the scenario language: what a member's value may look like. One list serves the loader's checks, the
 * messages, and whatever is generated from the language (schema, manual).
 */
#ifndef SCRIPT_TYPES_H
#define SCRIPT_TYPES_H
#include "script/json.h"
#include "script/problem.h"

enum type {
    TYPE_TEXT,          /* any text */
    TYPE_NAME,          /* letters, digits, "_", "-"; begins with a letter */
    TYPE_TIME,          /* "5ms" */
    TYPE_AT,            /* "5ms" or "+5ms" */
    TYPE_BOOL,
    TYPE_UINT,          /* 0 to 2^64-1; beyond 2^53 as a text */
    TYPE_UINT32,        /* 0 to 2^32-1: what fits a DWORD */
    TYPE_RATE,          /* "100Mbps" */
    TYPE_ADDRESS,       /* "192.0.2.1" */
    TYPE_PREFIX,        /* "192.0.2.0/24" */
    TYPE_ADDRESS_NAMED, /* "192.0.2.1" or "192.0.2.1/24": an address that is there already */
    TYPE_MAC,           /* "02:00:00:00:00:01" */
    TYPE_INTERFACE,     /* "host.interface" */
    TYPE_STATE,         /* of an address: "preferred" */
    TYPE_FAMILY,        /* "inet", "inet6" or a number */
    TYPE_SOCKET_TYPE,   /* "stream", "dgram", "raw" or a number */
    TYPE_PROTOCOL,      /* "tcp", "udp" or a number */
    TYPE_FLAGS,         /* socket flags: a list of words, or a number */
    TYPE_CODE,          /* a control code: name or number */
    TYPE_EVENTS,        /* FD_ events: a list of names, or a number */
    TYPE_SOCKET,        /* a socket's name, or a handle's number */
    TYPE_OVERLAPPED,    /* an OVERLAPPED's name, null, "bad" */
    TYPE_EVENT,         /* an event object's name, null, "bad" */
    TYPE_WINDOW,        /* a window's name, null, "bad" */
    TYPE_NETWORK_EVENT, /* one FD_ event: name or number */
    TYPE_EVENT_LIST,    /* a list of event names */
    TYPE_ROUTINE,       /* a completion routine's name */
    TYPE_IN,            /* a typed value, null, "bad" */
    TYPE_OUT,           /* what is expected in the buffer, null, "bad" */
    TYPE_BYTES,         /* a number, null, "bad", "untouched" */
    TYPE_RETURNS,       /* 0, an error's name or number, "never" */
    TYPE_WAIT_RESULT,   /* "WAIT_OBJECT_0" */
    TYPE_ERROR,         /* 0 or an error's name or number */
    TYPE_VERSION,       /* "2.2" */
    TYPE_SOCKADDR,      /* "192.0.2.1:80", null, "bad" */
    TYPE_SIZE,          /* bytes: a number, or "64KiB" */
    TYPE_SIZES,         /* one, or a list of them */
    TYPE_DATA,          /* what is sent: {"text"}, {"hex"}, {"fill", "size"}; a list of them; null, "bad" */
    TYPE_SEND_FLAGS,    /* MSG_ flags: a list of words, or a number */
    TYPE_HOW,           /* "receive", "send", "both" or a number */
    TYPE_LEVEL,         /* "SOL_SOCKET" or a number */
    TYPE_OPTION,        /* an option's name, of the level beside it, or a number */
    TYPE_VALUE,         /* an option's value, null, "bad" */
    TYPE_SOCKET_LIST,   /* sockets' names, or handles' numbers; null, "bad" */
    TYPE_BACKLOG,       /* a number with sign, or "SOMAXCONN" */
    TYPE_JOIN,          /* "sender", "receiver", "both" or a number */
    TYPE_CONDITION,     /* "accept", "reject", "defer" */
    TYPE_ID,            /* what Registered I/O gave an id: its name, null, "bad" */
    TYPE_RIO_FLAGS,     /* RIO_MSG_ flags: a list of words, or a number */
    TYPE_POLL,          /* POLL bits: a list of words, or a number */
    TYPE_LIST,          /* any list: looked into by its step */
    TYPE_OBJECT,        /* any object: looked into by its step */
    TYPE_SPAN,          /* a time, or { "between": [time, time] }: drawn (repeat_expand.c) */
    TYPE_COUNT,         /* how often: a number from 1, or "forever" */
    TYPE_ANY,
};

const char *type_words(enum type type); /* "a time such as \"5ms\"" */
/* Says what is wrong with the value at its place; true if nothing is. */
bool type_check(struct problems *problems, const struct json *value, enum type type);

/* Values that passed type_check, read. */
int64_t read_time(const struct json *value);
uint64_t read_uint(const struct json *value);
bool read_bool(const struct json *value);
int64_t read_named(const struct json *value, enum type type); /* FAMILY, SOCKET_TYPE, PROTOCOL, FLAGS, CODE, EVENTS, WAIT_RESULT, ERROR, SEND_FLAGS, HOW, LEVEL, BACKLOG, JOIN */
uint64_t read_size(const struct json *value);
bool is_text(const struct json *value, const char *text);
#endif
