/* SPDX-License-Identifier: MIT */
/*
 * The command line of `aerobench run`, checked: names that exist, numbers inside their limits, options that go together.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct run_options {
	char **subjects; /* point into argv; none: the defaults */
	size_t subject_count;
	char **benchmarks; /* point into argv; none: the whole suite */
	size_t benchmark_count;
	unsigned runs;         /* 0: the default of each subject */
	unsigned samples;      /* 0: the default of each subject */
	int64_t warmup;        /* -1: the runner's rule */
	int64_t seed;          /* -1: a random one */
	unsigned cpus;         /* 0: the launcher's default */
	double budget_seconds; /* 0: none */
	double timeout_seconds;
	double until; /* half width of each median's interval, .03 = 3 %; 0: a fixed number of runs */
	const char *resume;
	const char *results;
	const char *words;
	const char *events; /* names separated by commas; NULL: none */
	bool dry_run, quick, quiet, json, help;
};

/* Returns 0, or STATUS_USAGE with the error set. argv[0] is not looked at. Free by run_options_free() in both cases. */
int run_options_parse(struct run_options *options, int argc, char **argv, struct error *error);
void run_options_free(struct run_options *options);
/* The text of --help, to stdout. */
void run_options_help(const char *program);
