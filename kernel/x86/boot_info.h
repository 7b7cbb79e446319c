/* SPDX-License-Identifier: MIT */
/*
 * What the boot loader told us, copied out of its memory, whichever protocol it spoke. After boot_info_read() that
 * memory is free, except for the modules.
 */
#pragma once

#include <stdint.h>

#include "cpu.h"

enum {
	BOOT_MEMORY_MAX = 256,
	BOOT_MODULES_MAX = 16,
	BOOT_COMMAND_LINE_BYTES = 8192,
	BOOT_RSDP_BYTES = 36, /* ACPI 6.5 table 5.3 */
};

struct boot_memory {
	struct memory_range range;
	bool ram; /* else reserved, ACPI, bad, … */
};

struct boot_info {
	const char *protocol; /* "pvh" or "multiboot2" */
	const char *refused;  /* why the information cannot be used, NULL: it can */
	unsigned memory_count, modules_count;
	struct boot_memory memory[BOOT_MEMORY_MAX];
	struct memory_range modules[BOOT_MODULES_MAX];
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
