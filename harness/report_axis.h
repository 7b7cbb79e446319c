/* SPDX-License-Identifier: MIT */
/*
 * Axes of the report's own pictures: values on a logarithmic one, fractions on one that is logarithmic at both ends.
 * Places are whole units of the picture. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { AXIS_TICKS_MAX = 8, AXIS_LABEL_MAX = 32 };

struct axis {
	double low, high; /* shown range, 0 < low < high */
	int start, end;   /* places of low and high; end may be the smaller one */
	bool zero;        /* values of 0 are shown too, at start */
	double ticks[AXIS_TICKS_MAX];
	size_t tick_count; /* at least 1 */
};

/*
 * An axis for values from low to high, both positive; equal ones are fine. zero: there are also values of 0, which have
 * no logarithm; then start is theirs, and low is half of the smallest other value.
 */
void axis_make(struct axis *axis, double low, double high, bool zero, int start, int end);
/* Where the value stands; what the axis does not show stands at its nearer end. */
int axis_place(const struct axis *axis, double value);
/* "40", "20k", "1.5M" into text, AXIS_LABEL_MAX bytes. Returns text. */
const char *axis_label(char *text, double value);

/* Fractions from .001 to .999 by their log odds, so that 1 % is as far from 10 % as 90 % from 99 %. */
int axis_place_fraction(double fraction, int start, int end);
/* The fraction that stands at the place: the inverse. */
double axis_fraction_at(int place, int start, int end);
