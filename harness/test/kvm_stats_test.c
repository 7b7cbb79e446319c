/* SPDX-License-Identifier: MIT */
/* What a virtual machine's threads went through, read from made-up trees like /proc and /sys/kernel/debug. */
#include "kvm_stats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory.h"
#include "scratch.h"
#include "sysfile.h"

enum { PID = 77 };

/* Writes a file below the tree, with the directories above it. */
static void put(const char *tree, const char *name, const char *text)
{
	char *path = memory_format("%s/%s", tree, name), *slash = path + strlen(tree);
	FILE *file;

	while ((slash = strchr(slash + 1, '/')) != NULL) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	free(path);
}

static void put_thread(const char *tree, int thread, const char *comm, const char *schedstat, const char *switches,
		       const char *sched)
{
	char name[64];

	snprintf(name, sizeof(name), "%d/task/%d/comm", PID, thread);
	put(tree, name, comm);
	snprintf(name, sizeof(name), "%d/task/%d/schedstat", PID, thread);
	if (schedstat != NULL)
		put(tree, name, schedstat);
	snprintf(name, sizeof(name), "%d/task/%d/status", PID, thread);
	put(tree, name, switches);
	snprintf(name, sizeof(name), "%d/task/%d/sched", PID, thread);
	if (sched != NULL)
		put(tree, name, sched);
}

static const char status_a[] = "Name:\tCPU 0/KVM\nvoluntary_ctxt_switches:\t10\nnonvoluntary_ctxt_switches:\t3\n";
static const char status_b[] = "Name:\tCPU 1/KVM\nvoluntary_ctxt_switches:\t20\nnonvoluntary_ctxt_switches:\t4\n";
static const char sched_a[] = "CPU 0/KVM (78, #threads: 4)\n---\nse.nr_migrations      :                    1\n";
static const char sched_b[] = "CPU 1/KVM (79, #threads: 4)\n---\nse.nr_migrations      :                    2\n";

static void put_machine(const char *tree)
{
	put_thread(tree, 77, "qemu-system-x86\n", "9 9 9\n", status_a, sched_a);
	put_thread(tree, 78, "CPU 0/KVM\n", "2000000000 500000000 7\n", status_a, sched_a);
	put_thread(tree, 79, "CPU 1/KVM\n", "3000000000 250000000 7\n", status_b, sched_b);
}

static double real_of(const json_t *json, const char *key)
{
	assert_true(json_is_number(json_object_get(json, key)));
	return json_number_value(json_object_get(json, key));
}

static const char *missing(const json_t *json, const char *what)
{
	return json_string_value(json_object_get(json_object_get(json, "missing"), what));
}

static void only_threads_of_virtual_cpus_have_a_number(void **state)
{
	(void)state;
	assert_int_equal(kvm_stats_vcpu_number("CPU 0/KVM"), 0);
	assert_int_equal(kvm_stats_vcpu_number("CPU 12/TCG"), 12);
	assert_int_equal(kvm_stats_vcpu_number("ALL CPUs/TCG"), -1);
	assert_int_equal(kvm_stats_vcpu_number("qemu-system-x86"), -1);
	assert_int_equal(kvm_stats_vcpu_number("CPU -1/KVM"), -1);
	assert_int_equal(kvm_stats_vcpu_number(""), -1);
}

static void each_virtual_cpu_is_read_and_they_are_added_up(void **state)
{
	struct kvm_stats stats = {.expected = 2};
	json_t *json, *first;

	put_machine(*state);
	kvm_stats_look(&stats, *state, NULL, PID);
	stats.looked_ns = 4000000000;
	json = kvm_stats_json(&stats);
	assert_true(real_of(json, "looked_at_s") == 4);
	assert_true(real_of(json, "steal_s") == 0.75);
	assert_true(real_of(json, "involuntary") == 7);
	assert_true(real_of(json, "migrations") == 3);
	assert_int_equal(json_array_size(json_object_get(json, "vcpus")), 2);
	first = json_array_get(json_object_get(json, "vcpus"), 0);
	assert_true(real_of(first, "run_s") == 2 && real_of(first, "voluntary") == 10);
	assert_true(json_is_null(json_object_get(json, "exits")));
	assert_non_null(strstr(missing(json, "exits"), "on KVM"));
	json_decref(json);
}

static void a_thread_that_has_ended_keeps_what_was_last_seen(void **state)
{
	char *thread = memory_format("%s/%d/task/79", (char *)*state, PID);
	struct kvm_stats stats = {.expected = 2};
	json_t *json;

	put_machine(*state);
	kvm_stats_look(&stats, *state, NULL, PID);
	scratch_remove(thread);
	free(thread);
	put_thread(*state, 78, "CPU 0/KVM\n", "2000000000 600000000 7\n", status_a, sched_a);
	kvm_stats_look(&stats, *state, NULL, PID);
	json = kvm_stats_json(&stats);
	assert_true(real_of(json, "steal_s") > 0.849 && real_of(json, "steal_s") < 0.851);
	assert_null(missing(json, "steal"));
	assert_null(missing(json, "migrations"));
	json_decref(json);
}

static void nothing_seen_is_nothing_told(void **state)
{
	struct kvm_stats stats = {.expected = 2};

	kvm_stats_look(&stats, *state, NULL, PID);
	assert_null(kvm_stats_json(&stats));
}

