/* SPDX-License-Identifier: MIT */
/*
 * What of a damaged stream can still be proved. A log that stream_parse() refuses is taken apart: each @run or @repeat up
 * to its @end has a CRC of its own, which continues that of @head, the environment up to @head has one, and the rest has
 * only that of @done. Where @head itself is damaged, runs prove each other (salvage_seed.h). A run whose CRC continues another
 * @head is of another boot and is refused. What came
 * twice counts once, whether a line, a block of lines or the whole stream was sent again; what came twice and differs counts
 * not at all. Lines are only ever left out, never changed, and nothing is kept that its CRC does not prove.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum salvage_kind {
	SALVAGE_HEAD,       /* from @aero to @head, proved */
	SALVAGE_LOOSE_HEAD, /* one record of it, not proved */
	SALVAGE_RUN,        /* proved */
	SALVAGE_REPEAT,     /* proved; its run may still be missing */
	SALVAGE_LOOSE,      /* one @skip, @fail, @nocount or @count, not proved */
	SALVAGE_DONE
};

struct salvage_part {
	enum salvage_kind kind;
	char *key;  /* of a run or repeat: its point, "wake place=same"; else NULL */
	char *text; /* its records with their newlines */
	size_t len_bytes;
	uint32_t seed; /* of a run or repeat: what its CRC continues, as a @head says; 0: there was none */
	bool differs;  /* it came again with other samples: not to be used */
};

/* A run that is not proved. */
struct salvage_refusal {
	char *name;   /* its point as far as it can be read, or "line 17" */
	char *reason; /* allocated */
};

struct salvage {
	struct salvage_part *parts; /* in the order of the stream */
	size_t part_count;
	struct salvage_refusal *refusals;
	size_t refusal_count;
	bool two_heads; /* proved environments that differ: of two boots */
	bool begun;     /* @aero came */
};

/* Takes a cleaned log (stream_clean.h) apart. salvage_free() in any case. */
void salvage_read(struct salvage *salvage, const char *bytes, size_t len_bytes);
void salvage_free(struct salvage *salvage);

/* The part of this kind with this key, or NULL. */
const struct salvage_part *salvage_find(const struct salvage *salvage, enum salvage_kind kind, const char *key);
/* How many runs are proved, and came with one set of samples only. */
size_t salvage_runs(const struct salvage *salvage);
/*
 * The whole stream, if everything of it arrived and only came twice or out of order: what stream_parse() takes, whole and
 * proved by @done. Allocated; NULL: it is not whole.
 */
char *salvage_whole(const struct salvage *salvage, size_t *len_bytes);
/* The proved parts as a stream of their own: with the environment if that is proved, with a @done of its own. Allocated. */
char *salvage_proved(const struct salvage *salvage, size_t *len_bytes);
