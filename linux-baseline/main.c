/* SPDX-License-Identifier: MIT */
/*
 * linux-baseline as a process of the running Linux: words in, stream on stdout, exit status 0 only after "@done 0".
 */
#include "baseline.h"

#include <signal.h>

/* Two windows of at least 200 ms: measuring.md §2, "Frequency". */
static const struct baseline_defaults defaults = {
    .out = "stdout", .exit = "status", .clock_window_ns = 200 * 1000 * 1000};

int main(int count, char *words[])
{
	/* a reader that goes away is an error of write(), reported as one */
	signal(SIGPIPE, SIG_IGN);
	return baseline_main(&defaults, count - 1, words + 1);
}
