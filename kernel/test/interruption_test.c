/* SPDX-License-Identifier: MIT */
/*
 * An interrupt may come before any instruction that runs with interrupts on, and a non-maskable one before any at all: in the
 * middle of a switch, of another interrupt's entry, of the trap of a first vector instruction. Whatever it hits must not
 * notice, and what it wakes must wake.
 *
 * Under icount the sweeps are complete. For a timer's interrupt that is simple: it comes k instructions after it was set, for
 * all k. For an NMI, CPU 0 sets its own timer so far ahead and halts; there the other CPU's slice ends, and CPU 0 sends
 * the NMI before that CPU executes another instruction. In a machine with a thread per CPU they are samples.
 */
#include "core/event.h"
#include "core/format.h"
#include "core/heap.h"
#include "core/ktest.h"
#include "core/panic.h"
#include "core/percpu.h"
#include "core/remote_call.h"
#include "core/sched.h"
#include "core/string.h"
#include "core/timer.h"
#include "x86/vector_probe.h"

enum {
	TARGET = 1,
	SAMPLES = 150, /* rounds of a sweep that cannot be complete */
	SWEEP_MAX = 20000,
	SLACK_TICKS = 500,
	PLACES_BITS = 12,
	PLACES_MAX = 1 << PLACES_BITS,
	SWITCH_BYTES = 64, /* more than context_switch() has */
	/* six pushes, two moves of the stack pointer, six pops and the return: x86/context.S */
	SWITCH_INSTRUCTIONS = 15,
};

/* What the target does in a round; returns the number of things that it found wrong. before() runs on CPU 0, then time counts. */
struct job {
	unsigned (*work)(void);
	void (*before)(void);
};

static struct {
	const struct job *job;
	bool complete;               /* not only samples */
	uint32_t begin, end;         /* atomic: the round that the target is to begin, and the one that it has ended */
	uint32_t last;               /* atomic: the last round, once that is known */
	unsigned wrong;              /* the target's */
	bool switched[SWITCH_BYTES]; /* where in context_switch() NMIs came */
	uintptr_t places[PLACES_MAX];
	unsigned place_count; /* different ones */
} sweep;

static void *sweep_target(void *arg)
{
	for (uint32_t round = 0; round != __atomic_load_n(&sweep.last, __ATOMIC_ACQUIRE); round++) {
		while (__atomic_load_n(&sweep.begin, __ATOMIC_ACQUIRE) != round + 1)
			cpu_relax();
		sweep.wrong += sweep.job->work();
		__atomic_store_n(&sweep.end, round + 1, __ATOMIC_RELEASE);
	}
	return arg;
}

static void place_note(uintptr_t place)
{
	uintptr_t offset = place - (uintptr_t)context_switch_begin;
	/* multiplicative hashing: Knuth, The Art of Computer Programming 3, §6.4 */
	size_t at = place * 0x9e3779b97f4a7c15 >> (64 - PLACES_BITS);

	if (offset < (uintptr_t)(context_switch_end - context_switch_begin) && offset < SWITCH_BYTES)
		sweep.switched[offset] = true;
	while (sweep.places[at] != 0 && sweep.places[at] != place)
		at = (at + 1) % PLACES_MAX;
	if (sweep.places[at] == place || sweep.place_count == PLACES_MAX - 1)
		return;
	sweep.places[at] = place;
	sweep.place_count++;
}

static unsigned switch_places(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < SWITCH_BYTES; i++)
		count += sweep.switched[i];
	return count;
}

/* Waits until it has been taken: two that are pending at once would be one. */
static void nmi_send(unsigned cpu)
{
	uint64_t before = cpu_nmis(cpu, NULL);

	cpu_nmi(cpu);
	while (cpu_nmis(cpu, NULL) == before)
		cpu_relax();
}

/* One round with an NMI delay ticks after its begin, or with none if that is 0. Returns how long it took, about. */
static uint64_t sweep_round(uint32_t round, uint64_t delay)
{
	uint64_t begin;

	__atomic_store_n(&sweep.begin, round, __ATOMIC_RELEASE);
	if (sweep.job->before != NULL)
		sweep.job->before();
	begin = clock_now();
	if (delay != 0) {
		uintptr_t place;

		if (sweep.complete)
			timer_sleep_until(begin + delay);
		while (clock_now() < begin + delay)
			cpu_relax();
		nmi_send(TARGET);
		cpu_nmis(TARGET, &place);
		place_note(place);
	}
	while (__atomic_load_n(&sweep.end, __ATOMIC_ACQUIRE) != round)
		cpu_relax();
	return clock_now() - begin;
}

