/* SPDX-License-Identifier: MIT */
/*
 * Memory that Linux has, by the text of its /proc/iomem: what may be loaded there by a kexec, and where results may lie.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "region_place.h"

/* What is looked for lies at multiples of this many bytes. */
static const uint64_t KEXEC_PLACE_STEP = 64ull << 20;

/*
 * The first place of len_bytes that is memory of Linux's (/proc/iomem's "System RAM"), a multiple of KEXEC_PLACE_STEP at or above
 * low and below 4 GiB. False: there is none.
 */
bool kexec_place_find(const char *iomem, uint64_t low, uint64_t len_bytes, struct region_place *place);
/* Whether all of the place is. */
bool kexec_place_is_memory(const char *iomem, const struct region_place *place);
