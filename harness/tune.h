/* SPDX-License-Identifier: MIT */
/*
 * Sets what can be set for measuring, and brings it back. Before each change the old value is in a journal on the disk, so
 * that whatever ends the program, kill -9 included, tune_restore() of a later one brings everything back. A journal of an
 * earlier boot is no debt: its settings went with it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "error.h"
#include "tune_setting.h"

struct tune_change {
	const char *path, *old, *wanted;
	const char *problem; /* why it could not be made, or brought back; NULL: done */
	bool minor;
};

struct tune {
	const char *root; /* "" or a directory that a test made */
	char *journal;    /* where the journal is, root included */
	unsigned die_at;  /* for tests: after so many steps the program kills itself; 0: never */
	/* Told of each change, in order. */
	void (*tell)(const struct tune_change *change);
};

/* root: NULL for this computer. journal: NULL for /run/aerobench or, without the right to write there, XDG_STATE_HOME. */
void tune_init(struct tune *tune, const char *root, const char *journal);
void tune_free(struct tune *tune);
/*
 * Changes what does not have its value yet. Returns 0, also if some could not be changed (*refused says how many, those that
 * are minor left out); STATUS_USAGE: the last changes have not been brought back; STATUS_FAILED: no journal can be kept, and
 * nothing was changed.
 */
int tune_apply(struct tune *tune, const struct tune_items *items, unsigned *refused, struct error *error);
/*
 * Brings back what the journal says, the last change first, and removes it. Returns 0, also if there is none (*restored is
 * 0), or STATUS_FAILED with the error set: something could not be brought back; the journal stays.
 */
int tune_restore(struct tune *tune, unsigned *restored, struct error *error);
/* [{"path", "old", "new"}] of the changes that are in force by the journal: a new reference; empty: none. */
json_t *tune_in_force(const struct tune *tune);
