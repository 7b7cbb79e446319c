/* SPDX-License-Identifier: MIT */
/*
 * Use of vector registers by a thread, for benchmarks that ask what it costs a switch. A system may compile the suite
 * for general registers only, so the functions that do it say so, and none of their values passes through an interface
 * (noipa). Since a thread that has used them once may pay for ever after, such benchmarks run in threads of their own
 * (fp_apart()), not in the main part.
 */
#pragma once

#include "partner.h"

/* 1 + 2 + … : exact in a double up to 2^53. */
struct fp_sum {
	double sum, term;
};

/* The next term. */
static __attribute__((noipa, target("sse2"))) void fp_add(struct fp_sum *sum)
{
	sum->term += 1;
	sum->sum += sum->term;
}

/* Whether it holds exactly the first terms. */
static __attribute__((noipa, target("sse2"))) bool fp_right(const struct fp_sum *sum, uint64_t terms)
{
	return (uint64_t)(int64_t)sum->sum == terms * (terms + 1) / 2;
}

/* Runs fn(run) in a thread of its own on CPU 0, while the main part is blocked. */
static inline void fp_apart(struct bench_run *run, void *(*fn)(void *run))
{
	struct partner partner;

	place_main(run);
	partner_start(run, &partner, PLACE_MAIN, fn, run);
	partner_end(run, &partner);
}
