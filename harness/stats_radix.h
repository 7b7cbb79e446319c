/* SPDX-License-Identifier: MIT */
/*
 * Sorting samples in linear time, because summaries must be made of millions of them: least significant digit first,
 * eight bits at a time (Knuth, The Art of Computer Programming 3, 5.2.5). At most four passes over the samples, and none
 * for a digit that all of them share: ticks below 65,536 take two.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Sorts ascending, in place. scratch: room for n values, its content is lost. n < 2^32. */
void stats_radix_sort_u32(uint32_t *values, uint32_t *scratch, size_t n);
