/* SPDX-License-Identifier: MIT */
/* The store's files: see store_file.h. */
#include "store_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>
#include <zstd.h>

#include "memory.h"
#include "stream.h"

/* zstd's own default: a fifth of the text's size at hundreds of MB/s. */
enum { STORE_ZSTD_LEVEL = 3 };

/* --- JSON --------------------------------------------------------------------------------------------------------- */

static uint32_t crc_of(const void *bytes, size_t len_bytes)
{
	return (uint32_t)crc32_z(0, bytes, len_bytes);
}

static uint32_t json_check(const json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
	uint32_t crc = crc_of(text, strlen(text));

	free(text);
	return crc;
}

char *store_json_seal(json_t *object, size_t flags)
{
	json_object_del(object, "check");
	json_object_set_new(object, "check", json_integer(json_check(object)));
	return json_dumps(object, flags);
}

json_t *store_json_open(const char *text, size_t len, const char **reason)
{
	json_error_t problem;
	json_t *object = json_loadb(text, len, JSON_REJECT_DUPLICATES, &problem);
	json_t *check;

	*reason = "is no JSON object";
	if (!json_is_object(object)) {
		json_decref(object);
		return NULL;
	}
	check = json_incref(json_object_get(object, "check"));
	json_object_del(object, "check");
	if (!json_is_integer(check) || json_integer_value(check) != json_check(object)) {
		*reason = "does not match its check: it was changed or damaged";
		json_decref(object);
		object = NULL;
	}
	json_decref(check);
	return object;
}

/* --- Whole files -------------------------------------------------------------------------------------------------- */

int store_file_read(const char *path, size_t max, char **bytes, size_t *len_bytes, struct error *error)
{
	struct stat facts;
	size_t len = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC), status = 0;

	*bytes = NULL;
	if (fd < 0)
		return error_set_errno(error, STATUS_USAGE, "cannot read", path);
	if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode) || (uint64_t)facts.st_size > max) {
		close(fd);
		return error_set(error, STATUS_USAGE, "%s is not a regular file, or larger than %zu MiB", path,
				 max >> 20);
	}
	*bytes = memory_new((size_t)facts.st_size + 1, 1);
	while (status == 0 && len < (size_t)facts.st_size) {
		ssize_t got = read(fd, *bytes + len, (size_t)facts.st_size - len);

		if (got < 0 && errno != EINTR)
			status = error_set_errno(error, STATUS_USAGE, "cannot read", path);
		else if (got == 0)
			status = error_set(error, STATUS_USAGE, "%s became shorter while it was read: try again", path);
		len += got > 0 ? (size_t)got : 0;
	}
	close(fd);
	if (status != 0) {
		free(*bytes);
		*bytes = NULL;
		return status;
	}
	*len_bytes = len;
	return 0;
}

static bool write_all(int fd, const char *bytes, size_t len_bytes)
{
	while (len_bytes > 0) {
		ssize_t put = write(fd, bytes, len_bytes);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		bytes += put;
		len_bytes -= (size_t)put;
	}
	return true;
}

/* Writes and syncs. A device, a pipe or a socket cannot be synced, and says EINVAL (fsync(2)). */
static bool put(int fd, const char *bytes, size_t len_bytes)
{
	return write_all(fd, bytes, len_bytes) && (fsync(fd) == 0 || errno == EINVAL);
}

/* The whole file under a temporary name beside path, then renamed. */
static int replace(const char *path, const char *bytes, size_t len_bytes, struct error *error)
{
	char *temporary = memory_format("%s.tmp", path);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int status = 0;

	if (fd < 0) {
		status = error_set_errno(error, STATUS_FAILED, "cannot create", path);
		free(temporary);
		return status;
	}
	if (!put(fd, bytes, len_bytes))
		status = error_set_errno(error, STATUS_FAILED, "cannot write", path);
	if (close(fd) != 0 && status == 0)
		status = error_set_errno(error, STATUS_FAILED, "cannot write", path);
	if (status == 0 && rename(temporary, path) != 0)
		status = error_set_errno(error, STATUS_FAILED, "cannot create", path);
	if (status != 0)
		unlink(temporary);
	free(temporary);
	return status;
}

/* Into what is there and stays: a device, a pipe, or a file that this process has open as stdout. */
static int pour(int fd, const char *path, const char *bytes, size_t len_bytes, struct error *error)
{
	int status = 0;

	if (fd < 0)
		return error_set_errno(error, STATUS_FAILED, "cannot open", path);
	if (!put(fd, bytes, len_bytes))
		status = error_set_errno(error, STATUS_FAILED, "cannot write", path);
	if (close(fd) != 0 && status == 0)
		status = error_set_errno(error, STATUS_FAILED, "cannot write", path);
	return status;
}