static void what_the_kernel_does_not_keep_is_null_with_a_reason(void **state)
{
	struct kvm_stats stats = {.expected = 1};
	json_t *json;

	put_thread(*state, 78, "CPU 0/KVM\n", NULL, status_a, NULL);
	kvm_stats_look(&stats, *state, NULL, PID);
	json = kvm_stats_json(&stats);
	assert_true(json_is_null(json_object_get(json, "steal_s")));
	assert_non_null(strstr(missing(json, "steal"), "schedstat"));
	assert_true(json_is_null(json_object_get(json, "migrations")));
	assert_non_null(strstr(missing(json, "migrations"), "CONFIG_SCHED_DEBUG"));
	assert_true(real_of(json, "involuntary") == 3);
	json_decref(json);
}

static void exits_are_the_counters_of_this_process_and_no_other(void **state)
{
	struct kvm_stats stats = {.expected = 2};
	json_t *json, *exits;

	put_machine(*state);
	put(*state, "kvm/exits", "999\n");
	put(*state, "kvm/777-5/exits", "888\n");
	put(*state, "kvm/77-12/exits", "1234\n");
	put(*state, "kvm/77-12/io_exits", "56\n");
	put(*state, "kvm/77-12/hypercalls", "0\n");
	put(*state, "kvm/77-12/halt_wait_hist", "1 2 3 4\n");
	put(*state, "kvm/77-12/vcpu0/tsc-offset", "-5\n");
	kvm_stats_look(&stats, *state, *state, PID);
	json = kvm_stats_json(&stats);
	exits = json_object_get(json, "exits");
	assert_int_equal(json_object_size(exits), 2);
	assert_true(real_of(exits, "exits") == 1234 && real_of(exits, "io_exits") == 56);
	assert_null(missing(json, "exits"));
	json_decref(json);
	put(*state, "kvm/77-12/exits", "2000\n");
	kvm_stats_look(&stats, *state, *state, PID);
	json = kvm_stats_json(&stats);
	assert_true(real_of(json_object_get(json, "exits"), "exits") == 2000);
	json_decref(json);
}

static void counters_of_a_machine_that_goes_away_are_its_last_whole_ones(void **state)
{
	struct kvm_stats stats = {.expected = 2};
	char *path = memory_format("%s/kvm/77-12/io_exits", (char *)*state);
	json_t *json, *exits;

	put_machine(*state);
	put(*state, "kvm/77-12/exits", "1234\n");
	put(*state, "kvm/77-12/halt_exits", "7\n");
	put(*state, "kvm/77-12/io_exits", "56\n");
	kvm_stats_look(&stats, *state, *state, PID);
	unlink(path);
	put(*state, "kvm/77-12/exits", "1300\n");
	kvm_stats_look(&stats, *state, *state, PID);
	json = kvm_stats_json(&stats);
	exits = json_object_get(json, "exits");
	assert_int_equal(json_object_size(exits), 3);
	assert_true(real_of(exits, "exits") == 1234 && real_of(exits, "io_exits") == 56);
	json_decref(json);
	free(path);
}

static void counters_that_cannot_be_read_have_a_reason(void **state)
{
	struct kvm_stats stats = {.expected = 2};
	json_t *json;

	put_machine(*state);
	kvm_stats_look(&stats, *state, "/nowhere", PID);
	json = kvm_stats_json(&stats);
	assert_true(json_is_null(json_object_get(json, "exits")));
	assert_non_null(strstr(missing(json, "exits"), "mount -t debugfs"));
	json_decref(json);
	put(*state, "kvm/78-1/exits", "5\n");
	kvm_stats_look(&stats, *state, *state, PID);
	json = kvm_stats_json(&stats);
	assert_non_null(strstr(missing(json, "exits"), "keeps no counters"));
	json_decref(json);
}

static void small_files_are_read_only_as_what_they_are(void **state)
{
	uint64_t number = 7;
	char text[8], path[128];

	snprintf(path, sizeof(path), "%s/file", (char *)*state);
	assert_false(sysfile_line(path, text, sizeof(text)));
	assert_false(sysfile_number(path, &number));
	put(*state, "file", "12 34\n");
	assert_false(sysfile_number(path, &number));
	put(*state, "file", "-1\n");
	assert_false(sysfile_number(path, &number));
	put(*state, "file", "99999999999999999999999\n");
	assert_false(sysfile_number(path, &number));
	put(*state, "file", "");
	assert_false(sysfile_number(path, &number));
	put(*state, "file", "18446744073709551615\n");
	assert_true(sysfile_number(path, &number));
	assert_true(number == UINT64_MAX);
	put(*state, "file", "MemFree:  5 kB\nMemAvailable:   123 kB\n");
	assert_true(sysfile_key(path, "MemAvailable:", &number));
	assert_true(number == 123);
	assert_false(sysfile_key(path, "MemTotal:", &number));
	assert_true(sysfile_line(path, text, sizeof(text)));
	assert_string_equal(text, "MemFree");
}

#define TEST(name) cmocka_unit_test_setup(name, scratch_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(only_threads_of_virtual_cpus_have_a_number),
	    TEST(each_virtual_cpu_is_read_and_they_are_added_up),
	    TEST(a_thread_that_has_ended_keeps_what_was_last_seen),
	    TEST(nothing_seen_is_nothing_told),
	    TEST(what_the_kernel_does_not_keep_is_null_with_a_reason),
	    TEST(exits_are_the_counters_of_this_process_and_no_other),
	    TEST(counters_of_a_machine_that_goes_away_are_its_last_whole_ones),
	    TEST(counters_that_cannot_be_read_have_a_reason),
	    TEST(small_files_are_read_only_as_what_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
