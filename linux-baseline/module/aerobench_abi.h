/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the module aerobench.ko and the baseline agree on: /dev/aerobench has one ioctl, AEROBENCH_RUN, which measures one
 * point of one benchmark with kernel threads and returns when it is over. The number of the ioctl holds the size of
 * the request, and the request the version of its meaning: a module and a program that do not fit never run together.
 *
 * Errors: ENOTTY, EPROTONOSUPPORT: another version; EINVAL: a field is out of range, named in failed; EFAULT; ENOMEM;
 * EBUSY: somebody else's run is not over; ENODEV: one of the CPUs is not online; EINTR: a signal came; ETIMEDOUT:
 * nothing has moved for 10 seconds (the module's parameter patience_s); EIO: a check of the benchmark failed, named in
 * failed. Samples are written only after success.
 */
#pragma once

#include <linux/ioctl.h>
#include <linux/types.h>

enum {
	AEROBENCH_ABI = 1,
	AEROBENCH_THREADS_MAX = 64,
	AEROBENCH_ITERATIONS_MAX = 2 * 1000 * 1000,   /* 32 MB of samples */
	AEROBENCH_DELAY_TICKS_MAX = 10 * 1000 * 1000, /* some milliseconds */
	AEROBENCH_CLAIM_BYTES = 64
};

/* What one sample is: linux-baseline/bench/kthread_NAME.c says it in full. */
enum aerobench_kind {
	AEROBENCH_CREATE,      /* creates `threads` threads, one after the other: to the last one's return */
	AEROBENCH_START,       /* creates a thread: to its first instruction */
	AEROBENCH_JOIN,        /* creates a thread: to its end and the return of kthread_stop() */
	AEROBENCH_WAKE,        /* wake_up_process(): to the woken thread's first instruction */
	AEROBENCH_SWITCH,      /* yield(): to the other thread's first instruction */
	AEROBENCH_PINGPONG,    /* up() and down(): to the return of down(), the other thread between */
	AEROBENCH_CALL,        /* smp_call_function_single() that waits: to its return */
	AEROBENCH_CALL_ONEWAY, /* the same that does not wait: to the function's first instruction */
	AEROBENCH_KINDS
};

enum aerobench_flags {
	AEROBENCH_FIFO = 1,  /* the threads that measure are SCHED_FIFO, priority 1, not SCHED_NORMAL */
	AEROBENCH_PAUSE = 2, /* who spins executes PAUSE */
	AEROBENCH_FLAGS = AEROBENCH_FIFO | AEROBENCH_PAUSE
};

/* Stamps of the time stamp counter. In the request start is a delay in ticks before the sample, and stop is 0. */
struct aerobench_sample {
	__u64 start, stop;
};

struct aerobench_request {
	__u32 abi;        /* AEROBENCH_ABI */
	__u32 kind;       /* enum aerobench_kind */
	__u32 flags;      /* enum aerobench_flags */
	__u32 iterations; /* 1 … AEROBENCH_ITERATIONS_MAX */
	__u32 threads;    /* 1 … AEROBENCH_THREADS_MAX; more than one only for AEROBENCH_CREATE */
	__u32 cpu_main;   /* Linux's number of the CPU of the thread that measures */
	__u32 cpus;       /* how many of the following, at least 1: the other threads are bound to them in turn */
	__u32 cpu[AEROBENCH_THREADS_MAX];
	__u32 reserved; /* 0 */
	__u64 samples;  /* address of iterations struct aerobench_sample */

	/* Filled by the module: */
	__u64 repeats;                      /* tries that were no sample, because a thread had not slept or not run */
	char failed[AEROBENCH_CLAIM_BYTES]; /* the field or the check that was not as it should be; "": none */
};

/* A device of its own may use any number that Linux does not handle for all files (0x54, 0x58, 0x66 … "T", "X", "f"). */
#define AEROBENCH_RUN _IOWR(0xEB, 0xA0, struct aerobench_request)
