/* SPDX-License-Identifier: MIT */
/* Verdicts from made-up facts, and what must hold for the facts of any computer. */
#include "host.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cpus.h"

static struct probe_kvm kvm_real = {.state = PROBE_KVM_REAL, .ticks_per_iteration = 1, .reason = "hardware"};

/* A computer without fault. */
static struct host perfect(void)
{
	struct host host = {.tsc = {.invariant = true, .rdtscp = true, .hz = 3e9, .read_p50 = 40, .loop_ticks = 1},
			    .offsets = {.cpus = 2, .pairs = 1, .all_pairs = true, .bound_ticks = 100},
			    .noise = {.cpus = 1, .cpu = {{.cpu = 0, .lost_fraction = 0.0001, .max_ticks = 30000}}},
			    .kvm = &kvm_real,
			    .qemu_version = "7.2"};

	strcpy(host.system.governor, "performance");
	for (unsigned i = 0; i < PROBE_CPUS_MAX; i++)
		host.system.busy_fraction[i] = 0.01;
	return host;
}

/* The verdict without what it says about this build, which may be one for debugging. */
static struct host_verdict judged(const struct host *host, enum subject_machine machine)
{
	struct host_verdict verdict;

	host_judge(host, machine, &verdict);
	while (verdict.reason_count > 0 && strstr(verdict.reasons[verdict.reason_count - 1], "preset release") != NULL)
		verdict.reason_count--;
	verdict.fit = verdict.reason_count == 0;
	return verdict;
}

/* Time on this Linux is unfit, for one reason that says this. */
static void unfit_because(const struct host *host, const char *says)
{
	struct host_verdict verdict = judged(host, SUBJECT_HOST);

	assert_false(verdict.fit);
	assert_int_equal(verdict.reason_count, 1);
	if (strstr(verdict.reasons[0], says) == NULL)
		fail_msg("'%s' does not say '%s'", verdict.reasons[0], says);
}

static void a_computer_without_fault_is_fit(void **state)
{
	struct host host = perfect();

	(void)state;
	assert_true(judged(&host, SUBJECT_HOST).fit);
	assert_true(judged(&host, SUBJECT_KVM).fit);
	assert_true(judged(&host, SUBJECT_SIM).fit);
	assert_string_equal(judged(&host, SUBJECT_SIM).measures, "instructions");
}

static void each_fault_alone_makes_time_unfit_and_is_named(void **state)
{
	struct host host;
	unsigned chosen;

	(void)state;
	assert_int_equal(cpus_choose(&chosen, 1), 1);
	host = perfect(), host.tsc.invariant = false, unfit_because(&host, "not invariant");
	host = perfect(), host.tsc.rdtscp = false, unfit_because(&host, "RDTSCP");
	host = perfect(), host.tsc.read_p50 = 201, unfit_because(&host, "clock read");
	host = perfect(), host.tsc.loop_ticks = 3.1, unfit_because(&host, "dec/jnz");
	host = perfect(), host.tsc.loop_ticks = 3.75, unfit_because(&host, "emulated, or the CPU runs far below");
	host = perfect(), host.tsc.disagreement_ppm = 51, unfit_because(&host, "ppm");
	host = perfect(), host.offsets.failed = 1, unfit_because(&host, "offset");
	host = perfect(), host.offsets.bound_ticks = NAN, unfit_because(&host, "offset");
	host = perfect(), strcpy(host.system.hypervisor, "KVMKVMKVM"), unfit_because(&host, "KVMKVMKVM");
	host = perfect(), strcpy(host.system.governor, "powersave"), unfit_because(&host, "powersave");
	host = perfect(), host.system.busy_fraction[chosen] = 0.5, unfit_because(&host, "busy");
	host = perfect(), host.noise.cpu[0].lost_fraction = 0.02, unfit_because(&host, "noise");
	host = perfect(), host.noise.cpu[0].max_ticks = 6e6, unfit_because(&host, "noise");
	host = perfect(), host.system.sibling_of_chosen[255] = true, host.system.busy_fraction[255] = 0.9,
	unfit_because(&host, "sibling");
}

/* A pair whose clock's offset is between these bounds, beside one that may be equal. */
static struct host with_offsets(int64_t low_ticks, int64_t high_ticks)
{
	struct host host = perfect();

