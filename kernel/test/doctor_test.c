/* SPDX-License-Identifier: MIT */
/*
 * The doctor's sums on made-up measurements, and its probes on this machine as far as any machine must pass them.
 */
#include "doctor.h"

#include "core/format.h"
#include "core/ktest.h"
#include "core/string.h"

/* Two clocks with a constant offset, whose line takes a while each way, not the same while. */
static void rounds(struct doctor_pair *pair, int64_t offset, uint64_t there, uint64_t back, uint64_t drift_each)
{
	for (uint64_t round = 0; round < 100; round++) {
		uint64_t t0 = 1000000 + round * 1000, wobble = round * 7 % 13;
		uint64_t arrival = t0 + there + wobble, t1 = arrival + back + round * 5 % 11;

		doctor_pair_narrow(pair, t0, arrival + (uint64_t)offset + round * drift_each, t1);
	}
	pair->answered = true;
}

KERNEL_TEST(doctor_bounds_an_offset_whatever_the_way_back_takes)
{
	static const int64_t offsets[] = {0, 5000, -5000, 1ll << 40, -(1ll << 40)};

	for (unsigned at = 0; at < 5; at++) {
		struct doctor_pair pair = {.low_ticks = INT64_MIN, .high_ticks = INT64_MAX};

		rounds(&pair, offsets[at], 40, 400, 0);
		CHECK(pair.low_ticks <= offsets[at] && offsets[at] <= pair.high_ticks);
		CHECK(pair.high_ticks - pair.low_ticks == 440); /* the quickest way there and the quickest back */
	}
}

KERNEL_TEST(doctor_finds_no_offset_for_a_clock_that_drifts)
{
	struct doctor_pair pair = {.low_ticks = INT64_MIN, .high_ticks = INT64_MAX};

	rounds(&pair, 0, 40, 40, 3);
	CHECK(pair.low_ticks > pair.high_ticks);
}

KERNEL_TEST(doctor_sees_that_clocks_have_moved_between_two_measurements)
{
	static struct doctor_offsets before, after;
	struct doctor_pair moved = {0};

	before = after = (struct doctor_offsets){.pairs = 2};
	before.pair[0] = after.pair[0] = (struct doctor_pair){0, 1, true, -10, 10};
	before.pair[1] = (struct doctor_pair){0, 2, true, -10, 10};
	after.pair[1] = (struct doctor_pair){0, 2, true, 10, 30};
	CHECK(!doctor_offsets_moved(&before, &after, &moved)); /* 10 fits both */
	after.pair[1].low_ticks = 11;
	CHECK(doctor_offsets_moved(&before, &after, &moved) && moved.b == 2);
	CHECK(doctor_offsets_moved(&after, &before, &moved));
	after.pair[1].answered = false; /* nothing is known: nothing is claimed */
	CHECK(!doctor_offsets_moved(&before, &after, &moved));
}

KERNEL_TEST(doctor_believes_a_run_unless_its_clocks_contradict_those_before)
{
	static struct doctor_offsets before, after;
	char text[DOCTOR_REASON_BYTES];

	before = after = (struct doctor_offsets){.pairs = 1};
	before.pair[0] = after.pair[0] = (struct doctor_pair){1, 3, true, -10, 10};
	CHECK(doctor_judge_after(&before, &after, text) == NULL);
	after.pair[0].low_ticks = 11;
	after.pair[0].high_ticks = 20;
	CHECK(doctor_judge_after(&before, &after, text) == text);
	CHECK(strcmp(text, "the clocks of CPUs 1 and 3 have moved apart during the run: no latency between CPUs can be "
			   "believed") == 0);
	after.pair[0].answered = false; /* in time: an emulator under load */
	after.failed = 1;
	CHECK(doctor_judge_after(&before, &after, text) == NULL);
	after.contradiction = true;
	CHECK(doctor_judge_after(&before, &after, text) == text);
	CHECK(strcmp(text, "a CPU's clock drifts or was set during the run") == 0);
}

/* How often a reason that begins so is among them. */
static unsigned reasons_that_begin(const struct doctor *doctor, const char *text)
{
	unsigned count = 0;

	for (unsigned at = 0; at < doctor->reason_count; at++)
		count += strncmp(doctor->reasons[at], text, strlen(text)) == 0;
	return count;
}

