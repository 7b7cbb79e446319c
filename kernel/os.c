/* SPDX-License-Identifier: MIT */
/*
 * What of bench/os.h is not inline. Nothing is added to core's primitives here: each function is a call, and where a
 * sentence of the contract needs more than one, the sentence is beside it.
 */
#include "os.h"

#include "core/error.h"
#include "core/heap.h"
#include "core/thread.h"

/* --- Clock ------------------------------------------------------------------------------------------------------------ */

uint64_t os_clock_hz(void)
{
	return clock_hz;
}

/* --- Threads ---------------------------------------------------------------------------------------------------------- */

int os_thread_attr_init(struct os_thread_attr *attr, unsigned cpu)
{
	if (cpu >= cpu_count)
		return -EINVAL;
	attr->cpu = cpu;
	return 0;
}

void os_thread_attr_destroy(struct os_thread_attr *attr)
{
	(void)attr;
}

int os_thread_create(struct os_thread *thread, const struct os_thread_attr *attr, void *(*fn)(void *), void *arg)
{
	thread->thread = thread_create(attr->cpu, fn, arg);
	return thread->thread == NULL ? -EAGAIN : 0;
}

int os_thread_join(struct os_thread *thread, void **result)
{
	void *value = thread_join(thread->thread);

	if (result != NULL)
		*result = value;
	return 0;
}

int os_thread_move(unsigned cpu)
{
	if (cpu >= cpu_count)
		return -EINVAL;
	if (this_cpu->current->rt != NULL)
		return -EBUSY; /* its CPU has promised it its time */
	sched_move(cpu);
	return 0;
}

uint64_t os_thread_blocks(void)
{
	return this_cpu->current->blocks;
}

/* --- Event ------------------------------------------------------------------------------------------------------------ */

void os_event_init(struct os_event *event)
{
	event_init(&event->event);
}

void os_event_wait(struct os_event *event, uint32_t ticket)
{
	event_wait(&event->event, ticket);
}

void os_event_wake_one(struct os_event *event)
{
	event_wake_one(&event->event);
}

void os_event_wake_all(struct os_event *event)
{
	event_wake_all(&event->event);
}

/* --- Mutex, condition variable, semaphore ----------------------------------------------------------------------------- */

void os_mutex_init(struct os_mutex *mutex)
{
	mutex_init(&mutex->mutex);
}

void os_mutex_destroy(struct os_mutex *mutex)
{
	(void)mutex;
}

void os_cond_init(struct os_cond *cond)
{
	cond_init(&cond->cond);
}

void os_cond_wait(struct os_cond *cond, struct os_mutex *mutex)
{
	cond_wait(&cond->cond, &mutex->mutex);
}

void os_cond_signal(struct os_cond *cond)
{
	cond_signal(&cond->cond);
}

void os_cond_broadcast(struct os_cond *cond)
{
	cond_broadcast(&cond->cond);
}

void os_cond_destroy(struct os_cond *cond)
{
	(void)cond;
}

void os_sem_init(struct os_sem *sem, unsigned count)
{
	sem_init(&sem->sem, count);
}

void os_sem_destroy(struct os_sem *sem)
{
	(void)sem;
}

/* --- Barriers --------------------------------------------------------------------------------------------------------- */

void os_barrier_init(struct os_barrier *barrier, unsigned parties)
{
	barrier_init(&barrier->barrier, parties);
}

void os_barrier_wait(struct os_barrier *barrier)
{
	barrier_wait(&barrier->barrier);
}

void os_barrier_destroy(struct os_barrier *barrier)
{
	(void)barrier;
}

int os_spin_barrier_init(struct os_spin_barrier *barrier, unsigned parties)
{
	return spin_barrier_init(&barrier->barrier, parties);
}

void os_spin_barrier_destroy(struct os_spin_barrier *barrier)
{
	spin_barrier_destroy(&barrier->barrier);
}

/* --- Fibers ----------------------------------------------------------------------------------------------------------- */

int os_fiber_start(struct os_fiber *fiber, void (*fn)(void *), void *arg)
{
	return fiber_start(&fiber->fiber, fn, arg);
}

void os_fiber_join(struct os_fiber *fiber)
{
	fiber_join(&fiber->fiber);
}

/* --- Asynchronous event ----------------------------------------------------------------------------------------------- */

int os_async_init(struct os_async *async, void (*fn)(void *arg), void *arg)
{
	return async_init(&async->async, fn, arg);
}

void os_async_notify(struct os_async *async)
{
	async_notify(&async->async);
}

void os_async_destroy(struct os_async *async)
{
	async_destroy(&async->async);
}

/* --- Memory ----------------------------------------------------------------------------------------------------------- */

void *os_malloc(size_t bytes)
{
	return heap_alloc(bytes);
}

void os_free(void *pointer)
{
	heap_free(pointer);
}
