/* SPDX-License-Identifier: MIT */
/*
 * The clock's frequency: told by the CPU (CPUID 15H) or the hypervisor, else measured against a counter of known
 * frequency. A measurement is believed when two windows, the second twice as long if the counter allows it, agree.
 */
#include "clock.h"

#include "boot.h"
#include "core/panic.h"
#include "core/string.h"
#include "cpu.h"
#include "cpu_local.h"
#include "facts.h"
#include "layout.h"
#include "msr.h"
#include "reference.h"
#include "timer.h"

enum {
	WINDOW_LEAST_US = 1000,
	/* of the reference, which is read to one of them: 25 ppm, half of AGREEMENT_PPM */
	WINDOW_TICKS = 40000,
	WINDOW_TOTAL_MAX_US = 400000,
	AGREEMENT_PPM = 50,
	READS = 8,                           /* of which the quickest is taken */
	HYPERVISOR_FREQUENCIES = 0x40000010, /* EAX: TSC kHz: VMware KB 1009458, which QEMU follows for KVM */
	TSC_HZ_LEAST = 1000000,
	TSC_MHZ_MOST = 8000,
};

uint64_t clock_hz;

/* One moment on both counters. */
struct moment {
	uint64_t tsc;
	uint32_t reference;
};

/* The reference is read between two stamps; the pair that lies closest together knows best when that was. */
static struct moment moment_read(const struct reference *reference)
{
	uint64_t closest = UINT64_MAX;
	struct moment best = {0};

	for (unsigned at = 0; at < READS; at++) {
		uint64_t before = clock_start();
		uint32_t value = reference->read(reference);
		uint64_t after = clock_start();

		if (after - before < closest) {
			closest = after - before;
			best.tsc = before + (after - before) / 2;
			best.reference = value;
		}
	}
	return best;
}

/* Ticks per second over one window. The counters' increments stay below 2^32, so the product below 2^64. */
static uint64_t window_measure(const struct reference *reference, unsigned window_us)
{
	uint32_t wanted = (uint32_t)(reference->hz * window_us / 1000000);
	struct moment from = moment_read(reference), to;
	uint32_t elapsed;

	do {
		asm volatile("pause" : : : "memory"); /* boot: before spin= can matter to a measurement */
	} while (((reference->read(reference) - from.reference) & reference->mask) < wanted);
	to = moment_read(reference);
	elapsed = (to.reference - from.reference) & reference->mask;
	return (to.tsc - from.tsc) * reference->hz / elapsed;
}

static unsigned difference_ppm(uint64_t a, uint64_t b)
{
	uint64_t difference = a > b ? a - b : b - a;

	return (unsigned)(difference * 1000000 / b);
}

unsigned clock_window_us(const struct reference *reference)
{
	uint64_t us = (WINDOW_TICKS * 1000000ull + reference->hz - 1) / reference->hz;

	return us > WINDOW_LEAST_US ? (unsigned)us : WINDOW_LEAST_US;
}

uint64_t clock_calibrate(const struct reference *reference, unsigned *spread_ppm)
{
	unsigned window_us = clock_window_us(reference), total_us = window_us;
	uint64_t before, hz = window_measure(reference, window_us);

	do {
		before = hz;
		window_us = 2 * window_us < reference->window_max_us ? 2 * window_us : reference->window_max_us;
		total_us += window_us;
		hz = window_measure(reference, window_us);
		*spread_ppm = difference_ppm(before, hz);
	} while (*spread_ppm > AGREEMENT_PPM && total_us + 2 * window_us <= WINDOW_TOTAL_MAX_US);
	return hz;
}

static void clock_measure(void)
{
	const struct reference *reference = reference_find();

	if (reference == NULL)
		panic("nothing to calibrate the clock with: no CPUID 15H, HPET, ACPI timer or PIT");
	machine_facts.clock_source = reference->name;
	clock_hz = clock_calibrate(reference, &machine_facts.clock_spread_ppm);
	reference->close(reference);
}

/* Crystal frequency and ratio: SDM vol. 3 §19.7.3. 0: not told. */
static uint64_t hz_from_cpu(void)
{
	struct cpuid leaf = cpuid_leaf(0x15, 0);

	return leaf.eax == 0 || leaf.ebx == 0 ? 0 : (uint64_t)leaf.ecx * leaf.ebx / leaf.eax;
}

