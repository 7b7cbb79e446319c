/* SPDX-License-Identifier: MIT */
/* How a virtual machine on KVM is made: from facts, and from what works. */
#include "launch_kvm.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "sample_argv.h"
#include "scratch.h"

/* A computer that grants everything to a guest of two CPUs. */
static struct kvm_facts rich(void)
{
	return (struct kvm_facts){.invariant_tsc = true,
				  .halt_without_exit = true,
				  .may_lock = true,
				  .vcpus = 2,
				  .cpus = 4,
				  .cores = 4,
				  .guest_bytes = 2ULL << 30,
				  .available_bytes = 8ULL << 30,
				  .huge_pages_bytes = 2ULL << 30};
}

static char *args_of(const struct kvm_choice *choice)
{
	struct launch_argv argv = {.count = 0};
	char *text;

	launch_kvm_cpu(&argv, choice);
	launch_kvm_args(&argv, choice);
	text = sample_argv_text(&argv);
	launch_argv_free(&argv);
	return text;
}

/* The words for these facts have part, or not. */
static void words(const struct kvm_facts *facts, const char *part, bool wanted)
{
	struct kvm_choice choice;
	char *text;

	launch_kvm_wanted(&choice, facts);
	text = args_of(&choice);
	if ((strstr(text, part) != NULL) != wanted)
		fail_msg("'%s' is %s in: %s", part, wanted ? "not" : "wrongly", text);
	free(text);
}

/* --- What is wanted ------------------------------------------------------------------------------------------------------ */

static void a_computer_that_grants_all_is_asked_for_all(void **state)
{
	struct kvm_facts facts = rich();
	struct kvm_choice choice;

	(void)state;
	launch_kvm_wanted(&choice, &facts);
	for (int i = 0; i < KVM_EXTRAS; i++) {
		assert_true(choice.with[i]);
		assert_string_equal(choice.why_not[i], "");
	}
	words(&facts, "host,migratable=no,+invtsc,kvm-hint-dedicated=on,-erms,-fsrm", true);
	words(&facts,
	      "-accel kvm -machine kernel-irqchip=on,smm=off -global kvm-pit.lost_tick_policy=discard "
	      "-global apic-common.vapic=off",
	      true);
	words(&facts, "-overcommit mem-lock=on,cpu-pm=on", true);
	words(&facts, "memory-backend-memfd,id=ram,size=2048M,hugetlb=on,hugetlbsize=2M,prealloc=on", true);
	words(&facts, "-machine memory-backend=ram", true);
}

/* These facts forbid extra, and nothing else, with a reason that says this. */
static void forbids(const struct kvm_facts *facts, enum kvm_extra extra, const char *says)
{
	struct kvm_choice choice;

	launch_kvm_wanted(&choice, facts);
	for (int i = 0; i < KVM_EXTRAS; i++)
		assert_int_equal(choice.with[i], i != (int)extra);
	if (strstr(choice.why_not[extra], says) == NULL)
		fail_msg("'%s' does not say '%s'", choice.why_not[extra], says);
}

static void each_fact_alone_forbids_its_extra_and_is_told(void **state)
{
	struct kvm_facts facts;

	(void)state;
	facts = rich(), facts.invariant_tsc = false, forbids(&facts, KVM_INVTSC, "not invariant");
	facts = rich(), facts.may_lock = false, forbids(&facts, KVM_LOCK, "ulimit -l unlimited");
	facts = rich(), facts.huge_pages_bytes -= 1 << 21,
	forbids(&facts, KVM_HUGE, "1023 of 1024 pages are free: echo 1024 > /proc/sys/vm/nr_hugepages");
	facts = rich(), facts.halt_without_exit = false, forbids(&facts, KVM_DEDICATED, "KVM_CAP_X86_DISABLE_EXITS");
	facts = rich(), facts.cpus = 2, facts.cores = 2, forbids(&facts, KVM_DEDICATED, "2 CPUs on 2 cores");
	facts = rich(), facts.cores = 1, forbids(&facts, KVM_DEDICATED, "4 CPUs on 1 cores");
	facts = rich(), facts.nested = true, forbids(&facts, KVM_DEDICATED, "not its own");
	facts = rich(), facts.vcpus = 4, forbids(&facts, KVM_DEDICATED, "4 virtual CPUs");
}

static void memory_is_not_taken_from_a_computer_that_has_little(void **state)
{
	struct kvm_facts facts = rich();
	struct kvm_choice choice;

	(void)state;
	facts.available_bytes = facts.guest_bytes + (511ULL << 20);
	facts.huge_pages_bytes = 0;
	launch_kvm_wanted(&choice, &facts);
	assert_false(choice.with[KVM_PREALLOC] || choice.with[KVM_LOCK] || choice.with[KVM_HUGE]);
	assert_non_null(strstr(choice.why_not[KVM_PREALLOC], "2559 MiB of memory are available, 2560 would be needed"));
	assert_string_equal(choice.why_not[KVM_LOCK], choice.why_not[KVM_PREALLOC]);
	words(&facts, "-object", false);
	words(&facts, "mem-lock=off,cpu-pm=on", true);
	facts.available_bytes += 1 << 20;
	words(&facts, "memory-backend-ram,id=ram,size=2048M,prealloc=on", true);
}

