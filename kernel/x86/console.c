/* SPDX-License-Identifier: MIT */
/*
 * Console output. No lock, no allocation, no interrupt: a panic may write from anywhere.
 */
#include "console.h"

#include "acpi.h"
#include "boot.h"
#include "boot_info.h"
#include "cpu.h"
#include "io.h"
#include "memory.h"
#include "paging.h"
#include "screen.h"
#include "serial.h"
#include "serial_word.h"
#include "spcr.h"
#include "text.h"

enum {
	DEBUGCON_PORT = 0xe9, /* QEMU docs/system, -device isa-debugcon: a read returns the port's own number */
	SINKS_MAX = 4,
	PAGE_LARGE_BYTES = 2 << 20,
};

#define BOOT_MAP_END (1ul << 32) /* boot.S: what is reachable before paging_init() */
#define ADDRESS_END (1ul << 46)  /* paging.c: what the identity map can hold */

static void (*sinks[SINKS_MAX])(const char *bytes, size_t len_bytes);
static unsigned sinks_count;
static bool debugcon_used, serial_used;
static struct serial serial;

static struct screen screen;
static uint16_t screen_cells[SCREEN_CELLS_MAX];
static bool screen_used;
static bool line_begins = true, line_is_record; /* of what console_write() was given */

bool console_add(void (*write)(const char *bytes, size_t len_bytes))
{
	if (sinks_count == SINKS_MAX)
		return false;
	sinks[sinks_count] = write;
	sinks_count++; /* last: a panic between the two finds one sink less */
	return true;
}

/* --- Machines' ends ----------------------------------------------------------------------------------------------- */

static void debugcon_write(const char *bytes, size_t len_bytes)
{
	asm volatile("rep outsb" : "+S"(bytes), "+c"(len_bytes) : "d"((uint16_t)DEBUGCON_PORT) : "memory");
}

static void serial_sink(const char *bytes, size_t len_bytes)
{
	serial_write(&serial, bytes, len_bytes);
}

/* Whether a line at this place, with a UART of this clock, answers; speed 0: as it is. */
static bool serial_use(const struct serial_place *place, uint32_t uart_hz, uint32_t speed, bool told)
{
	serial = (struct serial){.place = *place, .divisor = serial_divisor(uart_hz, speed)};
	if (place->memory) {
		if (memory_touches_ram(place->base, place->base + PAGE_BYTES))
			return false;
		paging_map_device(place->base);
	}
	return serial_open(&serial, told) && console_add(serial_sink);
}

static const struct serial_place com1 = {.base = 0x3f8, .stride_bytes = 1, .access_bytes = 1};

/* Before the choice, where there is no debug console: COM1 is touched only if somebody has something to say. */
static void early_sink(const char *bytes, size_t len_bytes)
{
	static bool tried, found;

	if (!tried) {
		tried = true;
		serial =
		    (struct serial){.place = com1, .divisor = serial_divisor(SERIAL_CLOCK_HZ, SERIAL_SPEED_DEFAULT)};
		found = serial_open(&serial, false);
	}
	if (found)
		serial_write(&serial, bytes, len_bytes);
}

/* --- Words -------------------------------------------------------------------------------------------------------- */

/* What is wrong with the word serial=, or NULL; without one it is auto. */
static const char *serial_choice(struct serial_word *word)
{
	size_t len_bytes = 0;
	const char *value = boot_option("serial", &len_bytes);

	*word = (struct serial_word){.where = SERIAL_WORD_AUTO};
	return value == NULL ? NULL : serial_word_parse(word, value, len_bytes);
}

static bool text_is(const char *text, size_t len_bytes, const char *wanted)
{
	for (; len_bytes > 0 && *text == *wanted; len_bytes--) {
		text++;
		wanted++;
	}
	return len_bytes == 0 && *wanted == '\0';
}

/* Any other value is left to core, which knows how to complain. */
static bool screen_wanted(void)
{
	size_t len_bytes = 0;
	const char *value = boot_option("screen", &len_bytes);

	return value == NULL || !text_is(value, len_bytes, "no");
}

bool console_word(const char *key, const char *value)
{
	struct serial_word word;
	size_t len_bytes = 0;

	while (value[len_bytes] != '\0')
		len_bytes++;
	if (text_is(key, 6, "screen") && key[6] == '\0')
		return text_is(value, len_bytes, "yes") || text_is(value, len_bytes, "no");
	if (!text_is(key, 6, "serial") || key[6] != '\0')
		return false;
	return serial_word_parse(&word, value, len_bytes) == NULL;
}

/* One line that names the word of the command line and what is wrong with it. */
static void complain(const char *key, const char *problem)
{
	size_t len_bytes = 0;
	const char *value = boot_option(key, &len_bytes);
	char bytes[160], cut[64];
	struct text line = {.bytes = bytes, .max_bytes = sizeof(bytes)};
	size_t at;

	for (at = 0; value != NULL && at < len_bytes && at + 1 < sizeof(cut); at++)
		cut[at] = value[at];
	cut[at] = '\0';
	text_string(&line, key);
	text_string(&line, "=");
	text_string(&line, cut);
	text_string(&line, ": ");
	text_string(&line, problem);
	boot_warn(text_end(&line), NULL);
}

/* --- The screen --------------------------------------------------------------------------------------------------- */

static void screen_map(void)
{
	uint64_t end = boot_info.screen.base + screen_bytes(&boot_info.screen);

	for (uint64_t at = boot_info.screen.base; at < end; at = (at | (PAGE_LARGE_BYTES - 1)) + 1)
		paging_map_device(at);
}

