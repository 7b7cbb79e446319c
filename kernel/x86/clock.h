/* SPDX-License-Identifier: MIT */
/*
 * The time stamp counter as the kernel's clock: checked, never written, its frequency found at boot.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "msr.h"
#include "reference.h"

/* Once, on the boot CPU, after acpi_init() and apic_init(): clock_hz, and the timer's ratio. */
void clock_init(void);
/* On every CPU: RDTSCP must exist and tells the CPU number, LFENCE serialises, RDTSC is not restricted. */
void clock_init_cpu(unsigned cpu);
/* At least this long, with PAUSE; before clock_init() it takes any CPU's TSC for at most 8 GHz. */
void clock_wait_us(unsigned us);

/*
 * The first window that tells a frequency by this reference: long enough that one tick of it more or less is 25 ppm at most, and
 * a millisecond at least.
 */
unsigned clock_window_us(const struct reference *reference);
/* Ticks per second of this CPU's clock. *spread_ppm: by how much the last two windows disagree. */
uint64_t clock_calibrate(const struct reference *reference, unsigned *spread_ppm);
/* Whether LFENCE waits for older instructions on this CPU, as its leaves say it, whatever is in a register. */
bool clock_lfence_always(struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf));
