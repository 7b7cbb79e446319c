/* SPDX-License-Identifier: MIT */
/*
 * KTAP out, one test after the other, in the order of the section.
 */
#include "core/ktest.h"

#include "core/format.h"
#include "core/panic.h"
#include "core/percpu.h"
#include "core/sched.h"
#include "core/settings.h"
#include "core/string.h"
#include "core/timer.h"

enum { KTEST_PRINTED_MAX = 5, KTEST_SETTLE_NS = 200000 };

/* The section's bounds: made by the linker from its name. */
extern const struct ktest *const __start_kernel_tests[], *const __stop_kernel_tests[];

static unsigned ktest_failures;                         /* of the running test; atomic */
static const char *ktest_skipped;                       /* the running test's reason, or NULL */
static uint64_t ktest_factor = 1, ktest_first_seed = 1; /* stress=N, seed=N */

void ktest_failed(const char *text, const char *file, int line)
{
	if (__atomic_fetch_add(&ktest_failures, 1, __ATOMIC_RELAXED) < KTEST_PRINTED_MAX)
		format_print("# %s:%d: cpu %u: %s\n", file, line, this_cpu->cpu, text);
}

void ktest_skip(const char *reason)
{
	ktest_skipped = reason;
}

struct thread *ktest_start(unsigned cpu, void *(*fn)(void *), void *arg)
{
	struct thread *thread = thread_create(cpu, fn, arg);

	if (thread == NULL)
		panic("a test has no memory for a thread");
	return thread;
}

unsigned ktest_crowd(void *(*fn)(void *), unsigned per_cpu)
{
	struct thread *threads[KTEST_CROWD_MAX];
	unsigned cpus = cpu_count < KTEST_CROWD_CPUS ? cpu_count : KTEST_CROWD_CPUS, count = cpus * per_cpu;

	ASSERT(count <= KTEST_CROWD_MAX);
	for (uintptr_t i = 0; i < count; i++)
		threads[i] = ktest_start((unsigned)i % cpus, fn, (void *)i);
	for (unsigned i = 0; i < count; i++)
		thread_join(threads[i]);
	return count;
}

unsigned ktest_repeats(unsigned base)
{
	return (unsigned)ktest_factor * base;
}

uint64_t ktest_seed(void)
{
	return ktest_first_seed;
}

/* Steele, Lea & Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014. */
uint64_t ktest_random(uint64_t *state, uint64_t limit)
{
	uint64_t bits = *state += 0x9e3779b97f4a7c15;

	bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9;
	bits = (bits ^ bits >> 27) * 0x94d049bb133111eb;
	return (bits ^ bits >> 31) % limit;
}

void ktest_wait_turn(void)
{
	cpu_relax();
	sched_yield();
}

void ktest_alarm(struct timer *alarm, uint64_t ticks)
{
	/* expiry finds that the thread does not wait with a time limit, and leaves it alone */
	*alarm = (struct timer){.deadline_tsc = clock_now() + ticks, .thread = this_cpu->current};
	timer_add(alarm);
}

void ktest_settle(void)
{
	timer_sleep_ns(KTEST_SETTLE_NS);
}

static bool ktest_contains(const char *name, const char *part)
{
	size_t len_bytes = strlen(part);

	for (; *name != '\0'; name++)
		if (strncmp(name, part, len_bytes) == 0)
			return true;
	return len_bytes == 0;
}

/* One line of the report; true unless the test failed. */
static bool ktest_run(const struct ktest *test, unsigned number)
{
	if (cpu_count < test->min_cpus) {
		format_print("ok %u - %s # SKIP needs %u CPUs, here are %u\n", number, test->name, test->min_cpus,
			     cpu_count);
		return true;
	}
	__atomic_store_n(&ktest_failures, 0, __ATOMIC_RELAXED);
	ktest_skipped = NULL;
	test->run();
	if (__atomic_load_n(&ktest_failures, __ATOMIC_RELAXED) > 0)
		format_print("not ok %u - %s\n", number, test->name);
	else if (ktest_skipped != NULL)
		format_print("ok %u - %s # SKIP %s\n", number, test->name, ktest_skipped);
	else
		format_print("ok %u - %s\n", number, test->name);
	return __atomic_load_n(&ktest_failures, __ATOMIC_RELAXED) == 0;
}

enum { KTEST_FACTOR_MAX = 100000 };

/* A decimal number from 1 to most. False: text is anything else. */
static bool ktest_number(const char *text, uint64_t most, uint64_t *number)
{
	*number = 0;
	for (; *text >= '0' && *text <= '9' && *number <= most; text++)
		*number = *number * 10 + (uint64_t)(*text - '0');
	return *text == '\0' && *number >= 1 && *number <= most;
}

/* False: a word that nobody here knows. */
static bool ktest_word(char *word, const char **only)
{
	char *equals = strchr(word, '=');
	bool known;

	if (strncmp(word, "stress=", 7) == 0)
		return ktest_number(word + 7, KTEST_FACTOR_MAX, &ktest_factor);
	if (strncmp(word, "seed=", 5) == 0)
		return ktest_number(word + 5, UINT32_MAX, &ktest_first_seed);
	if (strncmp(word, "test=", 5) == 0) {
		*only = word + 5;
		return true;
	}
	if (equals == NULL)
		return false;
	*equals = '\0';
	known = settings_word(word, equals + 1) || strcmp(word, "mode") == 0;
	*equals = '=';
	return known;
}

int ktest_main(int count, char *const words[])
{
	const char *only = "";
	unsigned planned = 0, number = 0;
	int failed = 0;

	for (int i = 0; i < count; i++) {
		if (ktest_word(words[i], &only))
			continue;
		format_print("aerokernel: %s: unknown word, or a value that it cannot have\n", words[i]);
		return -1;
	}
	for (const struct ktest *const *test = __start_kernel_tests; test < __stop_kernel_tests; test++)
		planned += ktest_contains((*test)->name, only);
	format_print("KTAP version 1\n1..%u\n# stress=%lu seed=%lu\n", planned, ktest_factor, ktest_first_seed);
	for (const struct ktest *const *test = __start_kernel_tests; test < __stop_kernel_tests; test++)
		if (ktest_contains((*test)->name, only))
			failed += !ktest_run(*test, ++number);
	format_print("# %d failed of %u on %u CPUs\n", failed, planned, cpu_count);
	if (planned == 0) /* a name that no test has is an error, not a success */
		failed++;
	return failed;
}
