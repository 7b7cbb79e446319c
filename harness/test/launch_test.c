/* SPDX-License-Identifier: MIT */
/* Command lines: the same virtual machine for every subject, and the words that each machine adds. */
#include "launch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "launch_machine.h"
#include "memory.h"
#include "sample_argv.h"
#include "scratch.h"

/* A directory with files by the names of all images, and a QEMU that tells a version. */
static int prepare(void **state)
{
	static const char *const names[] = {"aerokernel.elf", "linux-baseline", "vmlinuz", "guest.cpio.gz", "qemu"};
	char *directory = scratch_make(), *path = NULL;

	*state = directory;
	for (size_t i = 0; i < 5; i++) {
		FILE *file;

		free(path);
		path = memory_format("%s/%s", directory, names[i]);
		file = fopen(path, "w");
		if (file == NULL)
			return -1;
		fputs("#!/bin/sh\necho QEMU emulator version 7.2.0\n", file);
		fclose(file);
		chmod(path, 0755);
	}
	setenv("AEROBENCH_BIN", directory, 1);
	setenv("AEROBENCH_QEMU", path, 1);
	free(path);
	return 0;
}

static char *command_of(const char *name)
{
	struct launch_request request = {.words = "bench=yield_pair samples=10"};
	struct error error = {STATUS_OK, ""};
	struct launch_argv argv;
	struct subject subject;
	char *text;

	assert_int_equal(subject_parse(&subject, name, &error), 0);
	request.subject = &subject;
	if (launch_command(&request, &argv, &error) != 0)
		fail_msg("%s: %s", name, error.text);
	text = sample_argv_text(&argv);
	launch_argv_free(&argv);
	return text;
}

static void has(const char *name, const char *part, bool wanted)
{
	char *text = command_of(name);

	if ((strstr(text, part) != NULL) != wanted)
		fail_msg("%s: '%s' is %s in: %s", name, part, wanted ? "not" : "wrongly", text);
	free(text);
}

/* The part of a command line that makes the machine, without what each system boots. */
static char *machine_of(const char *name)
{
	char *text = command_of(name), *kernel = strstr(text, " -kernel");

	assert_non_null(kernel);
	*kernel = '\0';
	return text;
}

static void two_systems_get_one_machine(void **state)
{
	static const char *const machines[] = {"qemu", "sim"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char names[2][32], *texts[2];

		snprintf(names[0], sizeof(names[0]), "aerokernel@%s", machines[i]);
		snprintf(names[1], sizeof(names[1]), "linux@%s", machines[i]);
		texts[0] = machine_of(names[0]);
		texts[1] = machine_of(names[1]);
		assert_string_equal(texts[0], texts[1]);
		free(texts[0]);
		free(texts[1]);
	}
}

static void everything_that_would_change_counts_is_pinned(void **state)
{
	static const char *const parts[] = {"-M q35",
					    "-cpu max,-erms,-fsrm",
					    "-smp 2",
					    "-m 2048",
					    "-nodefaults",
					    "-net none",
					    "-display none",
					    "-no-reboot",
					    "-rtc base=2020-01-01,clock=vm",
					    "-seed 1",
					    "-accel tcg,thread=single",
					    "-icount shift=0,sleep=off",
					    "-device isa-debug-exit,iobase=0xf4,iosize=4"};

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		has("aerokernel@sim", parts[i], true);
		has("linux@sim", parts[i], true);
	}
	has("linux@sim", "nokaslr norandmaps", true);
}

static void words_of_the_machine_are_added(void **state)
{
	(void)state;
	has("aerokernel@qemu", "idle=halt spin=none unit=ticks bench=yield_pair samples=10", true);
	has("aerokernel@sim", "spin=pause unit=instructions", true);
	has("aerokernel@sim:poll", "idle=poll spin=pause", true);
	has("aerokernel@qemu", "-icount", false);
	has("linux@sim", "maxcpus=1 -- profile=stock bringup=1 spin=pause unit=instructions", true);
	has("linux@qemu", "maxcpus=1", false);
	has("linux@qemu", "norandmaps no_timer_check -- profile=stock", true);
	has("linux@qemu", "bringup", false);
	has("linux@qemu:poll,tuned", "idle=poll -- profile=tuned spin=none unit=ticks", true);
	has("linux@sim:lean", " maxcpus=1 mitigations=off init_on_alloc=0 tsc=reliable -- profile=stock", true);
	has("linux@sim", "mitigations", false);
	has("linux@host", "profile=stock spin=pause unit=ticks bench=yield_pair samples=10", true);
	has("linux@host:tuned", "profile=tuned", true);
	has("aerokernel@sim:cpus=8", "-smp 8", true);
}

static void a_subject_of_another_build_is_its_programs(void **state)
{
	char directory[256], program[700], add[300];
	struct error error = {STATUS_OK, ""};
	struct subject subject;

	snprintf(directory, sizeof(directory), "%s/other", (const char *)*state);
	snprintf(program, sizeof(program), "mkdir %s && cp %s/l* %s", directory, (const char *)*state, directory);
	assert_int_equal(system(program), 0);
	assert_int_equal(subject_parse(&subject, "linux@host:build=other", NULL), 0);
	assert_int_equal(launch_check(&subject, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "--build other=DIR"));
	error.status = STATUS_OK;
	assert_int_equal(build_add("other", &error), STATUS_USAGE);
	assert_int_equal(build_add("other=/nowhere", &error), STATUS_USAGE);
	snprintf(add, sizeof(add), "other=%s", directory);
	assert_int_equal(build_add(add, &error), 0);
	snprintf(program, sizeof(program), "%s/linux-baseline", directory);
	has("linux@host:build=other", program, true);
	has("linux@host", program, false);
}

static void what_has_no_machine_is_unsupported_and_what_has_no_file_has_failed(void **state)
{
	struct error error = {STATUS_OK, ""};
	struct subject subject;
	char path[256];

	assert_int_equal(subject_parse(&subject, "aerokernel@metal", NULL), 0);
	assert_int_equal(launch_check(&subject, &error), STATUS_UNSUPPORTED);
	assert_int_equal(subject_parse(&subject, "linux@host:cpus=255", NULL), 0);
	assert_int_equal(launch_check(&subject, NULL), STATUS_UNSUPPORTED);
	snprintf(path, sizeof(path), "%s/guest.cpio.gz", (const char *)*state);
	unlink(path);
	assert_int_equal(subject_parse(&subject, "linux@qemu", NULL), 0);
	assert_int_equal(launch_check(&subject, NULL), STATUS_FAILED);
	snprintf(path, sizeof(path), "%s/vmlinuz", (const char *)*state);
	unlink(path);
	assert_int_equal(launch_check(&subject, NULL), STATUS_UNSUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(two_systems_get_one_machine),
	    cmocka_unit_test(everything_that_would_change_counts_is_pinned),
	    cmocka_unit_test(words_of_the_machine_are_added),
	    cmocka_unit_test(a_subject_of_another_build_is_its_programs),
	    cmocka_unit_test(what_has_no_machine_is_unsupported_and_what_has_no_file_has_failed),
	};

	return cmocka_run_group_tests(tests, prepare, NULL);
}
