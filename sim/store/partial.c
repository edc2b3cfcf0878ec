/*
 * The file a record grows in. Whoever holds its lock owns the name PATH.partial: nobody else empties, renames or removes it. The
 * lock is one of flock(2); it ends with its process, so what a killed one left behind is simply taken over.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/inside.h"

#define TRIES_MOST 1000

bool partial_held(const char *partial, int file)
{
    struct stat named, held;
    return lstat(partial, &named) == 0 && fstat(file, &held) == 0 && named.st_dev == held.st_dev && named.st_ino == held.st_ino;
}

/* A descriptor kept for long must not be one of the first three: with stdout closed by the caller, what is printed would go into the
   record. */
static int partial_open(const char *partial)
{
    int file = open(partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (file < 0 || file > STDERR_FILENO) return file;
    int higher = fcntl(file, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), reason = errno;
    close(file);
    errno = reason;
    return higher;
}

/* Between open and flock the former owner may have given the file its final name or removed it: then what is locked now is no
   longer the partial file, must not be touched, and the name is tried again. */
char *partial_take(const char *partial, int *file)
{
    for (int tries = 0; tries < TRIES_MOST; tries++) {
        int opened = partial_open(partial);
        if (opened < 0) return sentence("cannot create %s: %s", partial, strerror(errno));
        bool locked = flock(opened, LOCK_EX | LOCK_NB) == 0, held = locked && partial_held(partial, opened);
        if (held && ftruncate(opened, 0) == 0) {
            *file = opened;
            return NULL;
        }
        int reason = errno;
        close(opened);
        if (held) return sentence("cannot write %s: %s", partial, strerror(reason));
        if (!locked && reason != EWOULDBLOCK) return sentence("cannot lock %s: %s", partial, strerror(reason));
        if (!locked) break;
    }
    return sentence("%s is being written by another process", partial);
}

static void folder_to_disk(const char *folder)
{
    int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0)
        return;
    fsync(file);
    close(file);
}

/* The new name must outlive a power cut, too; the file is whole even if this fails. */
void folder_force(const char *path)
{
    char *folder = sentence_copy(path), *slash = strrchr(folder, '/');
    if (slash == NULL)
        folder_to_disk(".");
    else {
        slash[slash == folder ? 1 : 0] = '\0';
        folder_to_disk(folder);
    }
    free(folder);
}
