/* SPDX-License-Identifier: MIT */
/*
 * The module that measures kernel threads (module/), as benchmarks ask it. It may be missing, not ours to use, or of
 * another version: then there is a reason, with what to do about it.
 */
#pragma once

#include "module/aerobench_abi.h"

/*
 * Does the request, which says what is wanted but for abi, flags and reserved: those are this program's settings (spin=,
 * and the scheduling class of the caller). 0, or -errno as the ABI names it. If the module could not be asked, that is
 * -ENODEV and *reason says why; *reason is NULL otherwise.
 */
int kthread_device_run(struct aerobench_request *request, const char **reason);
