/* SPDX-License-Identifier: MIT */
/* The fuzz target for the harness's own JSON files: see fuzz.h. */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../aa.h"
#include "../gate_baseline.h"
#include "../history.h"
#include "../import_file.h"
#include "../memory.h"
#include "mend.h"

/* What the readers open: a file in memory. */
struct scratch {
	int fd;
	char *path;
};

static struct scratch scratch_make(const char *text, size_t len_bytes)
{
	struct scratch scratch = {.fd = memfd_create("fuzz", MFD_CLOEXEC)};

	FUZZ_CHECK(scratch.fd >= 0 && write(scratch.fd, text, len_bytes) == (ssize_t)len_bytes);
	scratch.path = memory_format("/proc/self/fd/%d", scratch.fd);
	return scratch;
}

static void scratch_free(struct scratch *scratch)
{
	close(scratch->fd);
	free(scratch->path);
}

static void read_history(const char *path)
{
	struct history history = {0};
	struct history_series *series;
	struct error error = {0};

	if (history_read(&history, path, &error) == 0) {
		size_t count;

		history_sort(&history);
		count = history_series_make(&history, NULL, 0, &series);
		json_decref(history_json(series, count));
		history_series_free(series, count);
	} else {
		FUZZ_CHECK(error.status == STATUS_USAGE && error.text[0] != '\0');
	}
	history_free(&history);
}

static void read_baseline(const char *path)
{
	struct gate_baseline baseline, again;
	struct error error = {0};

	if (gate_baseline_read(&baseline, path, &error) == 0) {
		/* What is read is written so that it is read again, and then is the same. */
		char *text = gate_baseline_text(&baseline), *same;
		struct scratch scratch = scratch_make(text, strlen(text));

		FUZZ_CHECK(gate_baseline_read(&again, scratch.path, &error) == 0);
		same = gate_baseline_text(&again);
		FUZZ_CHECK(strcmp(text, same) == 0);
		gate_baseline_free(&again);
		scratch_free(&scratch);
		free(same);
		free(text);
	} else {
		FUZZ_CHECK(error.status == STATUS_USAGE && error.text[0] != '\0');
	}
	gate_baseline_free(&baseline);
}

static void read_aa(const char *path)
{
	struct aa_record record;
	struct error error = {0};

	if (aa_load(&record, path, NULL, NULL, &error) == 0) {
		char *reason;

		/* 2026-01-01: it arms, or says why not. */
		FUZZ_CHECK(aa_arms(&record, 1767225600, &reason) == (reason == NULL));
		free(reason);
		for (size_t i = 0; i < record.test_count; i++)
			free(aa_margin_text(record.tests[i].margin, record.tests[i].comparisons));
	} else {
		FUZZ_CHECK(error.status == STATUS_USAGE && error.text[0] != '\0');
	}
	aa_free(&record);
}

static void read_import(const char *text, size_t len_bytes)
{
	struct import_file file;
	struct error error = {0};

	if (import_file_read(&file, text, len_bytes, &error) == 0)
		FUZZ_CHECK(file.import.row_count > 0);
	else
		FUZZ_CHECK(error.status == STATUS_USAGE && error.text[0] != '\0');
	import_file_free(&file);
}

/* A history is lines, each with its own check. */
static char *mend_lines(const char *text, size_t len_bytes, size_t *mended_bytes)
{
	char *mended = NULL;
	FILE *file = open_memstream(&mended, mended_bytes);

	for (size_t at = 0; at < len_bytes;) {
		const char *newline = memchr(text + at, '\n', len_bytes - at);
		size_t len = newline != NULL ? (size_t)(newline - text) - at : len_bytes - at;
		char *line = mend_json(text + at, len, JSON_COMPACT);

		fprintf(file, "%s\n", line);
		free(line);
		at += len + 1;
	}
	fclose(file);
	return mended;
}

int fuzz_results(const uint8_t *bytes, size_t len_bytes)
{
	const char *text = (const char *)bytes + 1;
	char *mended = NULL;
	struct scratch scratch;
	size_t len;

	if (len_bytes == 0)
		return 0;
	len = len_bytes - 1;
	if ((bytes[0] & 1) != 0)
		text = mended = mend_lines(text, len, &len);
	scratch = scratch_make(text, len);
	if ((bytes[0] & 6) == 0)
		read_history(scratch.path);
	else if ((bytes[0] & 6) == 2)
		read_baseline(scratch.path);
	else if ((bytes[0] & 6) == 4)
		read_import(text, len);
	else
		read_aa(scratch.path);
	scratch_free(&scratch);
	free(mended);
	return 0;
}
