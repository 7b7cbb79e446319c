/* SPDX-License-Identifier: MIT */
/*
 * Does a port keep the words of os.h? Each test states one sentence of the contract and tries to break it. The same
 * tests run on every system, so none assumes more than os.h says: threads of one CPU may be scheduled cooperatively or
 * in real time (never spin for a thread of your own CPU), or preempted at any instruction. No test asserts how fast
 * anything is. What a test shares with its threads is static, because a thread that hangs outlives its test.
 */
#pragma once

#include "../os.h"
#include "../word.h"

/* --- A test ------------------------------------------------------------------------------------------------------- */

struct conform;

struct conform_test {
	const char *name;
	const char *claim; /* the sentence that is tested */
	unsigned min_cpus;
	void (*run)(struct conform *t);
};

/* Defines and registers a test; its body follows. */
#define CONFORM(id, cpus, sentence)                                                                                   \
	static void conform_##id(struct conform *t);                                                                  \
	static const struct conform_test conform_test_##id = {                                                        \
	    .name = #id, .claim = sentence, .min_cpus = cpus, .run = conform_##id};                                   \
	static const struct conform_test *const conform_pointer_##id __attribute__((used, section("aero_conform"))) = \
	    &conform_test_##id;                                                                                       \
	static void conform_##id(struct conform *t)

enum { CONFORM_EINVAL = 22 /* errno.h's EINVAL, which freestanding code does not have */ };

/* A failed check is noted, from any thread; the test goes on. */
void conform_check(struct conform *t, bool holds, const char *text, const char *file, int line);
void conform_equal(struct conform *t, const uint64_t values[2], const char *text, const char *file, int line);

/* The system has not what the test is about, by an error that os.h names for that: reported as skipped unless a check fails. */
void conform_skip(struct conform *t, const char *reason);

#define CHECK(t, holds) conform_check(t, holds, #holds, __FILE__, __LINE__)
#define CHECK_EQUAL(t, actual, expected)                                                                          \
	conform_equal(t, (const uint64_t[2]){(uint64_t)(actual), (uint64_t)(expected)}, #actual " is " #expected, \
		      __FILE__, __LINE__)

/* --- Its threads -------------------------------------------------------------------------------------------------- */

/* One thread of a test. Zero it, or make it static, before the first start. */
struct conform_party {
	struct conform *t;
	unsigned index; /* the test's own number for it */
	unsigned cpu;   /* where it was started */
	void *shared;
	void (*body)(struct conform_party *party);
	struct os_thread thread;
	bool started;
	uint32_t finished; /* atomic: body has returned */
};

/* Runs body on a new thread of that CPU. */
void conform_start(struct conform *t, struct conform_party *party, unsigned cpu,
		   void (*body)(struct conform_party *party), void *shared);
/* Joins. A thread that does not end within the hang bound fails the test and ends the whole run: false. */
bool conform_finish(struct conform_party *party);
/* conform_start() and conform_finish(): for what might block for ever. */
void conform_call(struct conform *t, unsigned cpu, void (*body)(struct conform_party *party), void *shared);

/* Threads number 0 … count-1, number i on CPU i modulo the number of CPUs; then all of them joined. */
enum { CONFORM_GANG_MAX = 512 };
void conform_gang_start(struct conform *t, unsigned count, void (*body)(struct conform_party *party), void *shared);
void conform_gang_finish(struct conform *t);
/* For a gang's body: goes on when all of the gang have come here. Once, so that they meet and do not only follow. */
void conform_gang_meet(void);

/* --- Waiting and counting ----------------------------------------------------------------------------------------- */

/* Sleeps until the counter has reached the number, or the hang bound is over: false, and the test has failed. */
bool conform_reaches(struct conform *t, const uint32_t *counter, uint32_t number);
/* Sleeps long enough that a thread that is about to block has done so, and one that was woken has run. */
void conform_settle(void);

static inline uint32_t conform_read(const uint32_t *counter)
{
	/* acquire: what was done before the counter was set is visible after this */
	return __atomic_load_n(counter, __ATOMIC_ACQUIRE);
}

/* Returns the number before. */
static inline uint32_t conform_add(uint32_t *counter, uint32_t number)
{
	/* acquire and release: orders what both sides did around the counter */
	return __atomic_fetch_add(counter, number, __ATOMIC_ACQ_REL);
}

static inline void conform_set(uint32_t *counter, uint32_t number)
{
	/* release: what was done before is visible to whoever reads the number */
	__atomic_store_n(counter, number, __ATOMIC_RELEASE);
}

static inline unsigned conform_last_cpu(void)
{
	return os_cpu_count() - 1;
}

/* --- The run ------------------------------------------------------------------------------------------------------ */

/* Runs the tests whose name holds the text of only (at is NULL: all), writes KTAP, returns how many failed. */
int conform_run(void (*write)(void *context, const char *bytes, size_t len_bytes), void *context, struct word only);