/* --- What works ---------------------------------------------------------------------------------------------------------- */

/* A QEMU that refuses some models and some extras. */
struct refusals {
	const char *model; /* that it refuses, and all before it; NULL: none */
	bool extra[KVM_EXTRAS];
	unsigned tries;
};

static bool refuse(void *context, const struct kvm_choice *choice, char *why)
{
	struct refusals *refusals = context;

	refusals->tries++;
	if (refusals->model != NULL && strcmp(choice->model, "max") != 0) {
		snprintf(why, KVM_WHY_MAX, "refused %s", choice->model);
		return strlen(choice->model) > strlen(refusals->model);
	}
	for (int i = 0; i < KVM_EXTRAS; i++) {
		if (choice->with[i] && refusals->extra[i]) {
			snprintf(why, KVM_WHY_MAX, "refused extra %d", i);
			return false;
		}
	}
	return true;
}

static bool refuse_all(void *context, const struct kvm_choice *choice, char *why)
{
	(void)context;
	snprintf(why, KVM_WHY_MAX, "refused %s", choice->model);
	return false;
}

static void one_guest_is_enough_where_all_works(void **state)
{
	struct refusals refusals = {.model = NULL};
	struct kvm_facts facts = rich();
	struct kvm_choice choice;
	char why[KVM_WHY_MAX];

	(void)state;
	launch_kvm_wanted(&choice, &facts);
	assert_true(launch_kvm_reduce(&choice, refuse, &refusals, why));
	assert_int_equal(refusals.tries, 1);
	for (int i = 0; i < KVM_EXTRAS; i++)
		assert_true(choice.with[i]);
}

static void only_the_extra_that_fails_is_left_out(void **state)
{
	struct kvm_facts facts = rich();
	char why[KVM_WHY_MAX];

	(void)state;
	for (int bad = 0; bad < KVM_EXTRAS; bad++) {
		struct refusals refusals = {.model = NULL};
		struct kvm_choice choice;
		char wanted[32];

		refusals.extra[bad] = true;
		snprintf(wanted, sizeof(wanted), "refused extra %d", bad);
		launch_kvm_wanted(&choice, &facts);
		assert_true(launch_kvm_reduce(&choice, refuse, &refusals, why));
		for (int i = 0; i < KVM_EXTRAS; i++)
			assert_int_equal(choice.with[i], i != bad);
		assert_string_equal(choice.why_not[bad], wanted);
		assert_string_equal(choice.why_not_first, "");
	}
}

static void an_extra_that_facts_forbid_is_never_tried(void **state)
{
	struct refusals refusals = {.model = NULL, .extra = {[KVM_LOCK] = true}};
	struct kvm_facts facts = rich();
	struct kvm_choice choice;
	char why[KVM_WHY_MAX];

	(void)state;
	facts.halt_without_exit = false;
	launch_kvm_wanted(&choice, &facts);
	assert_true(launch_kvm_reduce(&choice, refuse, &refusals, why));
	assert_false(choice.with[KVM_DEDICATED]);
	assert_non_null(strstr(choice.why_not[KVM_DEDICATED], "KVM_CAP_X86_DISABLE_EXITS"));
	assert_int_equal(refusals.tries, 1 + 1 + 4); /* all, the model, each that is wanted */
}

static void the_next_model_is_taken_and_the_first_ones_fault_is_kept(void **state)
{
	struct refusals refusals = {.model = "host,migratable=no"};
	struct kvm_facts facts = rich();
	struct kvm_choice choice;
	char why[KVM_WHY_MAX];
	json_t *json;

	(void)state;
	launch_kvm_wanted(&choice, &facts);
	assert_true(launch_kvm_reduce(&choice, refuse, &refusals, why));
	assert_string_equal(choice.model, "host,migratable=no,-arch-capabilities");
	assert_true(choice.with[KVM_DEDICATED]);
	assert_string_equal(choice.why_not_first, "refused host,migratable=no");
	json = launch_kvm_json(&choice);
	assert_string_equal(json_string_value(json_object_get(json_object_get(json, "left_out"), "host,migratable=no")),
			    "refused host,migratable=no");
	assert_int_equal(json_array_size(json_object_get(json, "with")), KVM_EXTRAS);
	json_decref(json);
}

static void where_no_model_works_there_is_no_choice_but_a_reason(void **state)
{
	struct kvm_facts facts = rich();
	struct kvm_choice choice;
	char why[KVM_WHY_MAX] = "";

	(void)state;
	launch_kvm_wanted(&choice, &facts);
	assert_false(launch_kvm_reduce(&choice, refuse_all, NULL, why));
	assert_null(choice.model);
	assert_string_equal(why, "refused max");
	assert_string_equal(choice.why_not_first, "refused host,migratable=no");
}

/* --- Emulation ----------------------------------------------------------------------------------------------------------- */

