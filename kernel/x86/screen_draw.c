/* SPDX-License-Identifier: MIT */
/*
 * Pixels: Multiboot2 specification §3.6.12. EGA text: IBM Enhanced Graphics Adapter technical reference, modes 0 to 3; CRT
 * controller, index 0AH.
 */
#include "screen_draw.h"

#include "font.h"
#include "io.h"

enum {
	EGA_BASE = 0xb8000,
	EGA_CELL_BYTES = 2,
	EGA_INDEX = 0x3d4, /* the CRT controller's, its data at the next port */
	EGA_DATA = 0x3d5,
	EGA_CURSOR_START = 0x0a,
	EGA_CURSOR_OFF = 0x20,
	CELL_BYTES_MAX = FONT_WIDTH * 4 * sizeof(uint32_t), /* of one row of a cell's pixels, at scale 4 */
};

/* Red, green, blue; and EGA's attribute: bits 4 to 6 are the paper, 0 to 3 the ink. */
static const struct {
	uint32_t ink, paper;
	uint8_t attribute;
} tones[SCREEN_TONES] = {
    [SCREEN_PLAIN] = {0xc0c0c0, 0x000000, 0x07},
    [SCREEN_BRIGHT] = {0xffffff, 0x000000, 0x0f},
    [SCREEN_ALERT] = {0xff7060, 0x000000, 0x0c},
    [SCREEN_STATUS] = {0xffffff, 0x203c70, 0x1f},
};

/* A store of 64 bits at any address. */
struct unaligned {
	uint64_t value;
} __attribute__((packed, may_alias));

static unsigned pixel_bytes(const struct boot_screen *form)
{
	return (form->bits + 7u) / 8;
}

static bool colour_fits(const struct boot_screen *form, unsigned at, unsigned bits)
{
	return bits >= 1 && bits <= 16 && at + bits <= 8 * pixel_bytes(form);
}

const char *screen_draw_defect(const struct boot_screen *form)
{
	if (form->kind == BOOT_SCREEN_NONE)
		return "the boot loader gave no screen";
	if (form->base == 0 || form->base + (uint64_t)form->pitch_bytes * form->height < form->base)
		return "the screen's address cannot be";
	if (form->kind == BOOT_SCREEN_TEXT && form->pitch_bytes % EGA_CELL_BYTES != 0)
		return "the screen's rows are odd";
	if (form->kind == BOOT_SCREEN_TEXT)
		return form->pitch_bytes < (uint64_t)EGA_CELL_BYTES * form->width ? "the screen's rows overlap" : NULL;
	if (form->kind != BOOT_SCREEN_RGB)
		return "the screen's kind is unknown: use another mode, or screen=no";
	if (form->bits != 15 && form->bits != 16 && form->bits != 24 && form->bits != 32)
		return "the screen has not 15, 16, 24 or 32 bits a pixel";
	if (!colour_fits(form, form->red_at, form->red_bits) || !colour_fits(form, form->green_at, form->green_bits) ||
	    !colour_fits(form, form->blue_at, form->blue_bits))
		return "the screen's colours do not fit its pixels";
	return form->pitch_bytes < (uint64_t)pixel_bytes(form) * form->width ? "the screen's rows overlap" : NULL;
}

/* The upper `bits` of eight, or those eight as the upper ones of more. */
static uint32_t colour_place(uint32_t eight, unsigned at, unsigned bits)
{
	return (bits <= 8 ? eight >> (8 - bits) : eight << (bits - 8)) << at;
}

static uint32_t pixel_of(const struct boot_screen *form, uint32_t rgb)
{
	return colour_place(rgb >> 16 & 0xff, form->red_at, form->red_bits) |
	       colour_place(rgb >> 8 & 0xff, form->green_at, form->green_bits) |
	       colour_place(rgb & 0xff, form->blue_at, form->blue_bits);
}

static void blacken(const struct screen *screen)
{
	uint64_t len_bytes = screen_bytes(&screen->form), at = 0;

	for (; at + sizeof(uint64_t) <= len_bytes; at += sizeof(uint64_t))
		((volatile struct unaligned *)(screen->memory + at))->value = 0;
	for (; at < len_bytes; at++)
		screen->memory[at] = 0;
}

void screen_draw_open(struct screen *screen)
{
	screen->pixel_bytes = screen->form.kind == BOOT_SCREEN_TEXT ? EGA_CELL_BYTES : pixel_bytes(&screen->form);
	for (unsigned tone = 0; tone < SCREEN_TONES; tone++) {
		screen->ink[tone] = screen->form.kind == BOOT_SCREEN_TEXT ? tones[tone].attribute
									  : pixel_of(&screen->form, tones[tone].ink);
		screen->paper[tone] = pixel_of(&screen->form, tones[tone].paper);
	}
	blacken(screen);
	if (screen->form.kind == BOOT_SCREEN_TEXT && screen->form.base == EGA_BASE) {
		io_write8(EGA_INDEX, EGA_CURSOR_START);
		io_write8(EGA_DATA, EGA_CURSOR_OFF);
	}
}

/* One row of a glyph as it lies in memory; returns its bytes, a multiple of 8. */
static unsigned glyph_row(const struct screen *screen, uint8_t bits, unsigned tone, uint8_t to[CELL_BYTES_MAX])
{
	unsigned len_bytes = 0;

	for (unsigned column = 0; column < FONT_WIDTH; column++) {
		uint32_t pixel = bits << column & 0x80 ? screen->ink[tone] : screen->paper[tone];

		for (unsigned again = 0; again < screen->scale; again++) {
			for (unsigned byte = 0; byte < screen->pixel_bytes; byte++)
				to[len_bytes++] = (uint8_t)(pixel >> 8 * byte);
		}
	}
	return len_bytes;
}

static void draw_glyph(const struct screen *screen, volatile uint8_t *to, unsigned glyph, unsigned tone)
{
	uint8_t bytes[CELL_BYTES_MAX];

	for (unsigned row = 0; row < FONT_HEIGHT; row++) {
		unsigned len_bytes = glyph_row(screen, font_glyphs[glyph][row], tone, bytes);

		for (unsigned again = 0; again < screen->scale; again++) {
			for (unsigned at = 0; at < len_bytes; at += sizeof(uint64_t))
				((volatile struct unaligned *)(to + at))->value =
				    ((const struct unaligned *)(bytes + at))->value;
			to += screen->form.pitch_bytes;
		}
	}
}

void screen_draw_cell(struct screen *screen, unsigned row, unsigned column)
{
	uint16_t cell = screen->cells[row * screen->columns + column];
	unsigned tone = cell >> 8, character = cell & 0xff;
	uint64_t cell_bytes = (uint64_t)FONT_WIDTH * screen->scale * screen->pixel_bytes;
	uint64_t pitch_bytes = screen->form.pitch_bytes;

	if (screen->form.kind == BOOT_SCREEN_TEXT)
		*(volatile uint16_t *)(screen->memory + row * pitch_bytes + (uint64_t)column * EGA_CELL_BYTES) =
		    (uint16_t)(character | screen->ink[tone] << 8);
	else
		draw_glyph(screen,
			   screen->memory + row * FONT_HEIGHT * screen->scale * pitch_bytes + column * cell_bytes,
			   character - FONT_FIRST, tone);
}
