/* kernel.h: an endpoint in several hands. Who may take hold of it, how often it must be closed, and what its holders share. */
#include "ws2/world.h"

static struct process *other_process(struct world *world, const char *name)
{
    char *why = NULL;
    struct process *process = process_new(world->ws2, &(struct process_setup){ .name = name, .host = world->host }, &why);
    ck_assert_msg(process != NULL, "%s", why);
    return process;
}

/* One call as another process. */
#define AS(process, call) (former = running, running = &(process)->completer.task, result = (call), running = former, result)
#define IS(process, call, wanted) hold(AS(process, call) == (wanted), "%s: %d", #call, (int)result)

static kernel_endpoint opened(void)
{
    kernel_endpoint endpoint;
    ck_assert_int_eq(kernel_endpoint_open(KERNEL_IPV4, KERNEL_UDP, 0, &endpoint), KERNEL_OK);
    return endpoint;
}

/* proves: SPI-SHARE-3, SPI-SHARE-4 */
PLAY(test_a_token_serves_once_and_one_process)
{
    struct task *former;
    enum kernel_status result;
    struct process *second = other_process(world, "second"), *third = other_process(world, "third");
    kernel_endpoint endpoint = opened(), taken = 0;
    uint32_t token = 0, late = 0;
    ck_assert_int_eq(kernel_endpoint_share(endpoint, process_id(second), NULL), KERNEL_OK);
    ck_assert_int_eq(kernel_endpoint_share(endpoint, 99, &token), KERNEL_BAD_ARGUMENT);
    ck_assert_int_eq(kernel_endpoint_share(endpoint + 1, process_id(second), &token), KERNEL_BAD_HANDLE);
    ck_assert_uint_eq(token, 0);
    ck_assert_int_eq(kernel_endpoint_share(endpoint, process_id(second), &token), KERNEL_OK);
    ck_assert_uint_ne(token, 0);
    IS(third, kernel_endpoint_take(token, &taken), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_endpoint_take(token, &taken), KERNEL_BAD_HANDLE);
    IS(second, kernel_endpoint_share(endpoint, process_id(third), &late), KERNEL_BAD_HANDLE); /* it does not hold it yet */
    IS(second, kernel_endpoint_take(token, &taken), KERNEL_OK);
    ck_assert_uint_eq(taken, endpoint);
    IS(second, kernel_endpoint_take(token, &taken), KERNEL_BAD_HANDLE);
    ck_assert_int_eq(kernel_endpoint_share(endpoint, process_id(third), &late), KERNEL_OK);
    ck_assert_int_eq(kernel_endpoint_close(endpoint), KERNEL_OK); /* the giver lets go */
    IS(third, kernel_endpoint_take(late, &taken), KERNEL_BAD_HANDLE);
    IS(second, kernel_endpoint_close(endpoint), KERNEL_OK);
}

PLAY(test_each_hold_needs_its_close)
{
    struct task *former;
    enum kernel_status result;
    struct process *second = other_process(world, "second");
    kernel_endpoint endpoint = opened(), taken;
    uint32_t token;
    for (int i = 0; i < 3; i++) { /* twice for the second, once for ourselves */
        ck_assert_int_eq(kernel_endpoint_share(endpoint, i < 2 ? process_id(second) : 1, &token), KERNEL_OK);
        if (i < 2) IS(second, kernel_endpoint_take(token, &taken), KERNEL_OK);
        else ck_assert_int_eq(kernel_endpoint_take(token, &taken), KERNEL_OK);
        ck_assert_uint_eq(kernel_endpoint_holds(endpoint), 2u + (unsigned)i);
    }
    ck_assert_int_eq(kernel_endpoint_close(endpoint), KERNEL_OK);
    ck_assert_int_eq(kernel_endpoint_abort(endpoint), KERNEL_OK);
    ck_assert_int_eq(kernel_endpoint_close(endpoint), KERNEL_BAD_HANDLE); /* what is left is the other's */
    ck_assert_uint_eq(kernel_endpoint_holds(endpoint), 2);
    IS(second, kernel_endpoint_close(endpoint), KERNEL_OK);
    ck_assert_uint_eq(host_endpoints(world->host), 1);
    IS(second, kernel_endpoint_close(endpoint), KERNEL_OK);
    ck_assert_uint_eq(host_endpoints(world->host), 0);
    ck_assert_uint_eq(kernel_endpoint_holds(endpoint), 0);
}

