/* SPDX-License-Identifier: MIT */
/*
 * The one-shot timer of each CPU: TSC deadline where there is one, else the local APIC's count-down at a calibrated ratio.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

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
