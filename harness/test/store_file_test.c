/* SPDX-License-Identifier: MIT */
/* Whole files: what is replaced, and what is written to as it stands. Each test has a directory of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <zstd.h>

#include "memory.h"
#include "scratch.h"
#include "store_file.h"

static void written(const char *path)
{
	struct error error = {0};

	assert_int_equal(store_file_write(path, "new", 3, &error), 0);
}

static void a_written_file_replaces_files_only_not_links_devices_or_pipes(void **state)
{
	const char *results = *state;
	char *file = memory_format("%s/file", results), *link = memory_format("%s/link", results), got[8] = "";
	char *pipe_path = memory_format("%s/pipe", results), *bytes;
	struct error error = {0};
	struct stat facts;
	size_t len;
	int reader;

	assert_int_equal(store_file_write(file, "older", 5, &error), 0);
	assert_int_equal(symlink("file", link), 0);
	written(link);
	assert_int_equal(store_file_read(file, 100, &bytes, &len, &error), 0);
	assert_true(len == 3 && memcmp(bytes, "new", 3) == 0);
	assert_true(lstat(link, &facts) == 0 && S_ISLNK(facts.st_mode));
	assert_int_equal(mkfifo(pipe_path, 0600), 0);
	reader = open(pipe_path, O_RDONLY | O_NONBLOCK);
	written(pipe_path);
	assert_int_equal(read(reader, got, sizeof(got)), 3);
	assert_true(lstat(pipe_path, &facts) == 0 && S_ISFIFO(facts.st_mode));
	/* As a link, so that nothing of the computer's is lost if this should fail. */
	assert_int_equal(unlink(link) | symlink("/dev/null", link), 0);
	written(link);
	assert_true(stat(link, &facts) == 0 && S_ISCHR(facts.st_mode));
	close(reader);
	free(bytes);
	free(pipe_path);
	free(link);
	free(file);
}

/* Its stdout is a file with something in it. */
static int print_and_write(const char *results)
{
	char *file = memory_format("%s/printed", results);
	struct error error = {0};
	int status = freopen(file, "w", stdout) == NULL;

	free(file);
	fputs("before ", stdout);
	/* /dev/stdout is a link to it. */
	status |= store_file_write("/proc/self/fd/1", "between ", 8, &error);
	fputs("after", stdout);
	return status | fflush(stdout);
}

static void what_is_written_to_stdout_stands_between_what_is_printed(void **state)
{
	char *printed = memory_format("%s/printed", (char *)*state), *bytes;
	struct error error = {0};
	int status;
	size_t len;
	pid_t child = fork();

	if (child == 0)
		_exit(print_and_write(*state));
	waitpid(child, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_int_equal(store_file_read(printed, 100, &bytes, &len, &error), 0);
	assert_int_equal(len, strlen("before between after"));
	assert_memory_equal(bytes, "before between after", len);
	free(bytes);
	free(printed);
}

static void a_zstd_frame_is_unpacked_and_other_bytes_stay(void **state)
{
	static const char text[] = "@aero 1\n@aero 1\n@aero 1\n";
	char packed[256], *bytes;
	size_t whole = ZSTD_compress(packed, sizeof(packed), text, sizeof(text) - 1, 3), len = sizeof(text) - 1;
	struct error error = {0};

	(void)state;
	bytes = memory_text(text);
	assert_int_equal(store_file_unpack("x", &bytes, &len, &error), 0);
	assert_string_equal(bytes, text);
	for (size_t cut = 0; cut < whole; cut++) {
		error = (struct error){0};
		bytes = memory_resize(bytes, whole, 1);
		memcpy(bytes, packed, whole);
		len = whole - cut;
		if (store_file_unpack("x", &bytes, &len, &error) == 0)
			assert_int_equal(len, cut == 0 ? sizeof(text) - 1 : whole - cut);
		else
			assert_int_equal(error.status, STATUS_USAGE);
		if (cut == 0)
			assert_string_equal(bytes, text);
		assert_true(cut == 0 || error.status == STATUS_USAGE || whole - cut < 4);
	}
	free(bytes);
}

#define FILE_TEST(claim) cmocka_unit_test_setup(claim, scratch_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    FILE_TEST(a_written_file_replaces_files_only_not_links_devices_or_pipes),
	    cmocka_unit_test(a_zstd_frame_is_unpacked_and_other_bytes_stay),
	    FILE_TEST(what_is_written_to_stdout_stands_between_what_is_printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
