/* SPDX-License-Identifier: MIT */
/* Boots that are brought again: see collect_again.h. */
#include "collect_again.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "collect_kind.h"
#include "memory.h"
#include "stream.h"

/* What tells one boot from another. */
struct identity {
	bool whole;
	char *stamp; /* "" without a proved one */
	uint32_t records_crc;
	size_t records_bytes;
	size_t runs; /* that are proved */
};

/* "62698543886 7 abc123": allocated. */
static char *stamp_make(const struct stream *stream)
{
	const char *stamp = stream_env(stream, "boot_stamp"), *seed = stream_env(stream, "seed"),
		   *commit = stream_env(stream, "commit");

	return stamp == NULL ? memory_text("")
			     : memory_format("%s %s %s", stamp, seed != NULL ? seed : "", commit != NULL ? commit : "");
}

uint32_t collect_again_crc(const char *log, size_t len_bytes, size_t *records_bytes)
{
	uint32_t crc = 0;

	*records_bytes = 0;
	for (const char *line = log, *end = log + len_bytes; line < end;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)((newline != NULL ? newline : end) - line);

		if (len > 0 && line[0] == '@') {
			crc = (uint32_t)crc32_z(crc, (const Bytef *)line, len);
			*records_bytes += len;
		}
		line += len + 1;
	}
	return crc;
}

static void identity_read(struct identity *identity, enum store_status status, const char *log, size_t len_bytes)
{
	struct stream stream;

	collect_kind_stream(&stream, status, log, len_bytes);
	*identity =
	    (struct identity){.whole = status == STORE_OK, .stamp = stamp_make(&stream), .runs = stream.run_count};
	stream_free(&stream);
	identity->records_crc = collect_again_crc(log, len_bytes, &identity->records_bytes);
}

static bool is_same(const struct identity *a, const struct identity *b)
{
	if (!(a->whole && b->whole) && a->stamp[0] != '\0' && b->stamp[0] != '\0')
		return strcmp(a->stamp, b->stamp) == 0;
	return a->records_bytes == b->records_bytes && a->records_crc == b->records_crc;
}

static bool stored_read(const struct store *store, const struct store_boot *stored, struct identity *identity)
{
	size_t len_bytes;
	char *log;

	if (stored->log == NULL || store_read_log(store, stored, &log, &len_bytes, NULL) != 0)
		return false;
	identity_read(identity, stored->status, log, len_bytes);
	free(log);
	return true;
}

/* The first boot of the subject that is this one. part: of which less was stored than there is now; else: as much. */
static const struct store_boot *find(const struct store *store, const char *subject, const struct collect_boot *boot,
				     bool part)
{
	const struct store_boot *found = NULL;
	struct identity identity, other;

	identity_read(&identity, boot->status, boot->log, boot->log_bytes);
	for (size_t i = 0; i < store->boot_count && found == NULL; i++) {
		const struct store_boot *stored = &store->boots[i];
		bool less;

		if (strcmp(stored->subject, subject) != 0 || !stored_read(store, stored, &other))
			continue;
		less = !other.whole && (identity.whole || other.runs < identity.runs);
		found = less == part && is_same(&identity, &other) ? stored : NULL;
		free(other.stamp);
	}
	free(identity.stamp);
	return found;
}

const struct store_boot *collect_again_find(const struct store *store, const char *subject,
					    const struct collect_boot *boot)
{
	return find(store, subject, boot, false);
}

const struct store_boot *collect_again_part(const struct store *store, const char *subject,
					    const struct collect_boot *boot)
{
	return find(store, subject, boot, true);
}
