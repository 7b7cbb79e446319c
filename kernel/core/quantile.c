/* SPDX-License-Identifier: MIT */
/*
 * Whole numbers throughout: 100 h and its remainder, no rounding anywhere.
 */
#include "core/quantile.h"

enum { TAIL_SAMPLES = 10 };

/* Puts value where it belongs below the hole at root, in a heap of count whose largest is first. */
static void sift(uint32_t *heap, size_t root, size_t count, uint32_t value)
{
	size_t child;

	while ((child = 2 * root + 1) < count) {
		if (child + 1 < count && heap[child + 1] > heap[child])
			child++;
		if (heap[child] <= value)
			break;
		heap[root] = heap[child];
		root = child;
	}
	heap[root] = value;
}

void quantile_sort(uint32_t *samples, size_t count)
{
	for (size_t root = count / 2; root-- > 0;)
		sift(samples, root, count, samples[root]);
	for (size_t last = count; last-- > 1;) {
		uint32_t value = samples[last];

		samples[last] = samples[0];
		sift(samples, 0, last, value);
	}
}

uint64_t quantile_percentile(const uint32_t *sorted, size_t count, unsigned percent)
{
	size_t low = (count - 1) * percent / 100, hundredths = (count - 1) * percent % 100;

	if (hundredths == 0)
		return 100 * (uint64_t)sorted[low];
	return 100 * (uint64_t)sorted[low] + hundredths * (uint64_t)(sorted[low + 1] - sorted[low]);
}

bool quantile_tail_is_known(size_t count, unsigned percent)
{
	return count * (100 - percent) >= 100 * TAIL_SAMPLES;
}
