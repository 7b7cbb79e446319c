/* SPDX-License-Identifier: MIT */
/*
 * Which CPUs share something, as one word of the stream, the same on all systems. A word per kind of sharing, the CPUs in the order
 * that the benchmarks know them by: "0-3" four CPUs in groups 0 to 3, "0*4" four CPUs in group 0, "0-3*2" two CPUs in each of
 * four groups, one after the other, several of these with commas; "-" what is not known of a CPU. A word that would be
 * longer than GROUPS_TEXT_BYTES - 1 is "irregular".
 */
#pragma once

#include <stdint.h>

enum { GROUPS_TEXT_BYTES = 128, GROUP_UNKNOWN = 0xffff };

/* Numbers groups by names, which are equal in one group, in the order in which they appear; GROUP_NAME_UNKNOWN: no name. */
#define GROUP_NAME_UNKNOWN UINT32_MAX
void groups_number(const uint32_t *names, unsigned count, uint16_t *groups);
/* The word, with a null byte. */
void groups_text(const uint16_t *groups, unsigned count, char text[static GROUPS_TEXT_BYTES]);
