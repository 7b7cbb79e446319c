/* SPDX-License-Identifier: MIT */
/*
 * Small files as Linux's /proc and /sys have them: a line, a number. A tree may be a made-up one, for tests.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The first line of path without its end. False, errno set and "" if there is none. */
bool sysfile_line(const char *path, char *text, size_t text_bytes);
/* The file's only line as a number, decimal. False if it is anything else. */
bool sysfile_number(const char *path, uint64_t *number);
/* The number behind key at the beginning of a line ("MemAvailable:", blanks before the number). False if there is none. */
bool sysfile_key(const char *path, const char *key, uint64_t *number);
