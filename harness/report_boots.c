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

struct boots {
	size_t count;
	double *values[BOOT_MEASURES]; /* of each boot, in the order of the journal */
	bool dependent;
};

static void boots_make(struct boots *boots, const struct summary_row *row)
{
	double *shares = memory_new(row->run_count, sizeof(*shares));

	*boots = (struct boots){.count = row->run_count};
	for (int m = 0; m < BOOT_MEASURES; m++)
		boots->values[m] = memory_new(row->run_count, sizeof(double));
	for (size_t r = 0; r < row->run_count; r++) {
		const struct summary_run *run = &row->runs[r];
		struct stats_run numbers;

		stats_run_make(&numbers, run->samples, run->n);
		boots->values[BOOT_MEDIAN][r] = run->p50;
		boots->values[BOOT_DETOURS][r] = numbers.detours;
		boots->values[BOOT_CORRELATION][r] = numbers.rho[0];
		boots->values[BOOT_EFFECTIVE][r] = numbers.effective_n;
		shares[r] = numbers.effective_n / (double)run->n;
	}
	stats_sort(shares, row->run_count);
	boots->dependent = stats_quantile(shares, row->run_count, .5) < dependent_below;
	free(shares);
}

static void boots_free(struct boots *boots)
{
	for (int m = 0; m < BOOT_MEASURES; m++)
		free(boots->values[m]);
}

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

void report_boots(FILE *file, const struct plot_line *lines, size_t count, const char *machine)
{
	char *caption = memory_format("%s, boot by boot", machine);

	html_table_begin(file, caption, "subject|<median|<detours|<correlation|<effective n");
	for (size_t i = 0; i < count; i++) {
		struct boots boots;

		boots_make(&boots, lines[i].row);
		fprintf(file, "<tr><th scope=\"row\"><i class=\"k %s\"></i>", lines[i].style);
		html_text(file, lines[i].row->subject);
		fputs("</th>", file);
		for (int m = 0; m < BOOT_MEASURES; m++)
			boots_cell(file, &boots, (enum measure)m);
		fputs("</tr>\n", file);
		boots_free(&boots);
	}
	html_table_end(file);
	free(caption);
}

void report_boots_legend(FILE *file)
{
	html_element(
	    file, "li",
	    "Boot by boot, in the order the boots were taken. Detours: the share of samples above twice their median. "
	    "Correlation: of each sample with the next, those above p99 taken as p99; 0 if they do not depend on each "
	    "other. Effective n: how many independent samples the boot's are worth; below half of them in half of the "
	    "boots the row is \"dependent\", and only more boots make it surer, not more samples.");
}
