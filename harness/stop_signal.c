/* SPDX-License-Identifier: MIT */
/* Signals that end a program in order: see stop_signal.h. */
#include "stop_signal.h"

static const int numbers[STOP_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
static volatile sig_atomic_t came;

static void note(int number)
{
	(void)number;
	came = 1;
}

void stop_signal_watch(struct stop_signal_watch *watch)
{
	const struct sigaction action = {.sa_handler = note};

	came = 0;
	for (int i = 0; i < STOP_SIGNALS; i++) {
		sigaction(numbers[i], NULL, &watch->old[i]);
		if (watch->old[i].sa_handler != SIG_IGN)
			sigaction(numbers[i], &action, NULL);
	}
}

bool stop_signal_came(void)
{
	return came != 0;
}

bool stop_signal_unwatch(const struct stop_signal_watch *watch)
{
	bool one_came;

	for (int i = 0; i < STOP_SIGNALS; i++)
		sigaction(numbers[i], &watch->old[i], NULL);
	one_came = came != 0;
	came = 0;
	return one_came;
}
