/* SPDX-License-Identifier: MIT */
/* Two sides without pairs: see stats_sides.h. */
#include "stats_sides.h"

#include <math.h>

#include "stats.h"
#include "stats_special.h"

struct stats_welch stats_welch(const double *a, size_t runs_a, const double *b, size_t runs_b, double alpha)
{
	struct stats_moments of_a = stats_moments(a, runs_a), of_b = stats_moments(b, runs_b);
	double error_a = of_a.sd * of_a.sd / (double)runs_a, error_b = of_b.sd * of_b.sd / (double)runs_b;
	double error = error_a + error_b, half;
	struct stats_welch welch = {.difference = of_b.mean - of_a.mean, NAN, NAN, NAN, NAN};

	if (runs_a < 2 || runs_b < 2)
		return welch;
	if (error == 0) {
		welch.low = welch.high = welch.difference;
		welch.p = welch.difference == 0;
		return welch;
	}
	welch.freedom =
	    error * error / (error_a * error_a / (double)(runs_a - 1) + error_b * error_b / (double)(runs_b - 1));
	half = stats_student_critical(alpha, welch.freedom) * sqrt(error);
	welch.low = welch.difference - half;
	welch.high = welch.difference + half;
	welch.p = stats_student_p(welch.difference / sqrt(error), welch.freedom);
	return welch;
}

double stats_cliff_delta_u32(const uint32_t *sorted_a, size_t n_a, const uint32_t *sorted_b, size_t n_b)
{
	size_t below = 0, up_to = 0;
	double sum = 0;

	if (n_a == 0 || n_b == 0)
		return NAN;
	/* For each of b: how many of a lie below, less how many lie above. */
	for (size_t i = 0; i < n_b; i++) {
		while (below < n_a && sorted_a[below] < sorted_b[i])
			below++;
		while (up_to < n_a && sorted_a[up_to] <= sorted_b[i])
			up_to++;
		sum += (double)below - (double)(n_a - up_to);
	}
	return sum / ((double)n_a * (double)n_b);
}

double stats_ks_distance_u32(const uint32_t *sorted_a, size_t n_a, const uint32_t *sorted_b, size_t n_b)
{
	size_t at_a = 0, at_b = 0;
	double most = 0;

	if (n_a == 0 || n_b == 0)
		return NAN;
	while (at_a < n_a && at_b < n_b) {
		uint32_t value = sorted_a[at_a] < sorted_b[at_b] ? sorted_a[at_a] : sorted_b[at_b];

		while (at_a < n_a && sorted_a[at_a] == value)
			at_a++;
		while (at_b < n_b && sorted_b[at_b] == value)
			at_b++;
		most = fmax(most, fabs((double)at_a / (double)n_a - (double)at_b / (double)n_b));
	}
	return most;
}
