/*
 * Whether standard output still has a reader. An error of a write long ago has lost its reason, but a pipe without a reader stays one.
 * A file of its own: poll.h and the Winsock headers both have a struct pollfd.
 */
#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

bool output_reader_left(void);

bool output_reader_left(void)
{
    struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}
