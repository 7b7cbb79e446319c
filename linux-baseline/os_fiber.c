/* SPDX-License-Identifier: MIT */
/*
 * Fibers by the kernel's algorithm (kernel/core/fiber.h): a ring of all that are ready, a swap of stacks that saves what the
 * ABI demands, and no system call but for a new stack. Stacks have an unmapped page below them and are kept: in a list
 * of the thread, and when that ends in one of the process.
 */
#include "os.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Room for the contract's 16 KiB, for a signal's frame with all vector registers, and for a build with sanitizers. */
enum { STACK_BYTES = 64 * 1024, GUARD_BYTES = 4096 };

/* Lies at the upper end of its stack, which begins below it. */
struct port_fiber_stack {
	struct port_fiber_stack *next;
} __attribute__((aligned(64)));

__thread struct port_fiber *port_fiber;
static __thread struct port_fiber fiber_own; /* the thread's own function */
static __thread struct port_fiber_stack *fiber_stacks;
static __thread bool fiber_end_awaited;

static pthread_key_t fiber_end_key;
static pthread_mutex_t fiber_store_lock = PTHREAD_MUTEX_INITIALIZER;
static struct port_fiber_stack *fiber_store; /* under fiber_store_lock */

_Noreturn void port_fiber_resume(void *load); /* fiber_switch.S */

/* --- Stacks -------------------------------------------------------------------------------------------------------- */

static void fiber_thread_ends(void *unused)
{
	(void)unused;
	if (port_fiber != NULL) {
		fprintf(stderr, "aerobench: a thread ended before its fibers\n");
		abort();
	}
	pthread_mutex_lock(&fiber_store_lock);
	while (fiber_stacks != NULL) {
		struct port_fiber_stack *stack = fiber_stacks;

		fiber_stacks = stack->next;
		stack->next = fiber_store;
		fiber_store = stack;
	}
	pthread_mutex_unlock(&fiber_store_lock);
}

static void fiber_end_key_create(void)
{
	pthread_key_create(&fiber_end_key, fiber_thread_ends);
}

/* With the thread's first fiber: it is to be looked after at its end. */
static void fiber_await_end(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, fiber_end_key_create);
	pthread_setspecific(fiber_end_key, &fiber_own);
	fiber_end_awaited = true;
}

/* Eight shifts of 512 bytes spread stack tops over the sets of a cache. */
static struct port_fiber_stack *fiber_stack_new(void)
{
	static unsigned number; /* atomic */
	char *base = mmap(NULL, GUARD_BYTES + STACK_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
	unsigned shift = __atomic_fetch_add(&number, 1, __ATOMIC_RELAXED) % 8 * 512;

	if (base == MAP_FAILED)
		return NULL;
	if (mprotect(base, GUARD_BYTES, PROT_NONE) != 0) {
		munmap(base, GUARD_BYTES + STACK_BYTES);
		return NULL;
	}
	return (struct port_fiber_stack *)(void *)(base + GUARD_BYTES + STACK_BYTES - shift) - 1;
}

static __attribute__((noinline)) struct port_fiber_stack *fiber_stack_take_slow(void)
{
	struct port_fiber_stack *stack;

	if (!fiber_end_awaited)
		fiber_await_end();
	pthread_mutex_lock(&fiber_store_lock);
	stack = fiber_store;
	if (stack != NULL)
		fiber_store = stack->next;
	pthread_mutex_unlock(&fiber_store_lock);
	return stack != NULL ? stack : fiber_stack_new();
}

static inline struct port_fiber_stack *fiber_stack_take(void)
{
	struct port_fiber_stack *stack = fiber_stacks;

	if (__builtin_expect(stack == NULL, 0))
		return fiber_stack_take_slow();
	fiber_stacks = stack->next;
	return stack;
}

/* --- Begin and end -------------------------------------------------------------------------------------------------- */

/*
 * The first and last function on a fiber's stack. Without the address sanitizer: before a call that does not return that
 * looks for the stack of the thread, which is not the one in use.
 */
static _Noreturn __attribute__((no_sanitize("address"))) void fiber_main(void)
{
	struct os_fiber *self = (struct os_fiber *)port_fiber;
	struct port_fiber *next, *prev;

	self->fn(self->arg);
	next = self->place.next;
	prev = self->place.prev;
	next->prev = prev;
	prev->next = next;
	port_fiber = next == prev ? NULL : next; /* the last is the thread's own function */
	self->place.context = NULL;
	port_fiber_resume(next->context);
}

/* So that a switch to the returned rsp enters fiber_main() as a called function, where a backtrace ends. */
static inline void *fiber_prepare(struct port_fiber_stack *top)
{
	void **words = (void **)top;

	words[-1] = NULL; /* return address */
	words[-2] = (void *)fiber_main;
	words[-3] = NULL; /* rbp; below it the other registers, whose values do not matter: fiber_switch.S */
	return words - 8;
}

int os_fiber_start(struct os_fiber *fiber, void (*fn)(void *), void *arg)
{
	struct port_fiber_stack *stack = fiber_stack_take();
	struct port_fiber *self = port_fiber, *last;

	if (stack == NULL)
		return -EAGAIN;
	if (self == NULL) {
		self = &fiber_own;
		self->next = self->prev = self;
		port_fiber = self;
	}
	fiber->fn = fn;
	fiber->arg = arg;
	fiber->stack = stack;
	fiber->place.context = fiber_prepare(stack);
	last = self->prev;
	fiber->place.next = self;
	fiber->place.prev = last;
	last->next = &fiber->place;
	self->prev = &fiber->place;
	return 0;
}

void os_fiber_join(struct os_fiber *fiber)
{
	while (fiber->place.context != NULL)
		port_fiber_step(port_fiber); /* it is one of this thread's, so there is a ring */
	fiber->stack->next = fiber_stacks;
	fiber_stacks = fiber->stack;
}
