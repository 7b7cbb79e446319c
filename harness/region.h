/* SPDX-License-Identifier: MIT */
/*
 * Reads a region of memory that a system left behind (bench/wire_region.h): by Linux's /dev/mem on the machine itself, or
 * from a file that holds a copy of it. What it gives is what was counted there; whether the bytes are still those that
 * were said is for the reader of the stream to check.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct region {
	char *bytes; /* what was said, a NUL behind the last; region_free() */
	size_t len_bytes;
	uint64_t base, capacity_bytes; /* of the whole, header left out */
	uint64_t boot;                 /* differs from boot to boot */
	bool ended;                    /* else it stopped without a word: power, reset, hang */
	uint32_t code;                 /* if it ended: machine_exit()'s, 0x10 is success */
	bool full;                     /* more was said than there was room for */
};

/*
 * Takes a region out of len_bytes of memory that lay at base; base 0: wherever the header says. On an error nothing needs
 * freeing: STATUS_FAILED if no region is there at all, STATUS_USAGE if there is one and it is broken.
 */
int region_parse(struct region *region, const void *memory, size_t len_bytes, uint64_t base, struct error *error);
/*
 * Reads the region at [base, base + len_bytes) of device; NULL: /dev/mem. A regular file is a copy of the region and
 * is read from its beginning; base and len_bytes may be 0 then. As region_parse(), and STATUS_UNSUPPORTED if this
 * Linux does not let anyone read there, with the remedy.
 */
int region_read(struct region *region, const char *device, uint64_t base, uint64_t len_bytes, struct error *error);
/*
 * Why the device could not be opened, and what to do: reason is errno, is_root who asked, locked: lockdown.h's. Returns
 * STATUS_UNSUPPORTED where Linux does not let this user, else STATUS_USAGE, with the error set.
 */
int region_refused(const char *device, int reason, bool is_root, bool locked, struct error *error);
void region_free(struct region *region);
