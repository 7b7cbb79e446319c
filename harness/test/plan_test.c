/* SPDX-License-Identifier: MIT */
/* The order of boots: rounds, pairs, seeds, budgets. */
#include "plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct plan plan_of(const char *const *names, size_t count, unsigned runs, uint64_t seed)
{
	struct plan plan = {.seed = seed, .counted_seed = 1, .parallel = 2};

	for (size_t i = 0; i < count; i++) {
		struct subject subject;

		assert_int_equal(subject_parse(&subject, names[i], NULL), 0);
		plan_add(&plan, &subject, false);
		if (!subject_is_timed(&subject))
			plan.subjects[i].boots = PLAN_SIM_BOOTS;
		else if (runs > 0)
			plan.subjects[i].boots = runs;
	}
	plan_order(&plan);
	return plan;
}

static struct plan default_plan(unsigned runs, uint64_t seed)
{
	return plan_of(subject_defaults, subject_defaults_count, runs, seed);
}

static const struct subject *subject_at(const struct plan *plan, size_t boot)
{
	return &plan->subjects[plan->boots[boot].subject].subject;
}

/* measuring.md §3: without 1,000 samples a boot has no p99, and a comparison no tail. */
static void every_subject_takes_a_thousand_samples_of_a_boot(void **state)
{
	static const char *const names[] = {"aerokernel@qemu", "linux@qemu",     "linux@host", "aerokernel@sim",
					    "linux@sim",       "aerokernel@kvm", "linux@kvm"};
	struct plan plan = plan_of(names, sizeof(names) / sizeof(names[0]), 0, 1);

	(void)state;
	for (size_t i = 0; i < plan.subject_count; i++)
		assert_true(plan.subjects[i].samples >= 1000);
	plan_free(&plan);
}

static void every_subject_is_booted_as_often_as_planned(void **state)
{
	struct plan plan = default_plan(7, 42);
	unsigned boots[5] = {0};

	(void)state;
	for (size_t i = 0; i < plan.boot_count; i++) {
		assert_int_equal(plan.boots[i].index, i);
		boots[plan.boots[i].subject]++;
	}
	for (size_t i = 0; i < plan.subject_count; i++)
		assert_int_equal(boots[i], subject_is_timed(&plan.subjects[i].subject) ? 7 : PLAN_SIM_BOOTS);
	plan_free(&plan);
}

static void a_round_holds_each_timed_subject_once_and_pairs_are_adjacent(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct plan plan = default_plan(6, seed);

		for (size_t i = 0; i < 18; i += 3) {
			int host = -1, sum = 0;

			for (size_t j = i; j < i + 3; j++) {
				assert_int_equal(plan.boots[j].round, i / 3);
				sum += 1 << plan.boots[j].subject;
				if (subject_at(&plan, j)->machine == SUBJECT_HOST)
					host = (int)(j - i);
			}
			assert_int_equal(sum, 7);
			assert_int_not_equal(host, 1); /* between the two @qemu */
		}
		plan_free(&plan);
	}
}

static void counted_subjects_come_last_and_slow_ones_first(void **state)
{
	struct plan plan = default_plan(3, 5);
	size_t count = plan.boot_count;

	(void)state;
	for (size_t i = 0; i < count; i++)
		assert_int_equal(subject_is_timed(subject_at(&plan, i)), i < 9);
	assert_string_equal(subject_at(&plan, 9)->name, "linux@sim");
	assert_string_equal(subject_at(&plan, count - 1)->name, "aerokernel@sim");
	plan_free(&plan);
}

/* Of two subjects on one machine in two builds each: pairs are pairs, and which subject comes first varies, too. */
static void builds_of_a_subject_stand_side_by_side(void **state)
{
	static const char *const names[] = {"linux@host:build=base", "linux@host:build=head",
					    "linux@host:tuned,build=base", "linux@host:tuned,build=head"};
	struct plan plan = plan_of(names, 4, 40, 3);
	int first = 0, base = 0;

	(void)state;
	assert_int_equal(plan.boot_count, 4 * 40);
	for (size_t i = 0; i < plan.boot_count; i += 2) {
		assert_int_equal(plan.boots[i].subject / 2, plan.boots[i + 1].subject / 2);
		assert_int_not_equal(plan.boots[i].subject, plan.boots[i + 1].subject);
		assert_int_equal(plan.boots[i].round, i / 4);
		first += i % 4 == 0 && plan.boots[i].subject < 2;
		base += plan.boots[i].subject % 2 == 0;
	}
	assert_in_range(first, 5, 35);
	assert_in_range(base, 20, 60);
	plan_free(&plan);
}

