/* SPDX-License-Identifier: MIT */
/* What one run says: known answers, agreement with stats.h, dependence, and time and memory that grow with n alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <cmocka.h>

#include "close.h"
#include "memory.h"
#include "sample_noise.h"
#include "stats.h"
#include "stats_random.h"
#include "stats_run.h"

static void a_known_run_has_known_numbers(void **state)
{
	uint32_t samples[1000];
	struct stats_run run;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		samples[i] = (i * 7 + 3) % 1000 + 1; /* 1 … 1000 in another order: 7 and 1000 have no common factor */
	stats_run_make(&run, samples, 1000);
	assert_int_equal(samples[0], 4); /* left alone */
	assert_int_equal(run.n, 1000);
	assert_close(run.min, 1);
	assert_close(run.max, 1000);
	assert_close(run.p10, 100.9);
	assert_close(run.p50, 500.5);
	assert_close(run.p99, 990.01);
	assert_true(isnan(run.p999)); /* 1 sample above it */
	assert_close(run.iqr, 499.5);
	assert_close(run.tail, 489.51);
	assert_close(run.mean, 500.5);
	assert_close(run.sd, sqrt(1000.0 * 1001 / 12));
	assert_close(run.deviation, 250);
	assert_close(run.detours, 0); /* 1,000 is below twice the median */
	assert_close(stats_run_log(&run, STATS_LOCATION, 1), log(500.5));
	assert_close(stats_run_log(&run, STATS_UNDISTURBED, 1), log(100.9));
	assert_close(stats_run_log(&run, STATS_SPREAD, 1), log(499.5));
	assert_close(stats_run_log(&run, STATS_TAIL, 1), log(489.51));
	assert_close(stats_run_log(&run, STATS_DEVIATION, 1), log(250));
	assert_close(stats_run_log(&run, STATS_SPREAD, 600), log(600)); /* the clock's grain is the floor */
	assert_true(isnan(stats_run_log(&run, STATS_SPREAD, 0)) && isnan(stats_run_log(&run, STATS_STATISTICS, 1)));
	assert_string_equal(stats_statistic_name(STATS_TAIL), "tail");
}

static void what_few_samples_do_not_support_is_nan(void **state)
{
	uint32_t samples[999], most[] = {UINT32_MAX, UINT32_MAX, UINT32_MAX - 1};
	struct stats_run run;

	(void)state;
	for (uint32_t i = 0; i < 999; i++)
		samples[i] = i % 5 == 0 ? 40 : 10;
	stats_run_make(&run, samples, 999);
	assert_true(isnan(run.p99) && isnan(run.tail) && isnan(stats_run_log(&run, STATS_TAIL, 1)));
	assert_close(run.detours, 200.0 / 999);
	stats_run_make(&run, samples, 0);
	assert_true(isnan(run.p50) && isnan(run.min) && isnan(run.effective_n) && isnan(run.rho[0]));
	stats_run_make(&run, samples, 1);
	assert_close(run.p50, 40);
	assert_true(isnan(run.sd) && isnan(run.rho[0]));
	assert_close(run.effective_n, 1);
	stats_run_make(&run, most, 3);
	assert_close(run.mean, UINT32_MAX - 1 / 3.0);
	assert_close(run.p50, UINT32_MAX);
}

static void equal_samples_have_no_spread_and_no_dependence(void **state)
{
	uint32_t samples[2000];
	struct stats_run run;

	(void)state;
	for (int i = 0; i < 2000; i++)
		samples[i] = 52;
	stats_run_make(&run, samples, 2000);
	assert_close(run.iqr, 0);
	assert_close(run.tail, 0);
	assert_close(run.deviation, 0);
	assert_close(run.rho[0], 0);
	assert_close(run.effective_n, 2000);
	assert_close(stats_run_log(&run, STATS_SPREAD, 26), log(26));
}

/* --- The same by the book: one pass over everything for each lag --- */

/* The deviations of the samples, winsorised at p99, from their mean; *variance is their sum of squares. */
static double *plain_deviations(const uint32_t *samples, size_t n, double *squares)
{
	uint32_t *sorted = memory_new(n, sizeof(*sorted));
	double *values = memory_new(n, sizeof(*values));
	double cap, mean = 0;

	memcpy(sorted, samples, n * sizeof(*sorted));
	stats_sort_u32(sorted, n);
	cap = stats_quantile_u32(sorted, n, 0.99);
	free(sorted);
	for (size_t i = 0; i < n; i++) {
		values[i] = fmin(samples[i], cap);
		mean += (values[i] - mean) / (double)(i + 1);
	}
	*squares = 0;
	for (size_t i = 0; i < n; i++) {
		values[i] -= mean;
		*squares += values[i] * values[i];
	}
	return values;
}

