/* SPDX-License-Identifier: MIT */
/* Distributions: see stats_special.h. */
#include "stats_special.h"

#include <math.h>

/* Terms of the continued fraction: O(sqrt(max(a, b))) are needed (Numerical Recipes 6.4), so this is ample. */
#define FRACTION_TERMS 10000
#define FRACTION_TINY 1e-300
#define FRACTION_ACCURACY 1e-15

/* The normal distribution differs from t by about t^3 / (4 freedom) in t: no longer a matter beyond this. */
#define STUDENT_FREEDOM_MAX 1e7

/* Bisection halves an interval at most this often before it is two neighbouring doubles or nothing is left to gain. */
#define BISECTIONS 200

/* --- Beta --------------------------------------------------------------------------------------------------------- */

static double not_zero(double value)
{
	return fabs(value) < FRACTION_TINY ? FRACTION_TINY : value;
}

/* 1 / (1 + d_1 / (1 + d_2 / (1 + …))) with the d of DLMF 8.17.23; converges fast for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double x, double a, double b)
{
	double c = 1, d = 1 / not_zero(1 - (a + b) * x / (a + 1)), result = d;

	for (int m = 1; m <= FRACTION_TERMS; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		double step;

		d = 1 / not_zero(1 + even * d);
		c = not_zero(1 + even / c);
		result *= d * c;
		d = 1 / not_zero(1 + odd * d);
		c = not_zero(1 + odd / c);
		step = d * c;
		result *= step;
		if (fabs(step - 1) < FRACTION_ACCURACY)
			break;
	}
	return result;
}

double stats_beta_cdf(double x, double a, double b)
{
	double front;

	if (!(a > 0 && b > 0 && x >= 0 && x <= 1))
		return NAN;
	if (x == 0 || x == 1)
		return x;
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(x, a, b) / a;
	return 1 - front * beta_fraction(1 - x, b, a) / b;
}

double stats_beta_quantile(double p, double a, double b)
{
	double low = 0, high = 1;

	if (!(a > 0 && b > 0 && p >= 0 && p <= 1))
		return NAN;
	if (p == 0 || p == 1)
		return p;
	for (int i = 0; i < BISECTIONS && high - low > 1e-15 * high; i++) {
		double middle = (low + high) / 2;

		if (stats_beta_cdf(middle, a, b) < p)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

/* --- Student and normal ------------------------------------------------------------------------------------------- */

double stats_student_p(double t, double freedom)
{
	double square = t * t;

	if (!(freedom > 0) || isnan(t))
		return NAN;
	if (freedom > STUDENT_FREEDOM_MAX)
		return stats_normal_p(t);
	/* DLMF 8.17 with x = freedom / (freedom + t²); the complement keeps its digits where t is small. */
	if (square < freedom)
		return 1 - stats_beta_cdf(square / (freedom + square), 0.5, freedom / 2);
	return stats_beta_cdf(freedom / (freedom + square), freedom / 2, 0.5);
}

double stats_normal_p(double z)
{
	return erfc(fabs(z) / M_SQRT2);
}

/* The t >= 0 whose two-sided p is alpha; freedom of INFINITY means the normal distribution. */
static double critical(double alpha, double freedom)
{
	double low = 0, high = 1;

	if (!(alpha > 0 && alpha <= 1 && freedom > 0))
		return NAN;
	while (stats_student_p(high, freedom) > alpha)
		high *= 2;
	for (int i = 0; i < BISECTIONS && high - low > 1e-15 * high; i++) {
		double middle = (low + high) / 2;

		if (stats_student_p(middle, freedom) > alpha)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

double stats_student_critical(double alpha, double freedom)
{
	return critical(alpha, freedom);
}

double stats_normal_critical(double alpha)
{
	return critical(alpha, INFINITY);
}
