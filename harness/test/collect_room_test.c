/* SPDX-License-Identifier: MIT */
/*
 * Collecting where there is no room, nothing to append to, or nobody who waits: what came is not lost, and a run in which
 * nothing is does not stay. A limit on the size of files stands for a full disk.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect.h"
#include "collect_capture.h"
#include "memory.h"
#include "sample_stream.h"
#include "scratch.h"
#include "store_file.h"

static const char *directory;

static int directory_make(void **state)
{
	(void)state;
	directory = scratch_make_quick();
	return 0;
}

static void limit_files(rlim_t bytes)
{
	struct rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A whole boot whose image is of this commit. */
static void boot_make(struct sample_stream *stream, const char *commit)
{
	static uint32_t first = 100;
	uint32_t own = first++;

	sample_open(stream, "aerokernel");
	sample_env(stream, "commit", commit);
	sample_run(stream, "clock_read", "", &own, 1, 40);
	sample_done(stream, 0);
}

static struct collect_target target_of(const char *run, long round)
{
	return (struct collect_target){.results = directory, .run = run, .subject = "aerokernel@metal", .round = round};
}

/* Stores the boot in a capture that ends in what a terminal was told, which is of the console only; the id in *id. */
static int store(const struct sample_stream *stream, size_t escapes, char **id, struct error *error)
{
	struct collect_target target = target_of(NULL, -1);
	char *capture = memory_new(stream->len_bytes + escapes * 16 + 1, 1);
	size_t len_bytes = stream->len_bytes;
	struct collect_outcome outcome;
	struct collect_boots boots;
	uint32_t random = 1;
	int status;

	memcpy(capture, stream->bytes, stream->len_bytes);
	for (size_t i = 0; i < escapes; i++) {
		random = random * 1664525 + 1013904223;
		len_bytes += (size_t)sprintf(capture + len_bytes, "\x1b[%u;%uH", random >> 16 & 0xfff, random >> 20);
	}
	target.command = json_pack("[s]", "aerobench collect");
	target.collector = json_pack("{s:s}", "way", "test");
	*error = (struct error){0};
	collect_boots_read(&boots, capture, len_bytes);
	status = collect_store(&target, &boots, capture, &outcome, error);
	*id = outcome.id != NULL ? memory_text(outcome.id) : NULL;
	collect_outcome_free(&outcome);
	collect_boots_free(&boots);
	json_decref(target.command);
	json_decref(target.collector);
	free(capture);
	return status;
}

static void a_spool_without_room_ends_no_capture(void **state)
{
	char *spool = memory_format("%s/spool", directory), *kept;
	struct capture_request request = {.boots = 1, .silence_s = 60, .spool = spool, .quiet = true};
	struct sample_stream stream;
	struct capture capture;
	struct error error = {0};
	size_t kept_bytes;
	int ends[2];

	(void)state;
	boot_make(&stream, "abc");
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], stream.bytes, stream.len_bytes), stream.len_bytes);
	request.fd = ends[0];
	limit_files(200);
	assert_int_equal(capture_run(&capture, &request, &error), 0);
	limit_files(RLIM_INFINITY);
	assert_int_equal(capture.end, CAPTURE_WHOLE);
	assert_true(capture.spool_short);
	assert_int_equal(capture.len_bytes, stream.len_bytes);
	assert_memory_equal(capture.bytes, stream.bytes, stream.len_bytes);
	assert_int_equal(store_file_read(spool, 1 << 20, &kept, &kept_bytes, &error), 0);
	assert_int_equal(kept_bytes, 200);
	free(kept);
	capture_free(&capture);
	close(ends[0]);
	close(ends[1]);
	free(spool);
	sample_free(&stream);
}

static char *latest_of(char place[128])
{
	char *link = memory_format("%s/latest", directory);
	ssize_t len = readlink(link, place, 127);

	place[len > 0 ? len : 0] = '\0';
	free(link);
	return place;
}

static void a_run_into_which_nothing_could_be_stored_does_not_stay(void **state)
{
	struct sample_stream whole, large;
	uint32_t values[4096], random = 1;
	struct error error;
	char *id, *none, place[128], **ids;
	size_t count;

	(void)state;
	boot_make(&whole, "abc");
	sample_open(&large, "aerokernel");
	for (size_t i = 0; i < 4096; i++)
		values[i] = (random = random * 1664525 + 1013904223) >> 8;
	sample_run(&large, "clock_read", "", values, 4096, 4096);
	sample_done(&large, 0);
	limit_files(4096); /* of what says what the run is, but not of the log */
	assert_int_equal(store(&large, 0, &none, &error), STATUS_FAILED);
	assert_non_null(strstr(error.text, ".log.zst"));
	assert_null(none);
	assert_string_equal(latest_of(place), "");
	assert_int_equal(store(&whole, 0, &id, &error), 0);
	assert_int_equal(store(&large, 0, &none, &error), STATUS_FAILED);
	limit_files(RLIM_INFINITY);
	assert_string_equal(latest_of(place), id);
	assert_int_equal(store_list(directory, &ids, &count, &error), 0);
	assert_int_equal(count, 1);
	free(ids[0]);
	free(ids);
	assert_int_equal(store(&large, 0, &none, &error), 0);
	free(none);
	free(id);
	sample_free(&large);
	sample_free(&whole);
}

