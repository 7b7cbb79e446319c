/* SPDX-License-Identifier: MIT */
/*
 * The time stamp counter as the kernel's clock: checked, never written, its frequency found at boot.
 */
#pragma once

/* Once, on the boot CPU, after acpi_init() and apic_init(): clock_hz, and the timer's ratio. */
void clock_init(void);
/* On every CPU: RDTSCP must exist and tells the CPU number, LFENCE serialises, RDTSC is not restricted. */
void clock_init_cpu(unsigned cpu);
/* At least this long, with PAUSE; before clock_init() it takes any CPU's TSC for at most 8 GHz. */
void clock_wait_us(unsigned us);