/*
 * All ticks; with debug assertions, which fill and examine memory byte by byte and multiply a round's length, an evenly spread
 * part of them.
 */
static uint32_t sweep_rounds(uint64_t ticks)
{
	CHECK(DEBUG_ASSERTS || ticks < SWEEP_MAX);
	return (uint32_t)(ticks < SWEEP_MAX ? ticks : SWEEP_MAX);
}

/* Runs the job on the target once for each k up to its length, with an NMI k instructions after its begin. */
static void sweep_run(const struct job *job)
{
	uint64_t ticks;
	uint32_t rounds;
	struct thread *target;

	memset(&sweep, 0, sizeof(sweep));
	sweep.job = job;
	sweep.complete = cpu_relax_pauses; /* the machine that counts instructions is the one that needs the pause */
	sweep.last = UINT32_MAX;
	target = ktest_start(TARGET, sweep_target, NULL);
	sweep_round(1, 0); /* fills the pools */
	ticks = sweep_round(2, 0) + SLACK_TICKS;
	rounds = sweep.complete ? sweep_rounds(ticks) : SAMPLES;
	for (uint32_t i = 1; i < rounds; i++)
		sweep_round(2 + i, i * ticks / rounds);
	__atomic_store_n(&sweep.last, rounds + 2, __ATOMIC_RELEASE);
	sweep_round(rounds + 2, ticks);
	thread_join(target);
	CHECK(sweep.wrong == 0);
	CHECK(sweep.place_count > 1);
	format_print("# %u NMIs came before %u different instructions, %u of them in context_switch()\n", rounds,
		     sweep.place_count, switch_places());
}

/* --- Switches ------------------------------------------------------------------------------------------------------------- */

/* Holds more values over each switch than there are registers for them; whence they come, the compiler cannot know. */
static void *hold_values(void *arg)
{
	volatile uintptr_t seeds[8];
	uintptr_t a, b, c, d, e, f, g, h, wrong = 0;

	for (uintptr_t i = 0; i < 8; i++)
		seeds[i] = (uintptr_t)arg * 1000 + i;
	a = seeds[0], b = seeds[1], c = seeds[2], d = seeds[3];
	e = seeds[4], f = seeds[5], g = seeds[6], h = seeds[7];
	for (unsigned i = 0; i < 2; i++) {
		sched_yield();
		wrong += a != seeds[0] || b != seeds[1] || c != seeds[2] || d != seeds[3];
		wrong += e != seeds[4] || f != seeds[5] || g != seeds[6] || h != seeds[7];
	}
	return (void *)wrong;
}

/* Two threads of this CPU, numbers 0 and 1: creates, first entries, yields, blocking, ends, joins. */
static unsigned pair_run(void *(*fn)(void *))
{
	struct thread *threads[2];
	uintptr_t wrong = 0;

	for (uintptr_t i = 0; i < 2; i++)
		threads[i] = ktest_start(this_cpu->cpu, fn, (void *)i);
	for (unsigned i = 0; i < 2; i++)
		wrong += (uintptr_t)thread_join(threads[i]);
	return (unsigned)wrong;
}

static unsigned switch_work(void)
{
	return pair_run(hold_values);
}

KERNEL_TEST_CPUS(an_nmi_before_each_instruction_of_a_switch_disturbs_nothing, 2)
{
	sweep_run(&(const struct job){.work = switch_work});
	if (sweep.complete)
		CHECK(switch_places() == SWITCH_INSTRUCTIONS);
}

/* --- Interrupts, and the way into the halt and out of it -------------------------------------------------------------------- */

static unsigned sleep_work(void)
{
	uint64_t deadline = clock_now() + timer_ticks(500);

	timer_sleep_until(deadline);
	return clock_now() < deadline;
}

