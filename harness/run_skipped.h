/* SPDX-License-Identifier: MIT */
/*
 * `aerobench run -b NAME`: what was named and could be measured nowhere on a subject is said when the run ends, with the
 * reason, and not first by `show`. Private to the command.
 */
#pragma once

#include "error.h"
#include "store.h"
#include "summary.h"

/*
 * "linux@host: kthread_create was skipped: REASON", a line for each benchmark and subject without any number of it. NULL:
 * there is none. Allocated.
 */
char *run_skipped_text(const struct summary *summary);
/*
 * Of a run of named benchmarks: that text on stderr, unless quiet. Returns 0, or STATUS_UNSUPPORTED with the error set:
 * boots were good, and every point of all of them was skipped.
 */
int run_skipped_tell(struct store *store, bool quiet, struct error *error);
