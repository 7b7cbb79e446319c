/* SPDX-License-Identifier: MIT */
/*
 * Binary search in the table that symbols.py generates.
 */
#include "symbols.h"

#include <stddef.h>

extern const char image_begin[], image_text_end[]; /* kernel.ld */

/* Sorted by address. The first pass of the link has an empty table of the same form. */
extern const struct symbol {
	uint32_t address, name; /* name: offset into symbol_names */
} symbol_table[];
extern const uint32_t symbol_count;
extern const char symbol_names[];

const char *symbol_find(uintptr_t address, uint64_t *offset_bytes)
{
	uint32_t below = 0, above = symbol_count; /* the last symbol at or below address lies in [below, above) */

	if (address < (uintptr_t)image_begin || address >= (uintptr_t)image_text_end || above == 0)
		return NULL;
	while (above - below > 1) {
		uint32_t middle = below + (above - below) / 2;

		if (symbol_table[middle].address <= address)
			below = middle;
		else
			above = middle;
	}
	if (symbol_table[below].address > address)
		return NULL;
	*offset_bytes = address - symbol_table[below].address;
	return &symbol_names[symbol_table[below].name];
}

void symbol_text(struct text *text, uintptr_t address)
{
	uint64_t offset_bytes;
	const char *name = symbol_find(address, &offset_bytes);

	text_string(text, name == NULL ? "?" : name);
	if (name != NULL) {
		text_string(text, "+");
		text_hex(text, offset_bytes, 1);
	}
}
