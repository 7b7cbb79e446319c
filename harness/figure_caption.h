/* SPDX-License-Identifier: MIT */
/*
 * The caption of a figure: how many samples and runs, of which run and commit, on what clock, how fit the machine was, and
 * what is missing for which reason.
 */
#pragma once

#include <stddef.h>

#include "figure_spec.h"
#include "summary.h"

/* Lines of at most FIGURE_CAPTION_WIDTH characters, separated by newlines; allocated. */
enum { FIGURE_CAPTION_WIDTH = 190 };
char *figure_caption(const struct figure *figure, const struct summary *summary, const char *const *machines,
		     size_t machine_count);
