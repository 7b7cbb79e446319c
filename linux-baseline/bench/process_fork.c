/* SPDX-License-Identifier: MIT */
/*
 * The life of a process that does nothing, by fork(2): what a thread is compared with (figure F9, papers.md section
 * 2.6, series PR). The process that is copied is this program, with the memory of its samples.
 *
 * One sample of each series, all of the same fork, from a start stamp before fork(): create to fork()'s return in the
 * parent, start to the child's first instruction after its own return, join to the return of waitpid(). The child
 * shares one page with the parent, stamps into it, and ends by _exit(). Both on CPU 0: the child runs when the parent
 * waits, or, if the scheduler prefers it, before.
 */
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "suite/place.h"

enum { SERIES_CREATE, SERIES_START, SERIES_JOIN };

struct child {
	uint64_t stamp;
	unsigned cpu;
};

static void fork_once(struct bench_run *run, volatile struct child *child)
{
	uint64_t start, created, joined;
	int status = -1;
	pid_t pid;

	child->stamp = 0;
	child->cpu = ~0u;
	start = os_clock_start();
	pid = fork();
	created = os_clock_stop();
	if (pid == 0) {
		child->stamp = created;
		child->cpu = os_cpu_self();
		_exit(0);
	}
	bench_check(run, pid > 0, "the process can be created");
	if (pid < 0)
		return;
	bench_check(run, waitpid(pid, &status, 0) == pid && status == 0, "the child ended well");
	joined = os_clock_stop();
	bench_check(run, child->cpu == PLACE_MAIN, "the child ran on CPU 0");
	bench_record_series(run, SERIES_CREATE, start, created);
	bench_record_series(run, SERIES_START, start, child->stamp);
	bench_record_series(run, SERIES_JOIN, start, joined);
}

static void measure(struct bench_run *run)
{
	struct child *child = mmap(NULL, sizeof(*child), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	place_main(run);
	bench_check(run, child != MAP_FAILED, "a page can be shared with the child");
	while (bench_next(run)) {
		place_settle(run, PLACE_MAIN);
		fork_once(run, child);
	}
	if (child != MAP_FAILED)
		munmap(child, sizeof(*child));
}

BENCH(process_fork, .run = measure, .unit = "ticks", .series = {"create", "start", "join"},
      .about = "fork() to its return, the child's first instruction, waitpid() returned", .max_samples = 100,
      .max_warmup = 20);
