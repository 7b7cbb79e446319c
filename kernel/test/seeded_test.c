/* SPDX-License-Identifier: MIT */
/*
 * Seeded load of everything by everybody: memory, threads, and the primitives that block, on all CPUs at once. What must
 * hold at each moment is checked in the middle of it. stress=N multiplies the load, seed=N chooses another.
 */
#include "core/barrier.h"
#include "core/cond.h"
#include "core/heap.h"
#include "core/ktest.h"
#include "core/mutex.h"
#include "core/page.h"
#include "core/percpu.h"
#include "core/sched.h"
#include "core/sem.h"
#include "core/timer.h"

enum { LOAD_CPUS = 16, LOAD_THREADS_MAX = 2 * LOAD_CPUS };

/* Each thread's own random numbers. */
static uint64_t seed_of(uintptr_t thread)
{
	return ktest_seed() << 32 ^ thread << 8;
}

/* --- Memory: everything that is allocated says whose it is ------------------------------------------------------------------- */

enum { SHELVES = 128, MOVES = 400, BLOCK_ORDERS = 4, OBJECT_WORDS_MAX = 600 };

struct thing {
	uint64_t *words; /* each holds its own address and the owner's mark, mixed */
	uint64_t count, mark;
	bool is_block; /* of pages */
};

/* Where things change hands. */
static struct thing *shelves[SHELVES]; /* atomic: whoever takes a thing out owns it */

static void thing_fill(struct thing *thing)
{
	for (uint64_t i = 0; i < thing->count; i++)
		thing->words[i] = thing->mark ^ (uintptr_t)&thing->words[i];
}

static bool thing_intact(const struct thing *thing)
{
	for (uint64_t i = 0; i < thing->count; i++)
		if (thing->words[i] != (thing->mark ^ (uintptr_t)&thing->words[i]))
			return false;
	return true;
}

/* NULL: no memory at the moment. */
static struct thing *thing_new(uint64_t *random)
{
	struct thing *thing = heap_alloc(sizeof(*thing));

	if (thing == NULL)
		return NULL;
	thing->is_block = ktest_random(random, 8) == 0;
	if (thing->is_block) {
		unsigned order = (unsigned)ktest_random(random, BLOCK_ORDERS);

		thing->words = page_alloc(order);
		thing->count = ((uint64_t)PAGE_BYTES << order) / sizeof(uint64_t);
	} else {
		thing->count = 1 + ktest_random(random, 1 + ktest_random(random, OBJECT_WORDS_MAX));
		thing->words = heap_alloc(thing->count * sizeof(uint64_t));
	}
	if (thing->words == NULL) {
		heap_free(thing);
		return NULL;
	}
	thing->mark = ktest_random(random, UINT64_MAX);
	thing_fill(thing);
	return thing;
}

static void thing_free(struct thing *thing)
{
	CHECK(thing_intact(thing));
	if (thing->is_block)
		page_free(thing->words);
	else
		heap_free(thing->words);
	heap_free(thing);
}

static void *shelve(void *arg)
{
	uint64_t random = seed_of((uintptr_t)arg);
	unsigned moves = ktest_repeats(MOVES);

	for (unsigned i = 0; i < moves; i++) {
		struct thing **shelf = &shelves[ktest_random(&random, SHELVES)];
		struct thing *thing = ktest_random(&random, 3) == 0 ? NULL : thing_new(&random);

		/* release: the thing's contents; acquire: the other one's */
		thing = __atomic_exchange_n(shelf, thing, __ATOMIC_ACQ_REL);
		if (thing != NULL && ktest_random(&random, 4) == 0) {
			CHECK(thing_intact(thing)); /* and back again under another mark */
			thing->mark = ktest_random(&random, UINT64_MAX);
			thing_fill(thing);
			thing = __atomic_exchange_n(shelf, thing, __ATOMIC_ACQ_REL);
		}
		if (thing != NULL)
			thing_free(thing);
		if (ktest_random(&random, 16) == 0)
			ktest_wait_turn();
	}
	return NULL;
}

/* Runs fn(number) on two threads of each of the first CPUs, and returns the sum of their results. */
static uintptr_t load_run(void *(*fn)(void *))
{
	struct thread *threads[LOAD_THREADS_MAX];
	unsigned cpus = cpu_count < LOAD_CPUS ? cpu_count : LOAD_CPUS;
	uintptr_t sum = 0;

	for (uintptr_t i = 0; i < 2 * cpus; i++)
		threads[i] = ktest_start((unsigned)i % cpus, fn, (void *)i);
	for (unsigned i = 0; i < 2 * cpus; i++)
		sum += (uintptr_t)thread_join(threads[i]);
	return sum;
}

KERNEL_TEST(memory_under_seeded_load_belongs_to_one_owner_at_a_time)
{
	CHECK(load_run(shelve) == 0);
	for (unsigned i = 0; i < SHELVES; i++) {
		if (shelves[i] != NULL)
			thing_free(shelves[i]);
		shelves[i] = NULL;
	}
}

/* --- Threads: families that grow, move, sleep and end ------------------------------------------------------------------------ */

enum { GENERATIONS = 4, CHILDREN_MAX = 4, FAMILIES = 5 };

struct person {
	uint64_t random;
	unsigned generation;
};

