/* SPDX-License-Identifier: MIT */
/*
 * Cells, the cursor, scrolling. How a cell becomes pixels is screen_draw.c's.
 */
#include "screen.h"

#include "font.h"
#include "screen_draw.h"

enum { TAB_COLUMNS = 8, WIDTH_DOUBLED = 2560, WIDTH_FOURFOLD = 5120, COLUMNS_MIN = 40, ROWS_MIN = 4 };

#define BLANK ((uint16_t)(' ' | SCREEN_PLAIN << 8))

static unsigned scale_of(const struct boot_screen *form)
{
	if (form->kind == BOOT_SCREEN_TEXT || form->width < WIDTH_DOUBLED)
		return 1;
	return form->width < WIDTH_FOURFOLD ? 2 : 4;
}

static unsigned at_most(unsigned wanted, unsigned bound)
{
	return wanted < bound ? wanted : bound;
}

static unsigned columns_of(const struct boot_screen *form)
{
	unsigned cell = form->kind == BOOT_SCREEN_TEXT ? 1 : FONT_WIDTH * scale_of(form);

	return at_most(form->width / cell, SCREEN_COLUMNS_MAX);
}

static unsigned rows_of(const struct boot_screen *form)
{
	unsigned cell = form->kind == BOOT_SCREEN_TEXT ? 1 : FONT_HEIGHT * scale_of(form);

	return at_most(form->height / cell, SCREEN_ROWS_MAX);
}

const char *screen_defect(const struct boot_screen *form)
{
	const char *defect = screen_draw_defect(form);

	if (defect == NULL && (columns_of(form) < COLUMNS_MIN || rows_of(form) < ROWS_MIN))
		defect = "the screen is too small for text";
	return defect;
}

uint64_t screen_bytes(const struct boot_screen *form)
{
	return (uint64_t)form->pitch_bytes * form->height;
}

static void cell_set(struct screen *screen, unsigned row, unsigned column, uint16_t cell)
{
	uint16_t *shown = &screen->cells[row * screen->columns + column];

	if (*shown == cell)
		return;
	*shown = cell;
	screen_draw_cell(screen, row, column);
}

void screen_open(struct screen *screen, const struct boot_screen *form, void *memory, uint16_t *cells)
{
	*screen = (struct screen){.form = *form,
				  .memory = memory,
				  .cells = cells,
				  .columns = columns_of(form),
				  .rows = rows_of(form),
				  .scale = scale_of(form)};
	screen_draw_open(screen);
	for (unsigned at = 0; at < screen->columns * screen->rows; at++)
		cells[at] = BLANK;
	screen_status(screen, "");
}

void screen_clear(struct screen *screen)
{
	for (unsigned row = 0; row < screen->rows - 1; row++) {
		for (unsigned column = 0; column < screen->columns; column++)
			cell_set(screen, row, column, BLANK);
	}
	screen->row = screen->column = 0;
}

/* A quarter of the screen at once, so that a screen that is slow to draw holds up few of its lines. */
static void scroll(struct screen *screen)
{
	unsigned rows = screen->rows - 1, by = rows / 4 > 0 ? rows / 4 : 1, shift = by * screen->columns;

	for (unsigned row = 0; row < rows; row++) {
		for (unsigned column = 0; column < screen->columns; column++) {
			unsigned at = row * screen->columns + column;

			cell_set(screen, row, column, row + by < rows ? screen->cells[at + shift] : BLANK);
		}
	}
	screen->row = rows - by;
}

/* The cursor in bounds, whoever else moves it meanwhile; a full line ends only when there is more to put on it. */
static void character_put(struct screen *screen, char character)
{
	unsigned column = screen->column, row;

	if (column >= screen->columns) {
		column = 0;
		screen->row++;
	}
	if (screen->row >= screen->rows - 1)
		scroll(screen);
	row = at_most(screen->row, screen->rows - 2);
	if (character < FONT_FIRST || character >= FONT_FIRST + FONT_GLYPHS)
		character = '?';
	cell_set(screen, row, column, (uint16_t)((uint8_t)character | screen->tone << 8));
	screen->column = column + 1;
}

void screen_write(struct screen *screen, const char *bytes, size_t len_bytes)
{
	for (size_t at = 0; at < len_bytes; at++) {
		if (bytes[at] == '\n') {
			screen->column = 0;
			screen->row++;
		} else if (bytes[at] == '\t') {
			do
				character_put(screen, ' ');
			while (screen->column % TAB_COLUMNS != 0);
		} else if (bytes[at] != '\r') {
			character_put(screen, bytes[at]);
		}
	}
}

void screen_status(struct screen *screen, const char *text)
{
	for (unsigned column = 0; column < screen->columns; column++) {
		bool known = *text >= FONT_FIRST && *text < FONT_FIRST + FONT_GLYPHS;
		uint8_t character = (uint8_t)(known ? *text : *text == '\0' ? ' ' : '?');

		cell_set(screen, screen->rows - 1, column, (uint16_t)(character | SCREEN_STATUS << 8));
		if (*text != '\0')
			text++;
	}
}
