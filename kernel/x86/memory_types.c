/* SPDX-License-Identifier: MIT */
/*
 * PAT: SDM vol. 3 §12.12; MTRRs: §12.11.
 */
#include "memory_types.h"

#include <stdbool.h>
#include <stdint.h>

#include "facts.h"
#include "msr.h"

enum {
	CPUID_MTRR = 12,
	CPUID_PAT = 16,
	MSR_PAT = 0x277,
	MSR_MTRR_CAP = 0xfe,
	MSR_MTRR_DEFAULT = 0x2ff,
	MSR_MTRR_VARIABLE = 0x200, /* base and mask of each */
	CAP_VARIABLE = 0xff,
	CAP_FIXED = 1 << 8,
	DEFAULT_ENABLED = 1 << 11,
	CR0_CD = 1 << 30,
	FIXED = 11,
	VARIABLE_MAX = 32, /* CPUs have about ten */
};

/* Table 12-12: write-back, write-through, uncached-, uncacheable, and the same again. */
#define PAT_RESET 0x0007040600070406ull

/* All memory type range registers of a CPU, in the order of list_msr(); absent ones are 0. */
struct mtrrs {
	uint64_t type; /* MSR_MTRR_DEFAULT */
	uint64_t ranges[FIXED + 2 * VARIABLE_MAX];
};

static struct mtrrs boot_cpu; /* constant once the boot CPU has come by */
static unsigned variable_count;
static bool fixed_there;

/* The register behind ranges[at]; 0: this machine has none there. */
static uint32_t list_msr(unsigned at)
{
	static const uint32_t fixed[FIXED] = {0x250, 0x258, 0x259, 0x268, 0x269, 0x26a,
					      0x26b, 0x26c, 0x26d, 0x26e, 0x26f}; /* §12.11.2.2 */

	if (at < FIXED)
		return fixed_there ? fixed[at] : 0;
	return at - FIXED < 2 * variable_count ? MSR_MTRR_VARIABLE + at - FIXED : 0;
}

static void mtrrs_read(struct mtrrs *mtrrs)
{
	*mtrrs = (struct mtrrs){0};
	msr_read_safe(MSR_MTRR_DEFAULT, &mtrrs->type);
	for (unsigned at = 0; at < FIXED + 2 * VARIABLE_MAX; at++) {
		if (list_msr(at) != 0)
			msr_read_safe(list_msr(at), &mtrrs->ranges[at]);
	}
}

static bool mtrrs_equal(const struct mtrrs *a, const struct mtrrs *b)
{
	bool equal = a->type == b->type;

	for (unsigned at = 0; at < FIXED + 2 * VARIABLE_MAX; at++)
		equal &= a->ranges[at] == b->ranges[at];
	return equal;
}

/*
 * The order of §12.11.8: no caching, caches and translations empty, no ranges; then the registers; then all of it back. The
 * other CPUs go on, which the manual does not foresee: but they use these ranges as they shall be used here from now on.
 */
static void mtrrs_write(const struct mtrrs *mtrrs)
{
	uint64_t cr0 = cr0_read();

	cr0_write(cr0 | CR0_CD);
	asm volatile("wbinvd" : : : "memory");
	cr3_write(cr3_read());
	msr_write_safe(MSR_MTRR_DEFAULT, mtrrs->type & ~(uint64_t)DEFAULT_ENABLED);
	for (unsigned at = 0; at < FIXED + 2 * VARIABLE_MAX; at++) {
		if (list_msr(at) != 0)
			msr_write_safe(list_msr(at), mtrrs->ranges[at]);
	}
	msr_write_safe(MSR_MTRR_DEFAULT, mtrrs->type);
	asm volatile("wbinvd" : : : "memory");
	cr3_write(cr3_read());
	cr0_write(cr0);
}

static void mtrrs_init(unsigned cpu)
{
	struct mtrrs own;
	uint64_t cap = 0;

	if (cpu == 0) {
		msr_read_safe(MSR_MTRR_CAP, &cap);
		fixed_there = cap & CAP_FIXED;
		variable_count = cap & CAP_VARIABLE;
		if (variable_count > VARIABLE_MAX)
			variable_count = VARIABLE_MAX;
		mtrrs_read(&boot_cpu);
		return;
	}
	mtrrs_read(&own);
	if (mtrrs_equal(&own, &boot_cpu))
		return;
	mtrrs_write(&boot_cpu);
	mtrrs_read(&own);
	__atomic_store_n(mtrrs_equal(&own, &boot_cpu) ? &machine_facts.mtrr_copied : &machine_facts.mtrr_differ, true,
			 __ATOMIC_RELAXED);
}

/* The entries that the page tables use mean the same before and after, unless a system before this one had others. */
static void pat_reset(void)
{
	uint64_t value;

	if (!msr_read_safe(MSR_PAT, &value) || value == PAT_RESET)
		return;
	msr_write_safe(MSR_PAT, PAT_RESET);
	/* lines that were cached under the old meaning, and the translations that hold it: §12.12.4 */
	asm volatile("wbinvd" : : : "memory");
	cr3_write(cr3_read());
}

void memory_types_init_cpu(unsigned cpu)
{
	uint32_t features = cpuid_leaf(1, 0).edx;

	if (features >> CPUID_PAT & 1)
		pat_reset();
	if (features >> CPUID_MTRR & 1)
		mtrrs_init(cpu);
}
