/* SPDX-License-Identifier: MIT */
/*
 * `aerobench gate --base DIR`: measures two builds as pairs until the last look or a verdict, then a second set of pairs
 * of what was found, judges and tells. What it has measured are two ordinary runs, which --timed judges again: the second
 * names the first, so either finds the other, and what was not confirmed yet is confirmed then.
 */
#pragma once

#include <stdbool.h>

#include "gate_timed.h"
#include "output.h"

struct gate_timed_command {
	struct gate_timed_options judge;
	const char *base,
	    *head; /* directories of programs; head NULL: those beside this one. base NULL: nothing is measured */
	const char *first, *second; /* runs to judge again; second NULL: the one that was made for the first */
	char *const *subjects;      /* none: linux@host */
	size_t subject_count;
	char *const *benchmarks; /* none: the whole suite */
	size_t benchmark_count;
	unsigned pairs;        /* one look after so many; 0: the looks of stats_plan.h */
	unsigned samples;      /* per point; 0: the subject's default */
	int64_t seed;          /* of order and coins; -1: random */
	double budget_seconds; /* of each set of pairs; 0: none */
	const char *results, *markdown, *junit;
	bool strict, all, json;
	enum output_color color;
	int argc; /* of the command line, for the record of what is measured */
	char *const *argv;
};

/* Returns the exit status of the verdict, or of what went wrong with the error set. */
int gate_timed_command(const struct gate_timed_command *command, struct error *error);