/* /dev/stdout of a shell's redirection: to rename another file over it would lose what is printed. */
static bool is_stdout(const struct stat *facts)
{
	struct stat out;

	return fstat(STDOUT_FILENO, &out) == 0 && out.st_dev == facts->st_dev && out.st_ino == facts->st_ino;
}

int store_file_write(const char *path, const void *bytes, size_t len_bytes, struct error *error)
{
	struct stat facts;
	char *target;
	int status;

	if (stat(path, &facts) == 0 && is_stdout(&facts)) {
		fflush(stdout);
		return pour(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0), path, bytes, len_bytes, error);
	}
	if (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode))
		return pour(open(path, O_WRONLY | O_CLOEXEC), path, bytes, len_bytes, error);
	target = realpath(path, NULL); /* NULL: there is none yet */
	status = replace(target != NULL ? target : path, bytes, len_bytes, error);
	free(target);
	return status;
}

int store_directory_sync(const char *path, struct error *error)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int status = 0;

	/* EINVAL: a file system whose directories cannot be synced, and need not be. */
	if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
		status = error_set_errno(error, STATUS_FAILED, "cannot sync", path);
	if (fd >= 0)
		close(fd);
	return status;
}

/* --- Archives ----------------------------------------------------------------------------------------------------- */

int store_archive_write(const char *path, const void *bytes, size_t len_bytes, struct store_archive *archive,
			struct error *error)
{
	size_t room = ZSTD_compressBound(len_bytes);
	char *packed = memory_new(room, 1);
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t len;
	int status;

	ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, STORE_ZSTD_LEVEL);
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	len = ZSTD_compress2(context, packed, room, bytes, len_bytes);
	ZSTD_freeCCtx(context);
	if (ZSTD_isError(len)) {
		free(packed);
		return error_set(error, STATUS_FAILED, "cannot compress %s: %s", path, ZSTD_getErrorName(len));
	}
	*archive = (struct store_archive){.len_bytes = len_bytes,
					  .crc = crc_of(bytes, len_bytes),
					  .archive_len_bytes = len,
					  .archive_crc = crc_of(packed, len)};
	status = store_file_write(path, packed, len, error);
	free(packed);
	return status;
}

static int archive_broken(const char *path, const char *what, struct error *error)
{
	return error_set(error, STATUS_USAGE, "%s %s: restore it from a copy, or measure again", path, what);
}

/* The raw bytes of a frame that is what the journal says, or NULL. */
static char *unpack(const char *packed, const struct store_archive *archive)
{
	char *raw;
	size_t len;

	if (archive->len_bytes > STREAM_BYTES_MAX ||
	    ZSTD_getFrameContentSize(packed, archive->archive_len_bytes) != archive->len_bytes)
		return NULL;
	raw = memory_new(archive->len_bytes + 1, 1);
	len = ZSTD_decompress(raw, archive->len_bytes, packed, archive->archive_len_bytes);
	if (ZSTD_isError(len) || len != archive->len_bytes || crc_of(raw, len) != archive->crc) {
		free(raw);
		return NULL;
	}
	return raw;
}

int store_file_unpack(const char *path, char **bytes, size_t *len_bytes, struct error *error)
{
	static const unsigned char magic[] = {0x28, 0xb5, 0x2f, 0xfd}; /* RFC 8878 section 3.1.1 */
	unsigned long long room;
	char *raw;
	size_t got;

	if (*len_bytes < sizeof(magic) || memcmp(*bytes, magic, sizeof(magic)) != 0)
		return 0;
	room = ZSTD_getFrameContentSize(*bytes, *len_bytes); /* what is no length is beyond all bounds */
	if (room > STREAM_BYTES_MAX)
		return error_set(error, STATUS_USAGE,
				 "%s is a zstd archive that does not say its length, or a long one: unpack it first "
				 "(zstd -d)",
				 path);
	raw = memory_new((size_t)room + 1, 1);
	got = ZSTD_decompress(raw, (size_t)room, *bytes, *len_bytes);
	if (ZSTD_isError(got)) {
		free(raw);
		return error_set(error, STATUS_USAGE, "%s is a damaged zstd archive (%s): copy it again", path,
				 ZSTD_getErrorName(got));
	}
	free(*bytes);
	raw[got] = '\0';
	*bytes = raw;
	*len_bytes = got;
	return 0;
}

int store_archive_read(const char *path, const struct store_archive *archive, char **bytes, struct error *error)
{
	char *packed;
	size_t len;
	int status = store_file_read(path, STREAM_BYTES_MAX, &packed, &len, error);

	*bytes = NULL;
	if (status != 0)
		return status;
	if (len != archive->archive_len_bytes)
		status = archive_broken(path, "has another size than the journal says", error);
	else if (crc_of(packed, len) != archive->archive_crc)
		status = archive_broken(path, "does not match its checksum in the journal", error);
	else if ((*bytes = unpack(packed, archive)) == NULL)
		status = archive_broken(path, "cannot be unpacked to what the journal says", error);
	free(packed);
	return status;
}
