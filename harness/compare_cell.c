/* SPDX-License-Identifier: MIT */
/* Cells of a comparison's tables: see compare_cell.h. */
#include "compare_cell.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "plan.h"
#include "reading.h"
#include "subject.h"

char *compare_row_text(const struct compare *compare, const struct compare_row *row)
{
	const char *unit = row->a->unit, *more = summary_more_is_better(row->a) ? ": more is better" : "";
	bool other = strcmp(unit, compare->unit) != 0;
	char *name = reading_row_name(row->a);
	char *text = memory_format("%s%s%s%s", name, other ? ", " : "", other ? unit : "", more);

	free(name);
	return text;
}

char *compare_factor_text(double factor)
{
	char text[64];

	if (!isfinite(factor))
		return memory_text("–");
	if (factor >= 99.95)
		return memory_text(output_number(text, sizeof(text), round(factor)));
	return memory_format("%.*f", factor >= 9.995 ? 1 : 2, factor);
}

char *compare_ratio_text(const struct compare_estimate *estimate)
{
	bool doubtful = estimate->low <= 1 && estimate->high >= 1;
	const char *bound = estimate->a < estimate->floor ? ">" : estimate->b < estimate->floor ? "<" : "";
	char *factor, *text;

	if (isnan(estimate->ratio))
		return memory_text("–");
	if (estimate->floored)
		return memory_text("=");
	factor = compare_factor_text(estimate->ratio);
	text = memory_format(doubtful ? "(%s%s×)" : "%s%s×", bound, factor);
	free(factor);
	return text;
}

char *compare_interval_text(const struct compare_row *row, enum stats_statistic statistic)
{
	const struct compare_estimate *estimate = &row->estimates[statistic];
	char *low, *high, *text;

	if (isnan(estimate->ratio))
		return memory_text("–");
	if (row->exact)
		return memory_text("exact");
	if (isnan(estimate->low))
		return memory_text("–");
	low = compare_factor_text(estimate->low);
	high = compare_factor_text(estimate->high);
	text = memory_format("%s–%s", low, high);
	free(low);
	free(high);
	return text;
}

char *compare_verdict_text(const struct compare_estimate *estimate)
{
	const struct stats_judgement *judgement = &estimate->judgement;
	const char *word = estimate->word;
	double percent = estimate->smallest_effect * 100;

	if (judgement->verdict == STATS_SKIPPED)
		return memory_text("");
	if (judgement->verdict == STATS_PASS && !isnan(estimate->smallest_effect))
		return memory_format("%s, sees %.*f %%", word, percent < 9.95, percent);
	if (judgement->verdict == STATS_INCONCLUSIVE && judgement->more_pairs > PLAN_RUNS_MAX)
		return memory_format("%s, +%d runs and more", word, PLAN_RUNS_MAX);
	if (judgement->verdict == STATS_INCONCLUSIVE && judgement->more_pairs > 0)
		return memory_format("%s, +%zu runs", word, judgement->more_pairs);
	return memory_text(word);
}

char *compare_runs_text(const struct compare_row *row, bool a_first)
{
	char *a = reading_runs(row->a), *b = reading_runs(row->b);
	char *text = strcmp(a, b) == 0 ? memory_text(a) : memory_format("%s, %s", a_first ? a : b, a_first ? b : a);

	free(a);
	free(b);
	return text;
}

const char *compare_system_name(const char *name)
{
	struct subject subject;

	if (subject_parse(&subject, name, NULL) != 0)
		return name;
	return subject.system == SUBJECT_LINUX ? "Linux" : "Aerokernel";
}