static double plain_product(const double *values, size_t n, size_t lag)
{
	double sum = 0;

	for (size_t i = 0; i + lag < n; i++)
		sum += values[i] * values[i + lag];
	return sum;
}

static void plain_autocorrelation(const uint32_t *samples, size_t n, double *rho, size_t lags)
{
	double squares;
	double *values;

	values = plain_deviations(samples, n, &squares);
	for (size_t lag = 1; lag <= lags; lag++)
		rho[lag - 1] = squares > 0 ? plain_product(values, n, lag) / squares : 0;
	free(values);
}

static double plain_effective_n(const uint32_t *samples, size_t n)
{
	double squares, sum = 0, effective;
	double *values;

	values = plain_deviations(samples, n, &squares);
	for (size_t lag = 1; squares > 0 && lag < n / 4; lag++) {
		double rho = plain_product(values, n, lag) / squares;

		if (rho < 0)
			break;
		sum += rho;
	}
	free(values);
	effective = (double)n / (1 + 2 * sum);
	return effective < 1 ? 1 : effective;
}

static void short_series_agree_with_the_plain_estimators(void **state)
{
	struct noise noise = noise_plain(5);
	uint32_t *samples = memory_new(5000, sizeof(*samples));
	double rho[STATS_RUN_LAGS];
	struct stats_run run;

	(void)state;
	noise.ar = 0.6;
	noise.outliers = 0.01;
	noise_fill(&noise, 0, samples, 5000);
	stats_run_make(&run, samples, 5000);
	plain_autocorrelation(samples, 5000, rho, STATS_RUN_LAGS);
	for (int lag = 0; lag < STATS_RUN_LAGS; lag++)
		assert_close(run.rho[lag], rho[lag]);
	assert_close(run.effective_n, plain_effective_n(samples, 5000));
	free(samples);
}

/* An AR(1) of 0.5 is worth a third of its samples, whatever n (measuring.md §5, "Known answers"). */
static void an_autoregression_of_one_half_is_worth_a_third(void **state)
{
	enum { N = 200000 };
	uint32_t *samples = memory_new(N, sizeof(*samples));
	struct noise noise = noise_plain(77);
	struct stats_run run;

	(void)state;
	noise.ar = 0.5;
	noise.sigma = 0.01; /* log-normal, but nearly linear */
	noise.median = 1e6;
	noise_fill(&noise, 0, samples, N);
	stats_run_make(&run, samples, N);
	assert_true(fabs(run.rho[0] - 0.5) < 0.02);
	assert_true(fabs(run.rho[1] - 0.25) < 0.02);
	assert_true(run.effective_n > 0.29 * N && run.effective_n < 0.38 * N);
	free(samples);
}

/* The correlation of a slow wave stays positive beyond any affordable lag: batch means must see it. */
static void a_slow_wave_is_worth_few_samples_however_long(void **state)
{
	enum { N = 4000000 };
	uint32_t *samples = memory_new(N, sizeof(*samples));
	struct stats_random random = {9};
	struct stats_run run;

	(void)state;
	for (size_t i = 0; i < N; i++)
		samples[i] = (uint32_t)(1000 + 100 * sin(2 * M_PI * (double)i / N) + 100 * noise_unit(&random));
	stats_run_make(&run, samples, N);
	assert_true(run.effective_n < 0.01 * N);
	free(samples);
}

static double cpu_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double summary_s(const uint32_t *samples, size_t n)
{
	double best = INFINITY;
	struct stats_run run;

	for (int i = 0; i < 3; i++) {
		double start = cpu_s();

		stats_run_make(&run, samples, n);
		best = fmin(best, cpu_s() - start);
		assert_int_equal(run.n, n);
	}
	return best;
}

