/* SPDX-License-Identifier: MIT */
/*
 * System management interrupts that hit the points of a boot: time that firmware took from every CPU at once, and that no
 * system can keep from it. Told where the machine counts them.
 */
#pragma once

#include <stdio.h>

#include "summary.h"

/*
 * "boot 2 of aerokernel@metal: 3 SMIs hit 2 of its 120 points: wake threads=4 (2), clock_read (1)" of the summary's stream of
 * this index, allocated; NULL: its machine does not count them.
 */
char *smis_text(const struct summary *summary, size_t stream);
/* A line of this for each boot, with an empty line before the first. */
void smis_print(FILE *file, const struct summary *summary);
