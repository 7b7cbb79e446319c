/* SPDX-License-Identifier: MIT */
/*
 * From a cell of the screen's text to its pixels, or to its two bytes in EGA's text memory. Writes only, 64 bits at a time.
 */
#pragma once

#include "screen.h"

/* Why this form cannot be drawn on, as one line, or NULL. */
const char *screen_draw_defect(const struct boot_screen *form);
/* Prepares the colours and blackens the whole screen. */
void screen_draw_open(struct screen *screen);
/* Draws what cells says of this one. */
void screen_draw_cell(struct screen *screen, unsigned row, unsigned column);
