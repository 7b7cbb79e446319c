/* SPDX-License-Identifier: MIT */
/*
 * What ran where, as @env pairs: system, build, processor, kernel, and how the process was set up.
 */
#pragma once

struct wire;

/*
 * Notes that boot is over: the stream will tell how long it took ("boot_ticks", as the Aerokernel's). The time is
 * that since Linux began to keep time, which is a little after its first instruction.
 */
void environment_booted(void);

/*
 * profile is the word's value. Signature otherwise that of struct runner_port's env: the record is begun, the caller
 * ends it.
 */
void environment_emit(struct wire *wire, const char *profile);
