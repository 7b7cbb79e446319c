/* SPDX-License-Identifier: MIT */
/* Made-up runs of known counts against baselines of known counts: what the tests of the gate share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sample_run.h"
#include "../gate.h"

#define SUBJECT "aerokernel@sim"
#define OTHER "aerokernel@sim:cpus=4"

/* What a made-up kernel costs; 0 samples leave a benchmark out. */
struct costs {
	uint32_t yield, create, lock, wake[2]; /* lock: of a sample of 100 operations; wake: two values in turn */
	uint32_t control[2];
	bool no_other, extra, failed;
	uint32_t second_boot;                                  /* added to yield in the second boot */
	enum { ALONE, BESIDE_ANOTHER, ANOTHER_PLANNED } other; /* a second subject: measured, or not yet */
	const char *compiler;
	const uint32_t *shape; /* five values in turn; NULL: not measured */
	const char *stack;     /* of the kernel's functions, as a record has it; NULL: the record has no sizes */
};
extern const struct costs costs_usual;

struct judged {
	struct sample_run run;
	struct store store;
	struct summary summary;
	struct gate_baseline before, after;
	struct gate gate;
};

/* A run of these costs, opened. Every step is checked by cmocka's asserts; judged_close() ends all. */
void judged_open(struct judged *judged, const struct costs *costs);
void judged_close(struct judged *judged);
/* The run against a baseline of the earlier costs, or of the usual ones, with these margins. scope NULL: everything. */
void judged_make_against(struct judged *judged, const struct costs *earlier, const struct costs *costs,
			 const struct gate_margin *margins, size_t count, const struct gate_scope *scope);
void judged_make(struct judged *judged, const struct costs *costs, const struct gate_margin *margins, size_t count,
		 const struct gate_scope *scope);
/* Judges once more, after a test has changed the baseline. */
void judged_make_again(struct judged *judged);
/* By name; the test fails without one. */
const struct gate_finding *judged_finding(const struct judged *judged, const char *name);
const struct gate_check *judged_check(const struct judged *judged, const char *name);
void judged_tally(const struct judged *judged, size_t pass, size_t improved, size_t regressed, size_t inconclusive,
		  size_t skipped);
