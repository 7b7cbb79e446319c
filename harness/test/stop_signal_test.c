/* SPDX-License-Identifier: MIT */
/* Signals that are raised here, or sent by a child: what is noted, what is left alone, what is as before afterwards. */
#include "stop_signal.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
static volatile sig_atomic_t others; /* signals that came to a handler of somebody else */

static void other(int number)
{
	(void)number;
	others++;
}

/* As programs begin, whatever whoever started this one ignores. */
static int defaults(void **state)
{
	(void)state;
	for (int i = 0; i < STOP_SIGNALS; i++)
		signal(numbers[i], SIG_DFL);
	others = 0;
	return 0;
}

static void each_of_the_signals_is_noted_and_only_in_its_watch(void **state)
{
	struct stop_signal_watch watch;

	(void)state;
	assert_false(stop_signal_came());
	for (int i = 0; i < STOP_SIGNALS; i++) {
		stop_signal_watch(&watch);
		assert_false(stop_signal_came());
		raise(numbers[i]);
		assert_true(stop_signal_came());
		raise(numbers[i]);
		assert_true(stop_signal_unwatch(&watch));
		assert_false(stop_signal_came());
	}
	stop_signal_watch(&watch);
	assert_false(stop_signal_unwatch(&watch));
}

static void behind_a_watch_signals_do_what_they_did(void **state)
{
	struct stop_signal_watch watch;

	(void)state;
	for (int i = 0; i < STOP_SIGNALS; i++)
		signal(numbers[i], other);
	stop_signal_watch(&watch);
	raise(SIGTERM);
	assert_int_equal(others, 0);
	stop_signal_unwatch(&watch);
	for (int i = 0; i < STOP_SIGNALS; i++)
		raise(numbers[i]);
	assert_int_equal(others, STOP_SIGNALS);
}

static void what_was_ignored_stays_ignored(void **state)
{
	struct stop_signal_watch watch;

	(void)state;
	signal(SIGHUP, SIG_IGN); /* nohup */
	stop_signal_watch(&watch);
	raise(SIGHUP);
	assert_false(stop_signal_came());
	raise(SIGINT);
	assert_true(stop_signal_unwatch(&watch));
	raise(SIGHUP);
}

/* The child sends until it is ended, so that one comes while the parent waits. */
static void a_wait_is_interrupted(void **state)
{
	struct stop_signal_watch watch;
	int waited, why;
	pid_t child;

	(void)state;
	stop_signal_watch(&watch);
	child = fork();
	while (child == 0) {
		poll(NULL, 0, 5);
		if (kill(getppid(), SIGTERM) != 0)
			_exit(1);
	}
	waited = poll(NULL, 0, -1);
	why = errno;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	assert_int_equal(waited, -1);
	assert_int_equal(why, EINTR);
	assert_true(stop_signal_unwatch(&watch));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(each_of_the_signals_is_noted_and_only_in_its_watch, defaults),
	    cmocka_unit_test_setup(behind_a_watch_signals_do_what_they_did, defaults),
	    cmocka_unit_test_setup(what_was_ignored_stays_ignored, defaults),
	    cmocka_unit_test_setup(a_wait_is_interrupted, defaults),
	};

	return cmocka_run_group_tests_name("signals that stop", tests, NULL, NULL);
}
