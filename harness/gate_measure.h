/* SPDX-License-Identifier: MIT */
/*
 * Makes the run that `aerobench gate --measure` judges: the subjects of the baseline as the baseline was measured (same
 * benchmarks, samples, warm-up, seed, CPUs; two boots), or aerokernel@sim with the defaults if there is no baseline yet.
 */
#pragma once

#include <stdbool.h>

#include "error.h"
#include "gate.h"
#include "run_options.h"

/*
 * What the run has to be like, into options: subjects, benchmarks, CPUs, seed, and two boots of each, so that they show
 * that they repeat. options->subjects has room for those of the baseline and of the scope, and one more; texts are
 * borrowed. Returns 0, or STATUS_USAGE with the error set: the baseline's subjects do not fit into one run.
 */
int gate_measure_choose(struct run_options *options, const struct gate_baseline *baseline,
			const struct gate_scope *scope, struct error *error);

struct gate_measured {
	double timeout_seconds; /* given: bound on one boot; 0: by its expected length */
	char *run;              /* the id, allocated; NULL if there is none */
	bool timed_out;         /* a boot did not end in time */
};

/*
 * Boots and stores. Returns 0 also if boots failed (the gate says so), or a status with the error set: nothing can run
 * here, the store takes no more, interrupted.
 */
int gate_measure(const struct gate_baseline *baseline, const struct gate_scope *scope, const char *results,
		 struct gate_measured *measured, struct error *error);
