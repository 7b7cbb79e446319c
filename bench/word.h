/* SPDX-License-Identifier: MIT */
/*
 * Pieces of text that are not copied: what the runner needs to read a command line without a library. A piece borrows
 * the characters it was made from.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct word {
	const char *at;
	size_t len_bytes;
};

struct word word_of(const char *string);
/* Cuts the piece before the first separator off the front of rest, and the separator too. No separator: all of rest. */
struct word word_cut(struct word *rest, char separator);
bool word_is(struct word word, const char *string);
bool word_same(struct word a, struct word b);
/* A decimal number without sign that fits 64 bits; false: it is none. */
bool word_number(struct word word, uint64_t *number);
/* Writes the number in decimal, at most WORD_NUMBER_MAX characters without an end; returns how many. */
enum { WORD_NUMBER_MAX = 20 };
size_t word_decimal(char *to, uint64_t number);
/* Bytewise order, as strcmp() has it: below 0, 0, above 0. */
int word_order(const char *a, const char *b);
/*
 * Whether two words of a command line have the same key, which is what stands before '='; pair is the first such two. A
 * word without '=' has no key. Quadratic: command lines are short.
 */
bool word_twice(int count, char *const words[], const char *pair[2]);
