/* SPDX-License-Identifier: MIT */
/*
 * Quantiles of samples without floating point, by the same definition as the harness's: type 7 of Hyndman & Fan, "Sample
 * quantiles in statistical packages", The American Statistician 50(4), 1996: linear between the two neighbours of
 * h = (n - 1) p. Values are in hundredths, in which a percentile of whole numbers is exact.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sorts ascending, in place and without recursion, O(n log n) whatever the order. Williams, "Algorithm 232: Heapsort", CACM 7(6), 1964. */
void quantile_sort(uint32_t *samples, size_t count);
/* The percentile (0 to 100) of sorted samples, in hundredths of a sample's unit. count > 0. */
uint64_t quantile_percentile(const uint32_t *sorted, size_t count, unsigned percent);
/* Whether so many samples support this percentile of the upper tail: n (1 - p) >= 10, as the harness asks. */
bool quantile_tail_is_known(size_t count, unsigned percent);
