/* SPDX-License-Identifier: MIT */
/*
 * What the boot loader told us, copied out of its memory, whichever protocol it spoke. After boot_info_read() that
 * memory is free, except for the modules.
 */
#pragma once

#include <stdint.h>

#include "cpu.h"

enum {
	BOOT_MEMORY_MAX = 1024 /* large machines have hundreds */,
	BOOT_MODULES_MAX = 16,
	BOOT_COMMAND_LINE_BYTES = 8192,
	BOOT_RSDP_BYTES = 36, /* ACPI 6.5 table 5.3 */
	BOOT_MODULE_TEXT_BYTES = 2048,
};

struct boot_memory {
	struct memory_range range;
	uint32_t type; /* ACPI 6.5 table 15.4 */
	bool ram;      /* else reserved, ACPI, bad, … */
};

/* A file that the loader brought. Multiboot2: its string is the module's command line. */
struct boot_module {
	struct memory_range range;
	char text[BOOT_MODULE_TEXT_BYTES]; /* "" without one */
	bool text_cut;
};

/* Multiboot2 specification §3.6.12. */
enum { BOOT_SCREEN_NONE = 0xff, BOOT_SCREEN_RGB = 1, BOOT_SCREEN_TEXT = 2 };

/* The screen as the loader left it: pixels, or the characters and attributes of EGA text mode. */
struct boot_screen {
	uint8_t kind; /* BOOT_SCREEN_ */
	uint64_t base;
	uint32_t pitch_bytes, width, height; /* in pixels, or in characters */
	uint8_t bits;                        /* of a pixel, unused ones too */
	uint8_t red_at, red_bits, green_at, green_bits, blue_at, blue_bits;
};

struct boot_info {
	const char *protocol; /* "pvh" or "multiboot2" */
	const char *refused;  /* why the information cannot be used, NULL: it can */
	unsigned memory_count, modules_count;
	struct boot_memory memory[BOOT_MEMORY_MAX];
	struct boot_module modules[BOOT_MODULES_MAX];
	struct boot_screen screen;
	uintptr_t rsdp;        /* address of ACPI's root pointer, 0: not told */
	uint16_t ebda_segment; /* from the BIOS data area, which page 0's unmapping hides later */
	bool command_line_cut;
	char command_line[BOOT_COMMAND_LINE_BYTES];
	uint8_t rsdp_copy[BOOT_RSDP_BYTES];
};

extern struct boot_info boot_info;

/* protocol: BOOT_PVH or BOOT_MULTIBOOT2; information: the physical address that came with it. */
void boot_info_read(unsigned protocol, uintptr_t information);
/* The value of the first word key=value of the command line, and its length; NULL: there is none. */
const char *boot_option(const char *key, size_t *len_bytes);
/* Whether that word is key=value. */
bool boot_option_is(const char *key, const char *value);
