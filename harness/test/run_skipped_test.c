/* SPDX-License-Identifier: MIT */
/* What a run of named benchmarks says of those that were measured nowhere. */
#include "run_skipped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample_run.h"

static const char reason[] = "the module aerobench is not loaded";

/* Two boots of Linux: yield has numbers in the first if wanted, wake in both, and kthread_create in none. */
static void boots(struct sample_run *run, bool numbers)
{
	static const uint32_t samples[] = {500, 510, 520};

	sample_run_open(run, "linux@host", 2);
	for (unsigned round = 0; round < 2; round++) {
		struct sample_stream stream;

		sample_open(&stream, "linux");
		if (numbers && round == 0)
			sample_run(&stream, "yield", "", samples, 3, 50);
		else
			sample_skip(&stream, "yield", "busy");
		if (numbers)
			sample_run(&stream, "wake", "place=same", samples, 3, 50);
		else
			sample_skip(&stream, "wake", "busy");
		sample_run(&stream, "clock_read", "", samples, 3, 50); /* the control, which is always there */
		sample_skip(&stream, "kthread_create", reason);
		sample_run_boot(run, "linux@host", round, &stream);
	}
}

/* What run_skipped_tell() returns when these benchmarks are named, or none. */
static int tell(struct sample_run *run, bool named, struct error *error)
{
	static char *names[] = {(char *)"kthread_create", (char *)"yield", (char *)"wake"};
	struct store_plan *plan = &run->store.plan;
	struct store_plan own = *plan;
	int status;

	*error = (struct error){STATUS_OK, ""};
	plan->benchmarks = names;
	plan->benchmark_count = named ? 3 : 0;
	status = run_skipped_tell(&run->store, true, error);
	*plan = own;
	return status;
}

static void what_has_a_number_nowhere_is_named_once_with_its_reason(void **state)
{
	struct sample_run run;
	struct summary summary;
	struct error error = {0};
	char *text;

	(void)state;
	boots(&run, true);
	assert_int_equal(summary_load(&summary, &run.store, NULL, &error), 0);
	text = run_skipped_text(&summary);
	assert_string_equal(text, "linux@host: kthread_create was skipped: the module aerobench is not loaded\n");
	free(text);
	summary_free(&summary);
	assert_int_equal(tell(&run, true, &error), 0);
	sample_run_close(&run);
}

static void a_run_without_any_number_is_unsupported(void **state)
{
	struct sample_run run;
	struct error error;

	(void)state;
	boots(&run, false);
	assert_int_equal(tell(&run, true, &error), STATUS_UNSUPPORTED);
	assert_non_null(strstr(error.text, "no numbers"));
	assert_int_equal(tell(&run, false, &error), 0); /* the whole suite: `show` has the list */
	sample_run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_has_a_number_nowhere_is_named_once_with_its_reason),
	    cmocka_unit_test(a_run_without_any_number_is_unsupported),
	};

	return cmocka_run_group_tests_name("run_skipped", tests, NULL, NULL);
}
