/* SPDX-License-Identifier: MIT */
/*
 * What a figure is expected to show, as a check: plots/NAME.expect, one claim a line (plots/README.md has the grammar):
 *
 *   on sim: p50 linux thread_create:place=same / p50 aerokernel thread_create:place=same > 10
 *   on sim: p50 aerokernel yield_pair in 1..50
 *
 * Statistics are those of the pooled samples. A claim about time is checked only where the machine was fit to measure
 * time; one without data is said to be unchecked, never held.
 */
#pragma once

#include <stddef.h>

#include <jansson.h>

#include "error.h"
#include "summary.h"

enum expect_verdict { EXPECT_HELD, EXPECT_BROKEN, EXPECT_UNCHECKED };

struct figure_claim {
	char *text;    /* the claim as written */
	char *machine; /* where */
	unsigned line;
	enum expect_verdict verdict;
	char *detail; /* the two sides as numbers, or why it was not checked */
};

struct figure_expect {
	struct figure_claim *results; /* one per claim and machine */
	size_t count;
};

/*
 * Checks the claims of the file against the run. Returns 0, or STATUS_USAGE with file, line and what is wrong with the
 * claim; a missing file is no claims. Call figure_expect_free() in every case.
 */
int figure_expect_check(struct figure_expect *expect, const char *path, const struct summary *summary,
			struct error *error);
void figure_expect_free(struct figure_expect *expect);
/* "held", "broken", "unchecked" */
const char *figure_expect_verdict(enum expect_verdict verdict);
