/* SPDX-License-Identifier: MIT */
/* Profiles on a made-up Linux: which words it should have, and what a boot is told that was not made with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "boot_facts.h"
#include "boot_words.h"
#include "memory.h"
#include "profile.h"
#include "sample_linux.h"

#define ISOLATED                                                                                               \
	"isolcpus=managed_irq,domain,1,3 nohz_full=1,3 rcu_nocbs=1,3 irqaffinity=0,2 nowatchdog tsc=reliable " \
	"intel_pstate=disable"
#define SLEEP " intel_idle.max_cstate=0 processor.max_cstate=1"

static char *line_of(const char *root, const char *name)
{
	struct profile profile;
	struct error error = {0};
	char *line;

	assert_int_equal(profile_make(&profile, name, root, &error), 0);
	line = profile_line(&profile);
	profile_free(&profile);
	return line;
}

static void the_words_are_those_of_this_computers_cpus(void **state)
{
	char *root = sample_linux_make(), *line = line_of(root, "isolated");

	(void)state;
	assert_string_equal(line, ISOLATED SLEEP);
	free(line);
	line = line_of(root, "polling");
	assert_string_equal(line, ISOLATED " idle=poll");
	free(line);
	line = line_of(root, "unmitigated");
	assert_string_equal(line, ISOLATED " idle=poll mitigations=off");
	free(line);
	sample_linux_set(root, "/proc/cpuinfo", "vendor_id\t: AuthenticAMD");
	sample_linux_set(root, "/sys/devices/system/cpu/online", "0-3,6");
	line = line_of(root, "isolated");
	assert_non_null(strstr(line, "isolcpus=managed_irq,domain,1,3,6 "));
	assert_non_null(strstr(line, "amd_pstate=disable"));
	assert_null(strstr(line, "intel"));
	free(line);
	sample_linux_remove(root);
}

static void one_core_and_unknown_names_are_refused(void **state)
{
	char *root = sample_linux_make();
	struct profile profile;
	struct error error = {0};

	(void)state;
	assert_int_equal(profile_make(&profile, "isolate", root, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "nearest is 'isolated'"));
	profile_free(&profile);
	error = (struct error){0};
	sample_linux_set(root, "/sys/devices/system/cpu/online", "0,2");
	assert_int_equal(profile_make(&profile, "isolated", root, &error), STATUS_UNSUPPORTED);
	profile_free(&profile);
	sample_linux_remove(root);
}

/* What a boot with this command line is told; "" for nothing. */
static void expect(const char *root, const char *name, const char *command_line, const char *wanted)
{
	struct profile profile;
	struct error error = {0};
	json_t *facts;
	char *found;

	sample_linux_boot(root, command_line, strstr(command_line, "isolcpus") != NULL ? "1,3" : "");
	facts = boot_facts_json(root);
	assert_int_equal(profile_make(&profile, name, root, &error), 0);
	found = profile_differences(&profile, facts);
	if (strstr(found != NULL ? found : "", wanted) == NULL || (wanted[0] == '\0') != (found == NULL))
		fail_msg("%s: '%s', not '%s'", command_line, found != NULL ? found : "", wanted);
	free(found);
	profile_free(&profile);
	json_decref(facts);
}

static void a_boot_with_all_words_is_as_the_profile_wants(void **state)
{
	char *root = sample_linux_make();

	(void)state;
	expect(root, "isolated", "BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro " ISOLATED SLEEP " quiet", "");
	expect(root, "polling", "root=/dev/sda1 idle=poll " ISOLATED, "");
	/* the last word of a key is the one that the kernel takes */
	expect(root, "isolated", "tsc=unstable " ISOLATED SLEEP, "");
	sample_linux_remove(root);
}

static void a_word_that_is_missing_or_another_is_named(void **state)
{
	char *root = sample_linux_make();

	(void)state;
	expect(root, "isolated", "quiet", "isolcpus=managed_irq,domain,1,3 is missing; nohz_full=1,3 is missing");
	expect(root, "isolated", ISOLATED SLEEP " nohz_full=2-3", "nohz_full=2-3 instead of nohz_full=1,3");
	expect(root, "polling", ISOLATED " idle=halt", "idle=halt instead of idle=poll");
	expect(root, "isolated", ISOLATED SLEEP " mitigations=off",
	       "mitigations=off is given, which is not in profile isolated");
	expect(root, "polling", ISOLATED SLEEP " idle=poll", "processor.max_cstate=1 is given");
	expect(root, "isolated", ISOLATED SLEEP " mitigations=auto", "");
	/* init's own */
	expect(root, "polling", ISOLATED " -- idle=poll", "idle=poll is missing");
	sample_linux_remove(root);
}

