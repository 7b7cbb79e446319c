/* SPDX-License-Identifier: MIT */
/*
 * Writes the region of memory that outlives this kernel (bench/wire_region.h).
 *
 * Promised: whenever the machine stops, by whatever, as long as its memory keeps its contents, the header counts a prefix
 * of what was written, and that prefix is in memory. Stores become visible in their order (SDM vol. 3 §9.2.2), but a reset
 * throws away what lies in the caches (SDM vol. 3 table 10-1: after power-up and RESET they are invalid; only INIT leaves
 * them alone), so each write ends by writing its lines back. CLFLUSH executes in order with the stores around it (SDM
 * vol. 2, CLFLUSH), which keeps the bytes before their count on the way to memory too. Who writes only between
 * measurements pays for that only there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire_region.h"

struct region {
	struct wire_region *header; /* NULL: there is none, and nothing is written */
	uint64_t len_bytes;         /* what the header counts; under lock */
	bool full;                  /* under lock */
	unsigned lock;              /* atomic; taken away from an owner that does not come back: region_write() */
};

/* A number of so many bytes, decimal or 0x…, perhaps with K, M or G; "BASE+LEN", two of them. False: it is no such text. */
bool region_number(const char *text, size_t len_bytes, uint64_t *number);
bool region_place(const char *text, size_t len_bytes, uint64_t *base, uint64_t *region_bytes);
/*
 * Begins a region in the memory at address, of WIRE_REGION_HEADER_BYTES and more; what was there before is no region any
 * more. boot: a number that no other boot has.
 */
void region_open(struct region *region, void *address, uint64_t region_bytes, uint64_t boot);
/* Whether a region that lies here was begun by any boot. */
bool region_is_there(const void *address);
/* Appends, all or nothing; from the first time that there is no room on nothing is written. Any context, also a panic's. */
void region_write(struct region *region, const char *bytes, size_t len_bytes);
/* The system has ended by itself, with this code. */
void region_close(struct region *region, uint32_t code);
