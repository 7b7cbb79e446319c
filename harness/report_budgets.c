/* SPDX-License-Identifier: MIT */
/* The report's table of budgets: see report_section.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "budget.h"
#include "memory.h"
#include "output.h"
#include "reading.h"
#include "report_html.h"
#include "report_section.h"

static void budget_linux(FILE *file, const struct budget *budget)
{
	char kindest[64], stock[64], *both;

	output_number(kindest, sizeof(kindest), budget->linux_kindest);
	if (isnan(budget->linux_stock)) {
		html_number(file, budget->linux_kindest);
		return;
	}
	both = memory_format("%s [%s]", kindest, output_number(stock, sizeof(stock), budget->linux_stock));
	html_number_text(file, budget->linux_kindest, both);
	free(both);
}

static void budget_rival(FILE *file, const struct budget_cell *cell)
{
	char number[64], *text;

	if (cell->row == NULL) {
		html_number(file, cell->p50);
		return;
	}
	text = memory_format("%s (%s)", output_number(number, sizeof(number), cell->p50), cell->row->benchmark);
	html_number_text(file, cell->p50, text);
	free(text);
}

static void budget_row(FILE *file, const struct budget_line *line)
{
	static const char *const classes[] = {[BUDGET_MET] = "span class=\"word good\"",
					      [BUDGET_MISSED] = "span class=\"word bad\"",
					      [BUDGET_ABSENT] = "span"};
	const struct budget *budget = line->budget;
	const struct budget_cell *ours = &line->cells[BUDGET_AEROKERNEL];
	bool counted = strcmp(budget->unit, "instructions") == 0;
	char *runs = ours->row != NULL ? reading_runs(ours->row) : memory_text(ours->absent == NULL ? "once" : "–");

	fputs("<tr>", file);
	html_format(file, "th scope=\"row\"", "%s%s%s", budget->primitive, counted ? "" : ", ",
		    counted ? "" : budget->unit);
	budget_linux(file, budget);
	html_number(file, budget->nautilus);
	html_number(file, line->cells[BUDGET_LINUX].p50);
	budget_rival(file, &line->cells[BUDGET_USER_LEVEL]);
	html_number(file, ours->p50);
	html_number(file, ours->p999);
	html_number(file, ours->max);
	html_number_text(file, NAN, runs);
	html_number(file, budget->limit);
	fputs("<td>", file);
	html_element(file, classes[line->verdict], budget_verdict_word(line->verdict));
	fputs("</td>", file);
	html_format(file, "td class=\"long\"", "%s%s%s", budget->note,
		    budget->note[0] != '\0' && ours->absent != NULL ? " " : "",
		    ours->absent != NULL ? ours->absent : "");
	fputs("</tr>\n", file);
	free(runs);
}

static void budget_table(FILE *file, const struct budget_sheet *sheet)
{
	html_format(file, "p", "%zu met, %zu missed, %zu not measured.", sheet->verdicts[BUDGET_MET],
		    sheet->verdicts[BUDGET_MISSED], sheet->verdicts[BUDGET_ABSENT]);
	html_table_begin(file, "Medians of executed instructions, 2 CPUs",
			 "primitive|Linux, recorded|Nautilus, recorded|Linux|user-level threads|Aerokernel|p99.9|max|"
			 "runs×n|budget|<verdict|<note");
	for (size_t i = 0; i < sheet->count; i++)
		budget_row(file, &sheet->lines[i]);
	html_table_end(file);
}

int report_budgets(FILE *file, const struct summary *summary, const struct budgets *budgets, struct error *error)
{
	struct budget_sheet sheet;
	int status = budget_sheet_make(&sheet, budgets, summary, error);

	fputs("<section id=\"budgets\">\n<h2>Budgets</h2>\n", file);
	html_element(
	    file, "p",
	    "What each primitive may cost at most on aerokernel@sim with 2 CPUs, and what it costs. The recorded "
	    "values "
	    "are of Linux 6.1 with mitigations=off (in brackets: without that option, where it differs by more than "
	    "20 %) and of Nautilus (2020), by this project's clock and sampling; they decide nothing. Linux and "
	    "user-level threads on Linux are this run's. A budget is compared in whole instructions, as "
	    "measured: nothing is subtracted here, because the recorded values hold the cost of their stamps too.");
	if (sheet.aerokernel != NULL)
		budget_table(file, &sheet);
	else
		html_element(file, "p", "This run has no aerokernel@sim with 2 CPUs.");
	fputs("</section>\n", file);
	budget_sheet_free(&sheet);
	return status;
}
