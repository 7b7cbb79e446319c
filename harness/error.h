/* SPDX-License-Identifier: MIT */
/*
 * One error, one line: what is wrong, where, and what to do about it. A function that can fail takes a struct error
 * and returns 0 or the exit status that the error deserves; the command that called it prints the line and returns
 * that status. Nothing below a command prints an error or exits.
 */
#pragma once

#include <stdbool.h>

/* Exit statuses of every command (design.md §3, measuring.md §6). */
enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,       /* a measurement failed, or a regression */
	STATUS_USAGE = 2,        /* wrong usage, or input that is broken */
	STATUS_INCONCLUSIVE = 3, /* only with --strict */
	STATUS_UNSUPPORTED = 77, /* not possible on this machine */
	STATUS_TIMEOUT = 124,
	STATUS_INTERRUPTED = 130, /* by SIGINT, SIGTERM or SIGHUP; what is stored stays */
};

struct error {
	enum status status; /* STATUS_OK: no error yet */
	char text[1024];    /* one line without its newline; control bytes are replaced by '?' */
};

/* Sets the error and returns status. The first error wins: a later one is dropped, its status too. error may be NULL. */
int error_set(struct error *error, enum status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Puts "PREFIX: " before the text of an error that is set: where it happened. Returns the error's status. */
int error_prefix(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
/*
 * Sets the error from errno after `what` failed on path, with the remedy for the reasons a user can do something
 * about (no space, no permission, read-only, missing). Input that cannot be read is STATUS_USAGE, output that cannot
 * be written is STATUS_FAILED: the caller chooses by status. Returns status.
 */
int error_set_errno(struct error *error, enum status status, const char *what, const char *path);
/* Prints "aerobench: TEXT" to stderr and returns the status. */
int error_print(const struct error *error);
/* Prints "aerobench: warning: …" to stderr: something was dropped or is doubtful, and the command goes on. */
void error_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
