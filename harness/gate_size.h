/* SPDX-License-Identifier: MIT */
/*
 * Tier 1's sizes: the kernel's text and image (elf_size.h) and its stack (stack_usage.h), as the record of a run holds
 * them. They are points of a baseline like counts, in bytes. Of the programs only the kernel is what is measured and
 * nothing else, so only aerokernel subjects of this program's own build have sizes.
 */
#pragma once

#include <stdbool.h>

#include "gate.h"
#include "gate_baseline.h"
#include "summary.h"

/* Adds program.text, program.image, program.stack (the largest frame) and program.frame (each of the largest). */
void gate_size_take(struct gate_subject *subject, const struct summary *summary);
/* Whether the point is the largest frame, which is judged by default, or one of many, which may leave the list. */
bool gate_size_is_largest_frame(const struct gate_point *point);
bool gate_size_is_frame(const struct gate_point *point);
/* Adds the check "stack": no function takes stack without a bound. True if it is not broken, or of another system. */
bool gate_size_check(struct gate *gate, const char *subject);
