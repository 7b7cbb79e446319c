/* SPDX-License-Identifier: MIT */
/*
 * Counters of known frequency to calibrate the clock with: HPET, ACPI power management timer, PIT.
 */
#pragma once

#include <stdint.h>

struct reference {
	const char *name;
	uint64_t hz;
	uint32_t mask;                                       /* the counter's width */
	unsigned window_max_us;                              /* before it wraps, with room to spare */
	uint32_t (*read)(const struct reference *reference); /* counts up */
	void (*close)(const struct reference *reference);    /* leaves the device silent */
};

/* The best one that is there and counts; NULL: none. */
const struct reference *reference_find(void);
