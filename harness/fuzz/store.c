/* SPDX-License-Identifier: MIT */
/* The fuzz target for a run's directory: see fuzz.h. */
#include "fuzz.h"

#include <stdio.h>
#include <string.h>

#include "../export.h"
#include "../memory.h"
#include "../reading.h"
#include "../store.h"
#include "../store_file.h"
#include "../summary.h"
#include "../test/scratch.h"
#include "mend.h"

static const char *directory;

/* The log's name in a mended journal. */
static const char log_name[] = "fuzz.log.zst";

static void put_file(const char *name, const char *text, size_t len_bytes)
{
	char *path = memory_format("%s/%s", directory, name);
	FILE *file = fopen(path, "we");

	FUZZ_CHECK(file != NULL && fwrite(text, 1, len_bytes, file) == len_bytes && fclose(file) == 0);
	free(path);
}

/* Each line says of its log what is true of this one; sealed again. */
static char *mend_journal(const char *text, const struct store_archive *archive)
{
	char *mended = NULL, *copy = memory_text(text), *rest = copy, *line;
	size_t size;
	FILE *file = open_memstream(&mended, &size);

	while ((line = strsep(&rest, "\n")) != NULL) {
		json_t *json = json_loads(line, 0, NULL);
		char *sealed;

		if (json_is_object(json) && json_is_string(json_object_get(json, "log"))) {
			json_object_set_new(json, "log", json_string(log_name));
			json_object_set_new(json, "bytes", json_integer((json_int_t)archive->len_bytes));
			json_object_set_new(json, "crc32", json_integer(archive->crc));
			json_object_set_new(json, "archive_bytes",
					    json_integer((json_int_t)archive->archive_len_bytes));
			json_object_set_new(json, "archive_crc32", json_integer(archive->archive_crc));
		}
		sealed = json_is_object(json) ? store_json_seal(json, JSON_COMPACT) : memory_text(line);
		fprintf(file, "%s%s", sealed, rest != NULL ? "\n" : "");
		free(sealed);
		json_decref(json);
	}
	fclose(file);
	free(copy);
	return mended;
}

static void mended_run(const char *run, const char *journal, const char *log, size_t log_bytes)
{
	struct store_archive archive;
	char *path = memory_format("%s/%s", directory, log_name);
	char *run_text = mend_json(run, strlen(run), JSON_INDENT(1)), *journal_text, *log_text;
	size_t len;

	log_text = mend_stream(log, log_bytes, &len);
	FUZZ_CHECK(store_archive_write(path, log_text, len, &archive, NULL) == 0);
	journal_text = mend_journal(journal, &archive);
	put_file("run.json", run_text, strlen(run_text));
	put_file("journal.jsonl", journal_text, strlen(journal_text));
	free(journal_text);
	free(log_text);
	free(run_text);
	free(path);
}

/* Everything that reads a summary without knowing more. */
static void use(const struct summary *summary)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	json_decref(summary_json(summary));
	reading_heading(file, summary);
	reading_notes(file, summary);
	for (size_t i = 0; i < export_format_count; i++) {
		struct error error = {0};
		int status = export_formats[i].write(file, summary, &error);

		FUZZ_CHECK((status == 0) == (error.text[0] == '\0'));
	}
	fclose(file);
	free(text);
}

static void read_run(bool ns)
{
	struct summary_select select = {.ns = ns};
	struct store store;
	struct summary summary;
	struct error error = {0};

	if (store_open(&store, "/", directory, &error) != 0) {
		FUZZ_CHECK(error.text[0] != '\0');
		return;
	}
	if (summary_load(&summary, &store, &select, &error) == 0) {
		use(&summary);
		summary_free(&summary);
	} else {
		FUZZ_CHECK(error.status == STATUS_USAGE && error.text[0] != '\0');
	}
	store_close(&store);
}

/* An archive that somebody brings, without a journal that knows its sums. */
static void unpack(const char *log, size_t log_bytes)
{
	char *bytes = memory_new(log_bytes + 1, 1);
	struct error error = {0};

	if (log_bytes > 0)
		memcpy(bytes, log, log_bytes);
	if (store_file_unpack(log_name, &bytes, &log_bytes, &error) == 0)
		FUZZ_CHECK(bytes[log_bytes] == '\0');
	else
		FUZZ_CHECK(error.status == STATUS_USAGE && error.text[0] != '\0');
	free(bytes);
}

int fuzz_store(const uint8_t *bytes, size_t len_bytes)
{
	char *copy = memory_new(len_bytes + 1, 1), *end = copy + len_bytes, *run, *journal, *log;

	if (len_bytes > 0)
		memcpy(copy, bytes, len_bytes);
	run = len_bytes > 0 ? copy + 1 : copy;
	journal = run + strlen(run) < end ? run + strlen(run) + 1 : end;
	log = journal + strlen(journal) < end ? journal + strlen(journal) + 1 : end;
	directory = directory != NULL ? directory : scratch_make_quick();
	if ((copy[0] & 1) != 0) {
		mended_run(run, journal, log, (size_t)(end - log));
	} else {
		put_file("run.json", run, strlen(run));
		put_file("journal.jsonl", journal, strlen(journal));
		put_file(log_name, log, (size_t)(end - log));
		unpack(log, (size_t)(end - log));
	}
	read_run((copy[0] & 2) != 0);
	free(copy);
	return 0;
}