static void a_console_without_room_costs_no_boot(void **state)
{
	struct sample_stream whole;
	struct error error;
	struct store opened;
	char *id, *console;

	(void)state;
	boot_make(&whole, "abc");
	limit_files(4096);
	assert_int_equal(store(&whole, 10000, &id, &error), 0);
	limit_files(RLIM_INFINITY);
	assert_int_equal(store_open(&opened, directory, id, &error), 0);
	assert_int_equal(opened.boot_count, 1);
	console = memory_format("%s/000-aerokernel@metal.console.zst", opened.path);
	assert_int_equal(access(console, F_OK), -1);
	free(console);
	store_close(&opened);
	free(id);
	sample_free(&whole);
}

static void a_text_that_is_no_utf_8_is_stored_as_its_bytes(void **state)
{
	struct sample_stream stream;
	struct error error;
	struct store opened;
	char *id;

	(void)state;
	boot_make(&stream, "abc\xff");
	assert_int_equal(store(&stream, 0, &id, &error), 0);
	assert_int_equal(store_open(&opened, directory, id, &error), 0);
	assert_non_null(strstr(json_string_value(json_object_get(
				   json_object_get(json_object_get(opened.run, "doctor"), "system"), "kernel")),
			       "Aerokernel abc"));
	store_close(&opened);
	free(id);
	sample_free(&stream);
}

static int check(const char *run, long round, struct error *error)
{
	struct collect_target target = target_of(run, round);

	*error = (struct error){0};
	return collect_check(&target, error);
}

static void what_cannot_be_appended_to_is_refused_before_anything_is_heard(void **state)
{
	char *subjects[] = {(char *)"linux@host"};
	struct store_plan plan = {.subjects = subjects, .subject_count = 1, .samples = 10, .runs = 1};
	struct sample_stream whole;
	struct store other;
	struct error error;
	char *id;

	(void)state;
	boot_make(&whole, "abc");
	assert_int_equal(check(NULL, -1, &error), 0);
	assert_int_equal(check("nosuch", -1, &error), STATUS_USAGE);
	assert_int_equal(store(&whole, 0, &id, &error), 0);
	assert_int_equal(check(id, -1, &error), 0);
	assert_int_equal(check(id, 1, &error), 0);
	assert_int_equal(check(id, 0, &error), STATUS_FAILED);
	assert_non_null(strstr(error.text, "choose another --round"));
	assert_int_equal(store_create(&other, directory, &plan, json_object(), &error), 0);
	assert_int_equal(check(other.path, -1, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "has no place for aerokernel@metal"));
	store_close(&other);
	free(id);
	sample_free(&whole);
}

static void a_capture_that_its_user_ended_blames_nobody(void **state)
{
	static const struct {
		const char *bytes, *says;
	} captures[] = {
	    {"", "interrupted: nothing had come yet"},
	    {"@aero 1\n@env a=b\n", "interrupted: of 2 records nothing was whole yet"},
	    {"@aero 1\npanic: page fault\n", "the image says \"panic: page fault\""},
	    {"Linux version 6.1\n", "without a record"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(captures) / sizeof(captures[0]); i++) {
		struct collect_boots boots;
		struct error error = {0};
		size_t len = strlen(captures[i].bytes);

		collect_boots_read(&boots, captures[i].bytes, len);
		assert_int_equal(collect_boots_interrupted(&boots, captures[i].bytes, len, "line", &error),
				 STATUS_INTERRUPTED);
		assert_int_equal(error.status, STATUS_INTERRUPTED);
		assert_non_null(strstr(error.text, captures[i].says));
		collect_boots_free(&boots);
	}
}

#define ROOM_TEST(claim) cmocka_unit_test_setup(claim, directory_make)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    ROOM_TEST(a_spool_without_room_ends_no_capture),
	    ROOM_TEST(a_run_into_which_nothing_could_be_stored_does_not_stay),
	    ROOM_TEST(a_console_without_room_costs_no_boot),
	    ROOM_TEST(a_text_that_is_no_utf_8_is_stored_as_its_bytes),
	    ROOM_TEST(what_cannot_be_appended_to_is_refused_before_anything_is_heard),
	    cmocka_unit_test(a_capture_that_its_user_ended_blames_nobody),
	};

	return cmocka_run_group_tests_name("collecting without room", tests, NULL, NULL);
}
