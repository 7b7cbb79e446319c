/* SPDX-License-Identifier: MIT */
/*
 * Text on the screen that the boot loader left: pixels of 15 to 32 bits, or EGA text. What is shown is remembered, so the
 * screen's memory, which is slow, is never read, and only cells that change are written. The bottom line stands apart: the
 * text above it scrolls, by several lines at once. No lock and no allocation: several writers at once mix their text, and
 * nothing worse.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot_info.h"

enum { SCREEN_COLUMNS_MAX = 320, SCREEN_ROWS_MAX = 160, SCREEN_CELLS_MAX = SCREEN_COLUMNS_MAX * SCREEN_ROWS_MAX };

/* How a cell looks. */
enum screen_tone { SCREEN_PLAIN, SCREEN_BRIGHT, SCREEN_ALERT, SCREEN_STATUS, SCREEN_TONES };

struct screen {
	struct boot_screen form;
	volatile uint8_t *memory;
	uint16_t *cells; /* character, tone << 8: what is shown; rows of columns */
	unsigned columns, rows, scale, pixel_bytes;
	uint32_t paper[SCREEN_TONES], ink[SCREEN_TONES]; /* as pixels; of text, ink is the attribute */
	unsigned row, column;                            /* where the next character goes */
	enum screen_tone tone;                           /* of the next character */
};

/* Why nothing can be drawn on such a screen, as one line, or NULL. */
const char *screen_defect(const struct boot_screen *form);
/* How many bytes of memory from the form's base on are the screen's. */
uint64_t screen_bytes(const struct boot_screen *form);
/* Begins with an empty screen. The form has no defect; memory is where its bytes are; room for SCREEN_CELLS_MAX cells. */
void screen_open(struct screen *screen, const struct boot_screen *form, void *memory, uint16_t *cells);
/* Text at the cursor: lines wrap and scroll, what is not printable is shown as a question mark. */
void screen_write(struct screen *screen, const char *bytes, size_t len_bytes);
/* The bottom line, cut at the screen's width. */
void screen_status(struct screen *screen, const char *text);
/* Empties all but the bottom line and begins at the top again. */
void screen_clear(struct screen *screen);
