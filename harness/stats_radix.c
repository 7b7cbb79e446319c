/* SPDX-License-Identifier: MIT */
/* Sorting in linear time: see stats_radix.h. */
#include "stats_radix.h"

#include <string.h>

enum { DIGIT_BITS = 8, DIGIT_VALUES = 1 << DIGIT_BITS, DIGITS = 32 / DIGIT_BITS };

/* Below this an insertion sort is done before the digits are counted. */
enum { INSERTION_MAX = 32 };

static unsigned digit(uint32_t value, unsigned place)
{
	return value >> (place * DIGIT_BITS) & (DIGIT_VALUES - 1);
}

static void insertion_sort(uint32_t *values, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		uint32_t value = values[i];
		size_t at = i;

		for (; at > 0 && values[at - 1] > value; at--)
			values[at] = values[at - 1];
		values[at] = value;
	}
}

/* From counts to the place of the first value of each digit. */
static void to_places(uint32_t counts[DIGIT_VALUES])
{
	uint32_t place = 0;

	for (unsigned i = 0; i < DIGIT_VALUES; i++) {
		uint32_t count = counts[i];

		counts[i] = place;
		place += count;
	}
}

void stats_radix_sort_u32(uint32_t *values, uint32_t *scratch, size_t n)
{
	uint32_t counts[DIGITS][DIGIT_VALUES] = {{0}};
	uint32_t *from = values, *to = scratch;

	if (n <= INSERTION_MAX) {
		insertion_sort(values, n);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		for (unsigned place = 0; place < DIGITS; place++)
			counts[place][digit(values[i], place)]++;
	}
	for (unsigned place = 0; place < DIGITS; place++) {
		uint32_t *places = counts[place], *other = from;

		if (places[digit(from[0], place)] == n)
			continue;
		to_places(places);
		for (size_t i = 0; i < n; i++)
			to[places[digit(from[i], place)]++] = from[i];
		from = to;
		to = other;
	}
	if (from != values)
		memcpy(values, from, n * sizeof(*values));
}
