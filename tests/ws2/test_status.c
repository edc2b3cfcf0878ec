/* NT status and Winsock error both ways, and the names of codes. */
#include "ws2/names.h"
#include "ws2/world.h"

/* Every row of the structures reference, 12.4. */
static const struct { uint32_t status; int error; const char *name; } rows[] = {
    { 0x00000103, WSA_IO_INCOMPLETE, "STATUS_PENDING" },
    { 0x80000005, WSAEMSGSIZE, "STATUS_BUFFER_OVERFLOW" },
    { 0xC0000206, WSAEMSGSIZE, "STATUS_INVALID_BUFFER_SIZE" },
    { 0xC0000002, WSAEOPNOTSUPP, "STATUS_NOT_IMPLEMENTED" },
    { 0xC00000BB, WSAEOPNOTSUPP, "STATUS_NOT_SUPPORTED" },
    { 0xC0000005, WSAEFAULT, "STATUS_ACCESS_VIOLATION" },
    { 0xC0000023, WSAEFAULT, "STATUS_BUFFER_TOO_SMALL" },
    { 0xC00002C5, WSAEFAULT, "STATUS_DATATYPE_MISALIGNMENT_ERROR" },
    { 0xC0000008, WSAENOTSOCK, "STATUS_INVALID_HANDLE" },
    { 0xC0000024, WSAENOTSOCK, "STATUS_OBJECT_TYPE_MISMATCH" },
    { 0xC000000E, WSAENETDOWN, "STATUS_NO_SUCH_DEVICE" },
    { 0xC000000F, WSAENETDOWN, "STATUS_NO_SUCH_FILE" },
    { 0xC0000034, WSAENETDOWN, "STATUS_OBJECT_NAME_NOT_FOUND" },
    { 0xC000003A, WSAENETDOWN, "STATUS_OBJECT_PATH_NOT_FOUND" },
    { 0xC00000BF, WSAENETDOWN, "STATUS_NETWORK_BUSY" },
    { 0xC00000C3, WSAENETDOWN, "STATUS_INVALID_NETWORK_RESPONSE" },
    { 0xC00000C4, WSAENETDOWN, "STATUS_UNEXPECTED_NETWORK_ERROR" },
    { 0xC0000017, WSAENOBUFS, "STATUS_NO_MEMORY" },
    { 0xC000009A, WSAENOBUFS, "STATUS_INSUFFICIENT_RESOURCES" },
    { 0xC0000044, WSAENOBUFS, "STATUS_QUOTA_EXCEEDED" },
    { 0xC0000007, WSAENOBUFS, "STATUS_PAGEFILE_QUOTA" },
    { 0xC000012C, WSAENOBUFS, "STATUS_PAGEFILE_QUOTA_EXCEEDED" },
    { 0xC00000A1, WSAENOBUFS, "STATUS_WORKING_SET_QUOTA" },
    { 0xC000012D, WSAENOBUFS, "STATUS_COMMITMENT_LIMIT" },
    { 0xC000013D, WSAENOBUFS, "STATUS_REMOTE_RESOURCES" },
    { 0xC0000209, WSAENOBUFS, "STATUS_TOO_MANY_ADDRESSES" },
    { 0xC0000018, WSAENOBUFS, "STATUS_CONFLICTING_ADDRESSES" },
    { 0xC0000022, WSAEACCES, "STATUS_ACCESS_DENIED" },
    { 0xC0000043, WSAEADDRINUSE, "STATUS_SHARING_VIOLATION" },
    { 0xC000020A, WSAEADDRINUSE, "STATUS_ADDRESS_ALREADY_EXISTS" },
    { 0xC00000A3, WSAEWOULDBLOCK, "STATUS_DEVICE_NOT_READY" },
    { 0xC00000D0, WSAEWOULDBLOCK, "STATUS_REQUEST_NOT_ACCEPTED" },
    { 0xC00000B0, WSAESHUTDOWN, "STATUS_PIPE_DISCONNECTED" },
    { 0xC00000B5, WSAETIMEDOUT, "STATUS_IO_TIMEOUT" },
    { 0xC000013F, WSAETIMEDOUT, "STATUS_LINK_TIMEOUT" },
    { 0xC00000BC, WSAECONNREFUSED, "STATUS_REMOTE_NOT_LISTENING" },
    { 0xC0000236, WSAECONNREFUSED, "STATUS_CONNECTION_REFUSED" },
    { 0xC00000BE, WSAENETUNREACH, "STATUS_BAD_NETWORK_PATH" },
    { 0xC000023C, WSAENETUNREACH, "STATUS_NETWORK_UNREACHABLE" },
    { 0xC000023E, WSAENETUNREACH, "STATUS_PROTOCOL_UNREACHABLE" },
    { 0xC0000120, WSA_OPERATION_ABORTED, "STATUS_CANCELLED" },
    { 0xC000013B, WSAECONNABORTED, "STATUS_LOCAL_DISCONNECT" },
    { 0xC000020F, WSAECONNABORTED, "STATUS_TRANSACTION_ABORTED" },
    { 0xC0000241, WSAECONNABORTED, "STATUS_CONNECTION_ABORTED" },
    { 0xC000013C, WSAECONNRESET, "STATUS_REMOTE_DISCONNECT" },
    { 0xC000013E, WSAECONNRESET, "STATUS_LINK_FAILED" },
    { 0xC000020C, WSAECONNRESET, "STATUS_CONNECTION_DISCONNECTED" },
    { 0xC000020D, WSAECONNRESET, "STATUS_CONNECTION_RESET" },
    { 0xC000023F, WSAECONNRESET, "STATUS_PORT_UNREACHABLE" },
    { 0xC0000140, WSAENOTCONN, "STATUS_INVALID_CONNECTION" },
    { 0xC0000141, WSAEADDRNOTAVAIL, "STATUS_INVALID_ADDRESS" },
    { 0xC0000207, WSAEADDRNOTAVAIL, "STATUS_INVALID_ADDRESS_COMPONENT" },
    { 0xC0000237, WSAEDISCON, "STATUS_GRACEFUL_DISCONNECT" },
    { 0xC000023B, WSAEISCONN, "STATUS_CONNECTION_ACTIVE" },
    { 0xC000023D, WSAEHOSTUNREACH, "STATUS_HOST_UNREACHABLE" },
    { 0xC0000240, WSAEINTR, "STATUS_REQUEST_ABORTED" },
    { 0xC0000350, WSAEHOSTDOWN, "STATUS_HOST_DOWN" },
    { 0xC000000D, WSAEINVAL, "STATUS_INVALID_PARAMETER" },
};
#define ROWS (sizeof rows / sizeof *rows)

