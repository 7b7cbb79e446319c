/* SPDX-License-Identifier: MIT */
/* Why one side has a row and the other has not: said only as far as the streams and the run's plan prove it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "compare.h"
#include "sample_run.h"

static const char other_points[] = "only other points were measured on the other side";
static const char no_such[] = "that system has no such benchmark";
static const char unmeasured[] = "not measured on the other side";

/* Of side B, which has yield and half of wake; side A has these and futex. */
struct other {
	const char *subject, *selection; /* NULL: it does not say */
	bool extra;                      /* futex is measured only where it is named */
	bool launched;                   /* the run has a plan that boots were made by */
	char *named;                     /* the one benchmark of that plan; NULL: the suite */
};

static void boot(struct sample_run *run, const struct other *other, bool b)
{
	static const uint32_t value[] = {1000};
	struct sample_stream stream;

	sample_open(&stream, "test");
	if (other->selection != NULL)
		sample_env(&stream, "selection", other->selection);
	sample_bench(&stream, "wake", "place=same|far", false);
	sample_bench(&stream, "yield", "", false);
	if (!b)
		sample_bench(&stream, "futex", "", other->extra);
	sample_run(&stream, "yield", "", value, 1, 100);
	sample_run(&stream, "wake", "place=same", value, 1, 100);
	if (!b)
		sample_run(&stream, "wake", "place=far", value, 1, 100);
	if (!b)
		sample_run(&stream, "futex", "", value, 1, 100);
	sample_run_boot(run, b ? other->subject : "linux@host", 0, &stream);
}

/* What is said of futex; of the other half of wake it is always the same. */
static void check(struct other other, const char *wanted)
{
	char subjects[64] = "linux@host ";
	struct sample_run run;
	struct summary summary;
	struct compare compare;
	struct error error = {0};
	char **benchmarks;

	sample_run_open(&run, strcat(subjects, other.subject), 1);
	boot(&run, &other, false);
	boot(&run, &other, true);
	if (other.launched)
		json_object_set_new(run.store.run, "campaign", json_object());
	benchmarks = run.store.plan.benchmarks;
	run.store.plan.benchmarks = &other.named;
	run.store.plan.benchmark_count = other.named != NULL;
	assert_int_equal(summary_load(&summary, &run.store, NULL, &error), 0);
	assert_int_equal(compare_make(&compare, (struct compare_side){&summary, "linux@host"},
				      (struct compare_side){&summary, other.subject}, 0.03, &error),
			 0);
	assert_int_equal(compare.missing_count, 2);
	for (size_t i = 0; i < 2; i++)
		assert_string_equal(compare.missing[i].reason,
				    strcmp(compare.missing[i].row->benchmark, "futex") == 0 ? wanted : other_points);
	compare_free(&compare);
	summary_free(&summary);
	run.store.plan.benchmarks = benchmarks;
	run.store.plan.benchmark_count = 0;
	sample_run_close(&run);
}

static void a_metal_machine_that_measured_its_suite_has_no_such_benchmark(void **state)
{
	(void)state;
	check((struct other){.subject = "aerokernel@metal", .selection = "all"}, no_such);
	check((struct other){.subject = "aerokernel@metal", .selection = "all", .extra = true}, unmeasured);
}

static void a_metal_machine_that_measured_something_else_may_have_it(void **state)
{
	(void)state;
	check((struct other){.subject = "aerokernel@metal", .selection = "named"}, unmeasured);
	check((struct other){.subject = "aerokernel@metal"}, unmeasured);
	check((struct other){.subject = "aerokernel@metal", .selection = "named", .launched = true}, unmeasured);
}

static void what_this_computer_asked_for_and_did_not_get_is_not_there(void **state)
{
	(void)state;
	check((struct other){.subject = "aerokernel@qemu", .launched = true}, no_such);
	check((struct other){.subject = "aerokernel@qemu", .launched = true, .extra = true}, unmeasured);
	check((struct other){.subject = "aerokernel@qemu", .launched = true, .extra = true, .named = (char *)"futex"},
	      no_such);
	check((struct other){.subject = "aerokernel@qemu", .launched = true, .named = (char *)"futex:place=far"},
	      no_such);
	check((struct other){.subject = "aerokernel@qemu", .launched = true, .named = (char *)"futex_wake"},
	      unmeasured);
	check((struct other){.subject = "aerokernel@qemu"}, unmeasured);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_metal_machine_that_measured_its_suite_has_no_such_benchmark),
	    cmocka_unit_test(a_metal_machine_that_measured_something_else_may_have_it),
	    cmocka_unit_test(what_this_computer_asked_for_and_did_not_get_is_not_there),
	};

	return cmocka_run_group_tests_name("compare_missing", tests, NULL, NULL);
}