static void emulation_is_usable_for_a_functional_test_only(void **state)
{
	struct probe_kvm kvm = {.state = PROBE_KVM_REAL};

	(void)state;
	unsetenv("AEROBENCH_KVM");
	assert_true(launch_kvm_usable(&kvm));
	kvm.state = PROBE_KVM_EMULATES;
	assert_false(launch_kvm_usable(&kvm));
	setenv("AEROBENCH_KVM", "1", 1);
	assert_false(launch_kvm_usable(&kvm));
	setenv("AEROBENCH_KVM", "functional", 1);
	assert_true(launch_kvm_usable(&kvm));
	for (enum probe_kvm_state other = PROBE_KVM_ABSENT; other < PROBE_KVM_EMULATES; other++) {
		kvm.state = other;
		assert_false(launch_kvm_usable(&kvm));
	}
	unsetenv("AEROBENCH_KVM");
}

static void a_clock_turned_down_is_no_emulation(void **state)
{
	(void)state;
	/* at the TSC's rate, faster than it, and with a loop of two cycles */
	assert_true(probe_kvm_limit_ticks(1, false) == 3);
	assert_true(probe_kvm_limit_ticks(0.6, false) == 3);
	assert_true(probe_kvm_limit_ticks(2, false) == 4);
	/* 800 MHz of 3.6 GHz: 4.5 ticks, in a guest and without */
	assert_true(probe_kvm_limit_ticks(4.5, false) > 4.5);
	/* no loop is so slow that an interpreter would pass */
	assert_true(probe_kvm_limit_ticks(1000, false) == 10);
	/* the computer itself is emulated: 13 ticks in both */
	assert_true(probe_kvm_limit_ticks(13, true) == 3);
	assert_true(probe_kvm_limit_ticks(NAN, false) == 3);
}

/* --- Who serves /dev/kvm ------------------------------------------------------------------------------------------------- */

/* Makes module/NAME, and parameters/PARAMETER in it with a value unless that is NULL. */
static void module_add(const char *sys, const char *name, const char *parameter, const char *value)
{
	char *directory = memory_format("%s/module/%s/parameters", sys, name);
	char *command = parameter != NULL
			    ? memory_format("mkdir -p %s && echo %s > %s/%s", directory, value, directory, parameter)
			    : memory_format("mkdir -p %s", directory);

	assert_int_equal(system(command), 0);
	free(command);
	free(directory);
}

static void the_module_behind_the_device_is_named_with_its_settings(void **state)
{
	const char *sys = *state;
	struct probe_kvm kvm;

	probe_kvm_module(&kvm, sys);
	assert_string_equal(kvm.module, "");
	assert_string_equal(kvm.parameters, "");
	module_add(sys, "kvm_pvm", NULL, NULL);
	module_add(sys, "kvm", "halt_poll_ns", "200000");
	probe_kvm_module(&kvm, sys);
	assert_string_equal(kvm.module, "kvm_pvm");
	assert_string_equal(kvm.parameters, "halt_poll_ns=200000");
	module_add(sys, "kvm_other", NULL, NULL);
	probe_kvm_module(&kvm, sys);
	assert_string_equal(kvm.module, "kvm_other,kvm_pvm");
	module_add(sys, "kvm_amd", "npt", "Y");
	probe_kvm_module(&kvm, sys);
	assert_string_equal(kvm.module, "kvm_amd");
	assert_string_equal(kvm.parameters, "npt=Y halt_poll_ns=200000");
	assert_false(kvm.shadow_paging);
	module_add(sys, "kvm_amd", "npt", "0");
	probe_kvm_module(&kvm, sys);
	assert_true(kvm.shadow_paging);
}

static void a_kvm_that_qemu_cannot_use_says_why(void **state)
{
	struct probe_kvm kvm = {.api_version = 12, .can = {[PROBE_KVM_IRQCHIP] = true}};

	(void)state;
	assert_null(probe_kvm_lacks(&kvm));
	kvm.can[PROBE_KVM_IRQCHIP] = false;
	assert_non_null(strstr(probe_kvm_lacks(&kvm), "KVM_CAP_IRQCHIP"));
	kvm.api_version = 11;
	assert_non_null(strstr(probe_kvm_lacks(&kvm), "version 12"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_computer_that_grants_all_is_asked_for_all),
	    cmocka_unit_test(each_fact_alone_forbids_its_extra_and_is_told),
	    cmocka_unit_test(memory_is_not_taken_from_a_computer_that_has_little),
	    cmocka_unit_test(one_guest_is_enough_where_all_works),
	    cmocka_unit_test(only_the_extra_that_fails_is_left_out),
	    cmocka_unit_test(an_extra_that_facts_forbid_is_never_tried),
	    cmocka_unit_test(the_next_model_is_taken_and_the_first_ones_fault_is_kept),
	    cmocka_unit_test(where_no_model_works_there_is_no_choice_but_a_reason),
	    cmocka_unit_test(emulation_is_usable_for_a_functional_test_only),
	    cmocka_unit_test(a_clock_turned_down_is_no_emulation),
	    cmocka_unit_test_setup(the_module_behind_the_device_is_named_with_its_settings, scratch_setup),
	    cmocka_unit_test(a_kvm_that_qemu_cannot_use_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
