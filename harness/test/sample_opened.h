/* SPDX-License-Identifier: MIT */
/* A made-up run in a directory of its own, opened and summarised: what tests of reading a run share. */
#pragma once

#include "sample_campaign.h"
#include "../store.h"
#include "../summary.h"

struct sample_opened {
	const char *directory; /* holds the runs, and what the test writes beside them */
	struct store store;
	struct summary summary;
};

/* Makes the campaign in a new directory, whatever it says of results, and opens it. Returns 0; 1: it cannot. */
int sample_opened_make(struct sample_opened *opened, struct sample_campaign campaign);
/* Closes it; the directory stays until the program ends. */
void sample_opened_close(struct sample_opened *opened);
/* Writes a file into the directory. Its path, allocated; ends the test program if it cannot. */
char *sample_opened_file(const struct sample_opened *opened, const char *name, const char *text);

/* One for all tests of a program, with six rounds of 200 samples: set-up and tear-down of a group of cmocka's tests. */
extern struct sample_opened sample_shared;
int sample_shared_make(void **state);
int sample_shared_close(void **state);