START_TEST(test_status_to_error)
{
    for (size_t i = 0; i < ROWS; i++) hold(error_of_status(rows[i].status) == rows[i].error, "%s gives %d", rows[i].name, error_of_status(rows[i].status));
    ck_assert_int_eq(error_of_status(0), 0);
    ck_assert_int_eq(error_of_status(0x00000102), 0);          /* other successes */
    ck_assert_int_eq(error_of_status(0x40000000), 0);
    ck_assert_int_eq(error_of_status(0x80000006), WSAEINVAL);  /* other failures */
    ck_assert_int_eq(error_of_status(0xC0000001), WSAEINVAL);
    ck_assert_int_eq(error_of_status(0xFFFFFFFF), WSAEINVAL);
}
END_TEST

START_TEST(test_error_to_status)
{
    ck_assert_uint_eq(status_of_error(0), 0);
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].error == WSA_IO_INCOMPLETE) continue; /* not a result */
        uint32_t status = status_of_error((DWORD)rows[i].error);
        hold(error_of_status(status) == rows[i].error, "%s: %d becomes %08x", rows[i].name, rows[i].error, (unsigned)status);
    }
    const struct { DWORD error; uint32_t status; } chosen[] = {
        { WSA_OPERATION_ABORTED, 0xC0000120 }, { WSAENETDOWN, 0xC000000E }, { WSAENETUNREACH, 0xC000023C }, { WSAEOPNOTSUPP, 0xC00000BB }, { WSAEFAULT, 0xC0000005 },
        { WSAEINTR, 0xC0000240 }, { WSAEHOSTUNREACH, 0xC000023D }, { WSAENOBUFS, 0xC000009A }, { WSAEINVAL, 0xC000000D }, { WSAENOTSOCK, 0xC0000008 },
    };
    for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++) hold(status_of_error(chosen[i].error) == chosen[i].status, "error %u", (unsigned)chosen[i].error);
    ck_assert_uint_eq(status_of_error(12345), 0xC000000D); /* no error of Winsock */
    for (DWORD error = 1; error < 12000; error++) hold(status_of_error(error) != WSS_OPERATION_IN_PROGRESS, "%u would look pending", (unsigned)error);
}
END_TEST

/* proves: SPI-OVL-2 */
START_TEST(test_finished_is_never_pending)
{
    for (DWORD error = 0; error < 12000; error++) {
        WSAOVERLAPPED overlapped = { .Internal = WSS_OPERATION_IN_PROGRESS };
        overlapped_finish(&overlapped, error, 5);
        hold(!overlapped_pending(&overlapped) && overlapped.InternalHigh == 5, "error %u", (unsigned)error);
    }
    WSAOVERLAPPED overlapped = { .Internal = WSS_OPERATION_IN_PROGRESS };
    ck_assert(overlapped_pending(&overlapped));
    ck_assert_int_eq(overlapped_error(&overlapped), WSA_IO_INCOMPLETE);
    overlapped_finish(&overlapped, WSAENETUNREACH, 0);
    ck_assert_int_eq(overlapped_error(&overlapped), WSAENETUNREACH);
}
END_TEST

/* ---- names ---- */

static const enum names_kind kinds[] = { NAMES_ERROR, NAMES_IOCTL, NAMES_EVENT, NAMES_WAIT, NAMES_SOCKET_FLAG, NAMES_FAMILY, NAMES_TYPE, NAMES_PROTOCOL };
#define KINDS (sizeof kinds / sizeof *kinds)

