/* SPDX-License-Identifier: MIT */
/*
 * Failing on purpose: each way in which a run can end badly has a word on the command line, so that a test can show that
 * none of them passes for a measurement.
 */
#pragma once

/* Carries out panic=… unless it is none or mid. Returns only then. */
void fault_inject(void);
/* panic=mid: call at each record of the stream; panics at one that is past the first samples. */
void fault_inject_record(void);
