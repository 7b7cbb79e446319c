/* SPDX-License-Identifier: MIT */
/* What one run says: see stats_run.h. */
#include "stats_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "stats.h"
#include "stats_radix.h"

/* Samples for which all lags are summed before the next ones: they stay in the first cache. */
enum { BLOCK = 2048 };

/* --- Order -------------------------------------------------------------------------------------------------------- */

static void summarise_order(struct stats_run *run, const uint32_t *sorted, size_t n)
{
	struct stats_moments moments = stats_moments_u32(sorted, n);

	run->min = n > 0 ? sorted[0] : NAN;
	run->max = n > 0 ? sorted[n - 1] : NAN;
	run->p10 = stats_quantile_u32(sorted, n, 0.1);
	run->p50 = stats_quantile_u32(sorted, n, 0.5);
	run->p90 = stats_tail_u32(sorted, n, 0.9);
	run->p99 = stats_tail_u32(sorted, n, 0.99);
	run->p999 = stats_tail_u32(sorted, n, 0.999);
	run->iqr = stats_quantile_u32(sorted, n, 0.75) - stats_quantile_u32(sorted, n, 0.25);
	run->tail = run->p99 - run->p50;
	run->mean = moments.mean;
	run->sd = moments.sd;
	run->deviation = stats_mean_deviation_u32(sorted, n);
	run->detours = stats_detour_rate_u32(sorted, n);
}

/* --- Dependence --------------------------------------------------------------------------------------------------- */

/* The samples, winsorised at cap, as deviations from their mean. *squares: the sum of their squares. */
static void to_deviations(const uint32_t *samples, size_t n, double cap, double *values, double *squares)
{
	double sum = 0, mean;

	for (size_t i = 0; i < n; i++) {
		values[i] = fmin(samples[i], cap);
		sum += values[i]; /* below 2^53 for every n < 2^32, and so exact but for a fractional cap */
	}
	mean = sum / (double)n;
	*squares = 0;
	for (size_t i = 0; i < n; i++) {
		values[i] -= mean;
		*squares += values[i] * values[i];
	}
}

/* sum values[i] values[i + lag] for i in [from, to): four sums, so that additions do not wait for each other. */
static double lag_product(const double *values, size_t from, size_t to, size_t lag)
{
	double sum[4] = {0};
	size_t i = from;

	for (; i + 4 <= to; i += 4) {
		for (size_t j = 0; j < 4; j++)
			sum[j] += values[i + j] * values[i + j + lag];
	}
	for (; i < to; i++)
		sum[0] += values[i] * values[i + lag];
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/* rho of lags first … first + STATS_RUN_LAGS - 1; NaN for lags that n does not have. */
static void autocorrelate(const double *values, size_t n, double squares, size_t first, double *rho)
{
	for (size_t j = 0; j < STATS_RUN_LAGS; j++)
		rho[j] = first + j < n ? 0 : NAN;
	for (size_t from = 0; from < n && squares > 0; from += BLOCK) {
		for (size_t j = 0; j < STATS_RUN_LAGS && first + j < n; j++) {
			size_t end = n - first - j, to = from + BLOCK < end ? from + BLOCK : end;

			if (from < to)
				rho[j] += lag_product(values, from, to, first + j) / squares;
		}
	}
}

/* n times the variance of the values over that of b-fold batch means, b = floor sqrt n. At most n. */
static double effective_by_batches(const double *values, size_t n, double squares)
{
	size_t batch = (size_t)sqrt((double)n), batches = n / batch;
	double between = 0;

	for (size_t i = 0; i < batches; i++) {
		double mean = 0;

		for (size_t j = 0; j < batch; j++)
			mean += values[i * batch + j] / (double)batch;
		between += mean * mean;
	}
	between *= (double)batch / (double)(batches - 1);
	return between > 0 ? (double)n * (squares / (double)(n - 1)) / between : (double)n;
}

static double effective(const double *values, size_t n, double squares, const double *first_rho)
{
	double rho[STATS_RUN_LAGS], sum = 0, result;
	size_t most = STATS_RUN_WORK / n, lag = 1;

	if (squares <= 0)
		return (double)n;
	/* The lags that were computed for the report cost nothing more. */
	most = most < STATS_RUN_LAGS ? STATS_RUN_LAGS : most;
	most = most < n / 4 ? most : n / 4;
	memcpy(rho, first_rho, sizeof(rho));
	for (; lag <= most; lag++) {
		size_t j = (lag - 1) % STATS_RUN_LAGS;

		if (j == 0 && lag > 1)
			autocorrelate(values, n, squares, lag, rho);
		if (!(rho[j] >= 0))
			break;
		sum += rho[j];
	}
	result = (double)n / (1 + 2 * sum);
	if (lag > most && n >= 16)
		result = fmin(result, effective_by_batches(values, n, squares));
	return fmax(1, fmin((double)n, result));
}

/* --- A run -------------------------------------------------------------------------------------------------------- */

void stats_run_make(struct stats_run *run, const uint32_t *samples, size_t n)
{
	uint32_t *sorted = memory_new(n, 2 * sizeof(*sorted));
	double *values, cap, squares;

	*run = (struct stats_run){.n = n, .effective_n = NAN};
	if (n > 0)
		memcpy(sorted, samples, n * sizeof(*sorted));
	stats_radix_sort_u32(sorted, sorted + n, n);
	summarise_order(run, sorted, n);
	cap = stats_quantile_u32(sorted, n, 0.99);
	free(sorted);
	values = memory_new(n, sizeof(*values));
	if (n > 0) {
		to_deviations(samples, n, cap, values, &squares);
		autocorrelate(values, n, squares, 1, run->rho);
		run->effective_n = effective(values, n, squares, run->rho);
	} else {
		for (size_t j = 0; j < STATS_RUN_LAGS; j++)
			run->rho[j] = NAN;
	}
	free(values);
}

void stats_run_scale(struct stats_run *run, double factor)
{
	double *const durations[] = {&run->min, &run->p10,  &run->p50, &run->p90, &run->p99,  &run->p999,
				     &run->max, &run->mean, &run->sd,  &run->iqr, &run->tail, &run->deviation};

	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++)
		*durations[i] *= factor;
}

