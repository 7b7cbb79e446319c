/* SPDX-License-Identifier: MIT */
/* Append-only files of JSON lines: see jsonl.h. */
#include "jsonl.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "memory.h"
#include "store_file.h"

static int read_lines(const char *path, const struct jsonl_reader *reader, size_t *whole_bytes, struct error *error)
{
	char *bytes = NULL;
	size_t len = 0, at = 0;
	int status = store_file_read(path, reader->bytes_max, &bytes, &len, error);

	for (unsigned number = 1; status == 0 && at < len; number++) {
		const char *newline = memchr(bytes + at, '\n', len - at), *reason;
		json_t *object;

		if (newline == NULL) {
			error_warn("%s: line %u is cut, as after a crash: left out", path, number);
			break;
		}
		object = store_json_open(bytes + at, (size_t)(newline - bytes) - at, &reason);
		if (object != NULL)
			reason = reader->line(reader->context, object);
		if (reason != NULL)
			status = error_set(error, STATUS_USAGE,
					   "%s: line %u %s: restore the file from a copy, or remove the line", path,
					   number, reason);
		at = (size_t)(newline - bytes) + 1;
	}
	*whole_bytes = at;
	free(bytes);
	return status;
}

int jsonl_read(const char *path, const struct jsonl_reader *reader, struct error *error)
{
	size_t whole_bytes;

	return read_lines(path, reader, &whole_bytes, error);
}

int jsonl_open(struct jsonl *file, const char *path, const struct jsonl_reader *reader, struct error *error)
{
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666), status;

	if (fd < 0)
		return error_set_errno(error, STATUS_FAILED, "cannot open", path);
	*file = (struct jsonl){.path = memory_text(path), .fd = fd};
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		status = error_set(error, STATUS_FAILED, "%s is being written by another aerobench: try again", path);
	else
		status = read_lines(path, reader, &file->whole_bytes, error);
	if (status != 0)
		jsonl_close(file);
	return status;
}

/* Everything in one write, so that at most the last line is torn. */
static int write_text(struct jsonl *file, const char *text, size_t len, struct error *error)
{
	ssize_t put;
	int status;

	/* The torn line was told when it was read; behind it a new line would be damaged too. */
	if (ftruncate(file->fd, (off_t)file->whole_bytes) != 0)
		return error_set_errno(error, STATUS_FAILED, "cannot write", file->path);
	put = write(file->fd, text, len);
	if (put >= 0 && (size_t)put == len && fsync(file->fd) == 0) {
		file->whole_bytes += len;
		return 0;
	}
	if (put >= 0 && (size_t)put < len)
		errno = ENOSPC;
	status = error_set_errno(error, STATUS_FAILED, "cannot append to", file->path);
	if (ftruncate(file->fd, (off_t)file->whole_bytes) != 0)
		error_warn("%s now ends in a cut line, which readers leave out", file->path);
	return status;
}

int jsonl_append(struct jsonl *file, json_t *const *lines, size_t count, struct error *error)
{
	char *text = NULL, *copy;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	int status;

	for (size_t i = 0; i < count; i++) {
		char *line = store_json_seal(lines[i], JSON_COMPACT);

		fprintf(out, "%s\n", line);
		free(line);
	}
	fclose(out);
	status = size > 0 ? write_text(file, text, size, error) : 0;
	free(text);
	if (status != 0)
		return status;
	copy = memory_text(file->path);
	status = store_directory_sync(dirname(copy), error);
	free(copy);
	return status;
}

void jsonl_close(struct jsonl *file)
{
	close(file->fd);
	free(file->path);
	*file = (struct jsonl){.fd = -1};
}
