/* SPDX-License-Identifier: MIT */
/*
 * The times of something periodic, as ticks of the clock and without drift: a period of so many nanoseconds is seldom a
 * whole number of ticks, so what is left over is carried from one period to the next. Pure arithmetic.
 */
#pragma once

#include <stdint.h>

struct cadence {
	uint64_t next_tsc; /* the next of the times */
	uint64_t whole;    /* ticks of a period, rounded down */
	uint32_t part;     /* and what that leaves out, in 10^-9 tick */
	uint32_t rest;     /* the same of next_tsc */
};

enum { CADENCE_PERIOD_MIN_NS = 1000 };
#define CADENCE_PERIOD_MAX_NS (UINT64_C(3600) * 1000 * 1000 * 1000)

/* Times first, first + period … The period lies between the two bounds above. */
void cadence_init(struct cadence *cadence, uint64_t first_tsc, uint64_t period_ns);
/* Goes on by one period. */
void cadence_step(struct cadence *cadence);
/* Goes on to the first time after now; returns how many times that passes over, each of them no later than now. */
uint64_t cadence_pass(struct cadence *cadence, uint64_t now_tsc);
