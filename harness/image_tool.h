/* SPDX-License-Identifier: MIT */
/*
 * What making an image needs from outside: programs that are run to their end, a directory of its own that is removed
 * again, and files of a fixed date in it, so that the same input gives the same image.
 */
#pragma once

#include <stdbool.h>

#include "error.h"

/* A program that may be missing, and the package that has it. */
struct image_tool {
	const char *program, *package;
};

/* Whether all are in $PATH; count of them. Returns 0, or STATUS_UNSUPPORTED: the error names the packages to install. */
int image_tools_check(const struct image_tool *tools, unsigned count, struct error *error);
/*
 * Runs argv (argv[0] is looked up in $PATH) with SOURCE_DATE_EPOCH set, so that tools that write dates write that one
 * (https://reproducible-builds.org/specs/source-date-epoch/). Returns 0, STATUS_FAILED with its last words, or
 * STATUS_INTERRUPTED: in a watch (stop_signal.h) a signal ends the tool.
 */
int image_tool_run(const char *const *argv, struct error *error);
/* Where GRUB's modules are, a directory for each platform: $AEROBENCH_GRUB, or where packages put them. */
const char *image_grub_library(void);
/* $SOURCE_DATE_EPOCH if it is a number, else the same date always. */
long image_date_s(void);

/* A new directory below directory, NULL: where temporary files go; allocated; NULL with the error set. */
char *image_scratch_make(const char *directory, struct error *error);
/* Removes it with all that is in it, and frees the name. NULL is nothing. */
void image_scratch_remove(char *scratch);
/* Makes scratch/path, and the directories on the way, of bytes, or of a copy of the file from. */
int image_file_write(const char *scratch, const char *path, const char *text, struct error *error);
int image_file_copy(const char *scratch, const char *path, const char *from, struct error *error);
