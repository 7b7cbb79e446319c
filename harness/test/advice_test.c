/* SPDX-License-Identifier: MIT */
/* What is said about a machine's firmware, from made-up environments. */
#include "advice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct advice advice;

/* pairs: key, value, …, NULL */
static void advise(const char *const *pairs)
{
	struct stream_pair env[32];
	struct stream stream = {.env = env};

	for (; *pairs != NULL; pairs += 2)
		env[stream.env_count++] =
		    (struct stream_pair){(char *)(uintptr_t)pairs[0], (char *)(uintptr_t)pairs[1]};
	advice_make(&advice, &stream);
}

static int says(const char *fact, const char *remedy)
{
	for (size_t i = 0; i < advice.count; i++) {
		if (strstr(advice.items[i].fact, fact) != NULL && strstr(advice.items[i].remedy, remedy) != NULL)
			return 1;
	}
	return 0;
}

#define ADVISE(...) advise((const char *const[]){__VA_ARGS__, NULL})

static void a_machine_that_is_set_up_well_needs_nothing(void **state)
{
	(void)state;
	ADVISE("machine", "metal", "tsc_invariant", "yes", "tsc_adjust_equal", "yes", "mtrr", "equal", "turbo", "no",
	       "hwp", "no", "c1e", "no", "energy_bias", "0", "c_state_limit", "0", "smi_seen", "0", "smi_per_hour", "0",
	       "clock_hz", "2500000000", "effective_hz_least", "2499000000", "effective_hz_most", "2501000000",
	       "cpu_core", "0-7", "cpus", "8", "cpus_listed", "8", "hardware_differs", "", "noise_longest_ns", "900");
	assert_int_equal(advice.count, 0);
}

static void absent_facts_and_virtual_machines_give_no_advice(void **state)
{
	(void)state;
	ADVISE("machine", "metal");
	assert_int_equal(advice.count, 0);
	ADVISE("machine", "TCGTCGTCGTCG", "turbo", "yes", "tsc_invariant", "no", "cpu_core", "0*4");
	assert_int_equal(advice.count, 0);
	ADVISE("turbo", "yes");
	assert_int_equal(advice.count, 0);
}

static void each_fact_names_its_setting(void **state)
{
	(void)state;
	ADVISE("machine", "metal", "turbo", "yes", "hwp", "yes", "c1e", "yes", "energy_bias", "6", "c_state_limit", "7",
	       "smi_seen", "3", "smi_per_hour", "10800", "throttled_ever", "yes", "cpus", "7", "cpus_listed", "8",
	       "hardware_differs", "microcode,c1e", "clock_hz", "2000000000", "effective_hz_least", "1200000000",
	       "effective_hz_most", "3100000000");
	assert_true(says("turbo is on", "Turbo Boost"));
	assert_true(says("chooses its frequency", "Speed Shift"));
	assert_true(says("lowers its frequency", "C1E"));
	assert_true(says("bias 6 of 15", "power profile"));
	assert_true(says("limit 7", "C0/C1"));
	assert_true(says("3 system management interrupts while the doctor looked: 10800 an hour", "legacy USB"));
	assert_true(says("since it was switched on", "cooling"));
	assert_true(says("1 of the 8 CPUs", "firmware"));
	assert_true(says("the same microcode,c1e", "firmware"));
	assert_true(says("up to 3.100 GHz, the time-stamp counter at 2.000", "turbo"));
	assert_true(says("at 1.200 GHz only", "power profile"));
	assert_true(says("at 1.200 GHz only", "before a kexec also the governor"));
	assert_int_equal(advice.count, 11);
}

static void gaps_without_a_count_of_smis_point_to_them(void **state)
{
	(void)state;
	ADVISE("machine", "metal", "noise_longest_ns", "1500000"); /* AMD has no count */
	assert_true(says("1.5 ms at a time", "legacy USB"));
	ADVISE("machine", "metal", "noise_longest_ns", "1500000", "smi_seen", "0", "smi_per_hour",
	       "0"); /* it was not they */
	assert_true(says("1.5 ms at a time", "throttling"));
	ADVISE("machine", "metal", "noise_longest_ns", "1500000", "smi_seen", "2", "smi_per_hour", "5");
	assert_int_equal(advice.count, 1);
}

static void shared_cores_are_found_however_they_are_numbered(void **state)
{
	static const struct {
		const char *cores;
		size_t shared;
	} cases[] = {{"0-7", 0},     {"0-7*2", 1}, {"0*4", 1},       {"0-3,0-3", 1}, {"0,2-3,1", 0},
		     {"0,2-3,2", 1}, {"-*4", 0},   {"irregular", 0}, {"", 0},        {"0-99999999999999999999", 0},
		     {"5-", 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ADVISE("machine", "metal", "cpu_core", cases[i].cores);
		assert_int_equal(advice.count, cases[i].shared);
	}
}

static void cpus_of_several_kinds_are_named(void **state)
{
	(void)state;
	ADVISE("machine", "metal", "cpu_kind", "0*8,1*8");
	assert_true(says("of several kinds", "efficient cores"));
	assert_int_equal(advice.count, 1);
	ADVISE("machine", "metal", "cpu_kind", "0*16");
	assert_int_equal(advice.count, 0);
	ADVISE("machine", "metal", "cpu_kind", "irregular");
	assert_int_equal(advice.count, 0);
}

static void numbers_that_are_none_are_absent(void **state)
{
	(void)state;
	ADVISE("machine", "metal", "clock_hz", "99999999999999999999999", "effective_hz_least", "1",
	       "effective_hz_most", "9223372036854775807");
	assert_int_equal(advice.count, 0);
	ADVISE("machine", "metal", "cpus_listed", "9223372036854775807", "cpus", "1", "smi_seen", "1000000000000001");
	assert_int_equal(advice.count, 0);
	ADVISE("machine", "metal", "energy_bias", "6x", "c_state_limit", "-1", "smi_seen", "", "p_state", "two");
	assert_int_equal(advice.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_machine_that_is_set_up_well_needs_nothing),
	    cmocka_unit_test(absent_facts_and_virtual_machines_give_no_advice),
	    cmocka_unit_test(each_fact_names_its_setting),
	    cmocka_unit_test(gaps_without_a_count_of_smis_point_to_them),
	    cmocka_unit_test(shared_cores_are_found_however_they_are_numbered),
	    cmocka_unit_test(cpus_of_several_kinds_are_named),
	    cmocka_unit_test(numbers_that_are_none_are_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