/* The verdict on two clocks with this offset, whose line takes 40 ticks there and 400 back. */
static const struct doctor *judged_with_offset(int64_t offset_ticks)
{
	static struct doctor doctor;

	doctor = (struct doctor){.measured = true, .offsets = {.pairs = 2}};
	doctor.offsets.pair[0] = (struct doctor_pair){0, 1, false, INT64_MIN, INT64_MAX};
	doctor.offsets.pair[1] = (struct doctor_pair){0, 2, false, INT64_MIN, INT64_MAX};
	rounds(&doctor.offsets.pair[0], offset_ticks / 2, 40, 400, 0);
	rounds(&doctor.offsets.pair[1], offset_ticks, 40, 400, 0);
	doctor_judge(&doctor, false);
	return &doctor;
}

KERNEL_TEST(doctor_finds_clocks_unfit_that_are_surely_apart)
{
	static const char apart[] = "the clocks of CPUs 0 and 2 are at least ";

	CHECK(reasons_that_begin(judged_with_offset(0), "the clocks of CPUs") == 0);
	CHECK(reasons_that_begin(judged_with_offset(-40), "the clocks of CPUs") == 0); /* what the way there takes */
	CHECK(reasons_that_begin(judged_with_offset(400), "the clocks of CPUs") == 0);
	CHECK(reasons_that_begin(judged_with_offset(-41), apart) == 1);
	CHECK(reasons_that_begin(judged_with_offset(401), apart) == 1);
	CHECK(reasons_that_begin(judged_with_offset(-2900000), apart) == 1 && !judged_with_offset(-2900000)->fit);
	CHECK(reasons_that_begin(judged_with_offset(2900000),
				 "the clocks of CPUs 0 and 2 are at least 2899600 ticks apart: no latency between CPUs "
				 "can be believed") == 1);
}

/* The verdict where the boot CPU and the last one run at so many percent of their clock. */
static const struct doctor *judged_with_speeds(unsigned first_percent, unsigned last_percent)
{
	static struct doctor doctor;

	doctor = (struct doctor){.measured = true};
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		doctor.noise.cpu[cpu].effective_hz = clock_hz;
	doctor.noise.cpu[cpu_count - 1].effective_hz = clock_hz / 100 * last_percent;
	doctor.noise.cpu[0].effective_hz = clock_hz / 100 * first_percent;
	doctor_judge(&doctor, false);
	return &doctor;
}

KERNEL_TEST_CPUS(doctor_finds_cpus_unfit_that_run_below_their_clock, 2)
{
	char text[DOCTOR_REASON_BYTES];

	CHECK(reasons_that_begin(judged_with_speeds(100, 91), "CPU ") == 0);
	CHECK(reasons_that_begin(judged_with_speeds(150, 100), "CPU ") == 0); /* turbo */
	CHECK(reasons_that_begin(judged_with_speeds(0, 0), "CPU ") == 0);     /* not known */
	format_text(text, sizeof(text),
		    "CPU %u runs at %lu MHz while its clock counts %lu: 1 of %u CPUs are more than 10 %% slower",
		    cpu_count - 1, clock_hz / 100 * 40 / 1000000, clock_hz / 1000000, cpu_count);
	CHECK(reasons_that_begin(judged_with_speeds(0, 40), text) == 1);
	CHECK(reasons_that_begin(judged_with_speeds(30, 40), "CPU 0 runs at ") == 1 &&
	      !judged_with_speeds(30, 40)->fit);
	CHECK(reasons_that_begin(judged_with_speeds(30, 40), "CPU ") == 1);
}

/* The verdict on a CPU that runs at so many percent of its clock, 0: unknown, where reading and the loop take these ticks. */
static const struct doctor *judged_with_costs(unsigned percent, uint64_t read_p50, uint64_t loop_hundredths)
{
	static struct doctor doctor;

	doctor = (struct doctor){.clock = {.read_p50 = read_p50, .loop_hundredths = loop_hundredths}};
	doctor.noise.cpu[0].effective_hz = clock_hz / 100 * percent;
	doctor_judge(&doctor, false);
	return &doctor;
}

KERNEL_TEST(doctor_takes_no_slow_cpu_for_an_emulated_one)
{
	CHECK(reasons_that_begin(judged_with_costs(100, 200, 300), "a clock read") == 0);
	CHECK(reasons_that_begin(judged_with_costs(100, 201, 301),
				 "a clock read takes 201 ticks, limit 200: it is trapped") == 1);
	CHECK(reasons_that_begin(judged_with_costs(200, 100, 301), "dec/jnz takes 3.01 ticks, limit 3.00: this CPU") ==
	      1);
	/* a quarter of the clock's rate, which is a reason of its own */
	CHECK(reasons_that_begin(judged_with_costs(25, 230, 400), "a clock read") == 0);
	CHECK(reasons_that_begin(judged_with_costs(25, 230, 400), "dec/jnz") == 0);
	CHECK(reasons_that_begin(judged_with_costs(25, 230, 400), "CPU 0 runs at ") == 1);
	CHECK(reasons_that_begin(judged_with_costs(25, 900, 350000), "dec/jnz takes 3500.00 ticks, limit 12.0") == 1);
	CHECK(reasons_that_begin(
		  judged_with_costs(0, 230, 400),
		  "dec/jnz takes 4.00 ticks, limit 3.00: this CPU is emulated, or the CPU runs far below its "
		  "clock's rate") == 1);
}

