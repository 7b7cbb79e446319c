/* SPDX-License-Identifier: MIT */
/*
 * Directories for tests: each is new and empty, and is gone with all that is in it when the test program ends, whether its
 * tests passed or not. So nothing has to be torn down. A directory that cannot be made ends the program.
 */
#pragma once

/* Below $TMPDIR, or /tmp. The path is the caller's until the program ends. */
char *scratch_make(void);
/* In memory where that is possible, for what is flushed to disk many times. No program may be run there. */
char *scratch_make_quick(void);
/* Removes path with all that is in it, now: for what a test has removed, and for what would fill a memory. */
void scratch_remove(const char *path);

/* Set-up of a test or of a group of cmocka's: *state is a new directory. */
int scratch_setup(void **state);
