/* SPDX-License-Identifier: MIT */
/* What somebody who listens to a line is told: that it is none, that nothing comes, and what comes, as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect_capture.h"
#include "memory.h"
#include "sample_stream.h"
#include "serial_line.h"
#include "store_file.h"

/* What is told of a line over which these bytes come, so many at a time, until so many boots came; allocated. */
static char *told_until(const char *bytes, size_t len_bytes, size_t chunk_bytes, struct capture_request request,
			enum capture_end end)
{
	char path[] = "/tmp/aerobench_notes_XXXXXX", *told;
	int ends[2], file = mkstemp(path), old = dup(STDERR_FILENO);
	struct error error = {0};
	struct capture capture;
	size_t told_bytes;

	assert_true(file >= 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0); /* what is written at once is read at once */
	for (size_t at = 0; at < len_bytes; at += chunk_bytes) {
		size_t now = len_bytes - at < chunk_bytes ? len_bytes - at : chunk_bytes;

		assert_int_equal(write(ends[1], bytes + at, now), now);
	}
	request.fd = ends[0];
	fflush(stderr);
	assert_int_equal(dup2(file, STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(capture_run(&capture, &request, &error), 0);
	fflush(stderr);
	assert_int_equal(dup2(old, STDERR_FILENO), STDERR_FILENO);
	assert_int_equal(capture.end, end);
	/* @aero and @done of a boot came in pieces of their own */
	assert_true(end != CAPTURE_WHOLE || chunk_bytes > 100 || capture_seconds(&capture, 0) > 0);
	assert_int_equal(capture.len_bytes, len_bytes);
	capture_free(&capture);
	assert_int_equal(store_file_read(path, 1 << 20, &told, &told_bytes, &error), 0);
	unlink(path);
	close(file);
	close(old);
	close(ends[0]);
	close(ends[1]);
	return told;
}

static char *told_of(const char *bytes, size_t len_bytes, double remind_s)
{
	struct capture_request request = {.boots = 1, .silence_s = 0.6, .remind_s = remind_s};

	return told_until(bytes, len_bytes, 60000, request, CAPTURE_SILENT);
}

static unsigned count(const char *text, const char *word)
{
	unsigned hits = 0;

	for (; (text = strstr(text, word)) != NULL; text++)
		hits++;
	return hits;
}

static void that_nothing_comes_is_told_once_with_where_to_look(void **state)
{
	char *told = told_of("", 0, 0.01);

	(void)state;
	assert_int_equal(count(told, "nothing has come yet"), 1);
	free(told);
	told = told_of("BIOS\n", 5, 0.01);
	assert_int_equal(count(told, "nothing has come yet"), 0);
	assert_int_equal(count(told, "BIOS"), 1);
	free(told);
}

static void what_is_no_text_reaches_no_terminal_and_ends_soon(void **state)
{
	char line[] = "\x9b\x32\x4a\xff\x80\x1b\x7f\xfe\n", *lines = memory_new(1000, sizeof(line)), *told;
	size_t len_bytes = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		memcpy(lines + len_bytes, line, sizeof(line) - 1);
		len_bytes += sizeof(line) - 1;
	}
	told = told_of(lines, len_bytes, 0);
	for (const char *at = told; *at != '\0'; at++)
		assert_true(*at == '\n' || ((unsigned char)*at >= 0x20 && (unsigned char)*at < 0x7f));
	assert_int_equal(count(told, "most likely the wrong speed"), 1);
	assert_true(count(told, "\n") < 40);
	free(told);
	free(lines);
}

static char *boot_make(uint32_t value)
{
	struct sample_stream stream;
	char *text;

	sample_open(&stream, "aerokernel");
	sample_run(&stream, "clock_read", "", &value, 1, 8);
	sample_done(&stream, 0);
	text = memory_format("%.*s", (int)stream.len_bytes, stream.bytes);
	sample_free(&stream);
	return text;
}

static void each_boot_counts_once_wherever_the_line_pauses(void **state)
{
	static const size_t chunks[] = {61, 97, 256, 60000};
	char *a = boot_make(1), *b = boot_make(2), *c = boot_make(3);
	char *text = memory_format("BIOS\n%sreset\n%s%sGRUB\n%sagain\n%s%s%s", a, a, b, a, b, b, c);

	(void)state;
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		struct capture_request request = {.boots = 3, .silence_s = 60};
		char *told = told_until(text, strlen(text), chunks[i], request, CAPTURE_WHOLE);

		assert_int_equal(count(told, "boot 3 of 3 has arrived"), 1);
		assert_int_equal(count(told, "has arrived"), chunks[i] < strlen(text) ? 3 : 1);
		free(told);
	}
	free(text);
	free(a);
	free(b);
	free(c);
}

static void what_is_no_serial_line_is_refused_with_the_remedy(void **state)
{
	static const struct {
		const char *name, *says;
	} wrong[] = {{"/dev/no_such_line", "cannot open the serial line /dev/no_such_line"},
		     {"/dev/null", "is no serial line"},
		     {"/dev/null:12345", "no speed 12345"}};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct serial_line line;
		struct error error = {0};

		assert_int_equal(serial_line_open(&line, wrong[i].name, &error), STATUS_USAGE);
		assert_non_null(strstr(error.text, wrong[i].says));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(that_nothing_comes_is_told_once_with_where_to_look),
	    cmocka_unit_test(each_boot_counts_once_wherever_the_line_pauses),
	    cmocka_unit_test(what_is_no_serial_line_is_refused_with_the_remedy),
	    cmocka_unit_test(what_is_no_text_reaches_no_terminal_and_ends_soon),
	};

	return cmocka_run_group_tests_name("what a listener is told", tests, NULL, NULL);
}