/* Eight times the samples may not take much more than eight times as long, nor grow memory by more than a few words. */
static void time_and_memory_grow_with_n_alone(void **state)
{
	enum { FEW = 250000, MANY = 8 * FEW };
	uint32_t *samples = memory_new(MANY, sizeof(*samples));
	struct noise noise = noise_plain(3);
	struct rusage before, after;
	double few, many, growth;

	(void)state;
	noise.ar = 0.5;
	noise_fill(&noise, 0, samples, MANY);
	few = summary_s(samples, FEW);
	getrusage(RUSAGE_SELF, &before);
	many = summary_s(samples, MANY);
	getrusage(RUSAGE_SELF, &after);
	growth = (double)(after.ru_maxrss - before.ru_maxrss) * 1024 / MANY;
	print_message("%d samples: %.0f ms, %d: %.0f ms and %.1f bytes a sample\n", FEW, few * 1e3, MANY, many * 1e3,
		      growth);
	assert_true(many < 3 * 8 * few);
	/* 8 are asked for, most of them new; a sanitizer keeps what was freed for a while. */
	assert_true(growth > 4 && growth < 80);
	free(samples);
}

static void differences_leave_out_what_a_run_does_not_support(void **state)
{
	struct stats_run a[3] = {{.p50 = 10, .tail = 5}, {.p50 = 20, .tail = NAN}, {.p50 = 40, .tail = 1}};
	struct stats_run b[3] = {{.p50 = 20, .tail = 20}, {.p50 = 20, .tail = 20}, {.p50 = 20, .tail = 1}};
	double d[3];

	(void)state;
	assert_int_equal(stats_run_differences(a, b, 3, STATS_LOCATION, 1, d), 3);
	assert_close(d[0], log(2));
	assert_close(d[1], 0);
	assert_close(d[2], -log(2));
	assert_int_equal(stats_run_differences(a, b, 3, STATS_TAIL, 2, d), 2);
	assert_close(d[0], log(4));
	assert_close(d[1], 0); /* both below the floor */
	assert_false(stats_run_hidden(a, b, 3, STATS_TAIL, 2));
	assert_false(stats_run_hidden(a, b, 3, STATS_TAIL, 19.9));
	assert_true(stats_run_hidden(a, b, 3, STATS_TAIL, 20));
	assert_false(stats_run_hidden(a + 1, b + 1, 1, STATS_TAIL, 20)); /* nothing known */
}

static void one_outlier_does_not_make_or_hide_dependence(void **state)
{
	uint32_t samples[1000];
	struct noise noise = noise_plain(78);
	struct stats_run before, after;

	(void)state;
	noise.ar = 0.5;
	noise_fill(&noise, 0, samples, 1000);
	stats_run_make(&before, samples, 1000);
	samples[500] = UINT32_MAX;
	stats_run_make(&after, samples, 1000);
	assert_true(before.rho[0] > 0.4);
	assert_true(fabs(before.rho[0] - after.rho[0]) < 0.05);
}

static void another_unit_moves_durations_and_nothing_else(void **state)
{
	uint32_t samples[2000];
	struct noise noise = noise_plain(79);
	struct stats_run ticks, scaled;

	(void)state;
	noise_fill(&noise, 0, samples, 2000);
	stats_run_make(&ticks, samples, 2000);
	scaled = ticks;
	stats_run_scale(&scaled, 0.5);
	assert_close(scaled.p50, ticks.p50 / 2);
	assert_close(scaled.min, ticks.min / 2);
	assert_close(scaled.max, ticks.max / 2);
	assert_close(scaled.deviation, ticks.deviation / 2);
	assert_close(scaled.detours, ticks.detours);
	assert_close(scaled.rho[0], ticks.rho[0]);
	assert_close(scaled.effective_n, ticks.effective_n);
	for (int i = 0; i < STATS_STATISTICS; i++) {
		enum stats_statistic statistic = (enum stats_statistic)i;

		assert_close(stats_run_log(&scaled, statistic, 0.5), stats_run_log(&ticks, statistic, 1) - log(2));
	}
}

int main(void)
{
	/* First, because a process's largest size never shrinks. */
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(time_and_memory_grow_with_n_alone),
	    cmocka_unit_test(a_known_run_has_known_numbers),
	    cmocka_unit_test(what_few_samples_do_not_support_is_nan),
	    cmocka_unit_test(equal_samples_have_no_spread_and_no_dependence),
	    cmocka_unit_test(short_series_agree_with_the_plain_estimators),
	    cmocka_unit_test(an_autoregression_of_one_half_is_worth_a_third),
	    cmocka_unit_test(one_outlier_does_not_make_or_hide_dependence),
	    cmocka_unit_test(another_unit_moves_durations_and_nothing_else),
	    cmocka_unit_test(a_slow_wave_is_worth_few_samples_however_long),
	    cmocka_unit_test(differences_leave_out_what_a_run_does_not_support),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
