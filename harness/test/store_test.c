/* SPDX-License-Identifier: MIT */
/*
 * Runs on disk, and what happens to them: a cut journal, flipped bytes, full disks, missing permissions, two writers.
 * Each test has a directory of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory.h"
#include "scratch.h"
#include "store.h"

static char *subjects[] = {(char *)"aerokernel@sim", (char *)"linux@sim"};
static const struct store_plan plan = {
    .subjects = subjects, .subject_count = 2, .samples = 100, .warmup = -1, .runs = 3, .seed = UINT64_MAX};

/* --- Helpers ------------------------------------------------------------------------------------------------------ */

static void create(struct store *store, const char *results)
{
	struct error error = {0};
	json_t *run = json_pack("{s:{s:s, s:[s]}}", "doctor", "verdict", "unfit", "reasons", "plain TCG");

	assert_int_equal(store_create(store, results, &plan, run, &error), 0);
}

static int append(struct store *store, unsigned index, enum store_status status, const char *stream,
		  struct error *error)
{
	struct store_boot boot = {.index = index,
				  .round = index / 2,
				  .subject = subjects[index % 2],
				  .status = status,
				  .reason = status == STORE_OK ? NULL : (char *)"panic: \xff page fault",
				  .seconds = 1.5};
	struct store_output output = {.stream = stream, .stream_bytes = strlen(stream)};
	int result;

	boot.argv = json_pack("[ss]", "qemu-system-x86_64", "-M q35");
	boot.machine = index == 0 ? json_pack("{s:f, s:s}", "steal_s", 0.5, "placement", "bound") : NULL;
	*error = (struct error){0};
	result = store_append(store, &boot, status == STORE_UNSUPPORTED ? NULL : &output, error);
	json_decref(boot.argv);
	json_decref(boot.machine);
	return result;
}

/* A run with two good boots in it; its path. */
static char *whole_run(const char *results)
{
	struct store store;
	struct error error;
	char *path;

	create(&store, results);
	assert_int_equal(append(&store, 0, STORE_OK, "@aero 1\nfirst\n", &error), 0);
	assert_int_equal(append(&store, 1, STORE_OK, "@aero 1\nsecond\n", &error), 0);
	path = memory_text(store.path);
	store_close(&store);
	return path;
}

/* Opens the run and reads all its logs, as every command that shows numbers does. */
static int read_all(const char *results, const char *name, struct error *error)
{
	struct store store;
	int status;

	*error = (struct error){0};
	status = store_open(&store, results, name, error);
	for (size_t i = 0; status == 0 && i < store.boot_count; i++) {
		char *bytes;
		size_t len;

		status = store_read_log(&store, &store.boots[i], &bytes, &len, error);
		free(bytes);
	}
	store_close(&store);
	return status;
}

static char *file_read(const char *directory, const char *name, size_t *len)
{
	char *path = memory_format("%s/%s", directory, name);
	FILE *file = fopen(path, "rb");
	char *bytes = memory_new(1 << 20, 1);

	assert_non_null(file);
	*len = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	free(path);
	return bytes;
}

static void file_write(const char *directory, const char *name, const char *bytes, size_t len)
{
	char *path = memory_format("%s/%s", directory, name);
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	free(path);
}

/* --- What is kept ------------------------------------------------------------------------------------------------- */

static void what_was_appended_is_read_back(void **state)
{
	struct store store;
	struct error error;
	char *bytes;
	size_t len;

	create(&store, *state);
	assert_int_equal(append(&store, 0, STORE_OK, "@aero 1\nhello\n", &error), 0);
	assert_int_equal(append(&store, 1, STORE_FAILED, "", &error), 0);
	assert_int_equal(append(&store, 2, STORE_UNSUPPORTED, "", &error), 0);
	store_close(&store);

	error = (struct error){0};
	assert_int_equal(store_open(&store, *state, "latest", &error), 0);
	assert_int_equal(store.plan.subject_count, 2);
	assert_string_equal(store.plan.subjects[1], "linux@sim");
	assert_true(store.plan.seed == UINT64_MAX);
	assert_true(store.plan.warmup == -1);
	assert_int_equal(store.plan.runs, 3);
	assert_int_equal(store.boot_count, 3);
	assert_int_equal(store_read_log(&store, store_find(&store, 0), &bytes, &len, &error), 0);
	assert_int_equal(len, 14);
	assert_memory_equal(bytes, "@aero 1\nhello\n", 14);
	free(bytes);
	assert_string_equal(store.boots[1].reason, "panic: ? page fault");
	assert_int_equal(store.boots[2].status, STORE_UNSUPPORTED);
	assert_null(store.boots[2].log);
	assert_int_equal(json_array_size(store.boots[0].argv), 2);
	assert_true(json_real_value(json_object_get(store.boots[0].machine, "steal_s")) == 0.5);
	assert_null(store.boots[1].machine);
	assert_null(store_find(&store, 3));
	store_close(&store);
}

