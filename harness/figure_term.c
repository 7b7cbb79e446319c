/* SPDX-License-Identifier: MIT */
/* Terms of claims: see figure_term.h. */
#include "figure_term.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure_match.h"
#include "figure_series.h"
#include "memory.h"
#include "stats.h"
#include "subject.h"

static const char *const statistics[] = {"min", "p10",  "p50", "p90",  "p99", "p999",
					 "max", "mean", "iqr", "cold", "n",   "growth"};

char *figure_term_word(char **text)
{
	char *word;

	if (*text == NULL)
		return NULL;
	*text += strspn(*text, " \t");
	word = strsep(text, " \t");
	return *word != '\0' ? word : NULL;
}

static bool is_statistic(const char *word)
{
	for (size_t i = 0; i < sizeof(statistics) / sizeof(statistics[0]); i++) {
		if (strcmp(word, statistics[i]) == 0)
			return true;
	}
	return false;
}

static int factor_read(struct figure_factor *factor, char **text, struct error *error)
{
	char *word = figure_term_word(text), *system, *item, *end;

	if (word == NULL)
		return error_set(error, STATUS_USAGE, "a side ends too early");
	factor->number = strtod(word, &end);
	if (*end == '\0')
		return 0;
	if (!is_statistic(word))
		return error_set(error, STATUS_USAGE,
				 "'%s' is neither a number nor a statistic (min, p10, p50, p90, p99, p999, max, mean, "
				 "iqr, cold, n, growth)",
				 word);
	system = figure_term_word(text);
	item = figure_term_word(text);
	if (item == NULL)
		return error_set(error, STATUS_USAGE, "'%s' wants a system and an item", word);
	if (strncmp(system, "aerokernel", 10) != 0 && strncmp(system, "linux", 5) != 0)
		return error_set(error, STATUS_USAGE, "'%s' is not a system: aerokernel, linux", system);
	factor->statistic = memory_text(word);
	factor->system = memory_text(system);
	return figure_item_read(&factor->item, item, error);
}

int figure_term_read(struct figure_term *term, char **text, char **next, struct error *error)
{
	bool divides = false;

	*term = (struct figure_term){0};
	do {
		struct figure_factor *factor = &term->factors[term->count];
		int status;

		if (term->count == EXPECT_FACTORS_MAX)
			return error_set(error, STATUS_USAGE, "a side has more than %d factors", EXPECT_FACTORS_MAX);
		term->count++;
		factor->divides = divides;
		status = factor_read(factor, text, error);
		if (status != 0)
			return status;
		*next = figure_term_word(text);
		divides = *next != NULL && strcmp(*next, "/") == 0;
	} while (divides || (*next != NULL && strcmp(*next, "*") == 0));
	return 0;
}

void figure_term_free(struct figure_term *term)
{
	for (size_t i = 0; i < term->count; i++) {
		free(term->factors[i].statistic);
		free(term->factors[i].system);
		figure_item_free(&term->factors[i].item);
	}
	*term = (struct figure_term){0};
}

/* "linux:tuned" on sim is the subject linux@sim:tuned; on metal it is linux@host:tuned. */
static bool factor_is_of(const struct figure_factor *factor, const char *machine, const char *subject)
{
	size_t system_len = strcspn(factor->system, ":");
	bool linux_system = strncmp(factor->system, "linux", 5) == 0;
	char *name = memory_format("%.*s@%s%s", (int)system_len, factor->system,
				   linux_system ? figure_linux_machine(machine) : machine, factor->system + system_len);
	bool same = strcmp(name, subject) == 0;

	free(name);
	return same;
}

/* Growth is of all numbers of CPUs together. */
static bool factor_covers(const struct figure_factor *factor, const char *machine, const char *subject)
{
	char family[SUBJECT_NAME_MAX];

	if (strcmp(factor->statistic, "growth") == 0)
		subject = figure_family(subject, family);
	return factor_is_of(factor, machine, subject);
}

bool figure_term_possible(const struct figure_term *term, const struct store_plan *plan, const char *machine)
{
	for (size_t i = 0; i < term->count; i++) {
		bool found = term->factors[i].statistic == NULL;

		for (size_t s = 0; s < plan->subject_count && !found; s++)
			found = factor_covers(&term->factors[i], machine, plan->subjects[s]);
		if (!found)
			return false;
	}
	return true;
}

