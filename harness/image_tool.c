/* SPDX-License-Identifier: MIT */
/* Programs and files that make an image: see image_tool.h. */
#include "image_tool.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "memory.h"
#include "process.h"
#include "stop_signal.h"
#include "store.h"
#include "store_file.h"

enum { ARGS_MAX = 48, FILE_BYTES_MAX = 1 << 30, OPEN_DIRECTORIES = 16, POLL_MS = 200 };
static const uint64_t TOOL_TIMEOUT_NS = 600ULL * 1000 * 1000 * 1000; /* detects a hang */
static const long DATE_DEFAULT_S = 1577836800;                       /* 2020-01-01: FAT knows none before 1980 */

/* --- Programs ----------------------------------------------------------------------------------------------------------------- */

/* A user's $PATH need not hold the directories of mkfs.fat and insmod. */
static char *search_path(void)
{
	const char *path = getenv("PATH");

	return memory_format("%s:/usr/sbin:/sbin", path != NULL ? path : "/usr/local/bin:/usr/bin:/bin");
}

static bool in_path(const char *program)
{
	char *all = search_path(), *at = all, *directory;
	bool found = false;

	while (!found && (directory = strsep(&at, ":")) != NULL) {
		char *name = memory_format("%s/%s", directory, program);

		found = access(name, X_OK) == 0;
		free(name);
	}
	free(all);
	return found;
}

int image_tools_check(const struct image_tool *tools, unsigned count, struct error *error)
{
	char programs[256] = "", packages[256] = "";

	for (unsigned i = 0; i < count; i++) {
		size_t have = strlen(programs);

		if (in_path(tools[i].program))
			continue;
		snprintf(programs + have, sizeof(programs) - have, "%s%s", have > 0 ? ", " : "", tools[i].program);
		have = strlen(packages);
		if (strstr(packages, tools[i].package) == NULL)
			snprintf(packages + have, sizeof(packages) - have, " %s", tools[i].package);
	}
	if (programs[0] == '\0')
		return 0;
	return error_set(error, STATUS_UNSUPPORTED,
			 "no %s here; install what has it: apt-get install%s, or all: ci/install image", programs,
			 packages);
}

const char *image_grub_library(void)
{
	const char *library = getenv("AEROBENCH_GRUB");

	return library != NULL && library[0] != '\0' ? library : "/usr/lib/grub";
}

long image_date_s(void)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	char *end = NULL;
	long date_s = text != NULL ? strtol(text, &end, 10) : 0;

	return end != NULL && end != text && *end == '\0' && date_s > 0 ? date_s : DATE_DEFAULT_S;
}

/*
 * A tool's reason: the first line that xorriso (which grub-mkrescue runs, and then only says that it failed) calls fatal or
 * a failure, else the last one that says something. GRUB's end with a full stop in a line of its own.
 */
static int tool_failed(const char *program, const struct process *process, struct error *error)
{
	char *said = process_read(process, PROCESS_STDERR, NULL), *at = said, *line;
	const char *reason = "without a word", *fatal = NULL, *failure = NULL;

	while (at != NULL && (line = strsep(&at, "\n")) != NULL) {
		fatal = fatal != NULL ? fatal : strstr(line, " : FATAL : ") != NULL ? line : NULL;
		failure = failure != NULL ? failure : strstr(line, " : FAILURE : ") != NULL ? line : NULL;
		if (strlen(line) > 1)
			reason = line;
	}
	if (fatal != NULL || failure != NULL)
		reason = fatal != NULL ? fatal : failure;
	if (process->end == PROCESS_TIMED_OUT)
		reason = "it hung";
	/* "grub-mkrescue failed: …", without the directory, nor the name once more that many say themselves */
	program = strrchr(program, '/') != NULL ? strrchr(program, '/') + 1 : program;
	if (strncmp(reason, program, strlen(program)) == 0 && strncmp(reason + strlen(program), ": ", 2) == 0)
		reason += strlen(program) + 2;
	error_set(error, STATUS_FAILED, "%s failed: %s", program, reason);
	free(said);
	return STATUS_FAILED;
}

