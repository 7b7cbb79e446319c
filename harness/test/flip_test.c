/* SPDX-License-Identifier: MIT */
/*
 * No change of a log goes unnoticed. A small raw log of each system, as they wrote it, with known numbers: as the plain
 * stream and as the store's compressed file, each byte is changed, one at a time, and the whole is cut at each length.
 * Console noise is what a plain stream does not protect: there a change must leave every number as it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory.h"
#include "paths.h"
#include "sample_run.h"
#include "store_file.h"
#include "stream.h"

/* The known answers: yield_pair's run and its first two samples. */
static const struct log_known {
	const char *file;
	size_t runs, n;
	uint32_t first[2];
} logs[] = {{"aerokernel.log", 4, 40, {44, 44}}, {"linux.log", 4, 40, {4018, 4018}}};

enum { LOGS = sizeof(logs) / sizeof(logs[0]) };

static char *log_read(const char *name, size_t *len_bytes)
{
	char *relative = memory_format("harness/test/flip_samples/%s", name), *path = paths_in_root(relative), *text;
	struct error error = {0};

	if (store_file_read(path, 1 << 20, &text, len_bytes, &error) != 0)
		fail_msg("%s", error.text);
	free(path);
	free(relative);
	return text;
}

static bool parses(struct stream *stream, const char *text, size_t len_bytes)
{
	struct error error = {0};
	int status = stream_parse(stream, text, len_bytes, &error);

	/* Refused means no number at all. */
	assert_true(status == 0 || (stream->run_count == 0 && error.text[0] != '\0'));
	return status == 0;
}

static void the_logs_say_what_is_known_of_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < LOGS; i++) {
		const struct stream_run *yield = NULL;
		struct stream stream;
		size_t len;
		char *text = log_read(logs[i].file, &len);

		assert_true(parses(&stream, text, len));
		assert_int_equal(stream.run_count, logs[i].runs);
		for (size_t j = 0; j < stream.run_count; j++) {
			if (strcmp(stream.runs[j].point.benchmark, "yield_pair") == 0)
				yield = &stream.runs[j];
		}
		assert_non_null(yield);
		assert_int_equal(yield->n, logs[i].n);
		assert_int_equal(yield->samples[0], logs[i].first[0]);
		assert_int_equal(yield->samples[1], logs[i].first[1]);
		stream_free(&stream);
		free(text);
	}
}

/* --- The plain stream -------------------------------------------------------------------------------------------------- */

/* One bit: which, goes by the position. */
static char flipped(char byte, size_t position)
{
	return (char)(byte ^ 1 << position % 8);
}

static void every_changed_byte_of_a_stream_is_noticed(void **state)
{
	(void)state;
	for (size_t i = 0; i < LOGS; i++) {
		size_t len;
		char *text = log_read(logs[i].file, &len);

		for (size_t at = 0; at < len; at++) {
			char byte = text[at];
			struct stream stream;

			text[at] = flipped(byte, at);
			if (parses(&stream, text, len))
				fail_msg("%s: byte %zu as 0x%02x is accepted", logs[i].file, at,
					 (unsigned char)text[at]);
			stream_free(&stream);
			text[at] = byte;
		}
		free(text);
	}
}

static void every_cut_stream_is_noticed(void **state)
{
	(void)state;
	for (size_t i = 0; i < LOGS; i++) {
		size_t len;
		char *text = log_read(logs[i].file, &len);

		for (size_t cut = 0; cut < len; cut++) {
			struct stream stream;

			if (parses(&stream, text, cut))
				fail_msg("%s cut to %zu bytes is accepted", logs[i].file, cut);
			stream_free(&stream);
		}
		free(text);
	}
}

/* Every record left out, or written twice. */
static void every_lost_or_doubled_line_is_noticed(void **state)
{
	(void)state;
	for (size_t i = 0; i < LOGS; i++) {
		size_t len;
		char *text = log_read(logs[i].file, &len);

		for (char *line = text; line < text + len;) {
			size_t line_bytes = strcspn(line, "\n") + 1;
			char *lost = memory_format("%.*s%s", (int)(line - text), text, line + line_bytes);
			char *doubled = memory_format("%.*s%s", (int)(line - text + (ptrdiff_t)line_bytes), text, line);
			struct stream stream;

			if (parses(&stream, lost, strlen(lost)))
				fail_msg("%s without '%.40s' is accepted", logs[i].file, line);
			stream_free(&stream);
			if (parses(&stream, doubled, strlen(doubled)))
				fail_msg("%s with '%.40s' twice is accepted", logs[i].file, line);
			stream_free(&stream);
			free(doubled);
			free(lost);
			line += line_bytes;
		}
		free(text);
	}
}

static void assert_same_numbers(const struct stream *a, const struct stream *b)
{
	assert_int_equal(a->run_count, b->run_count);
	assert_int_equal(a->env_count, b->env_count);
	for (size_t i = 0; i < a->run_count; i++) {
		assert_string_equal(a->runs[i].point.benchmark, b->runs[i].point.benchmark);
		assert_int_equal(a->runs[i].n, b->runs[i].n);
		assert_memory_equal(a->runs[i].samples, b->runs[i].samples, a->runs[i].n * sizeof(*a->runs[i].samples));
	}
}

