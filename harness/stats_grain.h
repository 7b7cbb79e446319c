/* SPDX-License-Identifier: MIT */
/*
 * The grain of a clock from intervals that it measured (measuring.md §2, "Grain"): the step that all of them are
 * multiples of. A step need not be a whole number of ticks: a TSC of 2445.4 MHz that moves with 100 MHz gives 24, 25,
 * 49, 73, 74, 98 …, each a multiple of 24.454 rounded down or up, whose greatest common divisor is 1. Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * sorted: n intervals between two readings, ascending: the control benchmark's samples. Values with less than 0.1 % of
 * the mass, values that occur once, and zeros say nothing. If their greatest common divisor is at least 8, it is the grain. Else it is the
 * largest real g >= 8 of which every value is a multiple rounded down or up, with at least two different multiples, and
 * if chance would not find one as easily. Else it is the divisor, at least 1: a clock that is as fine as its ticks.
 */
double stats_grain_u32(const uint32_t *sorted, size_t n);
