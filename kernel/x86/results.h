/* SPDX-License-Identifier: MIT */
/*
 * The word results=BASE+LEN: a region of memory (region.h) that gets every byte of the console, for whoever runs on the
 * machine next. A place that cannot be had is one warning, and the run goes on without: unless after=linux takes away all else
 * that shows them.
 */
#pragma once

#include <stdint.h>

struct memory_range;

/* Takes the region out of the free memory: after memory_init(), before anything else takes memory. */
void results_reserve(void);
/* From here on the region is written; warns if there is none though one was asked for. After paging_init(). */
void results_begin(void);
/* Panics if Linux is to be booted afterwards and there is no region though one was asked for: once Linux could be booted. */
void results_check(void);
/* The region, or NULL: there is none. */
const struct memory_range *results_range(void);
/* The last act: the system ends with this code. */
void results_end(uint32_t code);