static const char *screen_refusal(void)
{
	const struct boot_screen *form = &boot_info.screen;
	const char *defect = screen_defect(form);

	if (defect == NULL && form->base + screen_bytes(form) > ADDRESS_END)
		defect = "the screen's address cannot be";
	if (defect == NULL && memory_touches_ram(form->base, form->base + screen_bytes(form)))
		defect = "the screen lies in memory that is used otherwise";
	return defect;
}

static void screen_use(void)
{
	screen_open(&screen, &boot_info.screen, (void *)boot_info.screen.base, screen_cells);
	screen_used = true;
	console_screen_write("Aerobench: the Aerokernel boots\n", 32);
	console_status("booting");
}

/* --- The choice --------------------------------------------------------------------------------------------------- */

void console_init(void)
{
	struct serial_word word;

	if (io_read8(DEBUGCON_PORT) == DEBUGCON_PORT)
		debugcon_used = console_add(debugcon_write);
	else if (serial_choice(&word) != NULL || word.where == SERIAL_WORD_AUTO)
		console_add(early_sink);
	else if (word.where == SERIAL_WORD_PLACE && !word.place.memory)
		serial_used =
		    serial_use(&word.place, SERIAL_CLOCK_HZ, word.speed != 0 ? word.speed : SERIAL_SPEED_DEFAULT, true);
	if (screen_wanted() && screen_refusal() == NULL &&
	    boot_info.screen.base + screen_bytes(&boot_info.screen) <= BOOT_MAP_END)
		screen_use();
}

/* What nobody told: the firmware's own line, else COM1, if it is there. */
static bool serial_find(uint32_t speed)
{
	if (acpi.spcr.present &&
	    serial_use(&acpi.spcr.place, acpi.spcr.clock_hz, speed != 0 ? speed : acpi.spcr.speed, true))
		return true;
	return serial_use(&com1, SERIAL_CLOCK_HZ, speed != 0 ? speed : SERIAL_SPEED_DEFAULT, false);
}

/* A line in memory that is the firmware's has its registers as the firmware says. */
static bool serial_told(const struct serial_word *word)
{
	bool same = acpi.spcr.present && word->place.memory == acpi.spcr.place.memory &&
		    word->place.base == acpi.spcr.place.base;
	uint32_t speed = word->speed != 0 ? word->speed : same ? acpi.spcr.speed : SERIAL_SPEED_DEFAULT;

	if (same)
		return serial_use(&acpi.spcr.place, acpi.spcr.clock_hz, speed, true);
	return serial_use(&word->place, SERIAL_CLOCK_HZ, speed, true);
}

static void early_remove(void)
{
	unsigned kept = 0;

	for (unsigned at = 0; at < sinks_count; at++) {
		if (sinks[at] != early_sink)
			sinks[kept++] = sinks[at];
	}
	sinks_count = kept;
}

static void serial_choose(void)
{
	struct serial_word word;
	const char *problem = serial_choice(&word);

	if (problem != NULL) {
		complain("serial", problem);
		word = (struct serial_word){.where = SERIAL_WORD_AUTO};
	}
	if (word.where == SERIAL_WORD_AUTO && !debugcon_used) { /* the early sink's line, or a better one */
		early_remove();
		serial_used = serial_find(word.speed);
	} else if (word.where == SERIAL_WORD_PLACE && !serial_used) {
		serial_used = serial_told(&word);
		if (!serial_used)
			complain("serial", "no serial line answers there");
	}
}

void console_choose(void)
{
	serial_choose();
	if (!screen_wanted() || screen_used || boot_info.screen.kind == BOOT_SCREEN_NONE)
		return;
	if (screen_refusal() != NULL) {
		boot_warn(screen_refusal(), NULL);
		return;
	}
	screen_map();
	screen_use();
}

const char *console_name(void)
{
	if (debugcon_used)
		return serial_used ? "debugcon+serial" : "debugcon";
	return serial_used ? "serial" : "none";
}

/* --- Writing ------------------------------------------------------------------------------------------------------ */

/* The lines that do not begin with '@', wherever the writer cuts them. */
static void screen_filter(const char *bytes, size_t len_bytes)
{
	size_t from = 0;

	for (size_t at = 0; at < len_bytes; at++) {
		if (line_begins)
			line_is_record = bytes[at] == '@';
		line_begins = bytes[at] == '\n';
		if (!line_is_record && (line_begins || at + 1 == len_bytes))
			screen_write(&screen, bytes + from, at + 1 - from);
		if (line_begins)
			from = at + 1;
	}
}

void console_machine_write(const char *bytes, size_t len_bytes)
{
	for (unsigned at = 0; at < sinks_count; at++)
		sinks[at](bytes, len_bytes);
}

void console_screen_write(const char *bytes, size_t len_bytes)
{
	if (screen_used)
		screen_write(&screen, bytes, len_bytes);
}

void console_write(const char *bytes, size_t len_bytes)
{
	console_machine_write(bytes, len_bytes);
	if (screen_used)
		screen_filter(bytes, len_bytes);
}

bool console_screen(unsigned *columns, unsigned *rows)
{
	*columns = screen.columns;
	*rows = screen_used ? screen.rows - 1 : 0;
	return screen_used;
}

void console_screen_clear(void)
{
	if (screen_used)
		screen_clear(&screen);
}

void console_status(const char *text)
{
	if (screen_used)
		screen_status(&screen, text);
}

void console_tone(enum console_tone tone)
{
	screen.tone = tone == CONSOLE_ALERT ? SCREEN_ALERT : tone == CONSOLE_BRIGHT ? SCREEN_BRIGHT : SCREEN_PLAIN;
}
