/* SPDX-License-Identifier: MIT */
/*
 * Is a warm primitive steady? Under sim a spread is the software's own, so every sample of the Aerokernel has to be the
 * same number of instructions (p50 = p99.9 = max over 10,000 samples), or the benchmark names the cause (.spread in
 * bench/bench.h, carried by the stream). Only rows that count instructions on aerokernel@sim are judged.
 */
#pragma once

#include <stdbool.h>

#include "summary.h"

/* Fewer samples do not support a p99.9, nor a verdict. */
enum { FLAT_SAMPLES = 10000 };

enum flat_verdict {
	FLAT_YES,
	FLAT_BOUND, /* flat on all the samples that the benchmark takes, which are fewer than FLAT_SAMPLES */
	FLAT_NAMED, /* not flat, and the benchmark says why */
	FLAT_FEW,   /* flat so far: too few samples to say */
	FLAT_NO,
	FLAT_VERDICTS
};

/* Whether this row is one that has to be flat. */
bool flat_is_judged(const struct summary_row *row);
/* The verdict on such a row; *why is the named cause, borrowed from the summary, or "". */
enum flat_verdict flat_judge(const struct summary *summary, const struct summary_row *row, const char **why);
/* "flat", "flat, few by design", "spread, named", "too few samples", "NOT FLAT". */
const char *flat_verdict_word(enum flat_verdict verdict);