static double point_statistic(const struct figure_point *point, const char *statistic)
{
	struct figure_samples samples = figure_point_samples(point);
	const uint32_t *sorted = samples.sorted;
	size_t n = samples.n;
	double value = NAN;

	if (strcmp(statistic, "cold") == 0)
		value = point->minus == NULL ? point->row->cold / point->divisor : NAN;
	else if (strcmp(statistic, "n") == 0)
		value = (double)n;
	else if (strcmp(statistic, "mean") == 0)
		value = figure_samples_number(&samples, stats_moments_u32(sorted, n).mean);
	else if (strcmp(statistic, "iqr") == 0)
		value = samples.scale * (stats_quantile_u32(sorted, n, 0.75) - stats_quantile_u32(sorted, n, 0.25));
	else if (strcmp(statistic, "min") == 0 || strcmp(statistic, "max") == 0)
		value = figure_samples_number(&samples, stats_quantile_u32(sorted, n, statistic[1] == 'a'));
	else if (strcmp(statistic, "p999") == 0)
		value = figure_samples_number(&samples, stats_tail_u32(sorted, n, 0.999));
	else
		value = figure_samples_number(&samples, stats_tail_u32(sorted, n, strtod(statistic + 1, NULL) / 100));
	free(samples.sorted);
	return value;
}

/* At least the clock's grain: below, nothing is known of how many times. */
static double raised_median(const struct summary_row *row)
{
	return fmax(row->p50, isnan(row->grain) ? row->scale : row->grain);
}

/*
 * The largest median over the smallest, of all rows that the item picks, whatever the number of CPUs: how much the
 * operation's cost depends on what they differ in.
 */
static double factor_growth(const struct figure_factor *factor, const struct summary *summary, const char *machine,
			    char **why)
{
	double least = INFINITY, most = 0;
	size_t found = 0;

	for (size_t i = 0; i < summary->row_count; i++) {
		const struct summary_row *row = &summary->rows[i];

		if (!factor_covers(factor, machine, row->subject) || !figure_item_matches(&factor->item, row, summary))
			continue;
		least = fmin(least, raised_median(row));
		most = fmax(most, raised_median(row));
		found++;
	}
	if (found >= 2)
		return most / least;
	*why = memory_format("fewer than two rows of %s for %s@%s", factor->item.text, factor->system, machine);
	return NAN;
}

static bool factor_subject_has_rows(const struct figure_factor *factor, const struct summary *summary,
				    const char *machine)
{
	for (size_t i = 0; i < summary->row_count; i++) {
		if (factor_is_of(factor, machine, summary->rows[i].subject))
			return true;
	}
	return false;
}

static double factor_value(const struct figure_factor *factor, const struct summary *summary, const char *machine,
			   char **why)
{
	double value = NAN;
	size_t found = 0;

	if (factor->statistic == NULL)
		return factor->number;
	if (strcmp(factor->statistic, "growth") == 0)
		return factor_growth(factor, summary, machine, why);
	for (size_t i = 0; i < summary->row_count; i++) {
		struct figure_point point = {.row = &summary->rows[i], .divisor = factor->item.divisor};

		if (!factor_is_of(factor, machine, point.row->subject) ||
		    !figure_item_matches(&factor->item, point.row, summary))
			continue;
		point.minus = figure_item_minus(&factor->item, point.row, summary);
		if (point.minus == NULL && figure_item_is_difference(&factor->item))
			continue;
		value = point_statistic(&point, factor->statistic);
		found++;
	}
	if (found == 0 && !factor_subject_has_rows(factor, summary, machine))
		*why = memory_format("no numbers of %s", factor->system);
	else if (found != 1)
		*why = memory_format("%s rows of %s for %s@%s", found == 0 ? "no" : "several", factor->item.text,
				     factor->system, machine);
	else if (isnan(value))
		*why = memory_format("too few samples for %s of %s", factor->statistic, factor->item.text);
	return value;
}

double figure_term_value(const struct figure_term *term, const struct summary *summary, const char *machine, char **why)
{
	double value = 1;

	for (size_t i = 0; i < term->count && *why == NULL; i++) {
		double factor = factor_value(&term->factors[i], summary, machine, why);

		value = term->factors[i].divides ? value / factor : value * factor;
	}
	return value;
}