KERNEL_TEST_CPUS(an_nmi_before_each_instruction_of_a_timer_interrupt_disturbs_nothing, 2)
{
	sweep_run(&(const struct job){.work = sleep_work});
}

enum {
	NAP_TICKS = 100,
	NAP_STEPS = 25,
	NAP_STEP_TICKS = 4
}; /* around the way into the halt; a step is shorter than its end */

static uint64_t nap_ticks;

static unsigned nap_work(void)
{
	timer_sleep_until(clock_now() + nap_ticks);
	return 0;
}

/*
 * The timer's interrupt comes on the way into the halt, while interrupts are off, and the NMI between the STI and the HLT: its
 * IRET ends the STI's shadow, so that the timer's is taken before the HLT, which then must not wait for it.
 */
KERNEL_TEST_CPUS(an_nmi_before_the_halt_loses_no_interrupt, 2)
{
	unsigned steps = cpu_relax_pauses ? NAP_STEPS : 1; /* where all is by chance, many are no better than one */

	for (unsigned i = 0; i < steps; i++) {
		nap_ticks = NAP_TICKS + i * NAP_STEP_TICKS;
		sweep_run(&(const struct job){.work = nap_work});
	}
}

static struct {
	struct event event;
	bool awaited; /* atomic */
} bell;

static unsigned bell_work(void)
{
	uint32_t ticket = event_ticket(&bell.event);

	__atomic_store_n(&bell.awaited, true, __ATOMIC_RELEASE);
	event_wait(&bell.event, ticket);
	return event_ticket(&bell.event) != ticket + 1;
}

/* The target is halted by the time that the bell rings: what follows begins with the kick. */
static void bell_ring(void)
{
	while (!__atomic_load_n(&bell.awaited, __ATOMIC_ACQUIRE))
		cpu_relax();
	bell.awaited = false;
	ktest_settle();
	event_wake_one(&bell.event);
}

KERNEL_TEST_CPUS(an_nmi_before_each_instruction_of_a_wake_from_the_halt_disturbs_nothing, 2)
{
	event_init(&bell.event);
	bell.awaited = false;
	sweep_run(&(const struct job){.work = bell_work, .before = bell_ring});
}

static struct {
	struct remote_call call;
	uint32_t sent;  /* CPU 0's */
	uint32_t count; /* atomic: carried out by the target's handler */
	uint32_t seen;  /* the target's */
} calls;

static void call_count(void *arg)
{
	(void)arg;
	__atomic_fetch_add(&calls.count, 1, __ATOMIC_RELAXED);
}

static unsigned call_work(void)
{
	calls.seen++;
	while (__atomic_load_n(&calls.count, __ATOMIC_RELAXED) != calls.seen)
		cpu_relax();
	return 0;
}

static void call_send(void)
{
	while (calls.sent > 0 && !remote_call_done(&calls.call))
		cpu_relax();
	calls.sent++;
	calls.call.fn = call_count;
	remote_call(TARGET, &calls.call);
}

KERNEL_TEST_CPUS(an_nmi_before_each_instruction_of_a_remote_call_disturbs_nothing, 2)
{
	memset(&calls, 0, sizeof(calls));
	sweep_run(&(const struct job){.work = call_work, .before = call_send});
	CHECK(calls.count == calls.sent && calls.seen == calls.sent);
}

/* --- The trap of a first vector instruction ---------------------------------------------------------------------------------- */

static uint64_t vector_values[2][VECTOR_REGISTERS][VECTOR_WORDS];

static void *hold_vectors(void *arg)
{
	uint64_t found[VECTOR_REGISTERS][VECTOR_WORDS];
	uintptr_t which = (uintptr_t)arg, wrong = 0;

	vector_load(vector_values[which], false);
	sched_yield();
	vector_store(found, false);
	for (unsigned i = 0; i < VECTOR_REGISTERS; i++)
		wrong += found[i][0] != vector_values[which][i][0] || found[i][1] != vector_values[which][i][1];
	return (void *)wrong;
}

static unsigned vector_work(void)
{
	return pair_run(hold_vectors);
}

static void vector_values_choose(void)
{
	uint64_t random = 1;

	for (unsigned i = 0; i < 2; i++)
		for (unsigned j = 0; j < VECTOR_REGISTERS; j++)
			for (unsigned k = 0; k < VECTOR_WORDS; k++)
				vector_values[i][j][k] = ktest_random(&random, UINT64_MAX);
}

