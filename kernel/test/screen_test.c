/* SPDX-License-Identifier: MIT */
/*
 * Text on screens that are plain memory: every pixel of a cell, in several depths, pitches and scales; wrapping, scrolling
 * and what is refused.
 */
#include "core/heap.h"
#include "core/ktest.h"
#include "core/string.h"
#include "x86/boot_info.h"
#include "x86/font.h"
#include "x86/screen.h"

enum { GUARD_BYTES = 64, GUARD = 0x77 };

static struct fake {
	struct boot_screen form;
	struct screen screen;
	uint8_t *memory;
	uint16_t *cells;
} fake;

static bool fake_open(const struct boot_screen *form)
{
	size_t len_bytes = screen_bytes(form);

	fake.form = *form;
	CHECK(screen_defect(form) == NULL);
	fake.memory = heap_alloc(len_bytes + GUARD_BYTES);
	fake.cells = heap_alloc(SCREEN_CELLS_MAX * sizeof(fake.cells[0]));
	CHECK(fake.memory != NULL && fake.cells != NULL);
	if (fake.memory == NULL || fake.cells == NULL)
		return false;
	memset(fake.memory, GUARD, len_bytes + GUARD_BYTES);
	screen_open(&fake.screen, form, fake.memory, fake.cells);
	return true;
}

static void fake_close(void)
{
	for (unsigned at = 0; fake.memory != NULL && at < GUARD_BYTES; at++)
		CHECK(fake.memory[screen_bytes(&fake.form) + at] == GUARD);
	heap_free(fake.memory);
	heap_free(fake.cells);
}

static uint32_t pixel_at(unsigned x, unsigned y)
{
	unsigned pixel_bytes = (fake.form.bits + 7u) / 8;
	const uint8_t *at = fake.memory + (size_t)y * fake.form.pitch_bytes + (size_t)x * pixel_bytes;
	uint32_t pixel = 0;

	for (unsigned byte = 0; byte < pixel_bytes; byte++)
		pixel |= (uint32_t)at[byte] << 8 * byte;
	return pixel;
}

/* Whether the cell shows this character in this ink on this paper, pixel for pixel. */
static bool cell_shows(unsigned row, unsigned column, char character, uint32_t ink, uint32_t paper)
{
	unsigned scale = fake.screen.scale;

	for (unsigned y = 0; y < FONT_HEIGHT * scale; y++) {
		uint8_t bits = font_glyphs[character - FONT_FIRST][y / scale];

		for (unsigned x = 0; x < FONT_WIDTH * scale; x++) {
			uint32_t wanted = bits >> (FONT_WIDTH - 1 - x / scale) & 1 ? ink : paper;

			if (pixel_at(column * FONT_WIDTH * scale + x, row * FONT_HEIGHT * scale + y) != wanted)
				return false;
		}
	}
	return true;
}

static void say(const char *text)
{
	screen_write(&fake.screen, text, strlen(text));
}

KERNEL_TEST(screen_draws_every_pixel_in_every_depth)
{
	/* pitches with and without room behind a row, one that is no multiple of 8 */
	static const struct {
		struct boot_screen form;
		uint32_t ink, status_paper;
	} cases[] = {
	    {{BOOT_SCREEN_RGB, 1, 320 * 4, 320, 70, 32, 16, 8, 8, 8, 0, 8}, 0xc0c0c0, 0x203c70},
	    {{BOOT_SCREEN_RGB, 1, 320 * 4 + 12, 320, 64, 32, 0, 8, 8, 8, 16, 8}, 0xc0c0c0, 0x703c20},
	    {{BOOT_SCREEN_RGB, 1, 323 * 3 + 2, 323, 64, 24, 16, 8, 8, 8, 0, 8}, 0xc0c0c0, 0x203c70},
	    {{BOOT_SCREEN_RGB, 1, 320 * 2, 320, 64, 16, 11, 5, 5, 6, 0, 5}, 0xc618, 0x21ee},
	    {{BOOT_SCREEN_RGB, 1, 320 * 2, 320, 64, 15, 10, 5, 5, 5, 0, 5}, 0x6318, 0x10ee},
	    {{BOOT_SCREEN_RGB, 1, 320 * 4, 320, 64, 32, 20, 10, 10, 10, 0, 10}, 0x300c0300, 0x0803c1c0},
	};

	for (unsigned at = 0; at < sizeof(cases) / sizeof(cases[0]); at++) {
		if (!fake_open(&cases[at].form))
			return;
		say("Ag|\n#");
		screen_status(&fake.screen, "~0");
		CHECK(cell_shows(0, 0, 'A', cases[at].ink, 0) && cell_shows(0, 1, 'g', cases[at].ink, 0));
		CHECK(cell_shows(0, 2, '|', cases[at].ink, 0) && cell_shows(1, 0, '#', cases[at].ink, 0));
		CHECK(cell_shows(0, 3, ' ', cases[at].ink, 0) && cell_shows(2, 39, ' ', 0, 0));
		CHECK(fake.screen.ink[SCREEN_STATUS] > cases[at].ink);
		CHECK(cell_shows(3, 0, '~', fake.screen.ink[SCREEN_STATUS], cases[at].status_paper));
		CHECK(cell_shows(3, 39, ' ', 0, cases[at].status_paper));
		fake_close();
	}
}