START_TEST(test_every_name_is_unique_and_found_both_ways)
{
    for (size_t kind = 0; kind < KINDS; kind++) {
        size_t count;
        const struct name *table = names_table(kinds[kind], &count);
        ck_assert(table && count > 0);
        for (size_t i = 0; i < count; i++) {
            int64_t value = -1;
            for (size_t k = 0; k < i; k++) hold(strcmp(table[i].name, table[k].name) != 0, "%s is there twice", table[i].name);
            hold(names_value(kinds[kind], table[i].name, &value) && value == table[i].value, "%s", table[i].name);
            const char *name = names_of(kinds[kind], table[i].value);
            hold(name && names_value(kinds[kind], name, &value) && value == table[i].value, "%s and back", table[i].name);
            if (kinds[kind] != NAMES_WAIT) hold(name == table[i].name, "%s and %s have one value", name, table[i].name); /* waits have two families of names */
        }
    }
}
END_TEST

START_TEST(test_names_of_nothing)
{
    int64_t value = 77;
    char room[24];
    ck_assert(!names_value(NAMES_ERROR, "WSAEWHATEVER", &value));
    ck_assert(!names_value(NAMES_ERROR, "", &value));
    ck_assert(!names_value(NAMES_ERROR, "wsaefault", &value)); /* exactly so written */
    ck_assert(!names_value(NAMES_IOCTL, "WSAEFAULT", &value)); /* a kind knows its own */
    ck_assert_int_eq(value, 77);
    ck_assert_ptr_null(names_of(NAMES_ERROR, 4711));
    ck_assert_str_eq(names_or_number(NAMES_ERROR, 4711, room), "4711");
    ck_assert_str_eq(names_or_number(NAMES_ERROR, -5, room), "-5");
    ck_assert_str_eq(names_or_number(NAMES_IOCTL, 0xDEADBEEF, room), "0xDEADBEEF");
    ck_assert_str_eq(names_or_number(NAMES_IOCTL, (int64_t)FIONBIO, room), "FIONBIO");
    ck_assert_str_eq(names_or_number(NAMES_ERROR, WSAEINVAL, room), "WSAEINVAL");
    ck_assert_str_eq(names_nearest(NAMES_ERROR, "WSAEINVALL"), "WSAEINVAL");
    ck_assert_str_eq(names_nearest(NAMES_TYPE, "steam"), "stream");
    ck_assert_ptr_null(names_nearest(NAMES_ERROR, "zebra crossing"));
}
END_TEST

/* What a scenario must be able to name: the errors of the structures reference 12.1 and 12.2 that a provider gives. */
START_TEST(test_errors_a_provider_gives)
{
    const int errors[] = {
        WSA_INVALID_HANDLE, WSA_NOT_ENOUGH_MEMORY, WSA_INVALID_PARAMETER, WSA_OPERATION_ABORTED, WSA_IO_INCOMPLETE, WSA_IO_PENDING, WSAEINTR, WSAEBADF, WSAEACCES, WSAEFAULT,
        WSAEINVAL, WSAEMFILE, WSAEWOULDBLOCK, WSAEINPROGRESS, WSAEALREADY, WSAENOTSOCK, WSAEDESTADDRREQ, WSAEMSGSIZE, WSAEPROTOTYPE, WSAENOPROTOOPT, WSAEPROTONOSUPPORT,
        WSAESOCKTNOSUPPORT, WSAEOPNOTSUPP, WSAEPFNOSUPPORT, WSAEAFNOSUPPORT, WSAEADDRINUSE, WSAEADDRNOTAVAIL, WSAENETDOWN, WSAENETUNREACH, WSAENETRESET, WSAECONNABORTED,
        WSAECONNRESET, WSAENOBUFS, WSAEISCONN, WSAENOTCONN, WSAESHUTDOWN, WSAETOOMANYREFS, WSAETIMEDOUT, WSAECONNREFUSED, WSAELOOP, WSAENAMETOOLONG, WSAEHOSTDOWN,
        WSAEHOSTUNREACH, WSAENOTEMPTY, WSAEPROCLIM, WSAEUSERS, WSAEDQUOT, WSAESTALE, WSAEREMOTE, WSASYSNOTREADY, WSAVERNOTSUPPORTED, WSANOTINITIALISED, WSAEDISCON,
    };
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) hold(names_of(NAMES_ERROR, errors[i]) != NULL, "error %d has no name", errors[i]);
    for (size_t i = 0; i < ROWS; i++) hold(names_of(NAMES_ERROR, rows[i].error) != NULL, "error %d has no name", rows[i].error);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ws2/status");
    TCase *status = tcase_create("status"), *names = tcase_create("names");
    tcase_add_test(status, test_status_to_error);
    tcase_add_test(status, test_error_to_status);
    tcase_add_test(status, test_finished_is_never_pending);
    suite_add_tcase(suite, status);
    tcase_add_test(names, test_every_name_is_unique_and_found_both_ways);
    tcase_add_test(names, test_names_of_nothing);
    tcase_add_test(names, test_errors_a_provider_gives);
    suite_add_tcase(suite, names);
    return suite_main(suite);
}
