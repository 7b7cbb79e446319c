/* SPDX-License-Identifier: MIT */
/* The fuzz target for raw logs: see fuzz.h. */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include <zlib.h>

#include "../memory.h"
#include "../stream.h"
#include "mend.h"

static void check(const struct stream *stream, int status, const struct error *error)
{
	FUZZ_CHECK((status == 0) == (error->status == STATUS_OK));
	FUZZ_CHECK(status == 0 || error->text[0] != '\0');
	/* Nothing that is not whole and clean has a number. */
	FUZZ_CHECK(status == 0 || (stream->run_count == 0 && stream->runs == NULL));
	FUZZ_CHECK(strchr(error->text, '\n') == NULL);
	for (size_t i = 0; i < stream->run_count; i++) {
		char *params = stream_point_params(&stream->runs[i].point);

		FUZZ_CHECK(stream->runs[i].n > 0 && stream->runs[i].per > 0 && stream->runs[i].samples != NULL);
		free(params);
	}
}

static int parse(const char *text, size_t len_bytes)
{
	struct stream stream;
	struct error error = {0};
	int status = stream_parse(&stream, text, len_bytes, &error);

	check(&stream, status, &error);
	stream_free(&stream);
	return status;
}

int fuzz_stream(const uint8_t *bytes, size_t len_bytes)
{
	char *copy = memory_new(len_bytes + 1, 1), *mended;
	size_t mended_bytes;

	/* An exact copy, so that a read behind the end is seen. */
	if (len_bytes > 0)
		memcpy(copy, bytes, len_bytes);
	parse(copy, len_bytes);
	mended = mend_stream(copy, len_bytes, &mended_bytes);
	parse(mended, mended_bytes);
	free(mended);
	free(copy);
	return 0;
}
