/* SPDX-License-Identifier: MIT */
/*
 * System management interrupts, from the processor's counter by Linux's msr driver (msr(4)): Intel's hardware only, for who may
 * open /dev/cpu/N/msr after `modprobe msr`. Nothing is loaded or changed for it.
 */
#pragma once

#include <stdint.h>

/* Of the first CPU of the benchmarks since reset, modulo 2^32; -1: unknown. Opens the file at the first call, and keeps it. */
int64_t smis_total(void);
