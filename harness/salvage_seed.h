/* SPDX-License-Identifier: MIT */
/*
 * Which boots a damaged log holds runs of. The CRC of a run continues that of its boot's @head, and a CRC can be taken
 * back: from what a run's @end says to what its first byte continued. A run that arrived whole gives what all others of its boot
 * give; one that was damaged gives a number of its own. So runs prove each other, and the environment before them, where @head was
 * garbled or never arrived. For salvage.c only.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "salvage_block.h"

/* What runs here continue, each once; not more than a log has boots. */
struct salvage_seeds {
	uint32_t *seeds;
	size_t count;
};

/* What a @head says that runs continue; false: it is none. */
bool salvage_seed_of_head(const struct salvage_line *line, uint32_t *seed);
/* What a @head behind these records of an environment would say. Without @aero in front, as if it stood there. */
uint32_t salvage_seed_after(const struct salvage_line *lines, size_t count);
/*
 * How many records the @run or @repeat at lines[0] has with its @end, of count; *ended: whether the @end is there; *expected: how many it
 * has when nothing is lost or sent twice.
 */
size_t salvage_run_lines(const struct salvage_line *lines, size_t count, bool *ended, size_t *expected);

/*
 * Every seed that a @head says, or that two of these agree on: a run or repeat as it stands there, another one of another name, the
 * records of an environment. By chance two would once in 2^32. salvage_seeds_free().
 */
void salvage_seeds_read(struct salvage_seeds *seeds, const struct salvage_line *lines, size_t count);
bool salvage_seeds_have(const struct salvage_seeds *seeds, uint32_t seed);
void salvage_seeds_free(struct salvage_seeds *seeds);
