/* SPDX-License-Identifier: MIT */
/*
 * Hand-over of data between the threads of a benchmark. A thread writes its data, then share_set()s a word (a round
 * number, a flag); whoever share_get()s that value sees the data. One writer per word, so no locked instruction.
 */
#pragma once

#include "bench.h"

/* Two lines, because adjacent lines are fetched in pairs: words of different writers lie this far apart. */
enum { SHARE_ALIGN_BYTES = 128 };

static inline void share_set(uint32_t *word, uint32_t value)
{
	/* release: what this thread wrote before is visible to whoever sees the value */
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static inline uint32_t share_get(const uint32_t *word)
{
	/* acquire: what the writer wrote before the value is visible after this load */
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}
