/* SPDX-License-Identifier: MIT */
/*
 * The fuzz targets without a fuzzer, in every build and under its sanitizers: each input of the corpus as it is (findings
 * that were mended are among them), cut at many lengths, and with bytes changed by a seeded generator.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cmocka.h>

#include "../fuzz/fuzz.h"
#include "memory.h"
#include "paths.h"
#include "stats_random.h"
#include "store_file.h"

enum { CUTS = 40, CHANGES = 60, INPUT_BYTES_MAX = 1 << 20 };

static const struct {
	const char *folder;
	int (*run)(const uint8_t *bytes, size_t len_bytes);
} targets[] = {{"harness/fuzz/corpus/stream", fuzz_stream},   {"harness/fuzz/corpus/store", fuzz_store},
	       {"harness/fuzz/corpus/results", fuzz_results}, {"harness/fuzz/corpus/import", fuzz_import},
	       {"harness/test/import_samples", fuzz_import},  {"harness/fuzz/corpus/region", fuzz_region}};

/* A target in memory that ends where the input does, so that a sanitizer sees a read behind it. */
static void run(size_t target, const char *bytes, size_t len_bytes)
{
	uint8_t *exact = memory_new(len_bytes, 1);

	if (len_bytes > 0)
		memcpy(exact, bytes, len_bytes);
	assert_int_equal(targets[target].run(exact, len_bytes), 0);
	free(exact);
}

static void change(struct stats_random *random, char *bytes, size_t len_bytes)
{
	for (unsigned i = 0; i < 3 && len_bytes > 0; i++) {
		uint64_t draw = stats_random_next(random);

		bytes[draw % len_bytes] = (char)(draw >> 32);
	}
}

static void run_file(size_t target, const char *path)
{
	struct stats_random random = {.state = 1};
	struct error error = {0};
	char *bytes, *changed;
	size_t len;

	if (store_file_read(path, INPUT_BYTES_MAX, &bytes, &len, &error) != 0)
		fail_msg("%s", error.text);
	run(target, bytes, len);
	for (size_t i = 0; i <= CUTS; i++)
		run(target, bytes, len * i / CUTS);
	changed = memory_new(len + 1, 1);
	for (unsigned i = 0; i < CHANGES; i++) {
		memcpy(changed, bytes, len);
		change(&random, changed, len);
		run(target, changed, len);
	}
	free(changed);
	free(bytes);
}

static size_t run_folder(size_t target)
{
	char *folder = paths_in_root(targets[target].folder);
	DIR *directory = opendir(folder);
	struct dirent *entry;
	size_t count = 0;

	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		char *path = memory_format("%s/%s", folder, entry->d_name);

		if (entry->d_name[0] != '.') {
			run_file(target, path);
			count++;
		}
		free(path);
	}
	closedir(directory);
	free(folder);
	return count;
}

static void no_input_of_the_corpus_breaks_a_target(void **state)
{
	int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC), standard_error = dup(STDERR_FILENO);

	(void)state;
	/* Warnings about torn files are what they should be, and thousands. */
	assert_true(quiet >= 0 && standard_error >= 0 && dup2(quiet, STDERR_FILENO) >= 0);
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		assert_true(run_folder(i) > 0);
	dup2(standard_error, STDERR_FILENO);
	close(standard_error);
	close(quiet);
}

static void nothing_at_all_breaks_no_target(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		run(i, "", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_input_of_the_corpus_breaks_a_target),
	    cmocka_unit_test(nothing_at_all_breaks_no_target),
	};

	return cmocka_run_group_tests_name("fuzz", tests, NULL, NULL);
}