static void a_failed_boot_can_run_again_and_its_log_stays(void **state)
{
	struct store store;
	struct error error;
	char *log;

	create(&store, *state);
	assert_int_equal(append(&store, 0, STORE_FAILED, "panic\n", &error), 0);
	log = memory_text(store.boots[0].log);
	assert_int_equal(append(&store, 0, STORE_OK, "@aero 1\n", &error), 0);
	assert_int_equal(append(&store, 0, STORE_OK, "@aero 1\n", &error), STATUS_FAILED);
	assert_int_equal(store.boot_count, 1);
	assert_string_not_equal(store.boots[0].log, log);
	store_close(&store);
	error = (struct error){0};
	assert_int_equal(store_open(&store, *state, "latest", &error), 0);
	assert_int_equal(store.boot_count, 1);
	assert_int_equal(store.boots[0].status, STORE_OK);
	assert_int_equal(store.boots[0].attempts, 2);
	store_close(&store);
	free(log);
}

static void a_run_is_found_by_id_prefix_path_and_latest(void **state)
{
	struct store first, second, found;
	struct error error = {0};
	char *prefix;

	create(&first, *state);
	create(&second, *state);
	assert_int_equal(store_open(&found, *state, "latest", &error), 0);
	assert_string_equal(found.id, second.id);
	store_close(&found);
	assert_int_equal(store_open(&found, *state, first.id, &error), 0);
	assert_string_equal(found.id, first.id);
	store_close(&found);
	prefix = memory_text(first.id);
	prefix[strlen(prefix) - 1] = '\0';
	if (strncmp(prefix, second.id, strlen(prefix)) != 0) {
		assert_int_equal(store_open(&found, *state, prefix, &error), 0);
		store_close(&found);
	}
	assert_int_equal(store_open(&found, "/nonexistent", first.path, &error), 0);
	store_close(&found);
	prefix[4] = '\0';
	assert_int_equal(store_open(&found, *state, prefix, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "ambiguous"));
	error = (struct error){0};
	assert_int_equal(store_open(&found, *state, "19991231", &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "no run '19991231'"));
	error = (struct error){0};
	assert_int_equal(store_open(&found, "/nonexistent", "latest", &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "aerobench run"));
	free(prefix);
	store_close(&first);
	store_close(&second);
}

static void a_second_writer_is_refused(void **state)
{
	struct store first, second;
	struct error error = {0};

	create(&first, *state);
	assert_int_equal(store_resume(&second, *state, "latest", &error), STATUS_FAILED);
	assert_non_null(strstr(error.text, "another process"));
	store_close(&first);
	error = (struct error){0};
	assert_int_equal(store_resume(&second, *state, "latest", &error), 0);
	store_close(&second);
}

static void an_interrupted_boot_leaves_its_partial_log_until_it_has_run(void **state)
{
	struct store_output output = {.stream = "@aero 1\n@run", .stream_bytes = 12};
	struct store store;
	struct error error;
	char *path;

	create(&store, *state);
	store_keep_partial(&store, 0, subjects[0], &output);
	path = memory_format("%s/000-aerokernel@sim.partial", store.path);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(append(&store, 0, STORE_OK, "@aero 1\n", &error), 0);
	assert_int_not_equal(access(path, F_OK), 0);
	free(path);
	store_close(&store);
}

/* --- Damage ------------------------------------------------------------------------------------------------------- */

static void a_journal_cut_at_any_byte_keeps_every_whole_line(void **state)
{
	char *run = whole_run(*state);
	struct error error;
	size_t len, first;
	char *journal = file_read(run, "journal.jsonl", &len);

	first = (size_t)((char *)memchr(journal, '\n', len) - journal) + 1;
	for (size_t cut = 0; cut <= len; cut++) {
		size_t expected = (cut >= first) + (cut >= len);
		struct store store;

		file_write(run, "journal.jsonl", journal, cut);
		error = (struct error){0};
		assert_int_equal(store_open(&store, *state, run, &error), 0);
		assert_int_equal(store.boot_count, expected);
		store_close(&store);
	}
	free(journal);
	free(run);
}

static void a_resumed_run_goes_on_behind_its_last_whole_line(void **state)
{
	char *run = whole_run(*state);
	struct store store;
	struct error error = {0};
	size_t len;
	char *journal = file_read(run, "journal.jsonl", &len);

	file_write(run, "journal.jsonl", journal, len - 7);
	assert_int_equal(store_resume(&store, *state, run, &error), 0);
	assert_int_equal(store.boot_count, 1);
	assert_int_equal(append(&store, 1, STORE_OK, "@aero 1\nagain\n", &error), 0);
	store_close(&store);
	assert_int_equal(read_all(*state, run, &error), 0);
	assert_int_equal(store_open(&store, *state, run, &error), 0);
	assert_int_equal(store.boot_count, 2);
	store_close(&store);
	free(journal);
	free(run);
}

