/* SPDX-License-Identifier: MIT */
/* What `gate --measure` measures: what the baseline's subjects have in common, and twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gate_measure.h"
#include "memory.h"
#include "plan.h"

enum { SUBJECTS_MAX = 4 };

static char *benchmarks[] = {(char *)"clock_read", (char *)"yield_pair"};

/* A baseline's subject that was measured on so many CPUs. */
static struct gate_subject subject(const char *name, const char *cpus)
{
	return (struct gate_subject){
	    .name = (char *)name,
	    .benchmarks = benchmarks,
	    .benchmark_count = 2,
	    .machine = json_pack("{s:{s:s, s:s, s:s}}", "env", "cpus", cpus, "seed", "7", "samples", "1000")};
}

struct chosen {
	struct run_options options;
	char *names[2 * SUBJECTS_MAX + 1];
	struct error error;
	int status;
};

static void choose(struct chosen *chosen, struct gate_subject *subjects, size_t count, const struct gate_scope *scope)
{
	const struct gate_baseline baseline = {.subjects = subjects, .subject_count = count};

	*chosen = (struct chosen){.options = {.seed = -1}};
	chosen->options.subjects = chosen->names;
	chosen->status = gate_measure_choose(&chosen->options, &baseline, scope, &chosen->error);
	for (size_t i = 0; i < count; i++)
		json_decref(subjects[i].machine);
}

static void subjects_that_say_their_cpus_fit_into_one_run(void **state)
{
	struct gate_subject subjects[] = {subject("aerokernel@sim:cpus=4", "4"), subject("aerokernel@sim", "2"),
					  subject("linux@sim", "2")};
	struct chosen chosen;

	(void)state;
	choose(&chosen, subjects, 3, &(struct gate_scope){0});
	assert_int_equal(chosen.status, 0);
	assert_int_equal(chosen.options.subject_count, 3);
	assert_string_equal(chosen.options.subjects[0], "aerokernel@sim:cpus=4");
	assert_int_equal(chosen.options.cpus, 2);
	assert_int_equal(chosen.options.seed, 7);
	assert_int_equal(chosen.options.benchmark_count, 2);
}

static void subjects_of_different_runs_are_refused_until_one_is_chosen(void **state)
{
	struct gate_subject subjects[] = {subject("aerokernel@sim:cpus=4", "4"), subject("aerokernel@sim", "2"),
					  subject("linux@sim", "3")};
	struct gate_subject again[] = {subject("aerokernel@sim", "2"), subject("linux@sim", "3")};
	char *names[] = {(char *)"linux@sim"};
	struct chosen chosen;

	(void)state;
	choose(&chosen, subjects, 3, &(struct gate_scope){0});
	assert_int_equal(chosen.status, STATUS_USAGE);
	assert_non_null(strstr(chosen.error.text, "linux@sim of the baseline"));
	choose(&chosen, again, 2, &(struct gate_scope){.subjects = names, .subject_count = 1});
	assert_int_equal(chosen.status, 0);
	assert_int_equal(chosen.options.cpus, 3);
}

/* One boot cannot show that counts repeat, whatever the default of `run` is. */
static void each_is_booted_as_often_as_it_takes_to_see_it_repeat(void **state)
{
	struct gate_subject subjects[] = {subject("linux@sim", "2")};
	struct chosen chosen;

	(void)state;
	choose(&chosen, subjects, 1, &(struct gate_scope){0});
	assert_int_equal(chosen.options.runs, PLAN_SIM_BOOTS);
	assert_true(chosen.options.runs >= 2);
	choose(&chosen, NULL, 0, &(struct gate_scope){0});
	assert_int_equal(chosen.options.runs, PLAN_SIM_BOOTS);
	assert_string_equal(chosen.options.subjects[0], "aerokernel@sim");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(subjects_that_say_their_cpus_fit_into_one_run),
	    cmocka_unit_test(subjects_of_different_runs_are_refused_until_one_is_chosen),
	    cmocka_unit_test(each_is_booted_as_often_as_it_takes_to_see_it_repeat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
