/* SPDX-License-Identifier: MIT */
/*
 * Failing on purpose: each way in which a run can end badly has a word on the command line, so that a test can show that
 * none of them passes for a measurement.
 */
#pragma once

#include <stdint.h>

/* Carries out panic=… unless it is none, mid or clock. Returns only then. */
void fault_inject(void);
/* panic=clock: by how much a clock seems to have been set during the run; else 0. */
int64_t fault_clock_ticks(void);
/* panic=mid: call at each record of the stream; panics at one that is past the first samples. */
void fault_inject_record(void);