/* Flips each byte of a file in turn; the run must not be readable, and the error must name the file. */
static void flip_all(const char *results, const char *run, const char *name)
{
	struct error error;
	size_t len, unseen = 0;
	char *bytes = file_read(run, name, &len);

	for (size_t at = 0; at < len; at++) {
		int status;

		bytes[at] ^= 0x01;
		file_write(run, name, bytes, len);
		status = read_all(results, run, &error);
		if (status == 0)
			unseen++;
		else
			assert_non_null(strstr(error.text, name));
		bytes[at] ^= 0x01;
	}
	/* White space between JSON's tokens, and a last line that becomes a cut one, carry no facts. */
	assert_true(strcmp(name, "run.json") == 0 ? unseen < len / 20 : unseen <= 1);
	file_write(run, name, bytes, len);
	assert_int_equal(read_all(results, run, &error), 0);
	free(bytes);
}

static void a_flipped_byte_in_any_file_is_found_and_the_file_named(void **state)
{
	char *run = whole_run(*state);

	flip_all(*state, run, "000-aerokernel@sim.log.zst");
	flip_all(*state, run, "001-linux@sim.log.zst");
	flip_all(*state, run, "journal.jsonl");
	flip_all(*state, run, "run.json");
	free(run);
}

static void missing_and_cut_files_are_found(void **state)
{
	static const char *const names[] = {"000-aerokernel@sim.log.zst", "journal.jsonl", "run.json"};
	char *run = whole_run(*state);
	struct error error;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char *path = memory_format("%s/%s", run, names[i]);
		size_t len;
		char *bytes = file_read(run, names[i], &len);

		assert_int_equal(unlink(path), 0);
		assert_int_equal(read_all(*state, run, &error), STATUS_USAGE);
		if (strcmp(names[i], "journal.jsonl") != 0) {
			file_write(run, names[i], bytes, len - 1);
			/* A JSON text without its last newline is whole. */
			assert_true(read_all(*state, run, &error) != 0 || bytes[len - 1] == '\n');
			file_write(run, names[i], "", 0);
			assert_int_equal(read_all(*state, run, &error), STATUS_USAGE);
		}
		file_write(run, names[i], bytes, len);
		free(bytes);
		free(path);
	}
	assert_int_equal(read_all(*state, run, &error), 0);
	free(run);
}

static void a_journal_that_points_outside_its_directory_is_refused(void **state)
{
	char *run = whole_run(*state);
	struct error error;
	const char line[] = "{\"index\":0,\"log\":\"../../etc/passwd\"}\n";

	file_write(run, "journal.jsonl", line, strlen(line));
	assert_int_equal(read_all(*state, run, &error), STATUS_USAGE);
	free(run);
}

/* --- No room, no permission --------------------------------------------------------------------------------------- */