/* ---- what is pending ---- */

static struct world *told_in;
static void told(void *cookie, enum kernel_status status, uint64_t count)
{
    bool by_word = status == KERNEL_OK && count == KERNEL_TOLD;
    note(told_in, by_word ? (char)(uintptr_t)cookie : status == KERNEL_CANCELLED ? '-' : '?');
}

static enum kernel_status listens(kernel_endpoint endpoint, char letter)
{
    kernel_request request;
    struct kernel_watch watch = { .topic = KERNEL_TOPIC_ENDPOINT, .family = KERNEL_IPV4, .endpoint = endpoint, .conditions = KERNEL_TOLD };
    return kernel_watch(&watch, true, told, (void *)(uintptr_t)letter, &request);
}

PLAY(test_a_word_to_the_others_and_what_letting_go_cancels)
{
    struct task *former;
    enum kernel_status result;
    struct process *second = other_process(world, "second");
    kernel_endpoint endpoint = opened(), taken;
    uint32_t token;
    told_in = world;
    ck_assert_int_eq(kernel_endpoint_share(endpoint, process_id(second), &token), KERNEL_OK);
    IS(second, kernel_endpoint_take(token, &taken), KERNEL_OK);
    IS(second, listens(endpoint, 'a'), KERNEL_OK);
    ck_assert_int_eq(kernel_endpoint_tell(endpoint), KERNEL_OK);
    ck_assert_str_eq(world->log, ""); /* not inside the call */
    settle(me);
    ck_assert_str_eq(world->log, "a");
    IS(second, listens(endpoint, 'b'), KERNEL_OK);
    ck_assert_int_eq(listens(endpoint, 'c'), KERNEL_OK);
    IS(second, kernel_endpoint_close(endpoint), KERNEL_OK); /* its own request ends, ours does not */
    settle(me);
    ck_assert_str_eq(world->log, "a-");
    ck_assert_int_eq(kernel_endpoint_tell(endpoint), KERNEL_OK);
    settle(me);
    ck_assert_str_eq(world->log, "a-c");
    ck_assert_int_eq(kernel_endpoint_close(endpoint), KERNEL_OK);
    ck_assert_int_eq(kernel_endpoint_tell(endpoint), KERNEL_BAD_HANDLE);
}

PLAY(test_one_providers_pointer)
{
    static const uint32_t one = KERNEL_ABI, another = KERNEL_ABI;
    kernel_endpoint endpoint = opened();
    int thing, thing_of_another;
    ck_assert_ptr_null(kernel_endpoint_slot_get(endpoint, &one));
    kernel_endpoint_slot_set(endpoint, &one, &thing);
    kernel_endpoint_slot_set(endpoint, &another, &thing_of_another);
    ck_assert_ptr_eq(kernel_endpoint_slot_get(endpoint, &one), &thing);
    ck_assert_ptr_null(kernel_endpoint_slot_get(endpoint, &another));
    ck_assert_int_eq(kernel_endpoint_close(endpoint), KERNEL_OK);
    ck_assert_ptr_null(kernel_endpoint_slot_get(endpoint, &one));
}

int main(void)
{
    Suite *suite = suite_create("ws2/share");
    TCase *cases = tcase_create("share");
    tcase_add_test(cases, test_a_token_serves_once_and_one_process);
    tcase_add_test(cases, test_each_hold_needs_its_close);
    tcase_add_test(cases, test_a_word_to_the_others_and_what_letting_go_cancels);
    tcase_add_test(cases, test_one_providers_pointer);
    suite_add_tcase(suite, cases);
    return suite_main(suite);
}
