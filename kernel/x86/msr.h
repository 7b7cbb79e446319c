/* SPDX-License-Identifier: MIT */
/*
 * Model-specific registers, control registers and CPUID. The _safe forms return false where the plain ones would raise
 * #GP, because the register does not exist or does not take the value.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* SDM vol. 4 table 2-2, except where another source is named. */
enum {
	MSR_APIC_BASE = 0x1b,
	MSR_TSC_ADJUST = 0x3b,
	MSR_TSC_DEADLINE = 0x6e0,
	MSR_FS_BASE = 0xc0000100,
	MSR_GS_BASE = 0xc0000101,
	MSR_TSC_AUX = 0xc0000103,
	MSR_AMD_DE_CFG = 0xc0011029, /* AMD, Software Techniques for Managing Speculation, "LFENCE" */
};

struct cpuid {
	uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid_read(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid out;

	asm volatile("cpuid" : "=a"(out.eax), "=b"(out.ebx), "=c"(out.ecx), "=d"(out.edx) : "a"(leaf), "c"(subleaf));
	return out;
}

/* All zeros if the leaf lies beyond its range's maximum: above that, Intel answers with the data of another leaf. */
struct cpuid cpuid_leaf(uint32_t leaf, uint32_t subleaf);
/* On every CPU: takes back a firmware's choice to show old systems no leaf above 3. */
void cpuid_lift_limit(void);

static inline uint64_t msr_read(uint32_t msr)
{
	uint32_t low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
	return (uint64_t)high << 32 | low;
}

static inline void msr_write(uint32_t msr, uint64_t value)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

bool msr_read_safe(uint32_t msr, uint64_t *value);
bool msr_write_safe(uint32_t msr, uint64_t value);
/* The trap side of the _safe forms: where to go on after a #GP at rip, 0 if that instruction is none of theirs. */
uintptr_t msr_fixup(uintptr_t rip);

static inline uint64_t cr0_read(void)
{
	uint64_t value;

	asm volatile("movq %%cr0, %0" : "=r"(value) : : "memory");
	return value;
}

static inline void cr0_write(uint64_t value)
{
	asm volatile("movq %0, %%cr0" : : "r"(value) : "memory");
}

static inline uint64_t cr2_read(void)
{
	uint64_t value;

	asm volatile("movq %%cr2, %0" : "=r"(value) : : "memory");
	return value;
}

static inline uint64_t cr3_read(void)
{
	uint64_t value;

	asm volatile("movq %%cr3, %0" : "=r"(value) : : "memory");
	return value;
}

static inline void cr3_write(uint64_t value)
{
	asm volatile("movq %0, %%cr3" : : "r"(value) : "memory");
}

static inline uint64_t cr4_read(void)
{
	uint64_t value;

	asm volatile("movq %%cr4, %0" : "=r"(value) : : "memory");
	return value;
}

static inline void cr4_write(uint64_t value)
{
	asm volatile("movq %0, %%cr4" : : "r"(value) : "memory");
}
