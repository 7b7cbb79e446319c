/* SPDX-License-Identifier: MIT */
/*
 * What the benchmarks of State Threads share: whether the library has begun in this process.
 */
#include "st_ult.h"

#include <signal.h>

/*
 * Asked by a leak checker, if the program is linked with one. The library keeps its threads in memory that it has
 * mapped itself, where a checker does not look for pointers: the idle thread's stack would be a leak.
 */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:_st_stack_new\n";
}

bool st_ult_begin(void)
{
	static bool began;
	struct sigaction pipe;

	if (began || sigaction(SIGPIPE, NULL, &pipe) != 0)
		return began;
	began = st_init() == 0;
	/* st_init() ignores SIGPIPE; what the program has chosen stays */
	sigaction(SIGPIPE, &pipe, NULL);
	return began;
}
