/* SPDX-License-Identifier: MIT */
/* A/A self-checks of made-up runs: fair ones arm, a difference of two builds disarms, and what is no A/A is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "aa_check.h"
#include "memory.h"
#include "sample_noise.h"
#include "sample_run.h"

enum { PAIRS = 10, N = 1000 }; /* enough for 25 tests after Holm */

/* What a boot of a made-up machine is like. */
struct machine {
	double slow[2]; /* by parity of the round: the factor on its median */
	double other;   /* factor of the second subject */
	const char *commits[2];
};

static const struct machine fair = {{1, 1}, 1, {"c1", "c1"}};

static void boot(struct sample_run *run, const char *subject, unsigned round, const struct machine *machine)
{
	static const uint32_t control[] = {50, 51};
	bool second = strchr(subject, ':') != NULL;
	struct noise noise = noise_plain(1000 + round * 2 + second);
	struct sample_stream stream;
	uint32_t samples[N];

	/* A boot has an effect of its own. */
	noise.median *=
	    machine->slow[round % 2] * (second ? machine->other : 1) * exp(0.05 * noise_normal(&noise.random));
	noise_fill(&noise, 0, samples, N);
	sample_open(&stream, "linux");
	wire_begin(&stream.wire, "env");
	wire_pair(&stream.wire, "commit", machine->commits[second]);
	wire_end(&stream.wire);
	sample_run(&stream, "clock_read", "", control, 2, 100);
	sample_run(&stream, "wake", "place=same", samples, N, N);
	sample_run_boot(run, subject, round, &stream);
}

static void measure(struct sample_run *run, const char *subjects, unsigned rounds, const struct machine *machine)
{
	sample_run_open(run, subjects, rounds);
	for (unsigned round = 0; round < rounds; round++) {
		for (size_t i = 0; i < run->store.plan.subject_count; i++)
			boot(run, run->store.plan.subjects[i], round, machine);
	}
}

struct checked {
	struct sample_run run;
	struct summary summary;
	struct aa_check check;
	struct error error;
	int status;
};

static void check(struct checked *checked, const char *subjects, unsigned rounds, const struct machine *machine)
{
	const struct store_plan *plan = &checked->run.store.plan;

	*checked = (struct checked){0};
	measure(&checked->run, subjects, rounds, machine);
	assert_int_equal(summary_load(&checked->summary, &checked->run.store, NULL, &checked->error), 0);
	checked->status = aa_check_make(&checked->check, &checked->summary, plan->subjects[0],
					plan->subjects[plan->subject_count - 1], PAIRS, &checked->error);
}

static void checked_free(struct checked *checked)
{
	aa_check_free(&checked->check);
	summary_free(&checked->summary);
	sample_run_close(&checked->run);
}

static const struct aa_series *series_of(const struct aa_check *made, const char *name, enum stats_statistic statistic)
{
	for (size_t i = 0; i < made->series_count; i++) {
		if (strcmp(made->series[i].row->benchmark, name) == 0 && made->series[i].statistic == statistic)
			return &made->series[i];
	}
	return NULL;
}

static void a_subject_against_itself_arms(void **state)
{
	struct checked checked;
	const struct aa_series *location;

	(void)state;
	check(&checked, "linux@qemu", 2 * PAIRS * 20, &fair);
	assert_int_equal(checked.status, 0);
	assert_int_equal(checked.check.sets, 20);
	assert_int_equal(checked.check.boots, 2 * PAIRS * 20);
	assert_true(checked.check.all.armed);
	location = series_of(&checked.check, "wake", STATS_LOCATION);
	assert_non_null(location);
	assert_int_equal(location->trials, 20);
	assert_true(location->alarms <= 3);
	/* Two boots with 5 % each. */
	assert_true(location->sd > 0.04 && location->sd < 0.11);
	assert_true(location->margin > 0.03 && location->margin < 0.5);
	/* The control's values are at the grain: there is nothing to test in its spread. */
	assert_null(series_of(&checked.check, "clock_read", STATS_SPREAD));
	checked_free(&checked);
}

