/* SPDX-License-Identifier: MIT */
/*
 * Tests that run on the machine itself: mode=test. A test is a function registered by KERNEL_TEST(), its name states its
 * claim. Tests run one after the other on a thread of CPU 0, and each joins all threads that it starts. A test that
 * hangs is ended by whoever booted the machine; the plan line tells that tests are missing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "core/thread.h"
#include "x86/cpu.h"

struct ktest {
	const char *name;
	unsigned min_cpus; /* fewer: skipped with the reason */
	void (*run)(void);
};

/* A pointer in a linker section, as BENCH() has it. */
#define KERNEL_TEST_CPUS(id, cpus)                                                                           \
	static void ktest_##id(void);                                                                        \
	static const struct ktest ktest_struct_##id = {.name = #id, .min_cpus = (cpus), .run = ktest_##id};  \
	static const struct ktest *const ktest_pointer_##id __attribute__((used, section("kernel_tests"))) = \
	    &ktest_struct_##id;                                                                              \
	static void ktest_##id(void)

#define KERNEL_TEST(id) KERNEL_TEST_CPUS(id, 1)

/* Any thread or interrupt handler of a test: a failed check is printed and fails the test, which goes on. */
#define CHECK(holds)                                              \
	do {                                                      \
		if (!(holds))                                     \
			ktest_failed(#holds, __FILE__, __LINE__); \
	} while (0)

void ktest_failed(const char *text, const char *file, int line);
/* The running test cannot be run on this machine: reported with the reason. Return from the test after it. */
void ktest_skip(const char *reason);
/* thread_create() that must succeed. */
struct thread *ktest_start(unsigned cpu, void *(*fn)(void *), void *arg);
/*
 * Runs fn(number) on per_cpu threads of each of the first KTEST_CROWD_CPUS CPUs, numbered from 0, joins them, and
 * returns how many there were.
 */
enum { KTEST_CROWD_CPUS = 8, KTEST_CROWD_MAX = 32 };
unsigned ktest_crowd(void *(*fn)(void *), unsigned per_cpu);
/* base times the word stress=N (1 if absent): how often a test repeats itself that can find more if it runs for longer. */
unsigned ktest_repeats(unsigned base);
/* The word seed=N (1 if absent): where the random numbers of such a test begin. */
uint64_t ktest_seed(void);
/* Uniform in [0, limit), the same sequence in every run: splitmix64 with the caller's state. */
uint64_t ktest_random(uint64_t *state, uint64_t limit);
/* One turn of a loop that waits for a thread of any CPU: lets this CPU's run, and hands a shared host CPU over. */
void ktest_wait_turn(void);
/*
 * One turn of a loop that computes, and waits for no other CPU: turn counts them, from 0. Under icount a pause costs the
 * host as much as there are virtual CPUs, so the others get their turn only now and then.
 */
static inline void ktest_compute(unsigned *turn)
{
	if (++*turn % 64 == 0)
		cpu_relax();
}

/* Computes until the clock shows tick. */
static inline void ktest_compute_until(uint64_t tick)
{
	for (unsigned turn = 0; clock_now() < tick;)
		ktest_compute(&turn);
}
/*
 * A timer that wakes nobody, so many ticks from now: its interrupt hits the caller wherever it then is, and under icount
 * ends the slice of the caller's virtual CPU there. Needs timer_cancel().
 */
struct timer;
void ktest_alarm(struct timer *alarm, uint64_t ticks);
/* Lets everything that is ready or about to be ready run, on all CPUs: for tests that look at what is left. */
void ktest_settle(void);

/*
 * Runs the tests, all or those whose name contains the word test=TEXT, and returns the number of failures; below 0: a
 * word that nobody knows. A failing run is repeated by the same words on the same machine: stress=N and seed=N are printed.
 */
int ktest_main(int count, char *const words[]);
