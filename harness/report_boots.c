/* SPDX-License-Identifier: MIT */
/* The table of boots: see report_boots.h. */
#include "report_boots.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "memory.h"
#include "output.h"
#include "report_html.h"
#include "stats.h"
#include "stats_run.h"

/* Samples depend on each other beyond this: effective n below n / 2 (measuring.md §5, "Dependence inside a run"). */
static const double dependent_below = .5;

enum measure { BOOT_MEDIAN, BOOT_DETOURS, BOOT_CORRELATION, BOOT_EFFECTIVE, BOOT_MEASURES };

/* One line's. */
struct boots {
	const struct plot_line *line;
	size_t count;
	double *values[BOOT_MEASURES]; /* of each boot, in the order of the journal */
	double rho[STATS_RUN_LAGS];    /* medians over boots; NaN: no boot is so long */
	bool dependent;
};

struct report_boots {
	struct boots *lines;
	size_t count;
};

/* Of count finite numbers, which are sorted; NaN of none. */
static double median_of(double *values, size_t count)
{
	stats_sort(values, count);
	return stats_quantile(values, count, .5);
}

static void correlations_make(struct boots *boots, const struct stats_run *runs)
{
	double *values = memory_new(boots->count, sizeof(*values));

	for (size_t lag = 0; lag < STATS_RUN_LAGS; lag++) {
		size_t known = 0;

		for (size_t r = 0; r < boots->count; r++) {
			if (isfinite(runs[r].rho[lag]))
				values[known++] = runs[r].rho[lag];
		}
		boots->rho[lag] = median_of(values, known);
	}
	free(values);
}

static void boots_make(struct boots *boots, const struct plot_line *line)
{
	const struct summary_row *row = line->row;
	struct stats_run *runs = memory_new(row->run_count, sizeof(*runs));
	double *shares = memory_new(row->run_count, sizeof(*shares));

	*boots = (struct boots){.line = line, .count = row->run_count};
	for (int m = 0; m < BOOT_MEASURES; m++)
		boots->values[m] = memory_new(row->run_count, sizeof(double));
	for (size_t r = 0; r < row->run_count; r++) {
		stats_run_make(&runs[r], row->runs[r].samples, row->runs[r].n);
		boots->values[BOOT_MEDIAN][r] = row->runs[r].p50;
		boots->values[BOOT_DETOURS][r] = runs[r].detours;
		boots->values[BOOT_CORRELATION][r] = runs[r].rho[0];
		boots->values[BOOT_EFFECTIVE][r] = runs[r].effective_n;
		shares[r] = runs[r].effective_n / (double)row->runs[r].n;
	}
	boots->dependent = median_of(shares, row->run_count) < dependent_below;
	correlations_make(boots, runs);
	free(shares);
	free(runs);
}

struct report_boots *report_boots_make(const struct plot_line *lines, size_t count)
{
	struct report_boots *boots = memory_new(1, sizeof(*boots));

	boots->lines = memory_new(count, sizeof(*boots->lines));
	boots->count = count;
	for (size_t i = 0; i < count; i++)
		boots_make(&boots->lines[i], &lines[i]);
	return boots;
}

void report_boots_free(struct report_boots *boots)
{
	for (size_t i = 0; i < boots->count; i++) {
		for (int m = 0; m < BOOT_MEASURES; m++)
			free(boots->lines[i].values[m]);
	}
	free(boots->lines);
	free(boots);
}

/* --- Table ------------------------------------------------------------------------------------------------------------- */

static char *value_text(enum measure measure, double value)
{
	char number[64];

	if (!isfinite(value))
		return memory_text("–");
	switch (measure) {
	case BOOT_DETOURS:
		return memory_format("%.2g\u00a0%%", value * 100);
	case BOOT_CORRELATION:
		return memory_format("%.2f", fabs(value) < .005 ? 0 : value);
	case BOOT_EFFECTIVE:
		return memory_text(output_number(number, sizeof(number), round(value)));
	default:
		return memory_text(output_number(number, sizeof(number), value));
	}
}

static bool all_equal(const double *values, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		if (values[i] != values[0])
			return false;
	}
	return true;
}

