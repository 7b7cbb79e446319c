/* SPDX-License-Identifier: MIT */
/*
 * The one-shot timer of each CPU: TSC deadline where there is one, else the local APIC's count-down at a calibrated ratio.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "msr.h"

/*
 * Whether a CPU with these leaves and this IA32_TSC_ADJUST has a TSC deadline that can be trusted. From Haswell to Kaby Lake it may
 * come late or never once the adjustment has been written, unless the microcode is of 2016 or later, which a firmware's need not be.
 */
bool timer_deadline_works(struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf), uint64_t tsc_adjust);
/* Once, on the boot CPU, before the clock is calibrated: which kind. */
void timer_init(void);
/* On every CPU. */
void timer_init_cpu(void);
/* For calibration: lets the count-down run from its maximum, silently; counts since then. Meaningless with a TSC deadline. */
void timer_count_begin(void);
uint32_t timer_count(void);
/* The result: so many counts took so many ticks of the TSC. */
void timer_calibrate(uint32_t counts, uint64_t ticks);
/* The interrupt, at this address. True: preempt_switch() is to be called, in thread context. */
bool timer_expire(uintptr_t rip);
/* Boot only: arms the timer without core noticing; halts until that time, if it is not over yet. */
uint64_t timer_sleep_begin(unsigned us);
void timer_sleep_end(uint64_t deadline);