void stats_run_subtract(struct stats_run *run, double control)
{
	double *const places[] = {&run->min, &run->p10,  &run->p50, &run->p90,
				  &run->p99, &run->p999, &run->max, &run->mean};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		*places[i] -= control;
}

const char *stats_statistic_name(enum stats_statistic statistic)
{
	static const char *const names[] = {[STATS_LOCATION] = "location",
					    [STATS_UNDISTURBED] = "undisturbed",
					    [STATS_SPREAD] = "spread",
					    [STATS_TAIL] = "tail",
					    [STATS_DEVIATION] = "deviation"};

	return statistic < STATS_STATISTICS ? names[statistic] : "";
}

double stats_run_log(const struct stats_run *run, enum stats_statistic statistic, double floor)
{
	const double values[] = {[STATS_LOCATION] = run->p50,
				 [STATS_UNDISTURBED] = run->p10,
				 [STATS_SPREAD] = run->iqr,
				 [STATS_TAIL] = run->tail,
				 [STATS_DEVIATION] = run->deviation};
	double value = statistic < STATS_STATISTICS ? values[statistic] : NAN;

	/* fmax() would turn a NaN into the floor. */
	return isnan(value) || !(floor > 0) ? NAN : log(fmax(floor, value));
}

size_t stats_run_differences(const struct stats_run *a, const struct stats_run *b, size_t pairs,
			     enum stats_statistic statistic, double floor, double *d)
{
	size_t count = 0;

	for (size_t i = 0; i < pairs; i++) {
		double difference = stats_run_log(&b[i], statistic, floor) - stats_run_log(&a[i], statistic, floor);

		if (!isnan(difference))
			d[count++] = difference;
	}
	return count;
}

bool stats_run_hidden(const struct stats_run *a, const struct stats_run *b, size_t pairs,
		      enum stats_statistic statistic, double floor)
{
	bool known = false;

	for (size_t i = 0; i < pairs; i++) {
		double log_a = stats_run_log(&a[i], statistic, floor), log_b = stats_run_log(&b[i], statistic, floor);

		if (isnan(log_a) || isnan(log_b))
			continue;
		if (log_a > log(floor) || log_b > log(floor))
			return false;
		known = true;
	}
	return known;
}
