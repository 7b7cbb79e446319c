/* SPDX-License-Identifier: MIT */
/*
 * A bzImage and what its 64-bit entry wants to be told: Linux, Documentation/arch/x86/boot.rst and zero-page.rst. Readers
 * and writers of bytes and nothing else: any file is survived, and what cannot be booted is refused with the reason.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot_info.h"

enum {
	LINUX_PARAMS_BYTES = 4096,
	LINUX_MEMORY_MAX = 128,
	LINUX_ENTRY64 = 0x200, /* from where the kernel is put: boot.rst, "64-bit Boot Protocol" */
	/* kinds of memory: ACPI 6.5 table 15.4 */
	LINUX_MEMORY_RESERVED = 2,
	LINUX_MEMORY_ACPI = 3,
};

struct linux_image {
	const uint8_t *kernel; /* behind the real-mode part: what is moved to where it will run */
	uint64_t kernel_bytes;
	uint64_t align_bytes;        /* of that place, a power of two */
	uint64_t memory_bytes;       /* that the kernel needs there before it knows of any other memory */
	uint64_t preferred;          /* the place it was linked for */
	uint32_t command_line_bytes; /* at most, the ending zero left out */
	const uint8_t *header;       /* the file from offset 0 on */
};

/* A piece of memory and its kind. */
struct linux_memory {
	uint64_t base, len_bytes;
	uint32_t type;
};

/* What Linux is told besides its header. Addresses are physical. */
struct linux_told {
	uint64_t command_line, initrd, initrd_bytes; /* initrd_bytes 0: none */
	uint64_t rsdp;                               /* 0: Linux looks for itself */
	const struct boot_screen *screen;
	const struct linux_memory *memory;
	unsigned memory_count; /* LINUX_MEMORY_MAX at most */
};

/* Returns NULL, or why this kernel cannot hand over to that file. */
const char *linux_image_read(struct linux_image *image, const void *file, uint64_t file_bytes);
/* Fills the zero page. */
void linux_params_fill(uint8_t params[LINUX_PARAMS_BYTES], const struct linux_image *image,
		       const struct linux_told *told);
/*
 * Adds a piece of memory to the list, and takes it away from what is already there; pieces of no bytes are left out.
 * False: the list is full.
 */
bool linux_memory_set(struct linux_memory list[LINUX_MEMORY_MAX], unsigned *count, struct linux_memory piece);
