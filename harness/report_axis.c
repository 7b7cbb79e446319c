/* SPDX-License-Identifier: MIT */
/* Axes: see report_axis.h. */
#include "report_axis.h"

#include <math.h>
#include <stdio.h>

#include "output.h"

/* Ticks by decades from this ratio on, by 1, 2 and 5 from that one on, else in equal steps. */
static const double decades_ratio = 150, series_ratio = 4;
/* Room beyond the outermost values, as a factor. */
static const double room = 1.06;
/* Log odds of .999: the ends of the axis of fractions. */
static const double odds_end = 6.906754778648554;

static void tick_add(struct axis *axis, double value)
{
	/* The last digit of a sum of steps must not push a tick off the axis. */
	if (value >= axis->low * (1 - 1e-9) && value <= axis->high * (1 + 1e-9) && axis->tick_count < AXIS_TICKS_MAX)
		axis->ticks[axis->tick_count++] = value;
}

static void tick_decades(struct axis *axis)
{
	int first = (int)ceil(log10(axis->low) - 1e-9), last = (int)floor(log10(axis->high) + 1e-9);
	int step = 1 + (last - first) / AXIS_TICKS_MAX;

	for (int decade = first; decade <= last; decade += step)
		tick_add(axis, pow(10, decade));
}

static void tick_series(struct axis *axis)
{
	static const double digits[] = {1, 2, 5};
	int last = (int)floor(log10(axis->high));

	for (int decade = (int)floor(log10(axis->low)); decade <= last; decade++) {
		for (size_t i = 0; i < sizeof(digits) / sizeof(digits[0]); i++)
			tick_add(axis, digits[i] * pow(10, decade));
	}
}

/* At most 6 steps of 1, 2 or 5 times a power of ten. */
static void tick_steps(struct axis *axis)
{
	double rough = (axis->high - axis->low) / 5, power = pow(10, floor(log10(rough)));
	double step = power * (rough / power <= 1 ? 1 : rough / power <= 2 ? 2 : rough / power <= 5 ? 5 : 10);

	for (double k = ceil(axis->low / step - 1e-9); k * step <= axis->high * (1 + 1e-9); k++)
		tick_add(axis, k * step);
}

void axis_make(struct axis *axis, double low, double high, bool zero, int start, int end)
{
	*axis = (struct axis){
	    .low = zero ? low / 2 : low / room, .high = high * room, .start = start, .end = end, .zero = zero};
	if (axis->high / axis->low >= decades_ratio)
		tick_decades(axis);
	else if (axis->high / axis->low >= series_ratio)
		tick_series(axis);
	else
		tick_steps(axis);
}

int axis_place(const struct axis *axis, double value)
{
	double share = value > 0 ? log(value / axis->low) / log(axis->high / axis->low) : 0;

	return (int)lround(axis->start + fmin(fmax(share, 0), 1) * (axis->end - axis->start));
}

const char *axis_label(char *text, double value)
{
	static const struct {
		double from;
		char sign;
	} units[] = {{1e9, 'G'}, {1e6, 'M'}, {1e4, 'k'}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		double divisor = units[i].sign == 'k' ? 1e3 : units[i].from;

		if (value >= units[i].from) {
			snprintf(text, AXIS_LABEL_MAX, "%.4g%c", value / divisor, units[i].sign);
			return text;
		}
	}
	return output_number(text, AXIS_LABEL_MAX, value);
}

int axis_place_fraction(double fraction, int start, int end)
{
	double odds = fraction <= 0 ? -odds_end : fraction >= 1 ? odds_end : log(fraction / (1 - fraction));
	double share = (fmin(fmax(odds, -odds_end), odds_end) + odds_end) / (2 * odds_end);

	return (int)lround(start + share * (end - start));
}

double axis_fraction_at(int place, int start, int end)
{
	double share = (double)(place - start) / (end - start);

	return 1 / (1 + exp(odds_end - 2 * odds_end * share));
}
