/* SPDX-License-Identifier: MIT */
/*
 * Names of functions by address. The table is linked into the image (symbols.py), so a backtrace needs no file.
 */
#pragma once

#include <stdint.h>

#include "text.h"

/* The function that address lies in and the offset from its beginning; NULL: none. */
const char *symbol_find(uintptr_t address, uint64_t *offset_bytes);
/* Appends "name+0x1c", or "?" if the address lies in no function. */
void symbol_text(struct text *text, uintptr_t address);
