/* SPDX-License-Identifier: MIT */
/* A made-up Linux for tests: a directory with the files of /proc and /sys that tell how it was booted. */
#pragma once

/* A computer of four CPUs, two to a core (0 with 2, 1 with 3), booted with nothing special. The directory. */
char *sample_linux_make(void);
/* Sets a file's line; the directories above it are made. NULL: the file is removed. */
void sample_linux_set(const char *root, const char *path, const char *line);
/* Boots it again: another boot id, this command line, and what the kernel then says of isolated CPUs and sleep. */
void sample_linux_boot(const char *root, const char *command_line, const char *isolated);
/* Removes it. */
void sample_linux_remove(const char *root);
