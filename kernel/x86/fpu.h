/* SPDX-License-Identifier: MIT */
/*
 * Vector state. CR0.TS is set whenever the running thread has none, so its first vector instruction traps.
 */
#pragma once

#include <stdbool.h>

/* Once: which instructions, which components, fpu_area_bytes. */
void fpu_init(void);
/* On every CPU: control registers; TS set. */
void fpu_init_cpu(void);
/* The #NM trap. False: TS was not set, so it is not ours. */
bool fpu_trap(void);