	host.offsets.pairs = 2;
	host.offsets.pair[0] = (struct probe_offset_pair){0, 1, true, -90, 100, 190};
	host.offsets.pair[1] = (struct probe_offset_pair){4, 7, true, low_ticks, high_ticks, 190};
	return host;
}

static void clocks_that_are_surely_apart_make_time_unfit(void **state)
{
	struct host host;

	(void)state;
	host = with_offsets(0, 190);
	assert_true(judged(&host, SUBJECT_HOST).fit); /* an offset of 0 explains every round */
	host = with_offsets(-190, 0);
	assert_true(judged(&host, SUBJECT_HOST).fit);
	host = with_offsets(2999900, 3000100);
	unfit_because(&host, "the clocks of CPUs 4 and 7 are at least 2999900 ticks apart: no latency");
	host = with_offsets(-3000100, -1);
	unfit_because(&host, "the clocks of CPUs 4 and 7 are at least 1 ticks apart: no latency");
	host.offsets.pair[0] = (struct probe_offset_pair){0, 1, true, 5, 100, 190}; /* the worst is named */
	unfit_because(&host, "the clocks of CPUs 0 and 1 are at least 5 ticks apart");
	host = with_offsets(5, -5), host.offsets.pair[1].bounded = false; /* without a bound: another fault */
	assert_true(judged(&host, SUBJECT_HOST).fit);
}

static void unknown_business_of_a_cpu_is_no_fault(void **state)
{
	struct host host = perfect();

	(void)state;
	for (unsigned i = 0; i < PROBE_CPUS_MAX; i++)
		host.system.busy_fraction[i] = NAN;
	host.system.governor[0] = '\0';
	assert_true(judged(&host, SUBJECT_HOST).fit);
}

static void plain_tcg_is_never_fit_for_time(void **state)
{
	struct host host = perfect();

	(void)state;
	assert_false(judged(&host, SUBJECT_QEMU).fit);
	assert_true(judged(&host, SUBJECT_QEMU).supported);
	assert_string_equal(judged(&host, SUBJECT_QEMU).measures, "time");
}

static void what_cannot_run_is_unsupported_for_one_reason(void **state)
{
	static struct probe_kvm emulates = {.state = PROBE_KVM_EMULATES, .reason = "only emulates: 3500 ticks"};
	struct host host = perfect();
	struct host_verdict verdict;

	(void)state;
	host.tsc.invariant = false;
	host.kvm = &emulates;
	verdict = judged(&host, SUBJECT_KVM);
	assert_string_equal(host_verdict_word(&verdict), "unsupported");
	assert_int_equal(verdict.reason_count, 1);
	assert_non_null(strstr(verdict.reasons[0], "3500"));
	strcpy(host.qemu_problem, "no QEMU");
	for (enum subject_machine machine = SUBJECT_QEMU; machine <= SUBJECT_CORES; machine++)
		assert_false(judged(&host, machine).supported);
	assert_true(judged(&host, SUBJECT_HOST).supported);
}

/* KVM is unfit, for one reason that says this; time on this Linux is not. */
static void kvm_unfit_because(const struct probe_kvm *kvm, const char *says)
{
	struct host host = perfect();
	struct host_verdict verdict;

	host.kvm = kvm;
	verdict = judged(&host, SUBJECT_KVM);
	assert_true(verdict.supported && judged(&host, SUBJECT_HOST).fit);
	assert_string_equal(host_verdict_word(&verdict), "unfit");
	assert_int_equal(verdict.reason_count, 1);
	if (strstr(verdict.reasons[0], says) == NULL)
		fail_msg("'%s' does not say '%s'", verdict.reasons[0], says);
}

static void what_makes_exits_dear_makes_kvm_unfit_and_is_named(void **state)
{
	struct probe_kvm kvm = kvm_real;

	(void)state;
	strcpy(kvm.module, "kvm_intel");
	kvm.nested = true;
	kvm_unfit_because(&kvm, "nested in another hypervisor's guest (module kvm_intel)");
	kvm.nested = false;
	kvm.shadow_paging = true;
	strcpy(kvm.parameters, "ept=N");
	kvm_unfit_because(&kvm, "without EPT or NPT (ept=N)");
}