static void a_word_that_the_kernel_did_not_obey_is_named(void **state)
{
	char *root = sample_linux_make();
	struct profile profile;
	struct error error = {0};
	json_t *facts;
	char *found;

	(void)state;
	sample_linux_boot(root, ISOLATED SLEEP, "1,3");
	sample_linux_set(root, "/sys/devices/system/cpu/nohz_full", "(null)"); /* a kernel without it */
	sample_linux_set(root, "/sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet");
	facts = boot_facts_json(root);
	assert_int_equal(profile_make(&profile, "isolated", root, &error), 0);
	found = profile_differences(&profile, facts);
	assert_string_equal(found, "the kernel has '' in /sys/devices/system/cpu/nohz_full, not 1,3; the clock source "
				   "is 'hpet', not tsc");
	free(found);
	profile_free(&profile);
	json_decref(facts);
	expect(root, "unmitigated", ISOLATED " idle=poll mitigations=off", "hpet");
	sample_linux_set(root, "/sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc");
	expect(root, "unmitigated", ISOLATED " idle=poll mitigations=off",
	       "meltdown: Mitigation: PTI, in spite of mitigations=off");
	sample_linux_set(root, "/sys/devices/system/cpu/vulnerabilities/meltdown", "Vulnerable");
	expect(root, "unmitigated", ISOLATED " idle=poll mitigations=off", "");
	sample_linux_remove(root);
}

static void facts_hold_what_is_there_and_no_more(void **state)
{
	char *root = sample_linux_make();
	json_t *facts;

	(void)state;
	sample_linux_boot(root, "root=UUID=secret ip=10.0.0.1 isolcpus=1 quiet idle=poll", "1");
	sample_linux_set(root, "/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "schedutil");
	sample_linux_set(root, "/sys/devices/system/cpu/smt/control", NULL);
	sample_linux_set(root, "/sys/devices/system/cpu/cpu0/cpufreq/energy_performance_preference", "power");
	facts = boot_facts_json(root);
	assert_string_equal(json_string_value(json_object_get(facts, "command_line")), "isolcpus=1 idle=poll");
	assert_string_equal(json_string_value(json_object_get(facts, "governor")), "performance,schedutil");
	assert_string_equal(json_string_value(json_object_get(facts, "energy_preference")), "power");
	assert_string_equal(json_string_value(json_object_get(facts, "cpu_model")),
			    "Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz");
	assert_string_equal(json_string_value(json_object_get(facts, "transparent_hugepage")), "madvise");
	assert_int_equal(json_integer_value(json_object_get(facts, "memory_bytes")), 16303604ll * 1024);
	assert_int_equal(json_integer_value(json_object_get(facts, "cpus_listed")), 4);
	assert_null(json_object_get(facts, "smt"));
	json_decref(facts);
	sample_linux_remove(root);
}

static void boots_differ_in_what_changes_numbers_and_nothing_else(void **state)
{
	char *root = sample_linux_make(), *found;
	json_t *then, *now;

	(void)state;
	sample_linux_set(root, "/sys/devices/system/cpu/cpu1/cpufreq/energy_performance_preference",
			 "balance_performance");
	then = boot_facts_json(root);
	sample_linux_boot(root, "BOOT_IMAGE=/other root=UUID=5678 aerobench.results=256M+64M", "");
	sample_linux_set(root, "/proc/meminfo", "MemTotal:       16303000 kB");
	now = boot_facts_json(root);
	assert_null(boot_facts_differences(then, now));
	assert_string_not_equal(json_string_value(json_object_get(then, "boot_id")),
				json_string_value(json_object_get(now, "boot_id")));
	json_decref(now);
	sample_linux_boot(root, "mitigations=off", "");
	sample_linux_set(root, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", NULL);
	sample_linux_set(root, "/sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave");
	sample_linux_set(root, "/sys/devices/system/cpu/cpu1/cpufreq/energy_performance_preference", "performance");
	now = boot_facts_json(root);
	found = boot_facts_differences(then, now);
	assert_string_equal(found, "command_line: with mitigations=off; governor: performance, now powersave; "
				   "energy_preference: balance_performance, now performance");
	free(found);
	json_decref(now);
	json_decref(then);
	sample_linux_remove(root);
}

static void words_are_found_by_their_whole_key(void **state)
{
	size_t len;

	(void)state;
	assert_null(boot_words_value("nohz_full=1", "nohz", &len));
	assert_null(boot_words_value("", "nohz", &len));
	assert_non_null(boot_words_value("nohz_full=1 nohz=off", "nohz", &len));
	assert_int_equal(len, 3);
	assert_non_null(boot_words_value("nowatchdog", "nowatchdog", &len));
	assert_int_equal(len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_words_are_those_of_this_computers_cpus),
	    cmocka_unit_test(one_core_and_unknown_names_are_refused),
	    cmocka_unit_test(a_boot_with_all_words_is_as_the_profile_wants),
	    cmocka_unit_test(a_word_that_is_missing_or_another_is_named),
	    cmocka_unit_test(a_word_that_the_kernel_did_not_obey_is_named),
	    cmocka_unit_test(facts_hold_what_is_there_and_no_more),
	    cmocka_unit_test(boots_differ_in_what_changes_numbers_and_nothing_else),
	    cmocka_unit_test(words_are_found_by_their_whole_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
