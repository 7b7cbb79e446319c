/* SPDX-License-Identifier: MIT */
/* Checks made right: see mend.h. */
#include "mend.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "../memory.h"
#include "../store_file.h"

struct mending {
	FILE *file;
	uint32_t crc_run, crc_stream, crc_head;
	unsigned runs;
};

static bool begins(const char *line, size_t len, const char *record)
{
	return len >= strlen(record) && memcmp(line, record, strlen(record)) == 0;
}

/* The record up to " crc=", whose value follows from it. */
static void put_checked(struct mending *mending, const char *line, size_t len)
{
	const char *crc = memmem(line, len, " crc=", 5);
	bool end = begins(line, len, "@end ");
	size_t kept = crc != NULL ? (size_t)(crc - line) : len - 1;
	uint32_t before = end ? mending->crc_run : mending->crc_stream;
	char *text = NULL;

	before = (uint32_t)crc32(before, (const Bytef *)line, (uInt)kept);
	if (begins(line, len, "@head "))
		mending->crc_head = before;
	text = memory_format("%.*s crc=%u\n", (int)kept, line, before);
	mending->crc_stream = (uint32_t)crc32(mending->crc_stream, (const Bytef *)text, (uInt)strlen(text));
	fputs(text, mending->file);
	free(text);
}

static void put_line(struct mending *mending, const char *line, size_t len)
{
	if (begins(line, len, "@run ") || begins(line, len, "@repeat "))
		mending->crc_run = mending->crc_head;
	if ((begins(line, len, "@end ") || begins(line, len, "@head ") || begins(line, len, "@done ")) &&
	    memchr(line, '\0', len) == NULL) {
		put_checked(mending, line, len);
		return;
	}
	if (line[0] == '@') {
		mending->crc_run = (uint32_t)crc32(mending->crc_run, (const Bytef *)line, (uInt)len);
		mending->crc_stream = (uint32_t)crc32(mending->crc_stream, (const Bytef *)line, (uInt)len);
	}
	fwrite(line, 1, len, mending->file);
}

char *mend_stream(const char *text, size_t len_bytes, size_t *mended_bytes)
{
	char *mended = NULL;
	struct mending mending = {.file = open_memstream(&mended, mended_bytes)};

	for (size_t at = 0; at < len_bytes;) {
		const char *newline = memchr(text + at, '\n', len_bytes - at);
		size_t len = newline != NULL ? (size_t)(newline - text) - at + 1 : len_bytes - at;

		put_line(&mending, text + at, len);
		at += len;
	}
	fclose(mending.file);
	return mended;
}

char *mend_json(const char *text, size_t len_bytes, size_t flags)
{
	json_t *object = json_loadb(text, len_bytes, 0, NULL);
	char *mended = json_is_object(object) ? store_json_seal(object, flags) : NULL;

	json_decref(object);
	return mended != NULL ? mended : memory_format("%.*s", (int)len_bytes, text);
}
