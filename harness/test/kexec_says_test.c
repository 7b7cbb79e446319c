/* SPDX-License-Identifier: MIT */
/* What kexec-tools says when it fails, in the order of who has to do something about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kexec_says.h"

/* As kexec-tools 2.0.25 says it on a Linux with lockdown=integrity. */
static const char locked[] = "can't open /dev/fb0: No such file or directory\n"
			     "kexec_load failed: Operation not permitted\n"
			     "entry       = 0x1760 flags = 0x3e0000\n"
			     "nr_segments = 2\n"
			     "segment[0].buf   = 0x55d0c7f0a2b0\n"
			     "segment[0].bufsz = 0x70\n";

static void what_nobody_may_is_unsupported_and_told_with_the_remedy(void **state)
{
	struct error error = {0};

	(void)state;
	assert_int_equal(kexec_says("/usr/sbin/kexec", locked, true, &error), STATUS_UNSUPPORTED);
	assert_string_equal(error.text, "/usr/sbin/kexec: kexec_load failed: Operation not permitted: not even root "
					"may: this Linux is locked down (switch Secure Boot off in the firmware, or "
					"boot without lockdown=), or this is a container");
}

static void a_failure_comes_first_and_addresses_are_left_out(void **state)
{
	struct error error = {0};

	(void)state;
	assert_int_equal(kexec_says("kexec", locked, false, &error), STATUS_FAILED);
	assert_string_equal(error.text, "kexec: kexec_load failed: Operation not permitted; can't open /dev/fb0: No "
					"such file or directory");
	error = (struct error){0};
	assert_int_equal(kexec_says("kexec", "Cannot determine the file type\nof x\n", true, &error), STATUS_FAILED);
	assert_string_equal(error.text, "kexec: Cannot determine the file type; of x");
}

static void silence_is_told(void **state)
{
	struct error error = {0};

	(void)state;
	assert_int_equal(kexec_says("kexec", NULL, true, &error), STATUS_FAILED);
	assert_string_equal(error.text, "kexec: it failed without a reason");
	error = (struct error){0};
	assert_int_equal(kexec_says("kexec", "\nnr_segments = 2\n", true, &error), STATUS_FAILED);
	assert_string_equal(error.text, "kexec: it failed without a reason");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_nobody_may_is_unsupported_and_told_with_the_remedy),
	    cmocka_unit_test(a_failure_comes_first_and_addresses_are_left_out),
	    cmocka_unit_test(silence_is_told),
	};

	return cmocka_run_group_tests_name("kexec_says", tests, NULL, NULL);
}