/* Which of the two of a pair comes first is a fair coin: 600 tosses, 6 standard deviations. */
static void which_of_a_pair_comes_first_is_a_fair_coin(void **state)
{
	static const char *const pair[] = {"aerokernel@qemu", "linux@qemu"};
	struct plan plan = plan_of(pair, 2, 600, 3);
	int first = 0;

	(void)state;
	for (size_t i = 0; i < plan.boot_count; i += 2)
		first += plan.boots[i].subject == 0;
	assert_in_range(first, 300 - 74, 300 + 74);
	plan_free(&plan);
}

static void the_same_seed_gives_the_same_order(void **state)
{
	struct plan a = default_plan(20, 9), b = default_plan(20, 9), c = default_plan(20, 10);

	(void)state;
	assert_int_equal(a.boot_count, b.boot_count);
	assert_memory_equal(a.boots, b.boots, a.boot_count * sizeof(*a.boots));
	assert_memory_not_equal(a.boots, c.boots, a.boot_count * sizeof(*a.boots));
	plan_order(&a);
	assert_memory_equal(a.boots, b.boots, a.boot_count * sizeof(*a.boots));
	plan_free(&a);
	plan_free(&b);
	plan_free(&c);
}

static void counted_boots_share_the_computer_and_timed_ones_do_not(void **state)
{
	static const char *const names[] = {"linux@host", "aerokernel@sim", "linux@sim"};
	struct plan plan = plan_of(names, 3, 3, 1);
	bool done[7] = {true};

	(void)state;
	plan.subjects[0].seconds = 10;
	plan.subjects[1].seconds = 5;
	plan.subjects[2].seconds = 20;
	assert_float_equal(plan_seconds(&plan, NULL), 30 + 25, 1e-9); /* 20 beside 20, then 5 beside 5 */
	assert_float_equal(plan_seconds(&plan, done), 20 + 25, 1e-9);
	plan.parallel = 1;
	assert_float_equal(plan_seconds(&plan, NULL), 30 + 50, 1e-9);
	plan.subjects[2].unsupported = strdup("no");
	assert_float_equal(plan_seconds(&plan, NULL), 30 + 10, 1e-9);
	plan_free(&plan);
}

static void a_budget_takes_rounds_from_timed_subjects_first(void **state)
{
	struct plan plan = default_plan(6, 1);

	(void)state;
	for (size_t i = 0; i < plan.subject_count; i++)
		plan.subjects[i].seconds = 10;
	assert_true(plan_fit(&plan, 110)); /* 3 timed x 3 rounds x 10 s, and 2 x 10 s of pairs that count */
	for (size_t i = 0; i < plan.subject_count; i++)
		assert_int_equal(plan.subjects[i].boots, subject_is_timed(&plan.subjects[i].subject) ? 3 : 2);
	assert_int_equal(plan.boot_count, 9 + 4);
	assert_false(plan_fit(&plan, 5));
	assert_int_equal(plan.boot_count, 5);
	plan_free(&plan);
}

static void a_plan_reads_back_as_it_was_written(void **state)
{
	struct plan plan = default_plan(4, 77), back;
	json_t *json;

	(void)state;
	plan.subjects[1].bench = strdup("yield_pair,wake_all:place=same");
	plan.subjects[2].warmup = 5;
	plan.cpus = 4;
	plan.until = 0.05;
	plan.look_count = 2;
	plan.looks[0] = 6;
	plan.looks[1] = 10;
	json = plan_json(&plan);
	assert_int_equal(plan_read(&back, json, NULL), 0);
	assert_int_equal(back.boot_count, plan.boot_count);
	assert_memory_equal(back.boots, plan.boots, plan.boot_count * sizeof(*plan.boots));
	assert_string_equal(back.subjects[1].bench, plan.subjects[1].bench);
	assert_null(back.subjects[0].bench);
	assert_int_equal(back.subjects[2].warmup, 5);
	assert_int_equal(back.subjects[0].warmup, -1);
	assert_int_equal(back.cpus, 4);
	assert_float_equal(back.until, 0.05, 0);
	assert_int_equal(back.look_count, 2);
	assert_memory_equal(back.looks, plan.looks, sizeof(plan.looks));
	plan_free(&plan);
	plan_free(&back);
	json_decref(json);
}

