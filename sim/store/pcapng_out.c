/* The file a capture grows in: beside its final name, locked, written in large pieces. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/inside.h"
#include "store/pcapng_inside.h"

bool out_open(struct out *out, const char *path)
{
    *out = (struct out){.file = -1, .path = sentence_copy(path)};
    out->failure = partial_take(path, &out->file);
    return out->failure == NULL;
}

static bool out_failed(struct out *out)
{
    if (out->failure == NULL)
        out->failure = sentence("cannot write the capture %s: %s", out->path, strerror(errno));
    return false;
}

bool out_flush(struct out *out, size_t keep_below)
{
    if (out->failure != NULL)
        return false;
    if (out->buffer.length <= keep_below)
        return true;
    for (size_t done = 0; done < out->buffer.length;) {
        ssize_t count = write(out->file, out->buffer.bytes + done, out->buffer.length - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return out_failed(out);
        done += (size_t)count;
    }
    out->buffer.length = 0;
    return true;
}

bool out_rename(struct out *out, const char *path)
{
    if (!out_flush(out, 0))
        return false;
    if (!partial_held(out->path, out->file)) {
        out->failure = sentence("the capture %s is not kept: %s was removed or replaced while it was written", path, out->path);
        return false;
    }
    if ((fsync(out->file) != 0 && errno != EINVAL) || rename(out->path, path) != 0)
        return out_failed(out);
    folder_force(path);
    close(out->file);
    out->file = -1;
    return true;
}

void out_free(struct out *out)
{
    if (out->file >= 0) {
        if (partial_held(out->path, out->file))
            unlink(out->path);
        close(out->file);
    }
    text_free(&out->buffer);
    free(out->path);
    free(out->failure);
    *out = (struct out){.file = -1};
}
