/* SPDX-License-Identifier: MIT */
/*
 * State Threads 1.9 as a library of threads (../ult.h): a run queue, contexts saved and restored by eight moves of
 * assembly, no system call unless all threads wait for files or time. Debian's build is linked statically.
 *
 * It cannot be left again, so the process's main thread begins once and stays its first thread. There is no yield:
 * the nearest call, st_usleep(0), sleeps through the kernel's poll(). A semaphore is a count and a condition
 * variable, which needs no mutex among threads that are never preempted. Stacks have the default size, are mapped,
 * and kept for the next. A joined thread's stack is kept only once it has run a last time, which is in the next
 * switch: two take turns.
 */
#pragma once

#include <st.h>

#include "bench/ult.h"

/* Once a process; then it only says that it has. False: the library could not begin. */
bool st_ult_begin(void);

/* The last joined thread runs to its end. */
static inline void st_ult_end(void)
{
	st_usleep(0);
}

static inline void *st_ult_create(void *(*fn)(void *), void *arg)
{
	return st_thread_create(fn, arg, 1, 0);
}

static inline bool st_ult_join(void *thread, void **result)
{
	return st_thread_join(thread, result) == 0;
}

static struct st_ult_sem {
	st_cond_t cond;
	unsigned count;
} st_ult_sems[2];

static inline void st_ult_sem_destroy(void)
{
	for (unsigned i = 0; i < 2; i++) {
		if (st_ult_sems[i].cond != NULL)
			st_cond_destroy(st_ult_sems[i].cond);
	}
}

static inline bool st_ult_sem_init(void)
{
	for (unsigned i = 0; i < 2; i++)
		st_ult_sems[i] = (struct st_ult_sem){.cond = st_cond_new()};
	if (st_ult_sems[0].cond != NULL && st_ult_sems[1].cond != NULL)
		return true;
	st_ult_sem_destroy();
	return false;
}

static inline void st_ult_sem_down(unsigned number)
{
	struct st_ult_sem *sem = &st_ult_sems[number];

	while (sem->count == 0)
		st_cond_wait(sem->cond);
	sem->count--;
}

static inline void st_ult_sem_up(unsigned number)
{
	struct st_ult_sem *sem = &st_ult_sems[number];

	sem->count++;
	st_cond_signal(sem->cond);
}

static const struct ult st_ult = {
    .begin = st_ult_begin,
    .end = st_ult_end,
    .create = st_ult_create,
    .join = st_ult_join,
    .sem_init = st_ult_sem_init,
    .sem_destroy = st_ult_sem_destroy,
    .sem_down = st_ult_sem_down,
    .sem_up = st_ult_sem_up,
};
