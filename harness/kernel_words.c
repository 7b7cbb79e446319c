/* SPDX-License-Identifier: MIT */
/* Words for the Aerokernel: see kernel_words.h. */
#include "kernel_words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "region_place.h"
#include "subject.h"

/* --- Values ----------------------------------------------------------------------------------------------------------------- */

/* The whole text is digits of this base, at most so many, and a number inside [low, high]. */
static bool number_read(const char *text, int base, size_t digits_max, uint64_t low, uint64_t high, uint64_t *value)
{
	size_t digits = strspn(text, base == 16 ? "0123456789abcdefABCDEF" : "0123456789");

	if (digits == 0 || digits > digits_max || text[digits] != '\0')
		return false;
	errno = 0;
	*value = strtoull(text, NULL, base);
	return errno == 0 && *value >= low && *value <= high;
}

static bool hex_read(const char *text, uint64_t low, uint64_t high, uint64_t *value)
{
	return strncmp(text, "0x", 2) == 0 && number_read(text + 2, 16, 16, low, high, value);
}

/* kernel/x86/serial.c: eight registers below the last port; no device in the first page, nor where no page can map it. */
enum { PORT_MAX = 0xfff8, MEMORY_MIN = 4096, REGISTERS_BYTES = 32, SPEED_MAX = 115200, DIVISOR_MAX = 0xffff };
static const uint64_t memory_max = (1ULL << 46) - REGISTERS_BYTES;

static bool place_read(const char *where, struct kernel_serial *serial)
{
	static const uint64_t ports[] = {0x3f8, 0x2f8, 0x3e8, 0x2e8};

	serial->where = KERNEL_SERIAL_PORT;
	if (strncmp(where, "com", 3) == 0 && where[3] >= '1' && where[3] <= '4' && where[4] == '\0') {
		serial->base = ports[where[3] - '1'];
		return true;
	}
	if (strncmp(where, "0x", 2) == 0)
		return hex_read(where, 1, PORT_MAX, &serial->base);
	serial->where = KERNEL_SERIAL_MEMORY;
	if (strncmp(where, "mmio:", 5) == 0)
		return hex_read(where + 5, MEMORY_MIN, memory_max, &serial->base);
	if (strncmp(where, "mmio32:", 7) == 0)
		return hex_read(where + 7, MEMORY_MIN, memory_max, &serial->base) && serial->base % 4 == 0;
	serial->where = strcmp(where, "auto") == 0 ? KERNEL_SERIAL_AUTO : KERNEL_SERIAL_NONE;
	return serial->where == KERNEL_SERIAL_AUTO || strcmp(where, "none") == 0;
}

static bool serial_read(const char *text, struct kernel_serial *serial)
{
	const char *after = text + (strncmp(text, "mmio:", 5) == 0 ? 5 : strncmp(text, "mmio32:", 7) == 0 ? 7 : 0);
	const char *colon = strchr(after, ':');
	uint64_t baud = 0;
	char *where;
	bool good;

	*serial = (struct kernel_serial){.where = KERNEL_SERIAL_NONE};
	where = colon != NULL ? memory_format("%.*s", (int)(colon - text), text) : memory_text(text);
	good = place_read(where, serial);
	free(where);
	if (!good || colon == NULL)
		return good;
	if (!number_read(colon + 1, 10, 7, 1, SPEED_MAX, &baud) || SPEED_MAX % baud != 0 ||
	    SPEED_MAX / baud > DIVISOR_MAX)
		return false;
	serial->speed_baud = (unsigned)baud;
	return serial->where != KERNEL_SERIAL_NONE;
}

int kernel_words_serial(const char *option, const char *text, struct kernel_serial *serial, struct error *error)
{
	if (serial_read(text, serial))
		return 0;
	return error_set(
	    error, STATUS_USAGE,
	    "--%s '%s': use com1 … com4, 0xPORT up to 0xfff8, mmio:0xADDRESS or mmio32:0xADDRESS from 0x1000, "
	    "auto or none, then :SPEED that divides 115200, as com1:115200 or com1:57600",
	    option, text);
}

static bool is_serial(const char *value)
{
	struct kernel_serial serial;

	return serial_read(value, &serial);
}

static bool is_something(const char *value)
{
	return value[0] != '\0';
}

static bool is_samples(const char *value)
{
	uint64_t number;

	return number_read(value, 10, 20, 1, KERNEL_SAMPLES_MAX, &number);
}

static bool is_warmup(const char *value)
{
	uint64_t number;

	return number_read(value, 10, 20, 0, KERNEL_SAMPLES_MAX, &number);
}

static bool is_seed(const char *value)
{
	uint64_t number;

	return number_read(value, 10, 20, 0, INT64_MAX, &number);
}

static bool is_quantum(const char *value)
{
	uint64_t number;

	return number_read(value, 10, 7, 0, 1000000, &number) && (number == 0 || number >= 10);
}

static bool is_bytes(const char *value)
{
	uint64_t number;

	return region_number_read(&value, &number) && *value == '\0';
}

static bool is_region(const char *value)
{
	struct region_place place;

	return region_place_read(value, &place);
}

/* --- Words ------------------------------------------------------------------------------------------------------------------ */

