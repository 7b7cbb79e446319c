/* SPDX-License-Identifier: MIT */
/*
 * Interrupts that the CPUs of the benchmarks have taken, from /proc/interrupts.
 */
#pragma once

#include <stdint.h>

/* Of the CPUs that os_cpu_count() counts, since boot; -1 if /proc/interrupts cannot be read. Allocates nothing. */
int64_t interrupts_total(void);
