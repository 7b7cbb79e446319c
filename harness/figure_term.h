/* SPDX-License-Identifier: MIT */
/*
 * One side of a claim (figure_expect.h): factors joined by '*' and '/', from left to right. A factor is a number, or
 * STATISTIC SYSTEM ITEM: the statistic of that row on the machine that is checked. Statistics: min p10 p50 p90 p99 p999
 * max mean iqr cold n, and growth, the largest median over the smallest of all rows that the item picks on any number of
 * CPUs. Systems: aerokernel, linux, with options as in a subject's name (linux:tuned).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "figure_spec.h"
#include "summary.h"

enum { EXPECT_FACTORS_MAX = 4 };

struct figure_factor {
	char *statistic; /* NULL: number */
	char *system;
	struct figure_item item;
	double number;
	bool divides;
};

struct figure_term {
	struct figure_factor factors[EXPECT_FACTORS_MAX];
	size_t count;
};

/* The next word of *text, which is cut there, or NULL at the end. */
char *figure_term_word(char **text);
/*
 * Reads factors until a word that is neither '*' nor '/', which is left in *next (NULL: the end). Returns 0, or
 * STATUS_USAGE with the error set. Free in every case.
 */
int figure_term_read(struct figure_term *term, char **text, char **next, struct error *error);
void figure_term_free(struct figure_term *term);
/* Whether the plan has a subject on this machine for each system that the term names. */
bool figure_term_possible(const struct figure_term *term, const struct store_plan *plan, const char *machine);
/* The value on this machine; if there is none, *why is set to an allocated line and the value means nothing. */
double figure_term_value(const struct figure_term *term, const struct summary *summary, const char *machine,
			 char **why);
