/* SPDX-License-Identifier: MIT */
/*
 * Pools of ready threads with stacks, and the life between create and join.
 */
#include "core/thread.h"

#include "core/heap.h"
#include "core/panic.h"
#include "core/percpu.h"
#include "core/rt.h"
#include "core/sched.h"
#include "core/spin.h"
#include "core/stack.h"

/* Of each node, whole batches of ready threads, linked by wait_next of each batch's first thread; under the lock. */
static struct thread_store {
	struct spin lock;
	struct thread *batches;
} __attribute__((aligned(64))) thread_stores[NODE_MAX];

static void thread_main(void)
{
	struct thread *self = this_cpu->current;

	thread_exit(self->fn(self->arg));
}

/* --- Pools ----------------------------------------------------------------------------------------------------------- */

/*
 * A CPU has a pool for each node that it creates threads for: a thread's stack stays where it is, and is local to the CPU
 * that runs the thread, whoever creates and whoever joins it.
 *
 * The thread lies above its stack. Slots are a whole number of pages apart, so without the shift all threads and stack
 * tops would compete for the same few cache sets; eight shifts of 512 bytes spread them over the page.
 */
static struct thread *thread_new(unsigned node)
{
	uint32_t id;
	uintptr_t top = stack_new_node(&id, &node);
	struct thread *thread;

	if (top == 0)
		return NULL;
	top -= sizeof(*thread) + id % 8 * 512;
	thread = (struct thread *)(top & ~(uintptr_t)63);
	*thread = (struct thread){.id = id, .node = node};
	thread->group = &thread->own_group;
	thread->context = context_prepare(thread, thread_main);
	return thread;
}

/* The pool's batch is empty: goes on with the reserve, else with a batch of the store, else with a new thread. */
static __attribute__((noinline)) struct thread *thread_take_slow(unsigned node)
{
	struct thread_store *store = &thread_stores[node];
	struct thread_pool *pool = &this_cpu->self->pools[node];
	struct thread *batch = pool->full;

	pool->full = NULL;
	if (batch == NULL && __atomic_load_n(&store->batches, __ATOMIC_RELAXED) != NULL) {
		spin_lock(&store->lock);
		batch = store->batches;
		if (batch != NULL)
			store->batches = batch->wait_next;
		spin_unlock(&store->lock);
	}
	if (batch == NULL)
		return thread_new(node);
	pool->threads = batch->next;
	pool->count = THREAD_POOL_BATCH - 1;
	return batch;
}

static inline struct thread *thread_take(unsigned node)
{
	struct thread *thread = this_cpu->pools[node].threads;

	if (__builtin_expect(thread == NULL, 0))
		return thread_take_slow(node);
	this_cpu->pools[node].threads = thread->next;
	this_cpu->pools[node].count--;
	return thread;
}

/* The pool's batch is whole: it becomes the reserve, and the reserve goes to the store. */
static __attribute__((noinline)) void thread_pool_spill(unsigned node)
{
	struct thread_store *store = &thread_stores[node];
	struct thread_pool *pool = &this_cpu->self->pools[node];
	struct thread *batch = pool->full;

	if (batch != NULL) {
		spin_lock(&store->lock);
		batch->wait_next = store->batches;
		store->batches = batch;
		spin_unlock(&store->lock);
	}
	pool->full = pool->threads;
	pool->threads = NULL;
	pool->count = 0;
}

/* What few threads have. */
static __attribute__((noinline)) void thread_strip(struct thread *thread)
{
	if (thread->fiber != NULL)
		panic("thread %u ended before its fibers", thread->id);
	heap_free(thread->fpu);
	thread->fpu = NULL;
}

/* Makes an ended thread ready for its next life. */
static void thread_recycle(struct thread *thread)
{
	unsigned node;

	if (__builtin_expect((uintptr_t)thread->fpu | (uintptr_t)thread->fiber, 0))
		thread_strip(thread);
	thread->context = context_prepare(thread, thread_main);
	node = thread->node;
	if (__builtin_expect(this_cpu->pools[node].count == THREAD_POOL_BATCH, 0))
		thread_pool_spill(node);
	thread->next = this_cpu->pools[node].threads;
	this_cpu->pools[node].threads = thread;
	this_cpu->pools[node].count++;
}

/* --- Begin and end ------------------------------------------------------------------------------------------------------ */

struct thread *thread_create(unsigned cpu, void *(*fn)(void *), void *arg)
{
	struct percpu *home = percpu_at(cpu);
	struct thread *thread;

	DEBUG_ASSERT(cpu < cpu_count);
	thread = thread_take(home->node);
	if (thread == NULL)
		return NULL;
	thread->home = home;
	thread->fn = fn;
	thread->arg = arg;
	thread->joiner = NULL;
	thread->blocks = 0;
	sched_wake(thread);
	return thread;
}

/* Runs on the next thread's stack: from the exchange on, the joiner may reuse this one's. */
static void thread_ended(void *arg)
{
	struct thread *thread = arg;
	/* release: the result and all that the thread wrote; acquire: the joiner's fields */
	struct thread *joiner = __atomic_exchange_n(&thread->joiner, THREAD_ENDED, __ATOMIC_ACQ_REL);

	if (joiner != NULL)
		sched_wake(joiner);
}

static void thread_left(void *arg)
{
	(void)arg;
}

/*
 * A joiner of the same CPU that waits already cannot run before this stack has been left, so it can be made ready first
 * and, with nothing else ready, is what runs next: no detour over the idle thread.
 */
void thread_exit(void *result)
{
	struct percpu *cpu = this_cpu->self;
	struct thread *self = cpu->current, *joiner;

	if (__builtin_expect(self->rt != NULL, 0))
		rt_end();
	self->result = result;
	joiner = __atomic_load_n(&self->joiner, __ATOMIC_ACQUIRE);
	if (joiner != NULL && joiner->home == cpu) {
		sched_wake_here(cpu, joiner, joiner);
		sched_leave(thread_left, NULL);
	}
	sched_leave(thread_ended, self);
}

void *thread_join(struct thread *thread)
{
	struct thread *self = this_cpu->current, *before;
	void *result;

	ASSERT(thread != self);
	before = __atomic_load_n(&thread->joiner, __ATOMIC_ACQUIRE);
	if (before != THREAD_ENDED) {
		/* acq_rel: the ending thread sees the joiner's fields, or we its result */
		before = __atomic_exchange_n(&thread->joiner, self, __ATOMIC_ACQ_REL);
		if (before != THREAD_ENDED)
			sched_block();
	}
	ASSERT(before == NULL || before == THREAD_ENDED); /* a second join */
	result = thread->result;
	thread_recycle(thread);
	return result;
}

void *thread_fpu_area(void)
{
	struct thread *self = this_cpu->current;
	size_t len_bytes = (fpu_area_bytes + 63) & ~(size_t)63;
	void *area = heap_alloc(len_bytes < HEAP_ALIGN_LINE_MIN ? HEAP_ALIGN_LINE_MIN : len_bytes);

	if (area == NULL)
		panic("no memory for the vector state of thread %u", self->id);
	self->fpu = area;
	return area;
}
