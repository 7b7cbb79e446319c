/* SPDX-License-Identifier: MIT */
/* Governors of a made-up Linux that is about to be left. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kexec.h"
#include "kexec_speed.h"
#include "memory.h"
#include "sample_linux.h"

#define GOVERNOR(cpu) "/sys/devices/system/cpu/cpu" #cpu "/cpufreq/scaling_governor"

static void is_now(const char *root, const char *path, const char *value)
{
	char *now = tune_read(root, path);

	assert_string_equal(now, value);
	free(now);
}

static char *linux_make(void)
{
	char *root = sample_linux_make();

	sample_linux_set(root, "/sys/devices/system/cpu/online", "0-1");
	sample_linux_set(root, GOVERNOR(0), "schedutil");
	sample_linux_set(root, GOVERNOR(1), "powersave");
	sample_linux_set(root, "/sys/devices/system/cpu/cpufreq/boost", "1");
	return root;
}

static void all_cpus_ask_for_the_highest_and_limits_stay(void **state)
{
	char *root = linux_make();
	struct kexec_speed speed;

	(void)state;
	assert_null(kexec_speed_raise(&speed, root));
	is_now(root, GOVERNOR(0), "performance");
	is_now(root, GOVERNOR(1), "performance");
	is_now(root, "/sys/devices/system/cpu/cpufreq/boost", "1");
	kexec_speed_free(&speed);
	sample_linux_remove(root);
}

static void a_linux_that_is_not_left_gets_its_governors_back(void **state)
{
	char *root = linux_make();
	struct kexec_speed speed;

	(void)state;
	assert_null(kexec_speed_raise(&speed, root));
	kexec_speed_restore(&speed, root);
	is_now(root, GOVERNOR(0), "schedutil");
	is_now(root, GOVERNOR(1), "powersave");
	kexec_speed_free(&speed);
	sample_linux_remove(root);
}

static void who_stops_it_finds_linux_as_it_was_and_nothing_loaded(void **state)
{
	char *root = linux_make(), *unloaded = memory_format("touch '%s/unloaded'", root);
	char *speeds = memory_format("cat '%s" GOVERNOR(0) "' >'%s/seen'; kill -INT $PPID; exit 1", root, root);
	char *leave[] = {(char *)"/bin/sh", (char *)"-c", speeds, NULL};
	char *unload[] = {(char *)"/bin/sh", (char *)"-c", unloaded, NULL};
	struct error error = {STATUS_OK, ""};

	(void)state;
	assert_int_equal(kexec_leave(leave, unload, root, &error), STATUS_FAILED);
	is_now(root, "/seen", "performance");
	is_now(root, GOVERNOR(0), "schedutil");
	is_now(root, GOVERNOR(1), "powersave");
	is_now(root, "/unloaded", "");
	free(speeds);
	free(unloaded);
	sample_linux_remove(root);
}

static void a_governor_that_cannot_be_set_is_named_with_the_reason(void **state)
{
	char *root = linux_make(), *file = memory_format("%s%s", root, GOVERNOR(1)), *kept;
	struct kexec_speed speed;

	(void)state;
	assert_int_equal(unlink(file), 0);
	assert_int_equal(symlink("/dev/full", file), 0);
	kept = kexec_speed_raise(&speed, root);
	assert_non_null(kept);
	assert_non_null(strstr(kept, GOVERNOR(1)));
	assert_non_null(strstr(kept, strerror(ENOSPC)));
	is_now(root, GOVERNOR(0), "performance");
	free(kept);
	free(file);
	kexec_speed_free(&speed);
	sample_linux_remove(root);
}

static void a_linux_without_governors_is_left_as_it_is(void **state)
{
	char *root = sample_linux_make();
	struct kexec_speed speed;

	(void)state;
	sample_linux_set(root, GOVERNOR(0), NULL);
	sample_linux_set(root, GOVERNOR(1), NULL);
	assert_null(kexec_speed_raise(&speed, root));
	kexec_speed_restore(&speed, root);
	kexec_speed_free(&speed);
	sample_linux_remove(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_cpus_ask_for_the_highest_and_limits_stay),
	    cmocka_unit_test(a_linux_that_is_not_left_gets_its_governors_back),
	    cmocka_unit_test(who_stops_it_finds_linux_as_it_was_and_nothing_loaded),
	    cmocka_unit_test(a_governor_that_cannot_be_set_is_named_with_the_reason),
	    cmocka_unit_test(a_linux_without_governors_is_left_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
