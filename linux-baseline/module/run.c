/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Main is a thread of its own, because a runtime inside the kernel would be: the ioctl's task has a program's address
 * space, which a switch to it may have to load. That task wakes up every patience_s seconds to see whether main has come
 * further, on the CPU that the caller is bound to.
 */
#include "run.h"

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/topology.h>

#include "stamp.h"

enum { DELAY_RELAX_TICKS = 2048 /* about a microsecond */ };

static unsigned int patience_s = 10;
module_param(patience_s, uint, 0400);
MODULE_PARM_DESC(patience_s,
		 "a run in which nothing has moved between two looks, so many seconds apart, has failed (10)");

static DECLARE_COMPLETION(main_done);

/* --- What benchmarks use --------------------------------------------------------------------------------------------- */

struct task_struct *run_thread_start(struct run *run, int (*fn)(void *arg), void *arg, __u32 cpu)
{
	struct task_struct *thread = kthread_create_on_node(fn, arg, cpu_to_node(cpu), "aerobench/%u", cpu);

	if (IS_ERR(thread)) {
		run_fail(run, PTR_ERR(thread), "a thread can be created");
		return NULL;
	}
	kthread_bind(thread, cpu);
	if (run->request.flags & AEROBENCH_FIFO)
		sched_set_fifo_low(thread); /* below the caller, who would else never see a signal while main spins */
	get_task_struct(thread);
	wake_up_process(thread);
	return thread;
}

int run_thread_end(struct task_struct *thread)
{
	int result = kthread_stop(thread);

	put_task_struct(thread);
	return result;
}

void run_fail(struct run *run, int error, const char *claim)
{
	if (run->error != 0)
		return;
	run->error = error;
	run->failed = claim;
}

void run_check(struct run *run, int holds, const char *claim)
{
	if (!holds)
		run_fail(run, -EIO, claim);
}

int run_goes_on(struct run *run)
{
	int over = READ_ONCE(run->over);

	cond_resched();
	if (over != 0)
		run_fail(run, over, over == -ETIMEDOUT ? "every wait ends before patience_s is over" : NULL);
	return run->error == 0;
}

int run_next(struct run *run)
{
	if (!run_goes_on(run) || run->at >= run->request.iterations)
		return 0;
	WRITE_ONCE(run->at, run->at + 1);
	return 1;
}

void run_delay(const struct run *run)
{
	const __u64 begin = stamp_start(), ticks = run->samples[run->at - 1].start;
	__u64 passed, relax_at = DELAY_RELAX_TICKS;

	while ((passed = stamp_stop() - begin) < ticks) {
		if (passed >= relax_at) {
			stamp_relax(&run->request);
			relax_at = passed + DELAY_RELAX_TICKS;
		}
	}
}

int run_repeat(struct run *run, __u64 most, const char *claim)
{
	run_check(run, ++run->request.repeats <= most, claim);
	return run_goes_on(run);
}

void run_record(struct run *run, __u64 start, __u64 stop)
{
	/* the delay of a sample is read before it is taken, and again only if it is repeated */
	run->samples[run->at - 1] = (struct aerobench_sample){.start = start, .stop = stop};
}

/* --- The run ----------------------------------------------------------------------------------------------------------- */

static const struct {
	void (*run)(struct run *run);
	void (*release)(void);
} kinds[AEROBENCH_KINDS] = {
    [AEROBENCH_CREATE] = {life_run, life_release}, [AEROBENCH_START] = {life_run, life_release},
    [AEROBENCH_JOIN] = {life_run, life_release},   [AEROBENCH_WAKE] = {wake_run, NULL},
    [AEROBENCH_SWITCH] = {switch_run, NULL},       [AEROBENCH_PINGPONG] = {pingpong_run, pingpong_release},
    [AEROBENCH_CALL] = {call_run, NULL},           [AEROBENCH_CALL_ONEWAY] = {call_run, NULL},
};

static int main_thread(void *arg)
{
	struct run *run = arg;

	kinds[run->request.kind].run(run);
	run_check(run, raw_smp_processor_id() == run->request.cpu_main, "the thread that measures stayed on its CPU");
	run_check(run, run->at == run->request.iterations, "every sample was taken");
	complete(&main_done);
	return 0;
}

/* Sleeps until main is done, and ends it if a signal comes or nothing moves. */
static void main_watch(struct run *run)
{
	const long patience = clamp(patience_s, 1u, 3600u) * HZ;
	__u32 before = 0;
	long left;

	while ((left = wait_for_completion_interruptible_timeout(&main_done, patience)) == 0 &&
	       READ_ONCE(run->at) != before)
		before = READ_ONCE(run->at);
	if (left > 0)
		return;
	WRITE_ONCE(run->over, left < 0 ? -EINTR : -ETIMEDOUT);
	do {
		if (kinds[run->request.kind].release != NULL)
			kinds[run->request.kind].release();
	} while (wait_for_completion_timeout(&main_done, HZ) == 0);
}

int run_execute(struct run *run)
{
	struct task_struct *thread;

	reinit_completion(&main_done);
	thread = run_thread_start(run, main_thread, run, run->request.cpu_main);
	if (thread == NULL)
		return run->error;
	main_watch(run);
	run_thread_end(thread);
	return run->error;
}
