/* SPDX-License-Identifier: MIT */
/* The fuzz target for raw logs: see fuzz.h. */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include <zlib.h>

#include "../collect_boots.h"
#include "../memory.h"
#include "../selection.h"
#include "../stream.h"
#include "../stream_salvage.h"
#include "mend.h"

/* What a session asks of a stream that somebody brings it: something to say, or nothing. */
static void ask(const struct stream *stream, bool whole)
{
	static const char *const words[] = {"samples=20 seed=1",
					    "samples=20 bench=wake:place=same,yield:x=1:y=2,,: seed=1",
					    "bench=clock_read,wake", "bench="};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char *difference = selection_difference(stream, words[i], whole);

		FUZZ_CHECK(difference == NULL || difference[0] != '\0');
		free(difference);
	}
}

static void check(const struct stream *stream, int status, const struct error *error)
{
	FUZZ_CHECK((status == 0) == (error->status == STATUS_OK));
	FUZZ_CHECK(status == 0 || error->text[0] != '\0');
	/* Nothing that is not whole and clean has a number. */
	FUZZ_CHECK(status == 0 || (stream->run_count == 0 && stream->runs == NULL));
	FUZZ_CHECK(strchr(error->text, '\n') == NULL);
	ask(stream, status == 0);
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

/* The same bytes as a capture: each boot is what its status says, when it is read again. */
static void collect(const char *text, size_t len_bytes)
{
	struct collect_boots boots;

	collect_boots_read(&boots, text, len_bytes);
	for (size_t i = 0; i < boots.count; i++) {
		const struct collect_boot *boot = &boots.boots[i];
		struct error error = {0};
		struct stream_cut cut;

		FUZZ_CHECK((boot->status == STORE_OK) == (boot->reason == NULL) && boot->from <= len_bytes);
		FUZZ_CHECK(i == 0 || boots.boots[i - 1].from <= boot->from);
		if (boot->status == STORE_OK)
			FUZZ_CHECK(parse(boot->log, boot->log_bytes) == 0);
		if (boot->status != STORE_CUT)
			continue;
		FUZZ_CHECK(stream_salvage(&cut, boot->log, boot->log_bytes, &error) == 0);
		check(&cut.stream, 0, &error);
		FUZZ_CHECK(cut.stream.run_count == boot->runs && boot->runs > 0);
		FUZZ_CHECK(cut.stream.skip_count == 0 && cut.stream.count_count == 0);
		FUZZ_CHECK(strcmp(cut.reason, boot->reason) == 0);
		stream_cut_free(&cut);
	}
	collect_boots_choose(&boots, 1);
	FUZZ_CHECK(boots.count <= 1);
	collect_boots_free(&boots);
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
	collect(copy, len_bytes);
	collect(mended, mended_bytes);
	free(mended);
	free(copy);
	return 0;
}
