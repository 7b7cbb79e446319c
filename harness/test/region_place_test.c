/* SPDX-License-Identifier: MIT */
/* Where a region may lie: what is taken is what the Aerokernel takes, and what Linux reserves is found on its command line. */
#include "region_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void linux_tells_where_by_two_words(void **state)
{
	struct region_place places[REGION_PLACES_MAX];

	(void)state;
	assert_int_equal(region_places("console=ttyS0 quiet\n", places), 0);
	assert_int_equal(region_places("a memmap=64M$0x10000000 aerobench.results=0x20000000+0x4000000\n", places), 2);
	assert_int_equal(places[0].base, 0x20000000);
	assert_int_equal(places[0].len_bytes, 64 << 20);
	assert_int_equal(places[1].base, 0x10000000);
	assert_int_equal(places[1].len_bytes, 64 << 20);
	/* memory that is added or ACPI's is none; what lies on no page or is too small neither */
	assert_int_equal(region_places("memmap=64M@256M,64M#1G,1M$2M,1M$1,4K$4M memmap=exactmap", places), 1);
	assert_int_equal(places[0].base, 2 << 20);
	assert_int_equal(
	    region_places("xmemmap=64M$256M aerobench.results=256M aerobench.results=1M+1Mx memmap=", places), 0);
	assert_int_equal(region_places("memmap=1M$1M,1M$2M,1M$3M,1M$4M,1M$5M,1M$6M,1M$7M,1M$8M,1M$9M", places),
			 REGION_PLACES_MAX);
	/* Linux takes small letters and octal numbers, the Aerokernel, which writes the other word, does not */
	assert_int_equal(region_places("memmap=64m$0400M aerobench.results=256m+64m", places), 1);
	assert_int_equal(places[0].base, 256 << 20);
	assert_int_equal(places[0].len_bytes, 64 << 20);
}

static void a_place_that_cannot_be_is_refused_with_the_form(void **state)
{
	static const char *const wrong[] = {"",
					    "256M",
					    "256M+",
					    "+64M",
					    "256M+64M ",
					    "256M-64M",
					    "0+64M",
					    "1+64M",
					    "256M+4K",
					    "16777216T+64M",
					    "x+64M",
					    "-4K+64M",
					    "256M+64MM",
					    "256M+99999999999G",
					    "256m+64M",
					    "256M+64m",
					    "010+64M",
					    "0x+64M",
					    "18446744073709551616+64M",
					    "17179869184G+64M"};
	struct region_place place = {.base = 1};
	struct error error = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		error = (struct error){0};
		if (region_place_parse("--memory", wrong[i], &place, &error) != STATUS_USAGE)
			fail_msg("'%s' was taken", wrong[i]);
		assert_non_null(strstr(error.text, "256M+64M"));
		assert_int_equal(place.base, 1);
	}
	error = (struct error){0};
	assert_int_equal(region_place_parse("--memory", "0x10000000+64M", &place, &error), 0);
	assert_int_equal(place.base, 0x10000000);
	assert_int_equal(place.len_bytes, 64 << 20);
	/* as the kernel reads it, kernel/test/region_test.c: a 0 in front makes nothing octal */
	assert_int_equal(region_place_parse("--memory", "0X10000K+01048576", &place, &error), 0);
	assert_int_equal(place.base, 64 << 20);
	assert_int_equal(place.len_bytes, 1 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(linux_tells_where_by_two_words),
	    cmocka_unit_test(a_place_that_cannot_be_is_refused_with_the_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