/* The values in the order of the boots; one for all where they are equal. */
static void boots_cell(FILE *file, const struct boots *boots, enum measure measure)
{
	const double *values = boots->values[measure];
	bool equal = all_equal(values, boots->count);

	fputs("<td class=\"boots\">", file);
	for (size_t r = 0; r < (equal ? 1 : boots->count); r++) {
		char *text = value_text(measure, values[r]);

		html_text(file, r > 0 ? "\u00a0· " : "");
		html_text(file, text);
		free(text);
	}
	if (equal && boots->count > 1)
		fprintf(file, " in each of %zu", boots->count);
	if (measure == BOOT_EFFECTIVE && boots->dependent)
		fputs(" <span class=\"word\">dependent</span>", file);
	fputs("</td>", file);
}

void report_boots_table(FILE *file, const struct report_boots *boots, const char *machine)
{
	char *caption = memory_format("%s, boot by boot", machine);

	html_table_begin(file, caption, "subject|<median|<detours|<correlation|<effective n");
	for (size_t i = 0; i < boots->count; i++) {
		const struct boots *own = &boots->lines[i];

		fprintf(file, "<tr><th scope=\"row\"><i class=\"k %s\"></i>", own->line->style);
		html_text(file, own->line->row->subject);
		fputs("</th>", file);
		for (int m = 0; m < BOOT_MEASURES; m++)
			boots_cell(file, own, (enum measure)m);
		fputs("</tr>\n", file);
	}
	html_table_end(file);
	free(caption);
}

/* --- Picture ----------------------------------------------------------------------------------------------------------- */

/* Inside the axes, in units of the view box; the same heights as report_plot.c's. Correlations below the axis stand at its end. */
enum { LEFT = 36, RIGHT = 232, TOP = 8, BOTTOM = 176, WIDTH = 240, HEIGHT = 200 };
static const double lowest_rho = -.5;

static int place_lag(size_t lag)
{
	return LEFT + (int)lround((double)(RIGHT - LEFT) * ((double)lag - .5) / STATS_RUN_LAGS);
}

static int place_rho(double rho)
{
	double share = (fmax(rho, lowest_rho) - lowest_rho) / (1 - lowest_rho);

	return (int)lround(BOTTOM + share * (TOP - BOTTOM));
}

void report_boots_shared(FILE *file)
{
	fputs("<svg class=\"shared\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs><g id=\"lags\">", file);
	for (double rho = lowest_rho; rho <= 1; rho += .5)
		fprintf(file, "<path class=\"g\" d=\"M%d %dH%d\"/><text class=\"y\" x=\"%d\" y=\"%d\">%g</text>", LEFT,
			place_rho(rho), RIGHT, LEFT - 4, place_rho(rho) + 4, rho);
	for (size_t lag = 1; lag <= STATS_RUN_LAGS; lag += lag == 1 ? 4 : 5)
		fprintf(file, "<text class=\"x\" x=\"%d\" y=\"%d\">%s%zu</text>", place_lag(lag), BOTTOM + 16,
			lag == 1 ? "lag " : "", lag);
	fputs("</g></defs></svg>\n", file);
}

void report_boots_correlogram(FILE *file, const struct report_boots *boots, const char *label)
{
	fprintf(file, "<svg class=\"acf\" role=\"img\" viewBox=\"0 0 %d %d\" aria-label=\"", WIDTH, HEIGHT);
	html_text(file, label);
	fputs("\"><use href=\"#lags\"/>", file);
	for (size_t i = 0; i < boots->count; i++) {
		const struct boots *own = &boots->lines[i];
		char step = 'M';

		fprintf(file, "<path class=\"c %s\" d=\"", own->line->style);
		for (size_t lag = 0; lag < STATS_RUN_LAGS && isfinite(own->rho[lag]); lag++) {
			fprintf(file, "%c%d %d", step, place_lag(lag + 1), place_rho(own->rho[lag]));
			step = 'L';
		}
		fputs("\"/>", file);
	}
	fputs("</svg>\n", file);
}

/* --- Words -------------------------------------------------------------------------------------------------------------- */

void report_boots_legend(FILE *file)
{
	html_format(file, "li",
		    "Last: the autocorrelation at lags 1 to %d, the median over boots: how a sample depends on those "
		    "before it. "
		    "A line that stays up is a drift, one that comes back is a beat.",
		    STATS_RUN_LAGS);
	html_element(
	    file, "li",
	    "Boot by boot, in the order the boots were taken. Detours: the share of samples above twice their median. "
	    "Correlation: of each sample with the next, those above p99 taken as p99; 0 if they do not depend on each "
	    "other. Effective n: how many independent samples the boot's are worth; below half of them in half of the "
	    "boots the row is \"dependent\", and only more boots make it surer, not more samples.");
}
