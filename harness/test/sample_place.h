/* SPDX-License-Identifier: MIT */
/* A place for one file, in a directory of the test program's own: set-up and tear-down of a group of cmocka's tests. */
#pragma once

/* The path, at which there is nothing at first. Its last part is sim.jsonl. */
extern char *sample_place;

/* Makes the directory. Returns 0. */
int sample_place_make(void **state);
/* Removes the file, if there is one, and the directory. Returns 0; another: a test has left something else there. */
int sample_place_remove(void **state);