KERNEL_TEST(screen_of_many_pixels_has_larger_letters)
{
	static const struct boot_screen form = {BOOT_SCREEN_RGB, 1, 2560 * 2, 2560, 129, 16, 11, 5, 5, 6, 0, 5};

	if (!fake_open(&form))
		return;
	CHECK(fake.screen.scale == 2 && fake.screen.columns == 160 && fake.screen.rows == 4);
	say("\tR");
	CHECK(cell_shows(0, 8, 'R', 0xc618, 0) && cell_shows(0, 7, ' ', 0, 0));
	fake_close();
}

/* Of EGA text or any other: what the cells say. */
static bool row_is(unsigned row, const char *text)
{
	for (unsigned column = 0; column < fake.screen.columns; column++) {
		char wanted = *text != '\0' ? *text++ : ' ';

		if ((fake.cells[row * fake.screen.columns + column] & 0xff) != (uint8_t)wanted)
			return false;
	}
	return true;
}

static const struct boot_screen ega = {
    .kind = BOOT_SCREEN_TEXT, .base = 1, .pitch_bytes = 160, .width = 80, .height = 25, .bits = 16};

KERNEL_TEST(screen_of_text_holds_characters_and_attributes)
{
	if (!fake_open(&ega))
		return;
	fake.screen.tone = SCREEN_ALERT;
	say("no\xc3\x01");
	CHECK(memcmp(fake.memory, "n\x0co\x0c?\x0c?\x0c\0\0", 10) == 0);
	screen_status(&fake.screen, "s");
	CHECK(memcmp(fake.memory + 24 * 160, "s\x1f \x1f", 4) == 0);
	screen_clear(&fake.screen);
	CHECK(memcmp(fake.memory, " \x07 \x07", 4) == 0 && row_is(24, "s"));
	fake_close();
}

KERNEL_TEST(screen_wraps_and_scrolls_by_a_quarter_and_keeps_its_bottom_line)
{
	char text[] = "line 00\n", wide[161];

	if (!fake_open(&ega))
		return;
	screen_status(&fake.screen, "status");
	for (unsigned line = 0; line < 24; line++) {
		text[5] = (char)('0' + line / 10);
		text[6] = (char)('0' + line % 10);
		say(text);
	}
	CHECK(row_is(0, "line 00") && row_is(23, "line 23")); /* a full screen does not scroll before there is more */
	say("more");
	CHECK(row_is(0, "line 06") && row_is(17, "line 23") && row_is(18, "more") && row_is(19, "") &&
	      row_is(24, "status"));
	screen_clear(&fake.screen);
	memset(wide, 'w', 160);
	wide[160] = '\0';
	say(wide);
	say("\n.");
	CHECK(fake.cells[79] == 'w' && fake.cells[159] == 'w' && row_is(2, ".")); /* no empty line behind a full one */
	for (unsigned line = 0; line < 1000; line++)
		say("\n\n");
	say("end");
	CHECK(row_is(18, "end") && row_is(24, "status"));
	fake_close();
}

KERNEL_TEST(screen_whose_form_is_odd_is_refused)
{
	static const struct boot_screen good = {BOOT_SCREEN_RGB, 0xe0000000, 4096, 1024, 768, 32, 16, 8, 8, 8, 0, 8};
	struct boot_screen form = good;

	CHECK(screen_defect(&good) == NULL && screen_bytes(&good) == 4096 * 768);
	form.bits = 8;
	CHECK(screen_defect(&form) != NULL);
	form = good;
	form.pitch_bytes = 4095;
	CHECK(screen_defect(&form) != NULL);
	form = good;
	form.red_at = 25;
	CHECK(screen_defect(&form) != NULL);
	form = good;
	form.blue_bits = 0;
	CHECK(screen_defect(&form) != NULL);
	form = good;
	form.base = UINT64_MAX - 4096;
	CHECK(screen_defect(&form) != NULL);
	form = good;
	form.height = 63;
	CHECK(screen_defect(&form) != NULL);
	form = ega;
	form.pitch_bytes = 161;
	CHECK(screen_defect(&form) != NULL);
	form.kind = 0; /* a palette */
	CHECK(screen_defect(&form) != NULL);
	form.kind = BOOT_SCREEN_NONE;
	CHECK(screen_defect(&form) != NULL);
}
