/* SPDX-License-Identifier: MIT */
/*
 * The machine's own facts for the record: what its registers say (x86/power.h), each under its key. hardware_absent: what of
 * it is absent and why; hardware_differs: the settings on which the CPUs differ; hardware_changed: the settings that the
 * kernel found otherwise and reset (x86/power_reset.c), with the value found on the first such CPU: "energy_bias:6".
 */
#pragma once

#include "wire.h"

/* Emits pairs of @env, after a record has been begun; begins more. */
void hardware_env(struct wire *wire);
