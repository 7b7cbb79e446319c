/* SPDX-License-Identifier: MIT */
/*
 * One fault for each rule of the checker: it must find each of them, or it finds nothing.
 */
#include "core/format.h"
#include "core/panic.h"
#include "core/remote_call.h"
#include "core/sched.h"
#include "core/spin.h"
#include "core/string.h"
#include "core/thread.h"
#include "lockcheck/lockcheck.h"

static struct spin first, second, third;

static void *take_in_turn(void *arg)
{
	spin_lock(&first);
	spin_lock(&second);
	spin_unlock(&second);
	spin_unlock(&first);
	spin_lock(&second);
	spin_lock(&third);
	spin_unlock(&third);
	spin_unlock(&second);
	return arg;
}

/* A circle of three, of which no two are taken in either order. */
static void fault_order(void)
{
	thread_join(thread_create(0, take_in_turn, NULL));
	spin_lock(&third);
	spin_lock(&first);
}

static void fault_recursion(void)
{
	spin_lock(&first);
	spin_lock(&first);
}

/* Not inline: the place where both begin is one. */
static __attribute__((noinline)) void sibling_init(struct spin *spin)
{
	spin_init(spin);
}

static void fault_class(void)
{
	struct spin a, b;

	sibling_init(&a);
	sibling_init(&b);
	spin_lock(&a);
	spin_lock(&b);
}

static void fault_owner(void)
{
	spin_unlock(&first);
}

static void fault_block(void)
{
	spin_lock(&first);
	sched_block();
}

static void fault_yield(void)
{
	spin_lock(&first);
	sched_yield();
}

static void *end_with_lock(void *arg)
{
	spin_lock(&first);
	return arg;
}

static void fault_end(void)
{
	thread_join(thread_create(0, end_with_lock, NULL));
}

static void take_in_handler(void *arg)
{
	(void)arg;
	spin_lock(&first);
}

/* On another CPU: there the call arrives as an interrupt. */
static void fault_interrupt(void)
{
	remote_call_wait(cpu_count - 1, take_in_handler, NULL);
}

static void fault_hold(void)
{
	uint64_t end = clock_now() + clock_hz / 1000;

	spin_lock(&first);
	while (clock_now() < end)
		cpu_relax();
	spin_unlock(&first);
}

static const struct lock_fault {
	const char *kind;
	void (*commit)(void);
} lock_faults[] = {
    {"order", fault_order}, {"recursion", fault_recursion}, {"class", fault_class},
    {"owner", fault_owner}, {"block", fault_block},         {"yield", fault_yield},
    {"end", fault_end},     {"interrupt", fault_interrupt}, {"hold", fault_hold},
};

void lockcheck_fault(const char *kind)
{
	for (unsigned i = 0; i < sizeof(lock_faults) / sizeof(lock_faults[0]); i++) {
		if (strncmp(kind, lock_faults[i].kind, strlen(lock_faults[i].kind)) != 0)
			continue;
		lock_faults[i].commit();
		panic("a rule was broken, and nobody noticed: %s", lock_faults[i].kind);
	}
}
