/* SPDX-License-Identifier: MIT */
/* Buckets: see report_bucket.h. */
#include "report_bucket.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "stats.h"

size_t bucket_fill(struct bucket *buckets, size_t limit, const uint32_t *samples, size_t n)
{
	size_t count = n < limit ? n : limit;
	uint32_t *scratch = memory_new(count > 0 ? n / count + 1 : 0, sizeof(*scratch));

	for (size_t i = 0; i < count; i++) {
		size_t from = n * i / count, len = n * (i + 1) / count - from;

		memcpy(scratch, samples + from, len * sizeof(*scratch));
		stats_sort_u32(scratch, len);
		buckets[i] = (struct bucket){scratch[0], scratch[(len - 1) / 2], scratch[len - 1]};
	}
	free(scratch);
	return count;
}
