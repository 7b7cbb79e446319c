/* SPDX-License-Identifier: MIT */
/*
 * The local APIC, by MSR (x2APIC) where the CPU has that, else memory-mapped (xAPIC), and the interrupts between CPUs.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Once, on the boot CPU: chooses the mode, silences the old interrupt controller and timer, sets the IDT's stubs. */
void apic_init(void);
/* On every CPU, the boot CPU included: mode, spurious vector, all local sources masked. */
void apic_init_cpu(void);
/* On the last CPU that runs, interrupts off: no local source interrupts any more, nothing is pending, and no handler is left. */
void apic_silence(void);
/* The APIC ID of the CPU that calls. */
uint32_t apic_id(void);

/* Ends an interrupt that has no stub of its own, if the local APIC waits for that. */
void apic_end_stray(unsigned vector);

/* Register access by its xAPIC offset, whatever the mode. */
uint32_t apic_read(unsigned offset);
void apic_write(unsigned offset, uint32_t value);
enum {
	APIC_LVT_TIMER = 0x320, /* SDM vol. 3 table 11-1 */
	APIC_TIMER_INITIAL = 0x380,
	APIC_TIMER_CURRENT = 0x390,
	APIC_TIMER_DIVIDE = 0x3e0,
	APIC_LVT_MASKED = 0x10000, /* SDM vol. 3 figure 11-8 */
};

/*
 * Start-up: SDM vol. 3 §9.4.4. INIT goes to every CPU but this one, also to those that the firmware keeps back: they stay
 * waiting for a start-up interrupt, which goes to one CPU. The page lies below 1 MiB.
 */
void apic_send_init_others(void);
void apic_send_startup(uint32_t id, uintptr_t page);
/* Whether this NMI means that a panicking CPU wants the machine for itself. */
bool cpu_stop_requested(void);
