/* SPDX-License-Identifier: MIT */
/*
 * The records of a stream (wire.h), from what the runner knows. The caller has opened the wire.
 */
#pragma once

#include "options.h"
#include "wire.h"

/* What took time from a point, on all CPUs; -1: unknown. */
struct emit_taken {
	int64_t interrupts, smis;
};

/* @aero, and @env with the runner's own pairs; boot_stamp as in struct runner_port. */
void emit_header(struct wire *wire, const struct options *options, const struct benches *benches, size_t points,
		 uint64_t boot_stamp);
/* One @bench. */
void emit_bench(struct wire *wire, const struct bench *bench);
/* @head: what was emitted so far is whole. */
void emit_head(struct wire *wire);
/* @skip or @fail of a point. */
void emit_reason(struct wire *wire, const char *record, const struct grid_point *point, const char *reason);
/* All series of a point that was measured, each from its @run to its @end. */
void emit_runs(struct wire *wire, const struct options *options, const struct grid_point *point,
	       const struct bench_run *run, const struct emit_taken *taken);
/* What .repeat recorded at a point, from @repeat to @end; behind emit_runs(). */
void emit_repeat(struct wire *wire, const struct grid_point *point, const struct bench_run *run);
/* @fail of a point that was measured without one; pass=counting tells it from the point of that. */
void emit_count_fail(struct wire *wire, const struct grid_point *point, const char *reason);
/* @fail of the whole run, before @done. */
void emit_machine_fail(struct wire *wire, const char *reason);
/* One @nocount. */
void emit_nocount(struct wire *wire, const struct counting_event *event);
/* One @count: the event's last count, of so many iterations of the point. */
void emit_count(struct wire *wire, const struct grid_point *point, const struct counting_event *event,
		unsigned iterations);
/* @done. */
void emit_done(struct wire *wire, unsigned failures);