KERNEL_TEST_CPUS(an_nmi_before_each_instruction_of_a_first_vector_use_disturbs_nothing, 2)
{
	vector_values_choose();
	sweep_run(&(const struct job){.work = vector_work});
}

/* --- A timer's interrupt, which also wakes a thread, and vector state ---------------------------------------------------------- */

/* Wakes in the middle of what the pairs do. Returns how early it was, which must be 0. */
static void *sleep_to(void *arg)
{
	uint64_t deadline = *(const uint64_t *)arg, now;

	timer_sleep_until(deadline);
	now = clock_now();
	return (void *)(now < deadline ? deadline - now : 0);
}

/* One round on this CPU; the sleeper is older than the pairs, so it has set its timer when they begin. */
static unsigned timer_round(uint64_t delay)
{
	uint64_t deadline = clock_now() + delay;
	struct thread *sleeper = ktest_start(this_cpu->cpu, sleep_to, &deadline);
	unsigned wrong = pair_run(hold_vectors) + pair_run(hold_values);

	return wrong + (thread_join(sleeper) != NULL);
}

KERNEL_TEST(a_timers_wake_before_each_instruction_of_switches_and_vector_use_disturbs_nothing)
{
	uint64_t begin, ticks, rounds;
	unsigned wrong = 0;

	vector_values_choose();
	timer_round(1); /* fills the pools */
	begin = clock_now();
	timer_round(1);
	ticks = clock_now() - begin + SLACK_TICKS;
	rounds = cpu_relax_pauses ? sweep_rounds(ticks) : SAMPLES;
	for (uint64_t i = 0; i < rounds; i++)
		wrong += timer_round(i * ticks / rounds);
	CHECK(wrong == 0);
}

/* --- A storm --------------------------------------------------------------------------------------------------------------- */

enum { STORM_NMIS = 400, STORM_THREADS_MAX = 8 };

static struct {
	unsigned count;
	bool over;                            /* atomic */
	struct event ring[STORM_THREADS_MAX]; /* each wakes the next */
} storm;

/* Everything at once: threads with and without vector state, objects, waits with a time limit, wakes of the next CPU. */
static void *storm_work(void *arg)
{
	uintptr_t self = (uintptr_t)arg, wrong = 0;
	uint64_t random = self;

	while (!__atomic_load_n(&storm.over, __ATOMIC_ACQUIRE)) {
		uint64_t *object = heap_alloc(8 + ktest_random(&random, 500));

		*object = random;
		wrong += pair_run(hold_values) + pair_run(hold_vectors);
		event_wake_one(&storm.ring[(self + 1) % storm.count]);
		event_wait_until(&storm.ring[self], event_ticket(&storm.ring[self]), clock_now() + timer_ticks(20000));
		wrong += *object != random;
		heap_free(object);
	}
	return (void *)wrong;
}

KERNEL_TEST_CPUS(a_storm_of_nmis_disturbs_nothing, 2)
{
	struct thread *threads[STORM_THREADS_MAX];
	uint64_t random = 1;

	vector_values_choose();
	storm.count = cpu_count - 1 < STORM_THREADS_MAX ? cpu_count - 1 : STORM_THREADS_MAX;
	storm.over = false;
	for (unsigned i = 0; i < storm.count; i++)
		event_init(&storm.ring[i]);
	for (uintptr_t i = 0; i < storm.count; i++)
		threads[i] = ktest_start((unsigned)i + 1, storm_work, (void *)i);
	for (unsigned i = 0; i < STORM_NMIS; i++) {
		uint64_t pause_end = clock_now() + ktest_random(&random, timer_ticks(2000));

		nmi_send(1 + (unsigned)ktest_random(&random, storm.count));
		if (cpu_relax_pauses) /* which lets another CPU run, but only for its turn: a halt ends anywhere */
			timer_sleep_until(pause_end);
	}
	__atomic_store_n(&storm.over, true, __ATOMIC_RELEASE);
	for (unsigned i = 0; i < storm.count; i++)
		CHECK(thread_join(threads[i]) == NULL);
}
