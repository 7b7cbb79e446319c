/* SPDX-License-Identifier: MIT */
/*
 * The benchmarks and conformance tests that the runner finds in its test: each does one thing, right or wrong.
 */
#include "../../../bench/conform/conform.h"
#include "fake.h"

/* --- Benchmarks ----------------------------------------------------------------------------------------------------- */

uint64_t fake_random[4];

static void control(struct bench_run *run)
{
	while (bench_next(run))
		bench_record(run, 10, 13);
}

BENCH(clock_read, .run = control, .unit = "ticks", .about = "control");

/* Records 100, 101, … */
static void counting(struct bench_run *run)
{
	fake_in_benchmark = true;
	while (bench_next(run))
		bench_record(run, 1000, 1100 + run->iteration - 1);
	fake_in_benchmark = false;
}

BENCH(plain, .run = counting, .unit = "ticks", .about = "one series, 100 and more", .per = 4);

static void two_series(struct bench_run *run)
{
	unsigned threads = bench_int(run, "threads");
	bool other = bench_is(run, "place", "other");

	while (bench_next(run)) {
		bench_record_series(run, 0, 0, threads);
		bench_record_series(run, 1, 0, other ? 1000 + threads : threads);
	}
}

BENCH(grid, .run = two_series, .unit = "ticks", .about = "parameters", .series = {"call", "last"},
      .params = {{"threads", "1 2 16"}, {"place", "same other"}}, .max_samples = 20, .max_warmup = 2);

static void units(struct bench_run *run)
{
	control(run);
}

BENCH(own_unit, .run = units, .unit = "detours", .about = "not ticks");

BENCH(enormous, .run = control, .unit = "ticks", .about = "only where it is named", .params = {{"size", "1 10000"}},
      .spread = "its size", .spread_at = "size=10000", .extra = true);

static void wide(struct bench_run *run)
{
	control(run);
}

BENCH(needs_four, .run = wide, .unit = "ticks", .about = "many CPUs", .min_cpus = 4);

static void random_numbers(struct bench_run *run)
{
	for (unsigned i = 0; i < 4; i++)
		fake_random[i] = bench_random(run, 20, 29);
	control(run);
}

BENCH(randoms, .run = random_numbers, .unit = "ticks", .about = "random delays", .params = {{"step", "1 2"}});

/* One defect for each value of how. */
static void defects(struct bench_run *run)
{
	unsigned skip_at = bench_is(run, "how", "fewer") ? 3 : 0;

	if (bench_is(run, "how", "skips")) {
		bench_skip(run, "not on a Tuesday");
		return;
	}
	while (bench_next(run)) {
		if (run->iteration == skip_at)
			continue;
		if (bench_is(run, "how", "backward") && run->iteration == 2)
			bench_record(run, 100, 99);
		else if (bench_is(run, "how", "overflow") && run->iteration == 2)
			bench_record(run, 0, (uint64_t)1 << 32);
		else
			bench_record(run, 0, 1);
		if (bench_is(run, "how", "more") && run->iteration == 1)
			bench_record(run, 0, 1);
		bench_check(run, !bench_is(run, "how", "check") || run->iteration != 2, "switches are 2 a round");
		bench_check(run, !bench_is(run, "how", "check") || run->iteration < 2, "not the first one");
		if (bench_is(run, "how", "question"))
			bench_is(run, "place", "same");
		if (bench_is(run, "how", "number"))
			bench_int(run, "how");
	}
}

BENCH(defective, .run = defects, .unit = "ticks", .about = "every way to be wrong",
      .params = {{"how", "fewer more backward overflow check skips question number"}});

/* --- Conformance tests ------------------------------------------------------------------------------------------------ */

int fake_wrong;

static void add_one(struct conform_party *party)
{
	++*(int *)party->shared;
}

CONFORM(aa_threads, 1, "a gang runs on every CPU")
{
	int count = 0;

	conform_gang_start(t, 4, add_one, &count);
	conform_gang_finish(t);
	CHECK_EQUAL(t, count, 4);
}

CONFORM(bb_checks, 1, "checks are reported")
{
	CHECK(t, fake_wrong == 0);
	CHECK_EQUAL(t, fake_wrong, 0);
}

CONFORM(cc_wide, 3, "needs three CPUs")
{
	CHECK(t, false);
}