static void a_functional_test_of_kvm_is_never_fit(void **state)
{
	struct probe_kvm kvm = {.state = PROBE_KVM_EMULATES, .reason = "only emulates: 13 ticks"};

	(void)state;
	setenv("AEROBENCH_KVM", "functional", 1);
	kvm_unfit_because(&kvm, "functional test only (AEROBENCH_KVM=functional): only emulates: 13 ticks");
	unsetenv("AEROBENCH_KVM");
}

static void a_computer_that_does_not_matter_to_counts_is_fit_for_them(void **state)
{
	struct host host;

	(void)state;
	memset(&host, 0, sizeof(host));
	host.kvm = &kvm_real;
	host.offsets.bound_ticks = NAN;
	assert_true(judged(&host, SUBJECT_SIM).fit);
	assert_false(judged(&host, SUBJECT_HOST).fit);
}

static void the_probes_of_this_computer_agree_with_each_other(void **state)
{
	static struct host host;
	json_t *json;

	(void)state;
	host_probe(&host);
	assert_true(host.tsc.hz > 1e8 && host.tsc.hz < 1e11);
	assert_true(host.tsc.read_p50 >= 1 && host.tsc.read_p99 >= host.tsc.read_p50);
	assert_true(host.tsc.loop_ticks > 0.1);
	assert_true(isnan(host.offsets.bound_ticks) || host.offsets.bound_ticks < host.tsc.hz);
	assert_true(host.noise.cpus >= 1 && host.noise.seconds >= 0.2);
	for (unsigned i = 0; i < host.noise.cpus; i++)
		assert_true(host.noise.cpu[i].lost_fraction >= 0 && host.noise.cpu[i].lost_fraction <= 1);
	assert_true(host.kvm->reason[0] != '\0');
	assert_true(host.pmu.usable || host.pmu.reason[0] != '\0');
	assert_true(host.system.allowed >= 1 && host.system.cores >= 1 && host.system.memory_bytes > 1 << 20);
	json = host_json(&host);
	assert_non_null(json);
	assert_string_equal(json_string_value(json_object_get(json, "schema")), "aerobench.doctor/1");
	json_decref(json);
}

static void cpu_lists_are_read_as_linux_writes_them(void **state)
{
	unsigned cpus[8];

	(void)state;
	assert_int_equal(cpus_list_parse("", cpus, 8), 0);
	assert_int_equal(cpus_list_parse("(null)", cpus, 8), 0);
	assert_int_equal(cpus_list_parse("5", cpus, 8), 1);
	assert_int_equal(cpus[0], 5);
	assert_int_equal(cpus_list_parse("0-2,8,10-11\n", cpus, 8), 6);
	assert_int_equal(cpus[3], 8);
	assert_int_equal(cpus[5], 11);
	assert_int_equal(cpus_list_parse("0-999999999", cpus, 8), 8);
}

static void chosen_cpus_differ_and_are_no_more_than_there_are(void **state)
{
	unsigned cpus[CPUS_MAX], count = cpus_choose(cpus, CPUS_MAX);

	(void)state;
	assert_int_equal(count, cpus_allowed());
	for (unsigned i = 0; i < count; i++)
		for (unsigned j = 0; j < i; j++)
			assert_int_not_equal(cpus[i], cpus[j]);
	assert_int_equal(cpus_choose(cpus, 1), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_computer_without_fault_is_fit),
	    cmocka_unit_test(each_fault_alone_makes_time_unfit_and_is_named),
	    cmocka_unit_test(clocks_that_are_surely_apart_make_time_unfit),
	    cmocka_unit_test(unknown_business_of_a_cpu_is_no_fault),
	    cmocka_unit_test(plain_tcg_is_never_fit_for_time),
	    cmocka_unit_test(what_cannot_run_is_unsupported_for_one_reason),
	    cmocka_unit_test(what_makes_exits_dear_makes_kvm_unfit_and_is_named),
	    cmocka_unit_test(a_functional_test_of_kvm_is_never_fit),
	    cmocka_unit_test(a_computer_that_does_not_matter_to_counts_is_fit_for_them),
	    cmocka_unit_test(the_probes_of_this_computer_agree_with_each_other),
	    cmocka_unit_test(cpu_lists_are_read_as_linux_writes_them),
	    cmocka_unit_test(chosen_cpus_differ_and_are_no_more_than_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