/* No file may grow beyond bytes from now on: what a full disk looks like to a writer. */
static void limit_files(rlim_t bytes)
{
	struct rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void without_room_nothing_is_appended_and_nothing_is_lost(void **state)
{
	struct store store;
	struct error error;
	char *noise = memory_new(200001, 1);
	uint32_t random = 1;

	for (size_t i = 0; i < 200000; i++) {
		random = random * 1664525 + 1013904223;
		noise[i] = (char)('!' + (random >> 24) % 90);
	}
	create(&store, *state);
	assert_int_equal(append(&store, 0, STORE_OK, "@aero 1\n", &error), 0);
	limit_files(4096);
	assert_int_equal(append(&store, 1, STORE_OK, noise, &error), STATUS_FAILED);
	assert_non_null(strstr(error.text, "cannot write"));
	limit_files(300); /* the journal's second line does not fit, its log does */
	assert_int_equal(append(&store, 1, STORE_OK, "@aero 1\n", &error), STATUS_FAILED);
	assert_non_null(strstr(error.text, "journal"));
	limit_files(RLIM_INFINITY);
	assert_int_equal(store.boot_count, 1);
	assert_int_equal(append(&store, 1, STORE_OK, noise, &error), 0);
	store_close(&store);
	assert_int_equal(read_all(*state, "latest", &error), 0);
	error = (struct error){0};
	assert_int_equal(store_open(&store, *state, "latest", &error), 0);
	assert_int_equal(store.boot_count, 2);
	store_close(&store);
	free(noise);
}

static void without_room_no_run_is_created(void **state)
{
	struct store store;
	struct error error = {0};
	char **ids;
	size_t count;

	limit_files(16);
	assert_int_equal(store_create(&store, *state, &plan, json_object(), &error), STATUS_FAILED);
	limit_files(RLIM_INFINITY);
	assert_non_null(strstr(error.text, "cannot write"));
	error = (struct error){0};
	assert_int_equal(store_list(*state, &ids, &count, &error), 0);
	assert_int_equal(count, 0);
	free(ids);
	assert_int_equal(rmdir(*state), 0); /* nothing was left behind */
	assert_int_equal(mkdir(*state, 0700), 0);
}

static void a_full_file_system_names_the_remedy(void **state)
{
	struct error error = {0};

	(void)state;
	errno = ENOSPC;
	assert_int_equal(error_set_errno(&error, STATUS_FAILED, "cannot write", "x"), STATUS_FAILED);
	assert_non_null(strstr(error.text, "free some space"));
	error = (struct error){0};
	errno = EROFS;
	error_set_errno(&error, STATUS_FAILED, "cannot write", "x");
	assert_non_null(strstr(error.text, "can be written to"));
}

/* Whose place is chosen by --results here, by -o or an argument there. */
static void a_remedy_names_no_option_that_a_command_may_lack(void **state)
{
	static const int numbers[] = {ENOSPC, EDQUOT, EFBIG, EACCES, EPERM, EROFS, ENOENT};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct error error = {0};

		errno = numbers[i];
		error_set_errno(&error, STATUS_FAILED, "cannot write", "x");
		if (strstr(error.text, "--") != NULL || strchr(error.text, ':') == strrchr(error.text, ':'))
			fail_msg("%s", error.text);
	}
}

/* Runs claim in a child that has no privileges; its exit status. */
static int as_nobody(int (*claim)(const char *), const char *argument)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
			_exit(100);
		_exit(claim(argument));
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int create_refused(const char *results)
{
	struct error error = {0};
	struct store store;
	int status = store_create(&store, results, &plan, json_object(), &error);

	return status == STATUS_FAILED && strstr(error.text, "choose another place") != NULL ? 0 : 1;
}

static int open_refused(const char *results)
{
	struct error error = {0};
	struct store store;
	int status = store_open(&store, results, "latest", &error);

	return status == STATUS_USAGE && strstr(error.text, results) != NULL ? 0 : 1;
}

static void directories_without_permission_are_named_with_the_remedy(void **state)
{
	char *run = whole_run(*state);
	char *file = memory_format("%s/run.json", run);

	assert_int_equal(chmod(*state, 0555), 0);
	assert_int_equal(as_nobody(create_refused, *state), 0);
	assert_int_equal(chmod(*state, 0000), 0);
	assert_int_equal(as_nobody(open_refused, *state), 0);
	assert_int_equal(chmod(*state, 0755), 0);
	assert_int_equal(chmod(file, 0000), 0);
	assert_int_equal(as_nobody(open_refused, *state), 0);
	free(file);
	free(run);
}

static void results_below_a_file_are_refused(void **state)
{
	struct store store;
	struct error error = {0};
	char *results = memory_format("%s/file/runs", (char *)*state);

	file_write(*state, "file", "", 0);
	assert_int_equal(store_create(&store, results, &plan, json_object(), &error), STATUS_FAILED);
	assert_non_null(strstr(error.text, results));
	free(results);
}

#define STORE_TEST(claim) cmocka_unit_test_setup(claim, scratch_setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    STORE_TEST(what_was_appended_is_read_back),
	    STORE_TEST(a_failed_boot_can_run_again_and_its_log_stays),
	    STORE_TEST(a_run_is_found_by_id_prefix_path_and_latest),
	    STORE_TEST(a_second_writer_is_refused),
	    STORE_TEST(an_interrupted_boot_leaves_its_partial_log_until_it_has_run),
	    STORE_TEST(a_journal_cut_at_any_byte_keeps_every_whole_line),
	    STORE_TEST(a_resumed_run_goes_on_behind_its_last_whole_line),
	    STORE_TEST(a_flipped_byte_in_any_file_is_found_and_the_file_named),
	    STORE_TEST(missing_and_cut_files_are_found),
	    STORE_TEST(a_journal_that_points_outside_its_directory_is_refused),
	    STORE_TEST(without_room_nothing_is_appended_and_nothing_is_lost),
	    STORE_TEST(without_room_no_run_is_created),
	    STORE_TEST(a_full_file_system_names_the_remedy),
	    STORE_TEST(a_remedy_names_no_option_that_a_command_may_lack),
	    STORE_TEST(directories_without_permission_are_named_with_the_remedy),
	    STORE_TEST(results_below_a_file_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
