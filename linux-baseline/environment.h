/* SPDX-License-Identifier: MIT */
/*
 * What ran where, as @env pairs: system, build, processor, kernel, and how the process was set up.
 */
#pragma once

struct wire;

/* profile is the word's value. Signature otherwise that of struct runner_port's env: the record is begun, the caller ends it. */
void environment_emit(struct wire *wire, const char *profile);