static void every_second_boot_slower_alarms_nobody_for_a_coin_says_which_is_a(void **state)
{
	static const struct machine limping = {{1, 1.5}, 1, {"c1", "c1"}};
	struct checked checked;

	(void)state;
	check(&checked, "linux@qemu", 2 * PAIRS * 20, &limping);
	assert_int_equal(checked.status, 0);
	assert_true(series_of(&checked.check, "wake", STATS_LOCATION)->alarms <= 3);
	assert_true(checked.check.all.armed);
	checked_free(&checked);
}

static void two_builds_that_differ_by_layout_disarm(void **state)
{
	static const struct machine biased = {{1, 1}, 1.3, {"c1", "c1"}};
	struct checked checked;

	(void)state;
	check(&checked, "linux@qemu linux@qemu:build=other", PAIRS * AA_SETS_MIN, &biased);
	assert_int_equal(checked.status, 0);
	assert_int_equal(checked.check.sets, AA_SETS_MIN);
	assert_string_equal(checked.check.subject, "linux@qemu");
	assert_true(series_of(&checked.check, "wake", STATS_LOCATION)->alarms >= 9);
	assert_true(series_of(&checked.check, "wake", STATS_SPREAD)->alarms >= 9); /* the samples are log-normal */
	assert_false(checked.check.all.armed);
	checked_free(&checked);
}

static void assert_refused(const char *subjects, unsigned rounds, const struct machine *machine, const char *word)
{
	struct checked checked;

	check(&checked, subjects, rounds, machine);
	assert_int_equal(checked.status, STATUS_USAGE);
	assert_non_null(strstr(checked.error.text, word));
	checked_free(&checked);
}

static void what_is_no_self_check_is_refused_with_the_remedy(void **state)
{
	static const struct machine commits = {{1, 1}, 1, {"c1", "c2"}};

	(void)state;
	assert_refused("linux@qemu", 2 * PAIRS + 1, &fair, "--runs 200");
	assert_refused("linux@qemu linux@qemu:build=other", 3, &fair, "--runs 100");
	assert_refused("linux@sim", 4, &fair, "instructions");
	assert_refused("linux@qemu linux@qemu:build=other", 4, &commits, "aerobench compare");
}

static void the_record_says_what_the_check_found(void **state)
{
	struct checked checked;
	struct aa_record record;
	struct error error = {0};
	const struct aa_test *test;
	const struct aa_series *series;
	json_t *line;
	char *path;

	(void)state;
	check(&checked, "linux@qemu", 2 * PAIRS * 20, &fair);
	path = memory_format("%s/aa.jsonl", checked.run.results);
	line = aa_check_json(&checked.check);
	assert_int_equal(aa_append(path, line, &error), 0);
	json_decref(line);
	assert_int_equal(aa_load(&record, path, checked.check.machine, "linux@qemu", &error), 0);
	assert_non_null(record.json);
	assert_string_equal(record.run, checked.run.store.id);
	assert_string_equal(record.commit, "c1");
	assert_int_equal(record.all.trials, checked.check.all.trials);
	assert_int_equal(record.all.alarms, checked.check.all.alarms);
	assert_int_equal(record.suites.trials, 20);
	assert_true(fabs(record.all.rate.high - checked.check.all.rate.high) < 1e-12);
	test = aa_find(&record, "wake", "place=same", STATS_TAIL);
	series = series_of(&checked.check, "wake", STATS_TAIL);
	assert_non_null(test);
	assert_int_equal(test->comparisons, 20);
	assert_true(fabs(test->margin - series->margin) < 1e-12);
	assert_true(fabs(test->sd - series->sd) < 1e-12);
	aa_free(&record);
	free(path);
	checked_free(&checked);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_subject_against_itself_arms),
	    cmocka_unit_test(every_second_boot_slower_alarms_nobody_for_a_coin_says_which_is_a),
	    cmocka_unit_test(two_builds_that_differ_by_layout_disarm),
	    cmocka_unit_test(what_is_no_self_check_is_refused_with_the_remedy),
	    cmocka_unit_test(the_record_says_what_the_check_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