static uint64_t hz_from_hypervisor(void)
{
	bool follows =
	    strcmp(machine_facts.hypervisor, "KVMKVMKVM") == 0 || strcmp(machine_facts.hypervisor, "VMwareVMware") == 0;

	return follows ? cpuid_leaf(HYPERVISOR_FREQUENCIES, 0).eax * 1000ull : 0;
}

static uint32_t timer_read(const struct reference *reference)
{
	(void)reference;
	return timer_count();
}

/* The local APIC's timer against the clock, over a millisecond; its error does not add up (timer.c). */
static void timer_measure(void)
{
	static const struct reference timer = {.name = "apic", .read = timer_read};
	struct moment from, to;

	timer_count_begin();
	from = moment_read(&timer);
	clock_wait_us(WINDOW_LEAST_US);
	to = moment_read(&timer);
	timer_calibrate(to.reference - from.reference, to.tsc - from.tsc);
}

void clock_init(void)
{
	machine_facts.tsc_invariant = cpuid_leaf(0x80000007, 0).edx >> 8 & 1; /* SDM vol. 3 §18.17.1 */
	machine_facts.clock_source = "cpuid-15h";
	clock_hz = hz_from_cpu();
	if (clock_hz == 0) {
		machine_facts.clock_source = "hypervisor";
		clock_hz = hz_from_hypervisor();
	}
	if (clock_hz == 0)
		clock_measure();
	if (clock_hz < TSC_HZ_LEAST)
		panic("the time stamp counter stands still: %lu ticks per second", clock_hz);
	timer_measure();
}

bool clock_lfence_always(struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf))
{
	enum { CPUID_LFENCE_ALWAYS = 1 << 2 };
	char vendor = (char)leaf(0, 0).ebx; /* the first letter */
	uint32_t eax = leaf(1, 0).eax;
	/* SDM vol. 2, CPUID 01H; APM vol. 3, CPUID Fn0000_0001_EAX */
	unsigned family = (eax >> 8 & 0xf) + ((eax >> 8 & 0xf) == 0xf ? eax >> 20 & 0xff : 0);

	if (vendor == 'G') /* GenuineIntel: SDM vol. 2, LFENCE */
		return true;
	if (leaf(0x80000021, 0).eax & CPUID_LFENCE_ALWAYS) /* APM vol. 3, CPUID Fn8000_0021 */
		return true;
	/* "Software Techniques for Managing Speculation on AMD Processors": these two always do, and lack the register */
	return vendor == 'A' && (family == 0x0f || family == 0x11);
}

/* AMD: LFENCE waits for older instructions only if this bit is set, where it does not always. */
static bool lfence_make_serialising(void)
{
	enum { LFENCE_SERIALISES = 1 << 1 };
	uint64_t value;

	if (clock_lfence_always(cpuid_leaf))
		return true;
	if (!msr_read_safe(MSR_AMD_DE_CFG, &value))
		return false;
	if ((value & LFENCE_SERIALISES) == 0 && !msr_write_safe(MSR_AMD_DE_CFG, value | LFENCE_SERIALISES))
		return false;
	return msr_read_safe(MSR_AMD_DE_CFG, &value) && value & LFENCE_SERIALISES;
}

void clock_init_cpu(unsigned cpu)
{
	uint64_t adjust = 0;

	if ((cpuid_leaf(0x80000001, 0).edx >> 27 & 1) == 0) /* SDM vol. 2, CPUID */
		boot_refuse("this CPU has no RDTSCP, which every measurement needs: take one of Intel's since 2008 or "
			    "AMD's since 2006");
	cr4_write(cr4_read() & ~(uint64_t)CR4_TSD);
	msr_write(MSR_TSC_AUX, cpu);
	if (!lfence_make_serialising())
		__atomic_store_n(&machine_facts.lfence_serialises, false, __ATOMIC_RELAXED);
	if (cpuid_leaf(7, 0).ebx >> 1 & 1) /* IA32_TSC_ADJUST: SDM vol. 2, CPUID 07H */
		msr_read_safe(MSR_TSC_ADJUST, &adjust);
	this_local->tsc_adjust = adjust;
	if (adjust != cpu_locals[0].tsc_adjust)
		__atomic_store_n(&machine_facts.tsc_adjust_equal, false, __ATOMIC_RELAXED);
}

void clock_wait_us(unsigned us)
{
	uint64_t hz = clock_hz != 0 ? clock_hz : TSC_MHZ_MOST * 1000000ull, begin = clock_now();

	while (clock_now() - begin < us * hz / 1000000)
		asm volatile("pause" : : : "memory"); /* boot: other CPUs may need this one's */
}
