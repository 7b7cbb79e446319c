/* SPDX-License-Identifier: MIT */
/* How large a program is once it is loaded: from the program headers of an ELF file (System V ABI, "Program Header"). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct elf_size {
	uint64_t text_bytes;  /* of segments that can be executed */
	uint64_t image_bytes; /* of all that is loaded from the file: no debug information, no zeroed data */
};

/* False: no such file, or not a 64-bit little-endian ELF file whose headers are inside it. */
bool elf_size_read(struct elf_size *size, const char *path);
