/* SPDX-License-Identifier: MIT */
/*
 * RDMSR and WRMSR that may fault, and the table by which the #GP handler finds where to go on.
 */
#include "msr.h"

#include <stddef.h>

struct fixup {
	uintptr_t fault, resume;
};

extern const struct fixup fixups_begin[], fixups_end[]; /* kernel.ld */

/* An entry of the table: a #GP at label 1 goes on at label 2. */
#define FIXUP_ENTRY ".pushsection .fixups, \"a\"\n\t.quad 1b, 2b\n\t.popsection"

bool msr_read_safe(uint32_t msr, uint64_t *value)
{
	uint32_t low = 0, high = 0;
	bool done = false;

	asm volatile("1: rdmsr\n\tmovb $1, %2\n2:\n\t" FIXUP_ENTRY
		     : "+a"(low), "+d"(high), "+r"(done)
		     : "c"(msr)
		     : "memory");
	*value = (uint64_t)high << 32 | low;
	return done;
}

bool msr_write_safe(uint32_t msr, uint64_t value)
{
	bool done = false;

	asm volatile("1: wrmsr\n\tmovb $1, %0\n2:\n\t" FIXUP_ENTRY
		     : "+r"(done)
		     : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
		     : "memory");
	return done;
}

uintptr_t msr_fixup(uintptr_t rip)
{
	for (const struct fixup *fixup = fixups_begin; fixup < fixups_end; fixup++) {
		if (fixup->fault == rip)
			return fixup->resume;
	}
	return 0;
}

struct cpuid cpuid_leaf(uint32_t leaf, uint32_t subleaf)
{
	uint32_t range = leaf & 0xf0000000; /* basic, hypervisor, extended: each range's first leaf holds its last */
	uint32_t last = cpuid_read(range, 0).eax;

	if (last < range || leaf > last)
		return (struct cpuid){0};
	return cpuid_read(leaf, subleaf);
}

void cpuid_lift_limit(void)
{
	enum { MSR_MISC_ENABLE = 0x1a0, LIMIT_CPUID = 1 << 22 }; /* SDM vol. 4 table 2-2 */
	uint64_t value;

	if (cpuid_read(0, 0).ebx == 0x756e6547 && msr_read_safe(MSR_MISC_ENABLE, &value) &&
	    value & LIMIT_CPUID) /* Intel */
		msr_write_safe(MSR_MISC_ENABLE, value & ~(uint64_t)LIMIT_CPUID);
}