/* Noise before the first record, among the samples and behind the end. */
static void changed_noise_changes_no_number(void **state)
{
	static const char noise[] = "[ 0.1] clock: 2 CPUs, @no record\n";
	size_t len, at_sample, at_end, noisy_bytes, noise_bytes = strlen(noise), refused = 0;
	char *text = log_read(logs[0].file, &len), *noisy;
	struct stream clean, stream;

	(void)state;
	at_sample = (size_t)(strstr(text, "\n@s ") + 1 - text);
	noisy = memory_format("%s%.*s%s%s%s", noise, (int)at_sample, text, noise, text + at_sample, noise);
	noisy_bytes = strlen(noisy);
	at_end = noisy_bytes - noise_bytes;
	at_sample += noise_bytes;
	assert_true(parses(&clean, text, len));
	for (size_t place = 0; place < 3; place++) {
		size_t from = place == 0 ? 0 : place == 1 ? at_sample : at_end;

		for (size_t at = from; at < from + noise_bytes; at++) {
			char byte = noisy[at];

			noisy[at] = flipped(byte, at);
			if (parses(&stream, noisy, noisy_bytes))
				assert_same_numbers(&clean, &stream);
			else
				refused++;
			stream_free(&stream);
			noisy[at] = byte;
		}
	}
	/* A newline lost before a record takes the record with it; behind the end there is none to take. */
	assert_int_equal(refused, 2);
	stream_free(&clean);
	free(noisy);
	free(text);
}

/* --- The store's file -------------------------------------------------------------------------------------------------- */

struct stored {
	struct sample_run run;
	char *path;   /* of the log's archive */
	char *packed; /* its bytes */
	size_t len;
	int fd;
};

static void stored_open(struct stored *stored, const struct log_known *known)
{
	struct store_boot boot = {.subject = (char *)"linux@host", .seconds = 1};
	struct store_output output = {0};
	struct error error = {0};
	size_t len;
	char *text = log_read(known->file, &len);

	output.stream = text;
	output.stream_bytes = len;
	sample_run_open(&stored->run, "linux@host", 1);
	assert_int_equal(store_append(&stored->run.store, &boot, &output, &error), 0);
	stored->path = memory_format("%s/%s", stored->run.store.path, stored->run.store.boots[0].log);
	assert_int_equal(store_file_read(stored->path, 1 << 20, &stored->packed, &stored->len, &error), 0);
	stored->fd = open(stored->path, O_RDWR | O_CLOEXEC);
	assert_true(stored->fd >= 0);
	free(text);
}

static void stored_close(struct stored *stored)
{
	close(stored->fd);
	sample_run_close(&stored->run);
	free(stored->packed);
	free(stored->path);
}

/* Whether the log is read; a refusal names the file and what to do. */
static bool stored_reads(const struct stored *stored)
{
	struct error error = {0};
	char *bytes;
	size_t len;
	int status = store_read_log(&stored->run.store, &stored->run.store.boots[0], &bytes, &len, &error);

	free(bytes);
	if (status == 0)
		return true;
	assert_int_equal(status, STATUS_USAGE);
	assert_non_null(strstr(error.text, stored->path));
	assert_non_null(strstr(error.text, "restore it from a copy, or measure again"));
	return false;
}

static void every_changed_byte_of_a_stored_log_is_noticed_and_the_file_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < LOGS; i++) {
		struct stored stored;

		stored_open(&stored, &logs[i]);
		assert_true(stored_reads(&stored));
		for (size_t at = 0; at < stored.len; at++) {
			char byte = flipped(stored.packed[at], at);

			assert_int_equal(pwrite(stored.fd, &byte, 1, (off_t)at), 1);
			if (stored_reads(&stored))
				fail_msg("%s: byte %zu as 0x%02x is accepted", stored.path, at, (unsigned char)byte);
			assert_int_equal(pwrite(stored.fd, &stored.packed[at], 1, (off_t)at), 1);
		}
		assert_true(stored_reads(&stored));
		stored_close(&stored);
	}
}

static void every_cut_or_lengthened_stored_log_is_noticed(void **state)
{
	(void)state;
	for (size_t i = 0; i < LOGS; i++) {
		struct stored stored;

		stored_open(&stored, &logs[i]);
		assert_int_equal(pwrite(stored.fd, "", 1, (off_t)stored.len), 1);
		assert_false(stored_reads(&stored));
		for (size_t cut = stored.len; cut-- > 0;) {
			assert_int_equal(ftruncate(stored.fd, (off_t)cut), 0);
			if (stored_reads(&stored))
				fail_msg("%s cut to %zu bytes is accepted", stored.path, cut);
		}
		stored_close(&stored);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_logs_say_what_is_known_of_them),
	    cmocka_unit_test(every_changed_byte_of_a_stream_is_noticed),
	    cmocka_unit_test(every_cut_stream_is_noticed),
	    cmocka_unit_test(every_lost_or_doubled_line_is_noticed),
	    cmocka_unit_test(changed_noise_changes_no_number),
	    cmocka_unit_test(every_changed_byte_of_a_stored_log_is_noticed_and_the_file_named),
	    cmocka_unit_test(every_cut_or_lengthened_stored_log_is_noticed),
	};

	return cmocka_run_group_tests_name("flip", tests, NULL, NULL);
}
