/* SPDX-License-Identifier: MIT */
/*
 * Pieces of text that are not copied. Everything here is linear in the word's length and touches nothing else.
 */
#include "word.h"

struct word word_of(const char *string)
{
	struct word word = {.at = string, .len_bytes = 0};

	while (string[word.len_bytes] != '\0')
		word.len_bytes++;
	return word;
}

struct word word_cut(struct word *rest, char separator)
{
	struct word piece = {.at = rest->at, .len_bytes = 0};

	while (piece.len_bytes < rest->len_bytes && rest->at[piece.len_bytes] != separator)
		piece.len_bytes++;

	size_t gone = piece.len_bytes + (piece.len_bytes < rest->len_bytes);

	rest->at += gone;
	rest->len_bytes -= gone;
	return piece;
}

bool word_is(struct word word, const char *string)
{
	for (size_t i = 0; i < word.len_bytes; i++) {
		if (string[i] == '\0' || string[i] != word.at[i])
			return false;
	}
	return string[word.len_bytes] == '\0';
}

bool word_same(struct word a, struct word b)
{
	if (a.len_bytes != b.len_bytes)
		return false;
	for (size_t i = 0; i < a.len_bytes; i++) {
		if (a.at[i] != b.at[i])
			return false;
	}
	return true;
}

bool word_number(struct word word, uint64_t *number)
{
	uint64_t sum = 0;

	if (word.len_bytes == 0)
		return false;
	for (size_t i = 0; i < word.len_bytes; i++) {
		unsigned digit = (unsigned)(uint8_t)word.at[i] - '0';

		if (digit > 9 || __builtin_mul_overflow(sum, 10, &sum) || __builtin_add_overflow(sum, digit, &sum))
			return false;
	}
	*number = sum;
	return true;
}

size_t word_decimal(char *to, uint64_t number)
{
	char digits[WORD_NUMBER_MAX];
	size_t count = 0;

	do {
		digits[WORD_NUMBER_MAX - ++count] = (char)('0' + number % 10);
		number /= 10;
	} while (number != 0);
	for (size_t i = 0; i < count; i++)
		to[i] = digits[WORD_NUMBER_MAX - count + i];
	return count;
}

int word_order(const char *a, const char *b)
{
	while (*a != '\0' && *a == *b) {
		a++;
		b++;
	}
	return (int)(uint8_t)*a - (int)(uint8_t)*b;
}

/* False: it has no key. */
static bool key_of(const char *string, struct word *key)
{
	struct word rest = word_of(string);

	*key = word_cut(&rest, '=');
	return string[key->len_bytes] == '=';
}

bool word_twice(int count, char *const words[], const char *pair[2])
{
	struct word key, other;

	for (int i = 0; i < count; i++) {
		for (int j = 0; j < i && key_of(words[i], &key); j++) {
			if (!key_of(words[j], &other) || !word_same(key, other))
				continue;
			pair[0] = words[j];
			pair[1] = words[i];
			return true;
		}
	}
	return false;
}
