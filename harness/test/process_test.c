/* SPDX-License-Identifier: MIT */
/* Children: their ends, their outputs, their bounds, their deaths. */
#include "process.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const uint64_t NS_PER_MS = 1000000;

static struct process started(const char *script, uint64_t timeout_ms, uint64_t silence_ms)
{
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)script, NULL};
	struct process_spec spec = {
	    .argv = argv, .timeout_ns = timeout_ms * NS_PER_MS, .silence_ns = silence_ms * NS_PER_MS};
	struct process process;

	assert_int_equal(process_start(&process, &spec), 0);
	return process;
}

static void an_exit_status_and_three_outputs_arrive_whole(void **state)
{
	struct process process =
	    started("echo out; echo err >&2; echo more >/dev/fd/3; printf 'a\\0b' >&3; exit 7", 0, 0);
	const char *const texts[] = {"out\n", "err\n", "more\na"};
	const size_t lengths[] = {4, 4, 8};

	(void)state;
	process_wait(&process);
	assert_int_equal(process.end, PROCESS_EXITED);
	assert_int_equal(process.status, 7);
	for (enum process_output i = 0; i < PROCESS_OUTPUTS; i++) {
		size_t len_bytes;
		char *bytes = process_read(&process, i, &len_bytes);

		assert_int_equal(len_bytes, lengths[i]);
		assert_string_equal(bytes, texts[i]);
		free(bytes);
	}
	process_close(&process);
}

static void a_signal_is_not_an_exit_status(void **state)
{
	struct process process = started("kill -SEGV $$", 0, 0);

	(void)state;
	process_wait(&process);
	assert_int_equal(process.end, PROCESS_SIGNALLED);
	assert_int_equal(process.status, SIGSEGV);
	process_close(&process);
}

static void a_program_that_is_not_there_is_an_error_not_a_process(void **state)
{
	char *argv[] = {(char *)"/nonexistent/program", NULL};
	char *directory[] = {(char *)"/", NULL};
	struct process_spec spec = {.argv = argv};
	struct process process;

	(void)state;
	assert_int_equal(process_start(&process, &spec), -ENOENT);
	spec.argv = directory;
	assert_int_equal(process_start(&process, &spec), -EACCES);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nobody to reap */
	assert_int_equal(errno, ECHILD);
}

/* Whether this process ends soon; one that has ended stays a zombie until its parent, or whoever inherited it, reaps it. */
static bool ends(pid_t pid)
{
	char path[32], state = 'Z';

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	for (int i = 0; i < 6000; i++) {
		FILE *file = fopen(path, "r");

		if (file == NULL)
			return true;
		if (fscanf(file, "%*d %*s %c", &state) != 1)
			state = 'Z'; /* it went while it was read */
		fclose(file);
		if (state == 'Z')
			return true;
		usleep(10000);
	}
	return false;
}

/* The group's last member writes its process id, for which the bound leaves it time, then dies together with the shell. */
static void a_time_bound_kills_the_whole_group(void **state)
{
	struct process process = started("sh -c 'echo $$; exec sleep 300' & wait", 4000, 0);
	char *text;

	(void)state;
	process_wait(&process);
	assert_int_equal(process.end, PROCESS_TIMED_OUT);
	text = process_read(&process, PROCESS_STDOUT, NULL);
	assert_true(atoi(text) > 0);
	assert_true(ends(atoi(text)));
	free(text);
	process_close(&process);
}

/* It talks for longer than it may be silent, and 30 times as often as it must. */
static void silence_is_a_hang_and_output_is_not(void **state)
{
	struct process talks = started("i=0; while [ $i -lt 35 ]; do i=$((i + 1)); echo $i; sleep 0.1; done", 0, 3000);
	struct process silent = started("echo; sleep 100", 0, 1000);

	(void)state;
	process_wait(&silent);
	assert_int_equal(silent.end, PROCESS_SILENT);
	process_wait(&talks);
	assert_int_equal(talks.end, PROCESS_EXITED);
	process_close(&talks);
	process_close(&silent);
}

static void an_aborted_process_says_so_unless_it_had_ended(void **state)
{
	struct process running = started("sleep 100", 0, 0), ended = started("exit 3", 0, 0);

	(void)state;
	process_abort(&running);
	assert_int_equal(running.end, PROCESS_ABORTED);
	process_wait(&ended);
	process_abort(&ended);
	assert_int_equal(ended.end, PROCESS_EXITED);
	assert_int_equal(ended.status, 3);
	process_close(&running);
	process_close(&ended);
}

static void the_environment_is_clean_and_stdin_is_empty(void **state)
{
	char *argv[] = {(char *)"sh", (char *)"-c", (char *)"env; cat", NULL};
	struct process_spec spec = {.argv = argv, .padding_bytes = 100};
	struct process process;
	char *text;

	(void)state;
	setenv("LC_ALL", "de_DE.UTF-8", 1);
	setenv("SECRET", "x", 1);
	assert_int_equal(process_start(&process, &spec), 0);
	process_wait(&process);
	text = process_read(&process, PROCESS_STDOUT, NULL);
	assert_non_null(strstr(text, "LC_ALL=C\n"));
	assert_null(strstr(text, "SECRET"));
	assert_int_equal(strcspn(strstr(text, "PADDING="), "\n"), strlen("PADDING=") + 100);
	free(text);
	process_close(&process);
}

/* A parent that is killed by SIGKILL takes its child along. */
static void a_child_dies_with_its_parent(void **state)
{
	int channel[2];
	pid_t parent, child = 0;

	(void)state;
	assert_int_equal(pipe(channel), 0);
	parent = fork();
	if (parent == 0) {
		struct process process = started("exec sleep 100", 0, 0);

		if (write(channel[1], &process.pid, sizeof(process.pid)) < 0)
			_exit(1);
		pause();
	}
	assert_int_equal(read(channel[0], &child, sizeof(child)), sizeof(child));
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	assert_true(ends(child));
	close(channel[0]);
	close(channel[1]);
}

static void capture_joins_both_outputs_and_is_null_for_nothing(void **state)
{
	char *both[] = {(char *)"sh", (char *)"-c", (char *)"echo a; echo b >&2", NULL};
	char *none[] = {(char *)"/nonexistent", NULL};
	char *text = process_capture(both, 10000 * NS_PER_MS);

	(void)state;
	assert_string_equal(text, "a\nb\n");
	free(text);
	assert_null(process_capture(none, NS_PER_MS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_exit_status_and_three_outputs_arrive_whole),
	    cmocka_unit_test(a_signal_is_not_an_exit_status),
	    cmocka_unit_test(a_program_that_is_not_there_is_an_error_not_a_process),
	    cmocka_unit_test(a_time_bound_kills_the_whole_group),
	    cmocka_unit_test(silence_is_a_hang_and_output_is_not),
	    cmocka_unit_test(an_aborted_process_says_so_unless_it_had_ended),
	    cmocka_unit_test(the_environment_is_clean_and_stdin_is_empty),
	    cmocka_unit_test(a_child_dies_with_its_parent),
	    cmocka_unit_test(capture_joins_both_outputs_and_is_null_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
