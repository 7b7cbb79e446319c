/* SPDX-License-Identifier: MIT */
/*
 * What each primitive may cost, and whether it does: plots/budgets.tsv beside a run. The file's recorded numbers are shown
 * and decide nothing; the budget is held against the median of aerokernel@sim with 2 CPUs and nothing else. A median
 * is compared in whole instructions, rounded to the nearest: a row of many operations holds the reading of the clock
 * in fractions of one. Which columns the file has is said in its head.
 */
#pragma once

#include <stddef.h>

#include "error.h"
#include "summary.h"

/* The number of CPUs that budgets are for. */
enum { BUDGET_CPUS = 2 };

enum budget_column { BUDGET_AEROKERNEL, BUDGET_LINUX, BUDGET_USER_LEVEL, BUDGET_COLUMNS };

/* One line of the file. */
struct budget {
	char *primitive;
	char *items[BUDGET_COLUMNS];                 /* "-": none */
	char *unit;                                  /* "instructions", "ms" */
	double linux_kindest, linux_stock, nautilus; /* recorded; NaN: unknown */
	double limit;
	char *note; /* "" if there is nothing to say */
};

struct budgets {
	struct budget *rows;
	size_t count;
};

/* What the run has for one item: NaN and a reason if it has nothing. */
struct budget_cell {
	const struct summary_row *row; /* NULL: the number is not a row's, or there is none */
	double p50, p999, max;
	char *absent; /* allocated; NULL: there is a number */
};

enum budget_verdict { BUDGET_MET, BUDGET_MISSED, BUDGET_ABSENT };

struct budget_line {
	const struct budget *budget;
	struct budget_cell cells[BUDGET_COLUMNS];
	enum budget_verdict verdict;
};

struct budget_sheet {
	const struct summary *summary;
	const char *aerokernel, *linux_subject; /* the subjects of the columns; NULL: the run has none */
	struct budget_line *lines;              /* one for each row of the file, in its order */
	size_t count;
	size_t verdicts[BUDGET_ABSENT + 1];
};

/* Reads the file. Returns 0, or STATUS_USAGE with file, line and what is wrong. Free in every case. */
int budgets_read(struct budgets *budgets, const char *path, struct error *error);
void budgets_free(struct budgets *budgets);

/*
 * Holds the summary against the budgets, which must both outlive the sheet. Returns 0; or STATUS_USAGE with the error
 * set if an item picks several rows of a subject. A run without the subject is a sheet of absent rows. Free in every
 * case.
 */
int budget_sheet_make(struct budget_sheet *sheet, const struct budgets *budgets, const struct summary *summary,
		      struct error *error);
void budget_sheet_free(struct budget_sheet *sheet);

/* "met", "missed", "not measured". */
const char *budget_verdict_word(enum budget_verdict verdict);
/* The sheet as JSON, schema "aerobench.budgets/1". A new reference. */
json_t *budget_json(const struct budget_sheet *sheet);
