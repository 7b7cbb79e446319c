/* SPDX-License-Identifier: MIT */
/*
 * The A/A self-check (measuring.md §6, "aa"): a long series of pairs of one thing with itself is cut into sets as large
 * as a comparison, each set goes through the tests of a comparison, and every alarm is false. Says whether a gate may
 * arm, and gives the ratios from which margins are learned. Pure; the seed is for sign flips of more than 16 pairs.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats_binomial.h"

/* d[test * length + pair]: log B - log A of each test (a benchmark's statistic) in each pair; NaN where it has none. */
struct stats_aa_series {
	const double *d;
	size_t tests, length;
};

struct stats_aa {
	size_t sets;           /* floor(length / pairs); pairs that are left over are not used */
	size_t trials, alarms; /* tests of sets with STATS_PAIRS_MIN values or more; those with p <= alpha */
	/* Alarms of trials, 90 %: its low is a one-sided 95 % bound. Tests of a set share boots: sets are clusters. */
	struct stats_rate rate;
	/*
	 * Whole sets: alarmed if a test is after Holm, as a gate without margin and second set. A set counts if so many
	 * pairs can alarm at all in a family of its size (stats_plan_family): one that cannot is no evidence.
	 */
	size_t suites, suites_alarmed;
	size_t members;               /* tests in the largest family of a set */
	struct stats_rate suite_rate; /* of suites; 90 %, exact */
	bool armed;                   /* there is a suite, and neither rate is above alpha beyond doubt (its low) */
	double *estimates; /* [test * sets + set]: Hodges-Lehmann estimate, for stats_plan_margin(); NaN: no trial */
};

/* pairs: of a set, at least STATS_PAIRS_MIN (else there are no sets). stats_aa_free() when done. */
void stats_aa_make(struct stats_aa *aa, const struct stats_aa_series *series, size_t pairs, double alpha,
		   uint64_t seed);
void stats_aa_free(struct stats_aa *aa);
