/* SPDX-License-Identifier: MIT */
/*
 * GNU Pth 2.0.7 as a library of threads (../ult.h). It has one scheduler for all threads, a thread of its own: each
 * switch goes to it and from there on, and each pass of it asks the kernel for the time, for signals and, if any
 * thread waits, for files. Contexts are glibc's swapcontext(), which sets the signal mask by a system call each time.
 *
 * The settings are the library's kindest: threads get an attribute object, because without one each create formats a
 * name; stacks have the default size (64 KiB) and come from malloc(), which keeps them. A semaphore is a count, a
 * mutex and a condition variable, since the library has none. Its emulation of pthreads is another archive, and is
 * not linked.
 */
#pragma once

#include <pth.h>

#include "bench/ult.h"

static pth_attr_t pth_ult_attr;

static inline bool pth_ult_begin(void)
{
	if (!pth_init())
		return false;
	pth_ult_attr = pth_attr_new();
	if (pth_ult_attr != NULL)
		return true;
	pth_kill();
	return false;
}

static inline void pth_ult_end(void)
{
	pth_attr_destroy(pth_ult_attr);
	pth_kill();
}

static inline void *pth_ult_create(void *(*fn)(void *), void *arg)
{
	return pth_spawn(pth_ult_attr, fn, arg);
}

static inline bool pth_ult_join(void *thread, void **result)
{
	return pth_join(thread, result);
}

static inline void pth_ult_yield(void)
{
	pth_yield(NULL);
}

static struct pth_ult_sem {
	pth_mutex_t mutex;
	pth_cond_t cond;
	unsigned count; /* under mutex */
} pth_ult_sems[2];

static inline bool pth_ult_sem_init(void)
{
	for (unsigned i = 0; i < 2; i++) {
		pth_ult_sems[i].count = 0;
		if (!pth_mutex_init(&pth_ult_sems[i].mutex) || !pth_cond_init(&pth_ult_sems[i].cond))
			return false;
	}
	return true;
}

static inline void pth_ult_sem_destroy(void)
{
}

static inline void pth_ult_sem_down(unsigned number)
{
	struct pth_ult_sem *sem = &pth_ult_sems[number];

	pth_mutex_acquire(&sem->mutex, FALSE, NULL);
	while (sem->count == 0)
		pth_cond_await(&sem->cond, &sem->mutex, NULL);
	sem->count--;
	pth_mutex_release(&sem->mutex);
}

static inline void pth_ult_sem_up(unsigned number)
{
	struct pth_ult_sem *sem = &pth_ult_sems[number];

	pth_mutex_acquire(&sem->mutex, FALSE, NULL);
	sem->count++;
	pth_cond_notify(&sem->cond, FALSE);
	pth_mutex_release(&sem->mutex);
}

static const struct ult pth_ult = {
    .begin = pth_ult_begin,
    .end = pth_ult_end,
    .create = pth_ult_create,
    .join = pth_ult_join,
    .yield = pth_ult_yield,
    .sem_init = pth_ult_sem_init,
    .sem_destroy = pth_ult_sem_destroy,
    .sem_down = pth_ult_sem_down,
    .sem_up = pth_ult_sem_up,
};
