/* SPDX-License-Identifier: MIT */
/* Places of regions, from text: see region_place.h. */
#include "region_place.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bench/wire_region.h"
#include "memory.h"

enum { PAGE_BYTES = 4096 };

/* A number of this base (strtoull()'s) with an optional unit; moves *at behind it. */
static bool number_take(const char **at, int base, const char *units, uint64_t *number)
{
	const char *unit;
	char *end;
	unsigned shift = 0;

	if (!isdigit((unsigned char)**at))
		return false;
	errno = 0;
	*number = strtoull(*at, &end, base);
	if (errno != 0)
		return false;
	unit = *end == '\0' ? NULL : strchr(units, *end);
	if (unit != NULL) {
		shift = 10 * (unsigned)((unit - units) % 3 + 1);
		end++;
	}
	if (*number > UINT64_MAX >> shift)
		return false;
	*number <<= shift;
	*at = end;
	return true;
}

bool region_number_read(const char **at, uint64_t *number)
{
	bool hexadecimal = (*at)[0] == '0' && ((*at)[1] == 'x' || (*at)[1] == 'X');

	return number_take(at, hexadecimal ? 16 : 10, "KMG", number);
}

/* As Linux's memparse() has it: octal too, and small letters. */
static bool linux_number_read(const char **at, uint64_t *number)
{
	return number_take(at, 0, "KMGkmg", number);
}

/* BASE+LEN; moves *at behind it. */
static bool place_take(const char **at, struct region_place *place)
{
	if (!region_number_read(at, &place->base) || **at != '+')
		return false;
	++*at;
	return region_number_read(at, &place->len_bytes);
}

bool region_place_read(const char *text, struct region_place *place)
{
	return place_take(&text, place) && *text == '\0';
}

static bool place_is_sound(const struct region_place *place)
{
	return place->base > 0 && place->base % PAGE_BYTES == 0 && place->len_bytes >= WIRE_REGION_BYTES_MIN &&
	       place->len_bytes <= UINT64_MAX - place->base;
}

int region_place_parse(const char *what, const char *text, struct region_place *place, struct error *error)
{
	struct region_place read;

	if (!region_place_read(text, &read))
		return error_set(error, STATUS_USAGE, "%s '%s': use BASE+LENGTH, as 256M+64M (K, M or G)", what, text);
	if (!place_is_sound(&read))
		return error_set(
		    error, STATUS_USAGE,
		    "%s '%s': BASE must be a multiple of 4K and not 0, LENGTH at least 1M; 256M+64M is usual", what,
		    text);
	*place = read;
	return 0;
}

/* --- What Linux was told ---------------------------------------------------------------------------------------------------- */

static size_t place_add(struct region_place places[], size_t count, const struct region_place *place)
{
	if (count < REGION_PLACES_MAX && place_is_sound(place))
		places[count++] = *place;
	return count;
}

/* memmap=LEN$BASE,LEN@BASE,…: those with '$' are reserved. */
static size_t places_of_memmap(const char *value, struct region_place places[], size_t count)
{
	for (;;) {
		const char *at = value;
		struct region_place place;

		if (linux_number_read(&at, &place.len_bytes) && *at++ == '$' && linux_number_read(&at, &place.base))
			count = place_add(places, count, &place);
		value += strcspn(value, ", \n");
		if (*value != ',')
			return count;
		value++;
	}
}

/* One pass over the words, for words that begin with key. */
static size_t places_of_word(const char *line, const char *key, struct region_place places[], size_t count)
{
	size_t key_len = strlen(key);

	while (*line != '\0') {
		if (strncmp(line, key, key_len) == 0) {
			const char *at = line + key_len;
			struct region_place place;

			if (strcmp(key, "memmap=") == 0)
				count = places_of_memmap(at, places, count);
			else if (place_take(&at, &place) && (*at == '\0' || *at == ' ' || *at == '\n'))
				count = place_add(places, count, &place);
		}
		line += strcspn(line, " \n");
		line += strspn(line, " \n");
	}
	return count;
}

size_t region_places(const char *command_line, struct region_place places[REGION_PLACES_MAX])
{
	size_t count = places_of_word(command_line, "aerobench.results=", places, 0);

	return places_of_word(command_line, "memmap=", places, count);
}

size_t region_places_of_linux(const char *root, struct region_place places[REGION_PLACES_MAX])
{
	char *path = memory_format("%s/proc/cmdline", root), *words = NULL;
	FILE *file = fopen(path, "re");
	size_t room = 0, count = 0;

	if (file != NULL && getline(&words, &room, file) > 0)
		count = region_places(words, places);
	if (file != NULL)
		fclose(file);
	free(words);
	free(path);
	return count;
}
