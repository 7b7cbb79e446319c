/* SPDX-License-Identifier: MIT */
/*
 * Carries a plan out: boots what is not done yet, checks each stream, stores it, goes on after a failure, stops cleanly
 * when told. A boot counts only if its machine ended as after success and its stream is whole and without failures; from
 * any other boot the log is kept and nothing else. Boots of subjects that count instructions must be equal byte by byte.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "plan.h"
#include "progress.h"
#include "store.h"

struct campaign {
	struct plan *plan;
	struct store *store;
	const char *words;      /* further words for every boot, for tests of the harness; NULL: none */
	double timeout_seconds; /* bound on one boot; 0: by the expected length */
	double budget_seconds;  /* no round is begun that would end later than this; 0: none */
	bool quiet;
	/*
	 * Asked at the plan's looks, between two rounds: whether what is stored is enough, so that the timed boots to come
	 * are left out. NULL: never. On an error the run goes on.
	 */
	bool (*enough)(struct campaign *campaign, unsigned rounds);
	void *context; /* for enough() */
	/* Filled in by campaign_run(): */
	bool *done;  /* by boot: needs no further work */
	unsigned ok; /* boots with numbers, those of earlier sessions too */
	unsigned failed;
	unsigned timed_out; /* of the failed ones of this session: killed, because they did not end in time */
	unsigned left_out;  /* by the budget */
	unsigned spared;    /* because enough() said so */
	bool interrupted;
	char **failures; /* one line each */
	size_t failure_count;
	double seconds;
	struct progress progress;
};

/*
 * Returns 0 when every boot has been tried (see failed and interrupted), or a status with the error set when the store
 * can take no more; what is stored stays valid then. SIGINT, SIGTERM and SIGHUP (stop_signal.h) end the current boots; their
 * logs are kept as partial.
 */
int campaign_run(struct campaign *campaign, struct error *error);
/* The same for the one boot with this index, which may have failed before; all others are left as they are. */
int campaign_run_one(struct campaign *campaign, unsigned index, struct error *error);
void campaign_free(struct campaign *campaign);
