/* SPDX-License-Identifier: MIT */
/* Where bytes come from: see collect_source.h. */
#include "collect_source.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../bench/wire_region.h"
#include "memory.h"
#include "paths.h"
#include "region.h"
#include "region_place.h"
#include "serial_line.h"
#include "store.h"
#include "store_file.h"
#include "stream.h"

/*
 * How long a machine may be silent where nobody sits who could end it, may take to say a damaged stream again, and when a
 * person is told what to look at.
 */
enum { SILENCE_S = 1800, DAMAGED_S = 30, REMIND_S = 60 };
/* What the image says at its end where all went well (kernel/x86/cpu.h, machine_exit()). */
enum { MACHINE_SUCCESS = 0x10 };

/* A name in the directory of runs, which is made; none for one pipe of several files, whose user has them all. */
static int spool_name(struct collecting *collecting, struct error *error)
{
	const char *results = paths_results(collecting->results);

	if (collecting->file_count > 1)
		return 0;
	if (store_directories_make(results, error) != 0)
		return (int)error->status;
	collecting->spool = memory_format("%s/capture-%lld-%d.raw", results, (long long)time(NULL), (int)getpid());
	return 0;
}

static int take_live(struct collecting *collecting, int fd, unsigned boots, struct error *error)
{
	struct capture_request request = {.fd = fd,
					  .boots = boots,
					  .silence_s = collecting->timeout_s,
					  .damaged_s = DAMAGED_S,
					  .remind_s = REMIND_S,
					  .quiet = collecting->quiet};
	int status = spool_name(collecting, error);

	if (request.silence_s == 0 && isatty(STDERR_FILENO) != 1)
		request.silence_s = SILENCE_S;
	if (request.silence_s > 0 && request.silence_s < request.damaged_s)
		request.damaged_s = request.silence_s;
	request.spool = collecting->spool;
	if (status == 0)
		status = capture_run(&collecting->capture, &request, error);
	if (collecting->capture.spool_short)
		unlink(collecting->spool); /* its room is for the run */
	return status;
}

static int take_serial(struct collecting *collecting, struct error *error)
{
	struct serial_line line;
	int status = serial_line_open(&line, collecting->serial, error);

	if (status != 0)
		return status;
	collecting->source = memory_format("%s at %u", line.path, line.speed);
	if (!collecting->quiet)
		fprintf(stderr, "listening on %s; Ctrl-C ends and keeps what came\n", collecting->source);
	status = take_live(collecting, line.fd, collecting->boots > 0 ? (unsigned)collecting->boots : 1, error);
	collecting->line_errors = serial_line_errors(&line);
	serial_line_close(&line);
	return status;
}

static void take_region(struct collecting *collecting, struct region *region)
{
	collecting->capture.bytes = region->bytes;
	collecting->capture.len_bytes = region->len_bytes;
	region->bytes = NULL;
	free(collecting->remark);
	collecting->remark = NULL;
	if (region->full)
		collecting->remark =
		    memory_text("the region was too small for all of it: give it more (results=BASE+LEN)");
	else if (!region->ended)
		collecting->remark = memory_text("the machine stopped without a word: power, reset or a hang");
	else if (region->code != MACHINE_SUCCESS)
		collecting->remark = memory_format("the machine ended with code %u", region->code);
}

/* Whether a file is a copy of a region of memory, as the boot image's collector leaves it. */
static bool is_region(const char *path)
{
	char magic[sizeof(WIRE_REGION_MAGIC) - 1];
	FILE *file = fopen(path, "re");
	bool same = file != NULL && fread(magic, 1, sizeof(magic), file) == sizeof(magic) &&
		    memcmp(magic, WIRE_REGION_MAGIC, sizeof(magic)) == 0;

	if (file != NULL)
		fclose(file);
	return same;
}

static int take_copy(struct collecting *collecting, const char *name, struct error *error)
{
	struct region region;
	int status = region_read(&region, name, 0, 0, error);

	if (status != 0)
		return status;
	take_region(collecting, &region);
	region_free(&region);
	return 0;
}

/* What is no capture, and what to name instead. */
static int file_refused(const struct collecting *collecting, bool input, const struct stat *facts, struct error *error)
{
	if (S_ISDIR(facts->st_mode))
		return error_set(error, STATUS_USAGE, "%s is a directory: name the files in it, as %s/*.log",
				 collecting->source, input ? "DIR" : collecting->file);
	if (S_ISREG(facts->st_mode) && facts->st_size == 0)
		return error_set(error, STATUS_USAGE, "%s is an empty file: nothing was captured into it; leave it out",
				 collecting->source);
	if (S_ISCHR(facts->st_mode) && !input)
		return error_set(error, STATUS_USAGE, "%s is a device: --serial %s", collecting->file,
				 collecting->file);
	if (input && isatty(STDIN_FILENO) == 1)
		return error_set(error, STATUS_USAGE,
				 "standard input is a terminal: pipe a capture into it, or --serial DEV");
	return 0;
}

/* Standard input that is a file is read as others are, if that can be done from its beginning; NULL: it cannot. */
static const char *plain_name(const char *file, bool input)
{
	if (!input)
		return file;
	return lseek(STDIN_FILENO, 0, SEEK_CUR) == 0 && access("/dev/stdin", R_OK) == 0 ? "/dev/stdin" : NULL;
}

static int take_plain(struct collecting *collecting, const char *name, struct error *error)
{
	if (is_region(name))
		return take_copy(collecting, name, error);
	return store_file_read(name, STREAM_BYTES_MAX, &collecting->capture.bytes, &collecting->capture.len_bytes,
			       error);
}

