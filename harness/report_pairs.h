/* SPDX-License-Identifier: MIT */
/* Linux against the Aerokernel on every machine of a run: what the report's first screen is made of. */
#pragma once

#include <stddef.h>

#include "compare.h"
#include "error.h"
#include "summary.h"

/* A comparison for each pair of subjects on one machine that have rows in common, from exact machines to rough ones. */
struct report_pairs {
	struct compare *compares;
	size_t count;
};

/* Returns 0, or an enum status with the error set: subjects cannot be compared. Free in every case. */
int report_pairs_load(struct report_pairs *pairs, const struct summary *summary, struct error *error);
void report_pairs_free(struct report_pairs *pairs);
/* "qemu", or "qemu:tuned against qemu:poll" where the options differ. Allocated. */
char *report_pair_name(const struct compare *compare);
