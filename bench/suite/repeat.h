/* SPDX-License-Identifier: MIT */
/*
 * Unrolled repetition, for operations that last less than 20 grains of the clock (measuring.md §2): one sample holds
 * as many as the benchmark's .per says, the harness divides, and no loop counter is part of what is measured. Such a
 * row has no distribution of single operations.
 */
#pragma once

#include "bench.h"

#define REPEAT_5(...) __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__ __VA_ARGS__
#define REPEAT_8(...) REPEAT_5(__VA_ARGS__) __VA_ARGS__ __VA_ARGS__ __VA_ARGS__
#define REPEAT_10(...) REPEAT_5(__VA_ARGS__) REPEAT_5(__VA_ARGS__)
#define REPEAT_100(...) REPEAT_10(REPEAT_5(__VA_ARGS__ __VA_ARGS__))

/*
 * For .repeat: `copies` operations, a multiple of BENCH_COPIES_STEP of which each body does `each`, 1 or 2; the loop's own
 * three instructions are shared by eight bodies.
 */
#define REPEAT_COPIES(copies, each, ...)                                  \
	for (unsigned left_ = (copies); left_ > 0; left_ -= 8 * (each)) { \
		REPEAT_8(__VA_ARGS__)                                     \
	}

/*
 * For benchmarks that never have to wait: hardly a sample blocked. Not "none", because on a virtual machine the
 * hypervisor can put any thread to sleep while it fetches a page (KVM's asynchronous page faults), and that is no
 * sleep for the object.
 */
static inline bool repeat_ran_through(const struct bench_run *run, uint64_t blocks)
{
	return os_thread_blocks() - blocks <= run->total / 100;
}
