/*
 * Arguments in memory: what a step says of buffers becomes bytes in the process's memory, as they would lie there, and
 * pointers that may be NULL or lie outside it.
 */
#ifndef SCRIPT_MARSHAL_H
#define SCRIPT_MARSHAL_H
#include "script/inside.h"
#include "ws2/decode.h"

#define BYTES_UNTOUCHED ((DWORD)0xFEEEFEEE) /* what *lpcbBytesReturned holds before the call */

struct marshal {
    void *in; DWORD in_size;
    void *out; DWORD out_size;
    DWORD *bytes;
    void *blocks[3]; size_t block_count; /* to be released */
};

/* False after a failure of the step: a value that cannot be put into bytes. */
bool marshal_ioctl(struct script *script, struct process *process, const struct step *step, struct marshal *marshal);
/* A pending request keeps its buffers: they are the provider's until it completes. */
void marshal_free(struct process *process, struct marshal *marshal, bool pending);
/* ---- typed values (marshal_value.c) ---- */
#define VALUE_BYTES 4096
/* Says at its place what is wrong with a typed value. */
void marshal_check(struct problems *problems, const struct json *value);
/* The bytes of a typed value; its size, or SIZE_MAX if it is none. */
size_t marshal_value(const struct json *value, uint8_t *bytes, size_t room);
/* The value lies at its place now: pointers in it that point into it are set. */
void marshal_place(const struct json *value, void *bytes);
/* A QOS structure with its objects behind it (marshal_qos.c); the pointers in it are offsets from its start. */
size_t marshal_qos(const struct json *object, uint8_t *bytes, size_t room);
void marshal_qos_place(void *bytes);
void marshal_qos_check(struct problems *problems, const struct json *object);
/* Data of sends and receives, sizes of receives, options: what is wrong with them, at its place. */
void marshal_data_check(struct problems *problems, const struct json *value, bool expected); /* expected: of an `out`, where "fill" needs no size */
void marshal_sizes_check(struct problems *problems, const struct json *value);
void option_name_check(struct problems *problems, const struct json *level, const struct json *name);
void option_value_check(struct problems *problems, const struct json *value);
#endif
