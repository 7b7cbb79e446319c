/* SPDX-License-Identifier: MIT */
/*
 * One side of a claim (figure_expect.h): factors joined by '*' and '/', from left to right. A factor is a number, or
 * STATISTIC SYSTEM ITEM: the statistic of that row on the machine that is checked. Statistics: min p10 p50 p90 p99 p999
 * max mean iqr cold n. Systems: aerokernel, linux, with options as in a subject's name (linux:tuned).
 */
#pragma once

#include <stddef.h>

#include "error.h"
#include "figure_spec.h"
#include "summary.h"

enum { EXPECT_FACTORS_MAX = 4 };

struct expect_factor {
	char *statistic; /* NULL: number */
	char *system;
	struct figure_item item;
	double number;
	bool divides;
};

struct expect_term {
	struct expect_factor factors[EXPECT_FACTORS_MAX];
	size_t count;
};

/* The next word of *text, which is cut there, or NULL at the end. */
char *expect_word(char **text);
/*
 * Reads factors until a word that is neither '*' nor '/', which is left in *next (NULL: the end). Returns 0, or
 * STATUS_USAGE with the error set. Free in every case.
 */
int expect_term_read(struct expect_term *term, char **text, char **next, struct error *error);
void expect_term_free(struct expect_term *term);
/* The value on this machine; if there is none, *why is set to an allocated line and the value means nothing. */
double expect_term_value(const struct expect_term *term, const struct summary *summary, const char *machine,
			 char **why);
