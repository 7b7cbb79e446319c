/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The clock of bench/os.h, by the same instructions, and what a loop that waits for another CPU executes.
 */
#pragma once

#include <linux/types.h>

#include "aerobench_abi.h"

static inline __u64 stamp_start(void)
{
	__u32 low, high;

	/* lfence before: older work has retired; after: timed work cannot begin earlier */
	asm volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
	return (__u64)high << 32 | low;
}

static inline __u64 stamp_stop(void)
{
	__u32 low, high, aux;

	/* rdtscp waits for older work; lfence keeps later work behind the read */
	asm volatile("rdtscp\n\tlfence" : "=a"(low), "=d"(high), "=c"(aux) : : "memory");
	return (__u64)high << 32 | low;
}

/* os_relax(): spin=pause|none of the baseline is the flag of the request. */
static inline void stamp_relax(const struct aerobench_request *request)
{
	if (request->flags & AEROBENCH_PAUSE)
		asm volatile("pause" : : : "memory");
	else
		asm volatile("" : : : "memory");
}
