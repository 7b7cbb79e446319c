/* SPDX-License-Identifier: MIT */
/*
 * Reads the log of a boot that was cut or garbled on its way (store.h, STORE_CUT): what its own checks prove, and what is
 * missing with its reason. A pure function of the log.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "stream.h"

/* What a log proves. */
struct stream_cut {
	struct stream stream;  /* runs and repeats that are proved; env and benches if those are; no skips, no counts */
	bool environment;      /* the environment is proved, and in stream */
	size_t points;         /* points of the grid of which a run is proved */
	size_t points_skipped; /* told as skipped, which nothing proves */
	size_t points_planned; /* as the proved environment says; 0: unknown */
	struct stream_cut_refusal {
		char *name, *reason;
	} * refused; /* runs that are not proved */
	size_t refused_count;
	char *reason; /* one line: "cut after 37 of 250 points: …" */
};

/*
 * Reads a cleaned log (stream_clean.h) that stream_parse() refuses. Returns 0 with at least one run; STATUS_USAGE: nothing
 * is proved; STATUS_FAILED: it tells of a failure of its own. stream_cut_free() in every case.
 */
int stream_salvage(struct stream_cut *cut, const char *bytes, size_t len_bytes, struct error *error);
void stream_cut_free(struct stream_cut *cut);
