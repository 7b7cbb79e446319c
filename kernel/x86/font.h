/* SPDX-License-Identifier: MIT */
/*
 * The screen's letters: 8 by 16 pixels for each printable character of ASCII, made from Spleen (Frederic Cambus, 2-clause
 * BSD; Debian's package fonts-spleen) by font.py when the kernel is built.
 */
#pragma once

#include <stdint.h>

enum { FONT_WIDTH = 8, FONT_HEIGHT = 16, FONT_FIRST = 0x20, FONT_GLYPHS = 95 };

/* One byte a row of pixels, from the top; the highest bit is the leftmost pixel. */
extern const uint8_t font_glyphs[FONT_GLYPHS][FONT_HEIGHT];
