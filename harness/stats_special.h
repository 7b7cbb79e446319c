/* SPDX-License-Identifier: MIT */
/*
 * The distributions that intervals and tests need: beta, Student's t, normal. Pure functions of doubles; relative error
 * about 1e-12 over the ranges used here (checked against SciPy). Outside of its domain a function returns NaN. Beyond 10^7
 * degrees of freedom t is taken for normal.
 */
#pragma once

/*
 * Regularised incomplete beta function I_x(a, b), x in [0, 1], a, b > 0: continued fraction 8.17.22 of the NIST Digital
 * Library of Mathematical Functions, evaluated by Lentz's method as modified by Thompson & Barnett 1986.
 */
double stats_beta_cdf(double x, double a, double b);
/* x with I_x(a, b) = p, by bisection; p in [0, 1]. */
double stats_beta_quantile(double p, double a, double b);

/* P(|T| >= |t|) for Student's t with `freedom` > 0 degrees, not necessarily whole. */
double stats_student_p(double t, double freedom);
/* The t that |T| exceeds with probability alpha in (0, 1]: 2.228 for alpha .05 and 10 degrees. */
double stats_student_critical(double alpha, double freedom);

/* P(|Z| >= |z|), and the z that |Z| exceeds with probability alpha in (0, 1]: 1.960 for .05. */
double stats_normal_p(double z);
double stats_normal_critical(double alpha);