/* Ends it early when a signal has come. */
static int tool_wait(const char *program, struct process *process, struct error *error)
{
	struct process *processes[] = {process};

	while (!stop_signal_came() && !process_poll(process))
		process_sleep(processes, 1, POLL_MS);
	if (stop_signal_came()) {
		process_abort(process);
		return error_set(error, STATUS_INTERRUPTED, "interrupted: nothing was written");
	}
	if (process->end != PROCESS_EXITED || process->status != 0)
		return tool_failed(program, process, error);
	return 0;
}

int image_tool_run(const char *const *argv, struct error *error)
{
	char *date = memory_format("SOURCE_DATE_EPOCH=%ld", image_date_s());
	char *search = search_path(), *path = memory_format("PATH=%s", search);
	const char *all[ARGS_MAX + 4] = {"env", path, date};
	struct process_spec spec = {.argv = (char *const *)all, .timeout_ns = TOOL_TIMEOUT_NS};
	struct process process;
	int status = 0;

	for (unsigned i = 0; argv[i] != NULL && i < ARGS_MAX; i++)
		all[i + 3] = argv[i];
	if (process_start(&process, &spec) != 0) {
		status = error_set(error, STATUS_FAILED, "cannot start %s", argv[0]);
	} else {
		status = tool_wait(argv[0], &process, error);
		process_close(&process);
	}
	free(path);
	free(search);
	free(date);
	return status;
}

/* --- Files ------------------------------------------------------------------------------------------------------------------- */

char *image_scratch_make(const char *directory, struct error *error)
{
	const char *temporary = getenv("TMPDIR");
	char *scratch;

	if (directory == NULL)
		directory = temporary != NULL && temporary[0] != '\0' ? temporary : "/tmp";
	scratch = memory_format("%s/aerobench-image-XXXXXX", directory);
	if (mkdtemp(scratch) != NULL && chmod(scratch, 0755) == 0)
		return scratch;
	error_set_errno(error, STATUS_FAILED, "cannot make a directory below", directory);
	free(scratch);
	return NULL;
}

static int entry_remove(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
	(void)facts;
	(void)kind;
	(void)place;
	remove(path);
	return 0;
}

void image_scratch_remove(char *scratch)
{
	if (scratch != NULL)
		nftw(scratch, entry_remove, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS);
	free(scratch);
}

static int parent_make(const char *name, struct error *error)
{
	char *directory = memory_format("%.*s", (int)(strrchr(name, '/') - name), name);
	int status = store_directories_make(directory, error);

	free(directory);
	return status;
}

static int bytes_write(const char *scratch, const char *path, const void *bytes, size_t len_bytes, struct error *error)
{
	char *name = memory_format("%s%s", scratch, path);
	struct timespec dates[2] = {{.tv_sec = image_date_s()}, {.tv_sec = image_date_s()}};
	int status = parent_make(name, error);

	if (status == 0)
		status = store_file_write(name, bytes, len_bytes, error);
	if (status == 0 && (chmod(name, 0644) != 0 || utimensat(AT_FDCWD, name, dates, 0) != 0))
		status = error_set_errno(error, STATUS_FAILED, "cannot set the date of", name);
	free(name);
	return status;
}

int image_file_write(const char *scratch, const char *path, const char *text, struct error *error)
{
	return bytes_write(scratch, path, text, strlen(text), error);
}

int image_file_copy(const char *scratch, const char *path, const char *from, struct error *error)
{
	char *bytes = NULL;
	size_t len_bytes = 0;
	int status = store_file_read(from, FILE_BYTES_MAX, &bytes, &len_bytes, error);

	if (status == 0)
		status = bytes_write(scratch, path, bytes, len_bytes, error);
	free(bytes);
	return status;
}
