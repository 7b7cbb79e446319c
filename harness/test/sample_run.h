/* SPDX-License-Identifier: MIT */
/*
 * A stored run for tests, boot by boot: a directory for results (scratch.h), streams from sample_stream.h. Every step is
 * checked by cmocka's asserts.
 */
#pragma once

#include "sample_stream.h"
#include "../compare.h"
#include "../store.h"

struct sample_run {
	char *results;
	struct store store;
};

/* A run of these subjects ("a@sim b@sim") in so many rounds, with doctor's verdict "unfit: under test". */
void sample_run_open(struct sample_run *run, const char *subjects, unsigned rounds);
/* Ends the stream and stores it as the boot of subject in that round. */
void sample_run_boot(struct sample_run *run, const char *subject, unsigned round, struct sample_stream *stream);
/* Stores the text, whatever it is, as the log of a boot: a whole one, or one that was cut. Frees the text. */
void sample_run_text(struct sample_run *run, const char *subject, unsigned round, enum store_status status, char *text);
/* A boot without numbers: failed or unsupported, for this reason. */
void sample_run_failure(struct sample_run *run, const char *subject, unsigned round, enum store_status status,
			const char *reason);
/* What print makes of subject a compared with subject b, by what select takes of the run (NULL: everything); allocated. */
char *sample_run_compare(struct sample_run *run, const struct summary_select *select, const char *a, const char *b,
			 void (*print)(FILE *file, const struct compare *compare, bool bold));
/* Closes the store; the directory stays until the program ends. */
void sample_run_close(struct sample_run *run);
