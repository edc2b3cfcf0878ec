/* libcheck's assertions outside its tests: what does not hold ends the fuzz target. */
#ifndef TESTS_FUZZ_ASSERT_H
#define TESTS_FUZZ_ASSERT_H
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#undef ck_assert
#undef ck_assert_msg
#undef ck_abort_msg
#undef ck_assert_int_eq
#undef ck_assert_uint_eq
#undef ck_assert_uint_lt
#undef ck_assert_str_eq
#undef ck_assert_ptr_null
#undef ck_assert_ptr_nonnull
#define ck_assert(held) ((held) ? (void)0 : abort())
#define ck_assert_msg(held, ...) ck_assert(held)
#define ck_abort_msg(...) (fprintf(stderr, __VA_ARGS__), abort())
#define ck_assert_int_eq(a, b) ck_assert((a) == (b))
#define ck_assert_uint_eq(a, b) ck_assert((a) == (b))
#define ck_assert_uint_lt(a, b) ck_assert((a) < (b))
#define ck_assert_str_eq(a, b) ck_assert(strcmp((a), (b)) == 0)
#define ck_assert_ptr_null(a) ck_assert((a) == NULL)
#define ck_assert_ptr_nonnull(a) ck_assert((a) != NULL)
#endif
