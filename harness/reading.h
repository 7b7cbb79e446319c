/* SPDX-License-Identifier: MIT */
/*
 * What the commands that read runs share: their options, and the lines above every table, which say what was measured
 * where and whether that machine was fit for it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <getopt.h>

#include "error.h"
#include "output.h"
#include "store.h"
#include "summary.h"

struct reading {
	struct summary_select select;
	char **benchmarks, **subjects; /* what select points to */
	const char *results;
	bool json;
	enum output_color color;
	bool help;
};

enum { READING_RESULTS = 0x1000, READING_JSON, READING_COLOR, READING_NS };

/* The first entries of the command's own table for getopt_long; its short options begin with READING_SHORT. */
#define READING_SHORT ":b:s:h"
#define READING_LONG                                                                                          \
	{"benchmark", required_argument, NULL, 'b'}, {"subject", required_argument, NULL, 's'},               \
	    {"results", required_argument, NULL, READING_RESULTS}, {"json", no_argument, NULL, READING_JSON}, \
	    {"color", required_argument, NULL, READING_COLOR},                                                \
	{                                                                                                     \
		"help", no_argument, NULL, 'h'                                                                \
	}
/* One more, for a command that prints ticks. */
#define READING_NS_LONG                             \
	{                                           \
		"ns", no_argument, NULL, READING_NS \
	}

/* The lines of --help for these options. */
extern const char reading_help[], reading_ns_help[];
/*
 * Takes one result of getopt_long with its argument. Returns 0, or STATUS_USAGE with the error set: also for '?' and
 * ':', so a command hands over what it does not know itself.
 */
int reading_option(struct reading *reading, int option, char **argv, struct error *error);
void reading_free(struct reading *reading);

/* Opens the run and loads its summary. On an error neither needs freeing. */
int reading_load(const struct reading *reading, const char *run, struct store *store, struct summary *summary,
		 struct error *error);
void reading_unload(struct store *store, struct summary *summary);
/*
 * For what judges, not only shows: 0, or STATUS_USAGE with the error set if a boot was cut or garbled on the line, with the
 * remedy. subject: only its boots; NULL: any.
 */
int reading_refuse_cut(const struct store *store, const char *subject, struct error *error);

/* Whether two subjects are on one machine: "@qemu". */
bool reading_same_machine(const char *a, const char *b);
/* The run, its date and boots, the computer, and doctor's verdict for each machine that the summary has. */
void reading_heading(FILE *file, const struct summary *summary);
/* "wake_all threads=4 last": a row's name for people. Allocated. */
char *reading_row_name(const struct summary_row *row);
/* "6×10000", with what is missing of the plan: "4 of 6×10000". Allocated. */
char *reading_runs(const struct summary_row *row);
/* What was skipped, unsupported, cut or failed: a line for each subject and reason. */
void reading_notes(FILE *file, const struct summary *summary);
