/* SPDX-License-Identifier: MIT */
/*
 * Also a run in which no benchmark creates a thread measures what programs with threads have. Exit status 0: it holds.
 */
#include <stdio.h>
#include <sys/single_threaded.h>

#include "baseline.h"

int main(void)
{
	static const struct baseline_defaults defaults = {
	    .out = "stdout", .exit = "status", .clock_window_ns = 4 * 1000 * 1000};
	char bench[] = "bench=clock_read", samples[] = "samples=1", warmup[] = "warmup=0";
	char *words[] = {bench, samples, warmup};
	int status = baseline_main(&defaults, sizeof(words) / sizeof(words[0]), words);

	if (status != 0)
		return status;
	if (__libc_single_threaded)
		fputs("FAILED: glibc takes this process for one without threads\n", stderr);
	return __libc_single_threaded != 0;
}
