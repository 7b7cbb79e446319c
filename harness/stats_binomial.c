/* SPDX-License-Identifier: MIT */
/* Rates and their intervals: see stats_binomial.h. */
#include "stats_binomial.h"

#include <math.h>

#include "stats_special.h"

/* Clopper & Pearson by quantiles of the beta distribution, which do not need whole numbers. */
static struct stats_rate exact(double hits, double n, double alpha)
{
	return (struct stats_rate){.rate = hits / n,
				   .low = hits > 0 ? stats_beta_quantile(alpha / 2, hits, n - hits + 1) : 0,
				   .high = hits < n ? stats_beta_quantile(1 - alpha / 2, hits + 1, n - hits) : 1};
}

struct stats_rate stats_rate_exact(size_t hits, size_t n, double alpha)
{
	if (n == 0)
		return (struct stats_rate){NAN, 0, 1};
	return exact((double)hits, (double)n, alpha);
}

/* Variance of sum(hits) / sum(trials), a ratio of two sums over clusters, by linearisation (Cochran 1977, 6.4). */
static double ratio_variance(const size_t *hits, const size_t *trials, size_t clusters, double rate)
{
	double squares = 0, total = 0;

	for (size_t i = 0; i < clusters; i++) {
		double rest = (double)hits[i] - rate * (double)trials[i];

		squares += rest * rest;
		total += (double)trials[i];
	}
	return (double)clusters / (double)(clusters - 1) * squares / (total * total);
}

struct stats_rate stats_rate_clustered(const size_t *hits, const size_t *trials, size_t clusters, double alpha)
{
	double all_hits = 0, n = 0, rate, variance, effective, correction;

	for (size_t i = 0; i < clusters; i++) {
		all_hits += (double)hits[i];
		n += (double)trials[i];
	}
	if (n == 0)
		return (struct stats_rate){NAN, 0, 1};
	rate = all_hits / n;
	if (clusters < 2)
		return (struct stats_rate){rate, 0, 1};
	/* No hit, or nothing but hits: no variance to be seen, and the clusters themselves are all that is certain. */
	if (rate == 0 || rate == 1)
		return exact(rate * (double)clusters, (double)clusters, alpha);
	variance = ratio_variance(hits, trials, clusters, rate);
	effective = variance > 0 ? fmin(n, rate * (1 - rate) / variance) : n;
	correction = stats_student_critical(alpha, n - 1) / stats_student_critical(alpha, (double)clusters - 1);
	effective *= correction * correction;
	return exact(rate * effective, effective, alpha);
}
