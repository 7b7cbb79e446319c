/* SPDX-License-Identifier: MIT */
/*
 * What one set of pairs is good for: whether its boots have numbers, how far it has come, and whether its machine was fit.
 * The gate asks the same of both sets (gate_timed.h), so that none of its verdicts rests on a set that is not whole.
 * Private to gate_timed*.c.
 */
#pragma once

#include <stddef.h>

#include "error.h"
#include "store.h"
#include "summary.h"

/* Of one subject; texts are allocated. */
struct gate_timed_set {
	size_t planned; /* rounds */
	size_t rounds;  /* that both builds have come to, with numbers or without; those left out do not count */
	size_t failed;  /* boots that should have numbers and have none */
	char *failure;  /* of the first of them; NULL */
	char *absent;   /* why one of the builds was not measured at all; NULL: both were */
	char *unfit;    /* doctor's verdict of the machine; NULL: fit */
};

/* base and head: as in the plan's subjects. gate_timed_set_free() afterwards. */
void gate_timed_set_read(struct gate_timed_set *set, const struct store *store, const char *base, const char *head);
void gate_timed_set_free(struct gate_timed_set *set);

/*
 * Whether second may confirm what first has found: another run with another seed, of the same programs, on the same
 * machine, and not made for a third run. base: the subjects to look at. Returns 0, or STATUS_USAGE with the error set.
 */
int gate_timed_set_check(const struct summary *first, const struct summary *second, const char *const *base,
			 size_t count, struct error *error);
/* The seed of a second set: it shares neither orders nor layouts with those of the first (plan.h, campaign_boot.h). */
uint64_t gate_timed_set_seed(uint64_t first);
/* The id of the run that this one was made to confirm, or NULL: none. */
const char *gate_timed_set_first(const struct store *store);
/* The oldest run in results that was made to confirm this one; allocated, NULL if there is none. */
char *gate_timed_set_find(const char *results, const char *first);
