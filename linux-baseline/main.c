/* SPDX-License-Identifier: MIT */
/*
 * linux-baseline as a process of the running Linux: words in, stream on stdout, exit status 0 only after "@done 0".
 */
#include "baseline.h"

#include <signal.h>

/* Two windows of at least 200 ms: measuring.md §2, "Frequency". */
static const struct baseline_defaults defaults = {
    .out = "stdout", .exit = "status", .clock_window_ns = 200 * 1000 * 1000};

/* Asked by AddressSanitizer where it is linked: malloc() says no as it does without it, and os_malloc() keeps its words. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

int main(int count, char *words[])
{
	/* a reader that goes away is an error of write(), reported as one */
	signal(SIGPIPE, SIG_IGN);
	return baseline_main(&defaults, count - 1, words + 1);
}
