/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Main and one partner, on the same CPU or on another one: wake, switch and ping-pong, by the rules of
 * bench/suite/waiters.h, yield_pair.c and pingpong.h. That a thread slept is proven by its count of voluntary switches,
 * which a kernel thread reads by one load: so a proof needs no round of its own.
 */
#include "run.h"

#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/semaphore.h>

#include "stamp.h"

/* Two lines, because adjacent lines are fetched in pairs: words of different writers lie this far apart. */
enum { SHARE_ALIGN_BYTES = 128, REPEATS_MORE = 1000, SWITCH_REPEATS_MAX = 1000 * 1000 };

static const char awake[] = "the woken thread slept before",
		  not_switched[] = "yield() runs the other thread of this CPU";

static struct {
	__u32 round __aligned(SHARE_ALIGN_BYTES); /* the predicate of a wake, the turn of a switch; by main */
	__u32 over;                               /* by main */
	__u32 armed __aligned(SHARE_ALIGN_BYTES); /* the round it is about to sleep for; by the partner, as all below */
	__u32 seen;                               /* the round it has stamped */
	__u64 stamp;                              /* its first act in that round */
	__u32 stamps, strays;                     /* in all; of them on a wrong CPU */
	int slept;                                /* before that round */
	struct task_struct *task __aligned(SHARE_ALIGN_BYTES);
	struct semaphore ping, pong;
} pair;

static int partner_same(const struct run *run)
{
	return run->request.cpu[0] == run->request.cpu_main;
}

/* Returns when the partner has set the word to value, or false when the run is over. */
static int partner_await(struct run *run, const __u32 *word, __u32 value)
{
	/* acquire: what the partner wrote before is visible */
	while (smp_load_acquire(word) != value) {
		if (partner_same(run))
			yield();
		else
			stamp_relax(&run->request);
		if (!run_goes_on(run))
			return 0;
	}
	return 1;
}

static int pair_begin(struct run *run, int (*fn)(void *arg))
{
	pair.round = 0;
	pair.over = 0;
	pair.armed = 0;
	pair.seen = 0;
	pair.stamps = 0;
	pair.strays = 0;
	sema_init(&pair.ping, 0);
	sema_init(&pair.pong, 0);
	pair.task = run_thread_start(run, fn, run, run->request.cpu[0]);
	return pair.task != NULL;
}

/* The partner has run once in each round, of which there were rounds at least and `more` at most besides. */
static void pair_end(struct run *run, __u32 rounds, __u64 more)
{
	run_thread_end(pair.task);
	run_check(run, pair.strays == 0, "the other thread stayed on its CPU");
	run_check(run, run->error != 0 || (pair.stamps >= rounds && pair.stamps - rounds <= more),
		  "the other thread ran once a round");
}

/* By the partner: this is its round, and the stamp was its first act in it. */
static void partner_tell(const struct run *run, __u32 round, __u64 stamp)
{
	pair.stamp = stamp;
	pair.stamps++;
	pair.strays += raw_smp_processor_id() != run->request.cpu[0];
	smp_store_release(&pair.seen, round); /* with all of the above */
}

/* --- Wake --------------------------------------------------------------------------------------------------------------- */

static int wake_partner(void *arg)
{
	struct run *run = arg;

	for (__u32 round = 1; !kthread_should_stop(); round++) {
		unsigned long switches = current->nvcsw;
		__u64 stamp = 0;

		smp_store_release(&pair.armed, round);
		for (;;) {
			set_current_state(TASK_IDLE);
			if (READ_ONCE(pair.round) == round || kthread_should_stop())
				break;
			schedule();
			stamp = stamp_stop();
		}
		__set_current_state(TASK_RUNNING);
		if (READ_ONCE(pair.round) != round)
			break;
		pair.slept = current->nvcsw != switches;
		partner_tell(run, round, stamp);
	}
	return 0;
}

/* One wake of a thread that slept, repeated until it did. */
static void wake_round(struct run *run)
{
	__u32 round;
	__u64 start;

	do {
		round = pair.round + 1;
		if (!partner_await(run, &pair.armed, round))
			return;
		run_delay(run);
		WRITE_ONCE(pair.round, round);
		start = stamp_start();
		wake_up_process(pair.task);
		if (!partner_await(run, &pair.seen, round))
			return;
		if (pair.slept) {
			run_record(run, start, pair.stamp);
			return;
		}
	} while (run_repeat(run, run->request.iterations + REPEATS_MORE, awake));
}

void wake_run(struct run *run)
{
	if (!pair_begin(run, wake_partner))
		return;
	while (run_next(run))
		wake_round(run);
	pair_end(run, run->request.iterations + (__u32)run->request.repeats, 0);
}

/* --- Switch --------------------------------------------------------------------------------------------------------------- */

static int switch_partner(void *arg)
{
	while (!kthread_should_stop()) {
		__u64 stamp;

		yield();
		stamp = stamp_stop();
		if (READ_ONCE(pair.round) != pair.seen)
			partner_tell(arg, pair.round, stamp);
	}
	return 0;
}

/* Stamps and yields until a yield was a switch. */
static void switch_once(struct run *run)
{
	__u32 round = pair.round;
	__u64 start;

	do {
		round++;
		start = stamp_start();
		WRITE_ONCE(pair.round, round);
		yield();
		if (READ_ONCE(pair.seen) == round) {
			run_record(run, start, pair.stamp);
			return;
		}
	} while (run_repeat(run, SWITCH_REPEATS_MAX, not_switched));
}

void switch_run(struct run *run)
{
	if (!pair_begin(run, switch_partner))
		return;
	while (run_next(run))
		switch_once(run);
	/* it also sees a turn whose yield was no switch if the next chance to switch, in run_goes_on(), is one */
	pair_end(run, run->request.iterations, run->request.repeats);
}

/* --- Ping-pong ------------------------------------------------------------------------------------------------------------ */

static int pingpong_partner(void *arg)
{
	const struct run *run = arg;

	for (__u32 round = 1; !READ_ONCE(pair.over); round++) {
		unsigned long switches = current->nvcsw;

		smp_store_release(&pair.armed, round);
		down(&pair.ping);
		pair.slept = current->nvcsw != switches;
		pair.stamps++;
		pair.strays += raw_smp_processor_id() != run->request.cpu[0];
		up(&pair.pong);
	}
	return 0;
}

static void pingpong_round(struct run *run, __u32 *round)
{
	__u64 start, stop;

	do {
		if (!partner_await(run, &pair.armed, ++*round))
			return;
		run_delay(run);
		start = stamp_start();
		up(&pair.ping);
		down(&pair.pong);
		stop = stamp_stop();
		if (pair.slept) {
			run_record(run, start, stop);
			return;
		}
	} while (run_repeat(run, run->request.iterations + REPEATS_MORE, awake));
}

void pingpong_release(void)
{
	up(&pair.pong);
}

void pingpong_run(struct run *run)
{
	__u32 round = 0;

	if (!pair_begin(run, pingpong_partner))
		return;
	while (run_next(run))
		pingpong_round(run, &round);
	partner_await(run, &pair.armed, ++round); /* it has begun its last round, and does not end before that */
	WRITE_ONCE(pair.over, 1);
	up(&pair.ping);
	pair_end(run, run->request.iterations + (__u32)run->request.repeats + 1, 0);
}
