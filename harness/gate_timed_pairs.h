/* SPDX-License-Identifier: MIT */
/* From the runs of one point in two builds to the evidence of its tests. Pure. Private to gate_timed*.c. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "gate_timed.h"

/*
 * The evidence of the first `rounds` rounds, those that both builds have, for each of gate_timed_statistics; the levels of
 * both sides are written to the row's tests. seed: for the sign flips.
 */
void gate_timed_gather(const struct summary_row *base, const struct summary_row *head, size_t rounds, uint64_t seed,
		       struct stats_evidence *evidence, struct gate_timed_row *row);
