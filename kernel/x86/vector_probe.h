/* SPDX-License-Identifier: MIT */
/*
 * All vector registers at once, for the tests that they stay what they are: no compiler keeps a value in a vector register
 * over a call, so C cannot look.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { VECTOR_REGISTERS = 16, VECTOR_WORDS = 4 /* of a 256-bit register; 2 of a 128-bit one */ };

/* Loads xmm0 … xmm15, or ymm0 … ymm15 if wide, from values. */
void vector_load(const uint64_t values[VECTOR_REGISTERS][VECTOR_WORDS], bool wide);
/* Stores them; without wide, only words 0 and 1 of each. */
void vector_store(uint64_t values[VECTOR_REGISTERS][VECTOR_WORDS], bool wide);
