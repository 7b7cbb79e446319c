/* SPDX-License-Identifier: MIT */
/*
 * Whether a boot that was brought is one that the run has already. A log is brought with other noise around it each time: a
 * serial log that grows, a capture that somebody has cut or cleaned. So the stream itself decides: two whole ones by all
 * their records; else by the stamp of the boot's begin (bench/wire.h: boot_stamp=) with seed and build.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "collect_boots.h"
#include "store.h"

/* The CRC-32 of a log's records, without the noise between them, and how many bytes those are. */
uint32_t collect_again_crc(const char *log, size_t len_bytes, size_t *records_bytes);

/* The boot of this subject that it is, with all that it proves, or NULL. */
const struct store_boot *collect_again_find(const struct store *store, const char *subject,
					    const struct collect_boot *boot);
/* The boot that it is by its stamp, and of which less was stored: this one may take its place. Or NULL. */
const struct store_boot *collect_again_part(const struct store *store, const char *subject,
					    const struct collect_boot *boot);
