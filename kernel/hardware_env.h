/* SPDX-License-Identifier: MIT */
/*
 * The machine's own facts for the record: what its registers say (x86/power.h), what of it is absent and why, and on which
 * settings the CPUs differ.
 */
#pragma once

#include "wire.h"

/* Emits pairs of @env, after a record has been begun; begins more. */
void hardware_env(struct wire *wire);
