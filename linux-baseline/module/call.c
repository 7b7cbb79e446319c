/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * A function called on another, busy CPU by interrupt: what the Aerokernel's benchmarks remote_call and ipi_oneway
 * are. Linux sends no bare interrupt for it: the call is put into that CPU's queue, and the handler of its one vector
 * for calls works the queue off.
 */
#include "run.h"

#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/smp.h>

#include "stamp.h"

static struct {
	__u64 stamp; /* the function's first act; by the function */
	__u32 cpu;   /* where it ran; by the function */
	__u32 count; /* how often; by the function */
} answer;

static __u32 spins; /* by the busy thread: it runs */

static void answer_give(void *arg)
{
	__u64 stamp = stamp_stop();

	(void)arg;
	answer.stamp = stamp;
	answer.cpu = raw_smp_processor_id();
	smp_store_release(&answer.count, answer.count + 1); /* with both of the above */
}

static int busy_thread(void *arg)
{
	const struct run *run = arg;
	__u32 count = 0;

	while (!kthread_should_stop()) {
		WRITE_ONCE(spins, ++count);
		stamp_relax(&run->request);
		cond_resched();
	}
	return 0;
}

/* Returns when the busy thread has just run. */
static int busy_await(struct run *run)
{
	__u32 before = READ_ONCE(spins);

	while (READ_ONCE(spins) == before) {
		if (!run_goes_on(run))
			return 0;
		stamp_relax(&run->request);
	}
	return 1;
}

static void call_once(struct run *run, __u32 number)
{
	const int waits = run->request.kind == AEROBENCH_CALL;
	__u64 start, stop;
	int error;

	run_delay(run);
	if (!busy_await(run))
		return;
	start = stamp_start();
	error = smp_call_function_single(run->request.cpu[0], answer_give, NULL, waits);
	stop = stamp_stop();
	run_check(run, error == 0, "the other CPU can be called");
	/* acquire: the answer's other fields */
	while (error == 0 && smp_load_acquire(&answer.count) != number && run_goes_on(run))
		stamp_relax(&run->request);
	run_check(run, answer.count == number, "the function has run exactly once a call");
	run_check(run, answer.cpu == run->request.cpu[0], "the function ran on the other CPU");
	run_record(run, start, waits ? stop : answer.stamp);
}

void call_run(struct run *run)
{
	struct task_struct *busy = run_thread_start(run, busy_thread, run, run->request.cpu[0]);
	__u32 number = 0;

	if (busy == NULL)
		return;
	answer.count = 0;
	while (run_next(run))
		call_once(run, ++number);
	/* a call that waits: those before it are over, whatever was checked above */
	smp_call_function_single(run->request.cpu[0], answer_give, NULL, 1);
	run_check(run, answer.count == number + 1, "no call came twice");
	run_thread_end(busy);
}
