/* SPDX-License-Identifier: MIT */
/*
 * Which boots a run consists of, in which order, and how long that will take. Timed subjects are interleaved: a round
 * boots each of them once, subjects of one machine next to each other as a pair, builds of one subject closest, the order
 * of machines, inside a machine and of builds shuffled by the stored seed (measuring.md §3, "Order across versions"). Subjects that count instructions repeat
 * exactly, so they come last, are booted twice at most (the second boot proves it), and share the computer with each other
 * only. The same plan and seed give the same order, so that an interrupted run can go on.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "error.h"
#include "subject.h"

enum {
	PLAN_RUNS_MAX = 1000,
	PLAN_SAMPLES_MAX = 1000000,
	PLAN_RUNS_DEFAULT = 6,
	PLAN_SIM_BOOTS = 2,
	PLAN_LOOKS_MAX = 8
};

struct plan_subject {
	struct subject subject;
	unsigned samples;  /* per point */
	int64_t warmup;    /* per point; -1: the runner's rule */
	unsigned boots;    /* at least 1 */
	char *bench;       /* value of the runner's bench= word; NULL: the whole suite */
	double seconds;    /* expected for one boot */
	bool known;        /* seconds was measured, by earlier boots of the same kind */
	char *unsupported; /* why it cannot run here: its boots are left out; NULL: it can */
};

struct plan_boot {
	unsigned index;   /* place in the order, from 0 */
	unsigned round;   /* boots of one round are compared with each other */
	unsigned subject; /* index into the plan's subjects */
};

struct plan {
	struct plan_subject *subjects;
	size_t subject_count;
	struct plan_boot *boots;
	size_t boot_count;
	uint64_t seed;         /* of the order, and of timed boots */
	uint64_t counted_seed; /* of boots that count instructions: the same in every run, so that runs are equal too */
	unsigned cpus;         /* of each subject that does not say; 0: the launcher's default */
	unsigned parallel;     /* boots at a time of subjects that count instructions; at least 1 */
	/* Rounds after which it is looked whether the rest is needed, ascending; fixed before the first boot (§5). */
	unsigned looks[PLAN_LOOKS_MAX];
	size_t look_count; /* 0: every boot is made */
	double until;      /* what makes the rest needless: each median within this, .03 = 3 %; 0: something else */
};

/* Appends a subject with the defaults of its kind: samples, boots and the built-in estimate; quick: a smoke run. */
struct plan_subject *plan_add(struct plan *plan, const struct subject *subject, bool quick);
/* The built-in estimate again, after samples, warm-up or benchmarks have changed: in proportion to the iterations. */
void plan_guess(struct plan_subject *subject);
/* Fills in boots from the subjects and the seed. May be called again after a change. */
void plan_order(struct plan *plan);
void plan_free(struct plan *plan);

/* Largest number of boots of any subject. */
unsigned plan_rounds(const struct plan *plan);
/* Expected seconds for the boots whose entry in done is false (NULL: all of them). Unsupported subjects take none. */
double plan_seconds(const struct plan *plan, const bool *done);
/*
 * Lowers the number of boots until the plan takes at most budget_seconds, and orders again. Timed subjects keep equal
 * numbers. False: one boot of each is still too long; then each has one.
 */
bool plan_fit(struct plan *plan, double budget_seconds);

/* The plan as JSON, for the record, and back. plan_read(): 0, or STATUS_USAGE with the error set. */
json_t *plan_json(const struct plan *plan);
int plan_read(struct plan *plan, const json_t *json, struct error *error);

/*
 * Replaces the built-in estimates by what boots of the same kind (subject, benchmarks, samples, CPUs) took in the latest
 * runs below results. A run that cannot be read is passed over.
 */
void plan_learn(struct plan *plan, const char *results);
