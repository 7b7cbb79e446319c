/* SPDX-License-Identifier: MIT */
/*
 * Where a region of memory may lie (bench/wire_region.h): what users and the Aerokernel write, and what Linux's command line
 * says. One grammar for all that the Aerokernel is told, its own (kernel/x86/region.c): what is taken here it takes too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct region_place {
	uint64_t base, len_bytes;
};

enum { REGION_PLACES_MAX = 8 };

/* A number of bytes, decimal or 0x…, then K, M or G; moves *at behind it. False: there is none, or it has over 64 bits. */
bool region_number_read(const char **at, uint64_t *number);
/* BASE+LEN and nothing behind it, such numbers both. */
bool region_place_read(const char *text, struct region_place *place);
/* The same of a place where a region can be: whole pages, not at 0. 0, or STATUS_USAGE with the error set, which names what. */
int region_place_parse(const char *what, const char *text, struct region_place *place, struct error *error);
/*
 * Where Linux's command line says that a region may be: aerobench.results=BASE+LEN, which a system that boots Linux again
 * adds, before memmap=LEN$BASE, which a user gives. Returns how many, at most REGION_PLACES_MAX.
 */
size_t region_places(const char *command_line, struct region_place places[REGION_PLACES_MAX]);
/* The same of the command line of the Linux below root: "", or a made-up one. */
size_t region_places_of_linux(const char *root, struct region_place places[REGION_PLACES_MAX]);
