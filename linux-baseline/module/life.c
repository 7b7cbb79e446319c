/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Lives of threads. A create is what makes a thread that runs on a certain CPU: kthread_create_on_node(), kthread_bind(),
 * wake_up_process(). The first sleeps until kthreadd, which runs wherever the scheduler puts it, has made the thread, and
 * the thread, on whatever CPU that is, has said that it is there; the second waits until the thread sleeps.
 *
 * The end is the completion of the thread's last act, and then kthread_stop(), which returns when the thread has left
 * the module's code for good and has given up its memory descriptor: where pthread_join() returns, too. Alone it would
 * not do, because a thread that is stopped before it has begun never calls its function.
 */
#include "run.h"

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/topology.h>

#include "stamp.h"

enum { CHILD_RESULT = 7 };

struct child {
	struct task_struct *task;
	struct completion done;
	__u64 stamp; /* its first act; by the child */
	__u32 cpu;   /* where that was; by the child */
	__u32 home;  /* where it is to be */
	int result;
};

static struct child children[AEROBENCH_THREADS_MAX];

static int child_main(void *arg)
{
	__u64 stamp = stamp_stop();
	struct child *child = arg;

	child->stamp = stamp;
	child->cpu = raw_smp_processor_id();
	complete(&child->done);
	return CHILD_RESULT;
}

static struct task_struct *child_create(struct child *child)
{
	struct task_struct *task =
	    kthread_create_on_node(child_main, child, cpu_to_node(child->home), "aerobench/%u", child->home);

	if (!IS_ERR(task)) {
		get_task_struct(task); /* it may be over before it is joined */
		kthread_bind(task, child->home);
		wake_up_process(task);
	}
	return task;
}

static void children_prepare(struct run *run)
{
	for (__u32 i = 0; i < run->request.threads; i++) {
		children[i].home = run->request.cpu[i % run->request.cpus];
		children[i].cpu = ~0u;
		children[i].stamp = 0;
		children[i].result = 0;
		reinit_completion(&children[i].done);
	}
}

/* Creates until all are there or one fails. Returns how many there are. */
static __u32 children_create(__u32 count)
{
	__u32 created = 0;

	while (created < count) {
		children[created].task = child_create(&children[created]);
		if (IS_ERR(children[created].task))
			break;
		created++;
	}
	return created;
}

static void children_join(__u32 count)
{
	for (__u32 i = 0; i < count; i++) {
		wait_for_completion(&children[i].done);
		children[i].result = run_thread_end(children[i].task);
	}
}

static void children_check(struct run *run, __u32 created)
{
	if (!run_goes_on(run))
		return;
	if (created < run->request.threads) {
		run_fail(run, PTR_ERR(children[created].task), "the thread can be created");
		return;
	}
	for (__u32 i = 0; i < created; i++) {
		run_check(run, children[i].result == CHILD_RESULT, "the thread's result is joined");
		run_check(run, children[i].cpu == children[i].home, "the thread ran on its CPU");
	}
}

static void life_once(struct run *run)
{
	const __u32 kind = run->request.kind;
	__u64 start, stop = 0;
	__u32 created;

	children_prepare(run);
	run_delay(run);
	start = stamp_start();
	created = children_create(run->request.threads);
	if (kind == AEROBENCH_CREATE)
		stop = stamp_stop();
	children_join(created);
	if (kind == AEROBENCH_JOIN)
		stop = stamp_stop();
	children_check(run, created);
	run_record(run, start, kind == AEROBENCH_START ? children[0].stamp : stop);
}

void life_release(void)
{
	for (__u32 i = 0; i < AEROBENCH_THREADS_MAX; i++)
		complete(&children[i].done);
}

void life_run(struct run *run)
{
	for (__u32 i = 0; i < AEROBENCH_THREADS_MAX; i++)
		init_completion(&children[i].done);
	while (run_next(run))
		life_once(run);
}