KERNEL_TEST(doctor_grain_is_the_step_of_the_frequent_readings)
{
	static uint32_t values[4000];
	struct doctor_clock clock;

	for (unsigned at = 0; at < 4000; at++)
		values[at] = at < 1000 ? 52 : at < 3900 ? 78 : at < 3999 ? 104 : 1001; /* one odd value once */
	doctor_clock_judge(&clock, values, 4000);
	CHECK(clock.grain_hundredths == 2600 && clock.read_p50 == 78 && clock.read_p99 == 104);
	for (unsigned at = 0; at < 4000; at++)
		values[at] = at; /* all different: no step */
	doctor_clock_judge(&clock, values, 4000);
	CHECK(clock.grain_hundredths == 100);
}

/* In hundredths of a tick, where each of these values is as frequent as the others. */
static uint64_t grain_of(const uint32_t *values, size_t count)
{
	static uint32_t readings[4000];
	struct doctor_clock clock;

	for (unsigned at = 0; at < 4000; at++)
		readings[at] = values[at * count / 4000];
	doctor_clock_judge(&clock, readings, 4000);
	return clock.grain_hundredths;
}

#define GRAIN_OF(...) \
	grain_of((const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static bool is_near(uint64_t value, uint64_t expected, uint64_t tolerance)
{
	return value + tolerance >= expected && value <= expected + tolerance;
}

/* The values of harness/test/stats_grain_test.c, whose rule it is. */
KERNEL_TEST(doctor_grain_may_lie_between_whole_ticks)
{
	CHECK(is_near(GRAIN_OF(24, 25, 49, 73, 74, 98), 2445, 10)); /* a TSC of 2445.4 MHz that moves with 100 MHz */
	CHECK(is_near(GRAIN_OF(49, 73, 74), 2445, 10));
	CHECK(is_near(GRAIN_OF(24, 25, 49), 2445, 30));
	CHECK(is_near(GRAIN_OF(51, 52, 77, 78, 103, 104), 2596, 10)); /* 2596.12 MHz */
	CHECK(GRAIN_OF(52, 78) == 2600 && GRAIN_OF(20) == 2000 && GRAIN_OF(36, 38) == 200);
	CHECK(GRAIN_OF(36, 37) == 100 && GRAIN_OF(30, 31, 32) == 100 && GRAIN_OF(31, 40, 44, 59, 63) == 100);
	CHECK(GRAIN_OF(3, 4, 5, 44) == 100 && GRAIN_OF(0) == 100);
}

KERNEL_TEST(doctor_reads_a_clock_that_costs_something)
{
	struct doctor_clock clock;

	doctor_clock_probe(&clock);
	CHECK(clock.read_p50 > 0 && clock.read_p99 >= clock.read_p50 && clock.grain_hundredths >= 100);
	CHECK(clock.loop_hundredths > 0);
}

KERNEL_TEST_CPUS(doctor_measures_every_pair_of_few_cpus, 2)
{
	static struct doctor_offsets offsets;
	unsigned pairs = cpu_count <= 16 ? cpu_count * (cpu_count - 1) / 2 : 2 * cpu_count - 3;

	doctor_offsets_probe(&offsets);
	CHECK(offsets.pairs == pairs && !offsets.contradiction);
	for (unsigned at = 0; at < offsets.pairs; at++) {
		CHECK(offsets.pair[at].a < offsets.pair[at].b && offsets.pair[at].b < cpu_count);
		CHECK(!offsets.pair[at].answered || offsets.pair[at].low_ticks <= offsets.pair[at].high_ticks);
	}
	CHECK((offsets.failed == 0) == (offsets.reason[0] == '\0'));
}

KERNEL_TEST(doctor_watches_every_cpu_for_the_whole_time)
{
	static struct doctor_noise noise;

	doctor_noise_probe(&noise);
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		CHECK(noise.cpu[cpu].watched_ticks >= clock_hz / 1000 * 10);
		CHECK(noise.cpu[cpu].lost_ticks <= noise.cpu[cpu].watched_ticks);
		CHECK(noise.cpu[cpu].longest_ticks <= noise.cpu[cpu].lost_ticks);
		CHECK((noise.cpu[cpu].gaps == 0) == (noise.cpu[cpu].lost_ticks == 0));
	}
}