static void a_plan_that_was_tampered_with_is_refused(void **state)
{
	static const char *const members[] = {"seed", "counted_seed", "cpus", "parallel", "subjects"};
	static const char *const inner[] = {"subject", "samples", "warmup", "boots", "seconds_per_boot"};
	struct plan plan = default_plan(2, 1), back;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		json_t *json = plan_json(&plan), *first = json_array_get(json_object_get(json, "subjects"), 0);
		struct error error = {STATUS_OK, ""};

		json_object_del(first, inner[i]);
		assert_int_equal(plan_read(&back, json, &error), STATUS_USAGE);
		json_decref(json);
		json = plan_json(&plan);
		json_object_set_new(json, members[i], json_string("x"));
		assert_int_equal(plan_read(&back, json, NULL), STATUS_USAGE);
		json_decref(json);
	}
	assert_int_equal(plan_read(&back, NULL, NULL), STATUS_USAGE);
	plan_free(&plan);
}

static void looks_that_do_not_ascend_are_refused(void **state)
{
	static const unsigned bad[][2] = {{0, 6}, {6, 6}, {10, 6}, {6, PLAN_RUNS_MAX + 1}};
	struct plan plan = default_plan(2, 1), back;

	(void)state;
	plan.look_count = 2;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *json;

		memcpy(plan.looks, bad[i], sizeof(bad[i]));
		json = plan_json(&plan);
		assert_int_equal(plan_read(&back, json, NULL), STATUS_USAGE);
		json_decref(json);
	}
	plan_free(&plan);
}

static void a_guess_follows_samples_and_benchmarks_down_to_the_boot(void **state)
{
	static const char *const names[] = {"linux@qemu"};
	struct plan plan = plan_of(names, 1, 1, 1);
	struct plan_subject *subject = &plan.subjects[0];
	double whole = subject->seconds, one;

	(void)state;
	plan_guess(subject);
	assert_float_equal(subject->seconds, whole, 1e-9);
	subject->samples *= 2;
	subject->warmup *= 2;
	plan_guess(subject);
	assert_true(subject->seconds > 1.5 * whole && subject->seconds < 2 * whole);
	subject->bench = strdup("yield_pair");
	plan_guess(subject);
	one = subject->seconds;
	assert_true(one < whole / 2 && one > 1);
	free(subject->bench);
	subject->bench = strdup("yield_pair,wake_all,mutex_uncontended");
	plan_guess(subject);
	assert_true(subject->seconds > one);
	plan_free(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_subject_takes_a_thousand_samples_of_a_boot),
	    cmocka_unit_test(every_subject_is_booted_as_often_as_planned),
	    cmocka_unit_test(a_round_holds_each_timed_subject_once_and_pairs_are_adjacent),
	    cmocka_unit_test(counted_subjects_come_last_and_slow_ones_first),
	    cmocka_unit_test(builds_of_a_subject_stand_side_by_side),
	    cmocka_unit_test(which_of_a_pair_comes_first_is_a_fair_coin),
	    cmocka_unit_test(the_same_seed_gives_the_same_order),
	    cmocka_unit_test(counted_boots_share_the_computer_and_timed_ones_do_not),
	    cmocka_unit_test(a_budget_takes_rounds_from_timed_subjects_first),
	    cmocka_unit_test(a_plan_reads_back_as_it_was_written),
	    cmocka_unit_test(a_plan_that_was_tampered_with_is_refused),
	    cmocka_unit_test(looks_that_do_not_ascend_are_refused),
	    cmocka_unit_test(a_guess_follows_samples_and_benchmarks_down_to_the_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
