/* SPDX-License-Identifier: MIT */
/*
 * Ending in order when told to: during a watch SIGINT, SIGTERM and SIGHUP are only noted, and who works asks for them, ends
 * what is under way and keeps what there is.
 *
 * A signal that was ignored before stays ignored, so that what nohup runs, and a script's background job, goes on. One that
 * comes before the watch does what it did: by default it ends the program. None that comes during the watch is lost:
 * stop_signal_unwatch() tells of the last ones too.
 *
 * A wait in the kernel that such a signal interrupts fails with EINTR and is not restarted. One that comes between the question
 * and the wait interrupts nothing, so each wait has a bound, and the question is asked again behind it: a signal is noticed
 * after one bound at the latest, which for all that wait in a watch is half a second or less.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>

enum { STOP_SIGNALS = 3 };

/* What the signals did before. */
struct stop_signal_watch {
	struct sigaction old[STOP_SIGNALS];
};

/* Begins a watch, in which none has come yet. One at a time. */
void stop_signal_watch(struct stop_signal_watch *watch);
/* Whether one has come in this watch; false where there is none. */
bool stop_signal_came(void);
/* Ends the watch: the signals do again what they did before. Whether one has come in it. */
bool stop_signal_unwatch(const struct stop_signal_watch *watch);
