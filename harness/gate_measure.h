/* SPDX-License-Identifier: MIT */
/*
 * Makes the run that `aerobench gate --measure` judges: the subjects of the baseline as the baseline was measured (same
 * benchmarks, samples, warm-up, seed, CPUs), or aerokernel@sim with the defaults if there is no baseline yet.
 */
#pragma once

#include <stdbool.h>

#include "error.h"
#include "gate.h"

/*
 * Boots and stores. *run: the id, allocated. Returns 0 also if boots failed (the gate says so), or a status with the
 * error set: nothing can run here, the store takes no more, interrupted.
 */
int gate_measure(const struct gate_baseline *baseline, const struct gate_scope *scope, const char *results, char **run,
		 struct error *error);
