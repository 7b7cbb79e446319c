/* SPDX-License-Identifier: MIT */
/*
 * Answers questions about statistics, for stats_oracle.py to compare with SciPy: a line of stdin is a function's name and
 * up to three lists of numbers after semicolons, the answer is one line of numbers. An unknown name or a missing list is
 * an error, so that no question can be dropped in silence.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "stats.h"
#include "stats_binomial.h"
#include "stats_pair.h"
#include "stats_plan.h"
#include "stats_rank.h"
#include "stats_run.h"
#include "stats_sides.h"
#include "stats_special.h"

enum { LISTS = 3, ANSWERS = 16 };

struct list {
	double *values;
	size_t count;
};

struct question {
	struct list lists[LISTS];
	double answers[ANSWERS];
	size_t answer_count;
};

static double scalar(const struct question *question, size_t place)
{
	const struct list *list = &question->lists[0];

	return place < list->count ? list->values[place] : NAN;
}

static void answer(struct question *question, double value)
{
	question->answers[question->answer_count++] = value;
}

/* The list as sorted or unsorted samples. A new array. */
static uint32_t *samples(const struct list *list, bool sorted)
{
	uint32_t *values = memory_new(list->count, sizeof(*values));

	for (size_t i = 0; i < list->count; i++)
		values[i] = (uint32_t)list->values[i];
	if (sorted)
		stats_sort_u32(values, list->count);
	return values;
}

/* --- Functions ------------------------------------------------------------------------------------------------------- */

static void ask_distributions(struct question *question)
{
	double x = scalar(question, 0), a = scalar(question, 1), b = scalar(question, 2);

	answer(question, stats_beta_cdf(x, a, b));
	answer(question, stats_beta_quantile(x, a, b));
	answer(question, stats_student_p(10 * x, a));
	answer(question, stats_student_critical(x, a));
	answer(question, stats_normal_p(10 * x));
	answer(question, stats_normal_critical(x));
}

static void ask_rates(struct question *question)
{
	size_t hits = (size_t)scalar(question, 0), n = (size_t)scalar(question, 1);
	struct stats_rate exact = stats_rate_exact(hits, n, scalar(question, 2));

	answer(question, exact.low);
	answer(question, exact.high);
}

static void ask_pairs(struct question *question)
{
	const struct list *d = &question->lists[1];
	struct stats_interval interval = stats_hodges_lehmann(d->values, d->count, 0.05);

	answer(question, stats_sign_flip_p(d->values, d->count, 1));
	answer(question, interval.estimate);
	answer(question, interval.low);
	answer(question, interval.high);
}

static void ask_sides(struct question *question)
{
	const struct list *a = &question->lists[1], *b = &question->lists[2];
	struct stats_welch welch = stats_welch(a->values, a->count, b->values, b->count, 0.05);

	answer(question, welch.p);
	answer(question, welch.low);
	answer(question, welch.high);
	answer(question, stats_mann_whitney_p(a->values, a->count, b->values, b->count));
	answer(question, stats_shift(a->values, a->count, b->values, b->count, 0.05).estimate);
}

static void ask_shapes(struct question *question)
{
	const struct list *a = &question->lists[1], *b = &question->lists[2];
	uint32_t *sorted_a = samples(a, true), *sorted_b = samples(b, true);

	answer(question, stats_ks_distance_u32(sorted_a, a->count, sorted_b, b->count));
	answer(question, stats_cliff_delta_u32(sorted_a, a->count, sorted_b, b->count));
	free(sorted_a);
	free(sorted_b);
}

static void ask_run(struct question *question)
{
	uint32_t *values = samples(&question->lists[1], false);
	struct stats_run run;

	stats_run_make(&run, values, question->lists[1].count);
	answer(question, run.p10);
	answer(question, run.p50);
	answer(question, run.p99);
	answer(question, run.iqr);
	answer(question, run.mean);
	answer(question, run.sd);
	answer(question, run.deviation);
	answer(question, run.detours);
	answer(question, run.rho[0]);
	answer(question, run.rho[STATS_RUN_LAGS - 1]);
	free(values);
}

static void ask_margin(struct question *question)
{
	answer(question, stats_plan_margin(question->lists[1].values, question->lists[1].count));
}

/* --- Lines ----------------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	void (*ask)(struct question *question);
	size_t lists; /* the last one that it reads, and 1 */
} functions[] = {{"distributions", ask_distributions, 1},
		 {"rates", ask_rates, 1},
		 {"pairs", ask_pairs, 2},
		 {"sides", ask_sides, 3},
		 {"shapes", ask_shapes, 3},
		 {"run", ask_run, 2},
		 {"margin", ask_margin, 2}};

static void read_list(const char *text, struct list *list)
{
	for (char *end;; text = end) {
		double value = strtod(text, &end);

		if (end == text)
			return;
		list->values = memory_grow(list->values, list->count, sizeof(*list->values));
		list->values[list->count++] = value;
	}
}

static bool reply(char *line)
{
	struct question question = {.answer_count = 0};
	const char *name = strsep(&line, ";");
	size_t lists = 0;
	bool known = false;

	for (; line != NULL && lists < LISTS; lists++)
		read_list(strsep(&line, ";"), &question.lists[lists]);
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		if (strcmp(functions[i].name, name) == 0 && functions[i].lists <= lists) {
			functions[i].ask(&question);
			known = true;
		}
	}
	for (size_t i = 0; i < question.answer_count; i++)
		printf("%s%.17g", i > 0 ? " " : "", question.answers[i]);
	puts("");
	for (size_t i = 0; i < LISTS; i++)
		free(question.lists[i].values);
	if (!known)
		fprintf(stderr, "stats_oracle: no function %s with %zu lists\n", name, lists);
	return known;
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;
	bool good = true;

	while (good && getline(&line, &size, stdin) > 0)
		good = reply(line);
	free(line);
	return good ? 0 : 1;
}
