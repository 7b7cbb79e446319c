/* SPDX-License-Identifier: MIT */
/*
 * SDM vol. 3 §11.5.4. The count-down cannot be programmed beyond 2^32 - 1 counts, and its calibration has an error; so an
 * interrupt that comes before the deadline sets the timer again for what remains. It is never early for core.
 */
#include "timer.h"

#include "apic.h"
#include "core_hooks.h"
#include "cpu.h"
#include "cpu_local.h"
#include "facts.h"
#include "layout.h"
#include "msr.h"

enum {
	DIVIDE_BY_1 = 0xb,          /* SDM vol. 3 figure 11-10 */
	LVT_TSC_DEADLINE = 0x40000, /* SDM vol. 3 figure 11-8 */
};

#define TIMER_NONE UINT64_MAX

static bool tsc_deadline;
static uint64_t counts_per_tick; /* 32.32 fixed point */
static uint64_t ticks_max;       /* the most that a 32-bit count can wait */

void timer_init(void)
{
	tsc_deadline = cpuid_leaf(1, 0).ecx >> 24 & 1; /* SDM vol. 2, CPUID 01H */
	machine_facts.timer = tsc_deadline ? "tsc-deadline" : "apic-oneshot";
}

void timer_init_cpu(void)
{
	this_local->timer_deadline = TIMER_NONE;
	if (tsc_deadline) {
		apic_write(APIC_LVT_TIMER, LVT_TSC_DEADLINE | VECTOR_TIMER);
		/* the register is memory-mapped in xAPIC mode: the mode must be set before a deadline is written. SDM §11.5.4.1 */
		asm volatile("mfence" : : : "memory");
	} else {
		apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
		apic_write(APIC_LVT_TIMER, VECTOR_TIMER);
	}
}

void timer_count_begin(void)
{
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED | VECTOR_TIMER);
	apic_write(APIC_TIMER_INITIAL, UINT32_MAX);
}

uint32_t timer_count(void)
{
	return UINT32_MAX - apic_read(APIC_TIMER_CURRENT);
}

void timer_calibrate(uint32_t counts, uint64_t ticks)
{
	apic_write(APIC_TIMER_INITIAL, 0);
	counts_per_tick = ((uint64_t)counts << 32) / ticks;
	/* so that ticks * counts_per_tick, and with it the count, stays in its bounds; 1 is added to the count */
	ticks_max = 0xfffffffe00000000 / counts_per_tick;
}

static void timer_count_down(uint64_t deadline_tsc)
{
	uint64_t now = clock_now(), ticks = deadline_tsc > now ? deadline_tsc - now : 0;

	if (ticks > ticks_max)
		ticks = ticks_max;
	/* rounded up, and at least 1, because 0 would stop the timer: a deadline in the past fires at once */
	apic_write(APIC_TIMER_INITIAL, (uint32_t)(ticks * counts_per_tick >> 32) + 1);
}

static void timer_program(uint64_t deadline_tsc)
{
	if (tsc_deadline)
		msr_write(MSR_TSC_DEADLINE, deadline_tsc == 0 ? 1 : deadline_tsc); /* 0 would disarm */
	else
		timer_count_down(deadline_tsc);
}

void timer_arm(uint64_t deadline_tsc)
{
	this_local->timer_deadline = deadline_tsc;
	timer_program(deadline_tsc);
}

void timer_disarm(void)
{
	this_local->timer_deadline = TIMER_NONE;
	if (tsc_deadline)
		msr_write(MSR_TSC_DEADLINE, 0);
	else
		apic_write(APIC_TIMER_INITIAL, 0);
}

/* Also without a deadline that has come: timer_sleep_begin(), one that was disarmed too late, or a poke. */
bool timer_expire(uintptr_t rip)
{
	uint64_t deadline = this_local->timer_deadline;

	if (deadline != TIMER_NONE && clock_now() >= deadline) {
		this_local->timer_deadline = TIMER_NONE;
		return timer_interrupt(rip);
	}
	if (deadline != TIMER_NONE)
		timer_arm(deadline);
	return preempt_interrupt(rip);
}

uint64_t timer_sleep_begin(unsigned us)
{
	uint64_t deadline = clock_now() + us * clock_hz / 1000000;

	timer_program(deadline);
	return deadline;
}

void timer_sleep_end(uint64_t deadline)
{
	while (clock_now() < deadline) {
		timer_program(deadline);
		cpu_halt();
		irq_disable();
	}
}
