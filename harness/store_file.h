/* SPDX-License-Identifier: MIT */
/*
 * The store's files: JSON that carries its own check, whole files written under a temporary name, zstd archives.
 * Errors name the file and the remedy.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "error.h"

/*
 * Adds "check": the CRC-32 of the object's compact dump with sorted keys and without it. Returns the dump with the
 * check, allocated with malloc.
 */
char *store_json_seal(json_t *object, size_t flags);
/* Parses len bytes and verifies the check. NULL with a reason in *reason: static text. */
json_t *store_json_open(const char *text, size_t len, const char **reason);

/* Reads a whole file of at most max bytes; *bytes is allocated and has a NUL behind its last byte. */
int store_file_read(const char *path, size_t max, char **bytes, size_t *len_bytes, struct error *error);
/*
 * Writes a whole file: under a temporary name, on disk, then renamed. Leaves nothing behind on an error. A symbolic link
 * stays: what it points to is replaced. What is there and no regular file (/dev/null, a pipe), or is this process's
 * stdout, is written to as it stands. Returns 0, or STATUS_FAILED with the error set.
 */
int store_file_write(const char *path, const void *bytes, size_t len_bytes, struct error *error);
/*
 * Bytes that are a zstd frame, as the store keeps logs in: replaces them, allocated, by what is in it, with a NUL behind its
 * last byte. All others stay as they are. path is for messages. STATUS_USAGE: damaged, too long, or of unknown length.
 */
int store_file_unpack(const char *path, char **bytes, size_t *len_bytes, struct error *error);
/* Makes a directory's entries survive a power failure. */
int store_directory_sync(const char *path, struct error *error);

struct store_archive {
	uint64_t len_bytes; /* raw */
	uint32_t crc;
	uint64_t archive_len_bytes; /* compressed */
	uint32_t archive_crc;
};

/* Compresses bytes into path and says what it wrote. */
int store_archive_write(const char *path, const void *bytes, size_t len_bytes, struct store_archive *archive,
			struct error *error);
/* Reads path back; it must be what archive says, byte for byte. */
int store_archive_read(const char *path, const struct store_archive *archive, char **bytes, struct error *error);