static const struct word {
	const char *key;
	bool (*right)(const char *value); /* NULL: one of values */
	const char *values;               /* separated by '|'; else what the value has to be */
} words_known[] = {
    {"bench", is_something, "NAME,NAME…"},
    {"samples", is_samples, "a number from 1 to 1000000"},
    {"warmup", is_warmup, "a number from 0 to 1000000"},
    {"seed", is_seed, "a number below 2^63"},
    {"unit", NULL, "ticks|instructions"},
    {"events", is_something, "CODE/NAME,…"},
    {"mode", NULL, "bench|list|conform|test|doctor"},
    {"test", is_something, "part of a test's name"},
    {"idle", NULL, "halt|poll"},
    {"spin", NULL, "pause|none"},
    {"quantum_us", is_quantum, "a number from 10 to 1000000, or 0"},
    {"progress", NULL, "yes|no"},
    {"serial", is_serial,
     "com1 … com4, 0xPORT, mmio:0xADDRESS, mmio32:0xADDRESS, auto or none, then :SPEED that divides 115200"},
    {"screen", NULL, "yes|no"},
    {"doctor", NULL, "yes|no"},
    {"results", is_region, "BASE+LEN, as 256M+64M"},
    {"after", NULL, "halt|reset|linux"},
    {"rsdp", is_bytes, "an address, as 0xf5a20"},
    {"panic", NULL, "assert|pagefault|overflow|fiber|fiberleft|doublefault|hang|mid|clock"},
};

enum { WORDS_KNOWN = sizeof(words_known) / sizeof(words_known[0]) };

const char *kernel_words_key(size_t i)
{
	return i < WORDS_KNOWN ? words_known[i].key : NULL;
}

static bool value_right(const struct word *known, const char *value)
{
	const char *at = known->values;
	size_t len_bytes = strlen(value);

	if (known->right != NULL)
		return known->right(value);
	for (;;) {
		size_t len = strcspn(at, "|");

		if (len == len_bytes && strncmp(at, value, len) == 0)
			return true;
		if (at[len] == '\0')
			return false;
		at += len + 1;
	}
}

static const char *nearest(const char *word)
{
	const char *keys[WORDS_KNOWN];

	for (size_t i = 0; i < WORDS_KNOWN; i++)
		keys[i] = words_known[i].key;
	return subject_nearest(word, keys, WORDS_KNOWN);
}

/* --- Command lines --------------------------------------------------------------------------------------------------------- */

/* The first word of this key; *len is its length. The key may go on with '='. NULL: there is none. */
static const char *word_find(const char *words, const char *key, size_t *len)
{
	size_t key_len = strcspn(key, "=");

	for (const char *at = words + strspn(words, " "); *at != '\0'; at += *len, at += strspn(at, " ")) {
		*len = strcspn(at, " ");
		if (*len > key_len && at[key_len] == '=' && strncmp(at, key, key_len) == 0)
			return at;
	}
	return NULL;
}

static int value_check(const char *option, const char *key, const char *value, struct error *error)
{
	for (size_t i = 0; i < WORDS_KNOWN; i++) {
		if (strcmp(words_known[i].key, key) != 0)
			continue;
		if (value_right(&words_known[i], value))
			return 0;
		return error_set(error, STATUS_USAGE, "--%s '%s=%s': its value must be %s", option, key, value,
				 words_known[i].values);
	}
	return error_set(
	    error, STATUS_USAGE,
	    "--%s '%s=%s': the Aerokernel knows no word '%s', nearest is '%s'; all are in bench/runner.h and "
	    "kernel/core/settings.h",
	    option, key, value, key, nearest(key));
}

/* The word of this length at this place of words. */
static int word_check(const char *option, const char *words, const char *at, size_t len, struct error *error)
{
	char *word = memory_format("%.*s", (int)len, at), *equals = strchr(word, '=');
	size_t first_len = 0;
	const char *first = word_find(words, word, &first_len);
	int status;

	if (equals == NULL) {
		status = error_set(error, STATUS_USAGE, "--%s '%s' is not KEY=VALUE, as idle=poll", option, word);
	} else if (first != at) {
		status = error_set(error, STATUS_USAGE, "--%s '%.*s', '%s': one word twice; give one of them", option,
				   (int)first_len, first, word);
	} else {
		*equals = '\0';
		status = value_check(option, word, equals + 1, error);
	}
	free(word);
	return status;
}

int kernel_words_check(const char *option, const char *words, struct error *error)
{
	int status = 0;
	size_t len;

	for (const char *at = words + strspn(words, " "); status == 0 && *at != '\0'; at += strspn(at, " ")) {
		len = strcspn(at, " ");
		status = word_check(option, words, at, len, error);
		at += len;
	}
	return status;
}

int kernel_words_added(const char *option, const char *words, const struct kernel_words_own *own, struct error *error)
{
	int status = kernel_words_check(option, words, error);
	const char *found;
	size_t len;

	for (; status == 0 && own->key != NULL; own++) {
		found = word_find(words, own->key, &len);
		if (found != NULL)
			status = error_set(error, STATUS_USAGE, "--%s '%.*s': use %s for that", option, (int)len, found,
					   own->option);
	}
	return status;
}

char *kernel_words_over(const char *defaults, const char *words)
{
	char *text = NULL;
	size_t text_len, len, ignored;
	FILE *file = open_memstream(&text, &text_len);
	const char *before = "";

	for (const char *at = defaults + strspn(defaults, " "); *at != '\0'; at += len, at += strspn(at, " ")) {
		len = strcspn(at, " ");
		if (words != NULL && word_find(words, at, &ignored) != NULL)
			continue;
		fprintf(file, "%s%.*s", before, (int)len, at);
		before = " ";
	}
	if (words != NULL && words[0] != '\0')
		fprintf(file, "%s%s", before, words);
	fclose(file);
	return text;
}
