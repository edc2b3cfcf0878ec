/*
 * Names of codes, both ways: what a scenario says and what a trace row shows.
 */
#ifndef WS2_NAMES_H
#define WS2_NAMES_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum names_kind { NAMES_ERROR, NAMES_IOCTL, NAMES_EVENT, NAMES_WAIT, NAMES_SOCKET_FLAG, NAMES_FAMILY, NAMES_TYPE, NAMES_PROTOCOL,
                  NAMES_LEVEL, NAMES_OPTION_SOCKET, NAMES_OPTION_TCP, NAMES_OPTION_UDP, NAMES_OPTION_IP, NAMES_OPTION_IPV6, NAMES_OPTION_ANY, NAMES_MESSAGE_FLAG, NAMES_HOW, NAMES_BACKLOG, NAMES_JOIN, NAMES_RIO_FLAG, NAMES_POLL };

struct name { const char *name; int64_t value; };

/* The table of a kind; families, types and protocols appear under their scenario words ("inet", "dgram", "udp"). */
const struct name *names_table(enum names_kind kind, size_t *count);
const char *names_of(enum names_kind kind, int64_t value);             /* NULL: none */
bool names_value(enum names_kind kind, const char *name, int64_t *value);
const char *names_nearest(enum names_kind kind, const char *word);     /* for a suggestion; NULL: none near */

enum names_kind names_of_level(int level); /* of the level's options; NAMES_OPTION_ANY, whose table is empty, for another level */

/* The name, or the number as text (hexadecimal for control codes) in `room`. */
const char *names_or_number(enum names_kind kind, int64_t value, char room[24]);
#endif