/* Returns how many of its family have lived, itself included; the children are older than their parent's join. */
static void *live(void *arg)
{
	struct person *self = arg, children[CHILDREN_MAX];
	struct thread *threads[CHILDREN_MAX];
	unsigned count = self->generation == 0 ? 0 : (unsigned)ktest_random(&self->random, CHILDREN_MAX + 1);
	uintptr_t lived = 1;

	for (unsigned i = 0; i < count; i++) {
		children[i] = (struct person){.random = ktest_random(&self->random, UINT64_MAX),
					      .generation = self->generation - 1};
		threads[i] = ktest_start((unsigned)ktest_random(&self->random, cpu_count), live, &children[i]);
	}
	switch (ktest_random(&self->random, 6)) {
	case 0:
		sched_move((unsigned)ktest_random(&self->random, cpu_count));
		break;
	case 1:
		timer_sleep_ns(ktest_random(&self->random, 20000));
		break;
	case 2:
		sched_yield();
		break;
	default:
		break;
	}
	for (unsigned i = 0; i < count; i++)
		lived += (uintptr_t)thread_join(threads[i]);
	return (void *)lived;
}

/* How many a family has, from the same random numbers without living. */
static uintptr_t census(uint64_t random, unsigned generation)
{
	unsigned count = generation == 0 ? 0 : (unsigned)ktest_random(&random, CHILDREN_MAX + 1);
	uintptr_t lived = 1;

	for (unsigned i = 0; i < count; i++) {
		lived += census(ktest_random(&random, UINT64_MAX), generation - 1);
		ktest_random(&random, cpu_count);
	}
	return lived;
}

static void *found_families(void *arg)
{
	uint64_t random = seed_of((uintptr_t)arg);
	unsigned families = ktest_repeats(FAMILIES);
	uintptr_t wrong = 0;

	for (unsigned i = 0; i < families; i++) {
		struct person founder = {.random = ktest_random(&random, UINT64_MAX), .generation = GENERATIONS};
		uintptr_t expected = census(founder.random, founder.generation);

		wrong += (uintptr_t)thread_join(
			     ktest_start((unsigned)ktest_random(&random, cpu_count), live, &founder)) != expected;
	}
	return (void *)wrong;
}

KERNEL_TEST(threads_in_seeded_storms_all_live_and_are_all_joined)
{
	CHECK(load_run(found_families) == 0);
}

/* --- Mutex, condition, semaphore, barrier, all in one ------------------------------------------------------------------------- */

enum { ROUNDS = 12, PLACES = 3, ERRANDS = 6 };

static struct {
	struct mutex mutex;
	struct cond changed;
	struct sem places;
	struct barrier barrier;
	unsigned parties;
	unsigned coins;   /* under mutex: made by some, taken by as many */
	unsigned waiting; /* under mutex: for a coin */
	unsigned inside;  /* atomic: who holds one of PLACES */
	unsigned arrived; /* atomic: at the barrier, in all rounds */
} town;

static void visit(uint64_t *random)
{
	sem_down(&town.places);
	CHECK(__atomic_add_fetch(&town.inside, 1, __ATOMIC_RELAXED) <= PLACES);
	if (ktest_random(random, 2) == 0)
		ktest_wait_turn();
	__atomic_sub_fetch(&town.inside, 1, __ATOMIC_RELAXED);
	sem_up(&town.places);
}

static void make_coin(uint64_t *random)
{
	mutex_lock(&town.mutex);
	town.coins++;
	if (ktest_random(random, 4) == 0)
		cond_broadcast(&town.changed);
	else
		cond_signal(&town.changed);
	mutex_unlock(&town.mutex);
}

static void take_coin(void)
{
	mutex_lock(&town.mutex);
	town.waiting++;
	while (town.coins == 0)
		cond_wait(&town.changed, &town.mutex);
	town.waiting--;
	town.coins--;
	mutex_unlock(&town.mutex);
}

/* Even numbers make as many coins as odd ones take, so all rounds end; the barrier lets nobody run ahead of the others. */
static void *dwell(void *arg)
{
	uintptr_t number = (uintptr_t)arg;
	uint64_t random = seed_of(number);
	unsigned rounds = ktest_repeats(ROUNDS);

	for (unsigned round = 0; round < rounds; round++) {
		for (unsigned i = 0; i < ERRANDS; i++) {
			visit(&random);
			if (number % 2 == 0)
				make_coin(&random);
			else
				take_coin();
		}
		CHECK(__atomic_fetch_add(&town.arrived, 1, __ATOMIC_RELAXED) / town.parties == round);
		barrier_wait(&town.barrier);
		CHECK(__atomic_load_n(&town.arrived, __ATOMIC_RELAXED) >= (round + 1) * town.parties);
		barrier_wait(&town.barrier);
	}
	return NULL;
}

KERNEL_TEST(mutex_condition_semaphore_and_barrier_keep_their_words_under_seeded_load)
{
	unsigned cpus = cpu_count < LOAD_CPUS ? cpu_count : LOAD_CPUS;

	mutex_init(&town.mutex);
	cond_init(&town.changed);
	sem_init(&town.places, PLACES);
	town.parties = 2 * cpus;
	barrier_init(&town.barrier, town.parties);
	town.coins = town.waiting = town.inside = town.arrived = 0;
	load_run(dwell);
	CHECK(town.coins == 0 && town.waiting == 0 && town.inside == 0);
	CHECK(town.arrived == town.parties * ktest_repeats(ROUNDS));
	CHECK(town.mutex.state == MUTEX_FREE && !wait_anyone(&town.mutex.waiters) &&
	      !wait_anyone(&town.changed.waiters));
}