/* How many boots are waited for: of a pipe with a name, as of a file, all; standard input may be a line without an end. */
static unsigned boots_wanted(const struct collecting *collecting, bool input, bool plain)
{
	if (plain || collecting->file_count > 1)
		return 0;
	return collecting->boots > 0 ? (unsigned)collecting->boots : input ? 1 : 0;
}

static int take_file(struct collecting *collecting, struct error *error)
{
	bool input = strcmp(collecting->file, "-") == 0;
	struct stat facts = {0};
	bool plain =
	    (input ? fstat(STDIN_FILENO, &facts) : stat(collecting->file, &facts)) == 0 && S_ISREG(facts.st_mode);
	const char *name = plain ? plain_name(collecting->file, input) : NULL;
	int fd, status;

	free(collecting->source);
	collecting->source = memory_text(input ? "standard input" : collecting->file);
	if (file_refused(collecting, input, &facts, error) != 0)
		return (int)error->status;
	if (name != NULL)
		return take_plain(collecting, name, error);
	fd = input ? dup(STDIN_FILENO) : open(collecting->file, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_set_errno(error, STATUS_USAGE, "cannot read", collecting->file);
	status = take_live(collecting, fd, boots_wanted(collecting, input, plain), error);
	close(fd);
	return status;
}

/* One file behind the other. */
static int take_files(struct collecting *collecting, struct error *error)
{
	struct capture whole = {.bytes = memory_text("")};
	int status = 0;

	collecting->file_ends = memory_new(collecting->file_count, sizeof(*collecting->file_ends));
	for (size_t i = 0; i < collecting->file_count && status == 0; i++) {
		struct capture *part = &collecting->capture;

		collecting->file = collecting->files[i];
		status = take_file(collecting, error);
		if (status == 0)
			status = store_file_unpack(collecting->source, &part->bytes, &part->len_bytes, error);
		if (status != 0 || collecting->file_count == 1)
			break;
		whole.bytes = memory_resize(whole.bytes, whole.len_bytes + part->len_bytes + 2, 1);
		memcpy(whole.bytes + whole.len_bytes, part->bytes, part->len_bytes);
		whole.len_bytes += part->len_bytes;
		whole.bytes[whole.len_bytes++] = '\n';
		collecting->file_ends[i] = whole.len_bytes;
		whole.end = part->end;
		capture_free(part);
		if (whole.end == CAPTURE_INTERRUPTED)
			break;
	}
	if (status != 0 || collecting->file_count == 1) {
		capture_free(&whole);
		return status;
	}
	free(collecting->source);
	collecting->source = memory_format("%zu files", collecting->file_count);
	collecting->capture = whole;
	return 0;
}

/* All places where one may be; the first that holds one. */
static int take_memory(struct collecting *collecting, struct error *error)
{
	struct region_place places[REGION_PLACES_MAX] = {{256ull << 20, 64ull << 20}};
	struct region region = {0};
	size_t count = 0;
	int status = 0;

	if (collecting->place[0] != '\0')
		status = region_place_parse("--memory", collecting->place, &places[0], error);
	else if (collecting->device != NULL)
		places[0] = (struct region_place){0, 0};
	else
		count = region_places_of_linux("", places);
	count = count > 0 ? count : 1;
	for (size_t i = 0; i < count && status == 0; i++) {
		struct error problem = {0};

		status = region_read(&region, collecting->device, places[i].base, places[i].len_bytes, &problem);
		if (status == 0)
			break;
		if (i + 1 < count && status == STATUS_FAILED)
			status = 0;
		else
			*error = problem;
	}
	if (status != 0)
		return status;
	collecting->source = memory_format("memory at %#llx", (unsigned long long)region.base);
	take_region(collecting, &region);
	region_free(&region);
	return 0;
}

const char *collect_source_at(const struct collecting *collecting, size_t at)
{
	for (size_t i = 0; i < collecting->file_count && collecting->file_count > 1; i++) {
		if (at < collecting->file_ends[i])
			return collecting->files[i];
	}
	return collecting->source;
}

/* Writes what came to the file that spool is to name. */
static int write_anew(struct collecting *collecting, char *path, struct error *error)
{
	int status = store_file_write(path, collecting->capture.bytes, collecting->capture.len_bytes, error);

	if (status != 0) {
		free(path);
		return status;
	}
	free(collecting->spool);
	collecting->spool = path;
	return 0;
}

static int keep_anew(struct collecting *collecting, struct error *error)
{
	const char *directory = getenv("TMPDIR"), *name = strrchr(collecting->spool, '/') + 1;
	struct error first = {0};

	if (write_anew(collecting, memory_text(collecting->spool), &first) == 0)
		return 0;
	if (directory == NULL || directory[0] == '\0')
		directory = "/tmp";
	return write_anew(collecting, memory_format("%s/%s", directory, name), error);
}

void collect_source_keep(struct collecting *collecting)
{
	const struct capture *capture = &collecting->capture;
	struct error error = {0};

	if (collecting->spool == NULL)
		return;
	if (capture->len_bytes == 0)
		unlink(collecting->spool);
	else if (capture->spool_short && keep_anew(collecting, &error) != 0)
		error_warn("%s: %zu bytes that came are lost", error.text, capture->len_bytes);
	else
		fprintf(stderr, "aerobench: what came is in %s; try again by: aerobench collect FILE\n",
			collecting->spool);
}

int collect_source_take(struct collecting *collecting, struct error *error)
{
	if (collecting->serial != NULL)
		return take_serial(collecting, error);
	if (collecting->memory)
		return take_memory(collecting, error);
	return take_files(collecting, error);
}
