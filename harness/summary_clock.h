/* SPDX-License-Identifier: MIT */
/*
 * What the clock adds to a row's numbers and what it hides from them: the control is subtracted (measuring.md §2,
 * "Overhead"), and where a median is below 20 grains of the clock, numbers of single operations are replaced by what n
 * and 2n operations between one pair of stamps say ("Below the grain"). For summary.c only.
 */
#pragma once

#include <stdbool.h>

#include "summary.h"

/* The benchmark that measures the clock itself: the control of all others. */
extern const char summary_clock_control[];

/* row is summed up from its samples, and so is the control's row of its subject. raw: its numbers stay as measured. */
void summary_clock_apply(const struct summary *summary, struct summary_row *row, bool raw);
