/* SPDX-License-Identifier: MIT */
/* What of a run is compared with what: the report's first screen and its section of builds are made of it. */
#pragma once

#include <stddef.h>

#include "compare.h"
#include "error.h"
#include "summary.h"

/* A comparison for each pair of subjects on one machine that have rows in common. */
struct report_pairs {
	struct compare *compares;
	size_t count;
};

/*
 * Linux (B) with the Aerokernel (A), from exact machines to rough ones; or each build (B) with the same subject of the
 * programs that measured (A). Both return 0, or an enum status with the error set: subjects cannot be compared. Free in
 * every case.
 */
int report_pairs_load(struct report_pairs *pairs, const struct summary *summary, struct error *error);
int report_pairs_load_builds(struct report_pairs *pairs, const struct summary *summary, struct error *error);
void report_pairs_free(struct report_pairs *pairs);
/* "qemu", or "qemu:tuned against qemu:poll" where the options differ. Allocated. */
char *report_pair_name(const struct compare *compare);
