/* SPDX-License-Identifier: MIT */
/* Small files of /proc and /sys: see sysfile.h. */
#include "sysfile.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 512 };

bool sysfile_line(const char *path, char *text, size_t text_bytes)
{
	FILE *file = fopen(path, "re");
	bool good;

	text[0] = '\0';
	if (file == NULL)
		return false;
	good = fgets(text, (int)text_bytes, file) != NULL;
	if (!good)
		text[0] = '\0';
	fclose(file);
	text[strcspn(text, "\n")] = '\0';
	return good;
}

/* Digits and nothing behind them but blanks. */
static bool number_read(const char *text, uint64_t *number)
{
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return errno == 0 && end[strspn(end, " \t\n")] == '\0';
}

bool sysfile_number(const char *path, uint64_t *number)
{
	char line[LINE_BYTES];

	return sysfile_line(path, line, sizeof(line)) && number_read(line, number);
}

bool sysfile_key(const char *path, const char *key, uint64_t *number)
{
	FILE *file = fopen(path, "re");
	size_t len = strlen(key);
	char line[LINE_BYTES];
	bool found = false;

	if (file == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), file) != NULL) {
		char *value = line + len;

		if (strncmp(line, key, len) != 0)
			continue;
		value += strspn(value, " \t:");
		if (!isdigit((unsigned char)value[0]))
			continue;
		*number = strtoull(value, NULL, 10);
		found = true;
	}
	fclose(file);
	return found;
}
