/* SPDX-License-Identifier: MIT */
/*
 * Watchdogs of the hardware that Linux has running: one that is not stopped when Linux is left goes on counting, and resets
 * the machine while the Aerokernel measures.
 */
#pragma once

#include "error.h"

/*
 * Looks below root ("", or a made-up Linux) for one. Returns 0; or STATUS_UNSUPPORTED with the error set where one cannot be
 * stopped at all. *warning: NULL, or what runs and what to do, allocated. Both are of one line.
 */
int kexec_watchdog_check(const char *root, char **warning, struct error *error);
