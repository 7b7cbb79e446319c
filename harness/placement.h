/* SPDX-License-Identifier: MIT */
/*
 * Which CPUs the benchmarks' CPUs 0, 1, … are, by what they share, as both systems tell it in their streams (bench/groups.h). A wake from
 * one core to another is not a wake between two threads of one core, whatever its name: where two systems placed the same
 * numbers differently, rows of that many CPUs compare placements.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "stream.h"
#include "summary.h"

enum { PLACEMENT_CPUS_MAX = 1024, PLACEMENT_UNKNOWN = 0xffff };

/* The group of each CPU. */
struct placement_groups {
	unsigned count;
	uint16_t group[PLACEMENT_CPUS_MAX];
};

/* False: there is no text, it is "irregular", or it is no such word. Then count is 0. */
bool placement_groups_parse(struct placement_groups *groups, const char *text);
/* Whether two CPUs are in one group. */
bool placement_shared(const struct placement_groups *groups);
/*
 * NULL where the CPUs that both boots have share the same, as far as both tell. Else, allocated, the sentence for people without
 * its full stop, with these names for the two: which CPUs share what on one side only.
 */
char *placement_difference(const struct stream *a, const char *name_a, const struct stream *b, const char *name_b);
/* The same of all boots of B against the first of A; the first difference. */
char *placement_difference_subjects(const struct summary *a, const char *subject_a, const struct summary *b,
				    const char *subject_b);
