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

/* Models of family 6 that Linux 6.1, arch/x86/kernel/apic/apic.c, deadline_match[] has with a least microcode. */
static bool deadline_has_erratum(uint32_t signature)
{
	static const uint8_t models[] = {0x3c, 0x3d, 0x3f, 0x45, 0x46, 0x47, 0x4e, 0x4f, 0x55, 0x56, 0x5e, 0x8e, 0x9e};
	unsigned family = signature >> 8 & 0xf, model = (signature >> 4 & 0xf) | (signature >> 12 & 0xf0);

	for (unsigned at = 0; at < sizeof(models); at++) {
		if (family == 6 && models[at] == model)
			return true;
	}
	return false;
}

bool timer_deadline_works(struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf), uint64_t tsc_adjust)
{
	struct cpuid basic = leaf(1, 0);
	bool intel = leaf(0, 0).ebx == 0x756e6547; /* GenuineIntel */

	if ((basic.ecx >> 24 & 1) == 0) /* SDM vol. 2, CPUID 01H */
		return false;
	return tsc_adjust == 0 || !intel || !deadline_has_erratum(basic.eax);
}

void timer_init(void)
{
	uint64_t adjust = 0;

	if (cpuid_leaf(7, 0).ebx >> 1 & 1) /* IA32_TSC_ADJUST: SDM vol. 2, CPUID 07H */
		msr_read_safe(MSR_TSC_ADJUST, &adjust);
	tsc_deadline = timer_deadline_works(cpuid_leaf, adjust);
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
