/* SPDX-License-Identifier: MIT */
/*
 * Saving and restoring vector state: SDM vol. 1 chapter 13. The kernel itself is compiled for general registers only.
 *
 * XSAVEOPT skips a component that has not changed since XRSTOR read it from the same address. That is right here
 * because a thread's area is always read by XRSTOR on the CPU that will next write it, and a reused area is read
 * again before its first write. XSAVEC is not used: every CPU that has it has XSAVEOPT, and its compacted format would be a
 * second one for nothing.
 */
#include "fpu.h"

#include "core_hooks.h"
#include "cpu.h"
#include "facts.h"
#include "layout.h"
#include "msr.h"

/* XCR0: x87, SSE, AVX, AVX-512 (opmask, upper halves, upper registers). Not MPX, PKRU, AMX. SDM vol. 1 §13.1 */
#define COMPONENTS 0xe7u

enum {
	FXSAVE_BYTES = 512, /* SDM vol. 1 §10.5.1 */
	AREA_FCW = 0,       /* offsets: SDM vol. 1 table 10-2 */
	AREA_MXCSR = 24,
	FCW_INITIAL = 0x37f, /* as after FNINIT */
	MXCSR_INITIAL = 0x1f80,
};

static enum { SAVE_FXSAVE, SAVE_XSAVE, SAVE_XSAVEOPT } save_by;
static uint64_t components; /* value of XCR0 */

size_t fpu_area_bytes = FXSAVE_BYTES;

static void xcr0_write(uint64_t value)
{
	asm volatile("xsetbv" : : "c"(0), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

void fpu_init(void)
{
	static const char *const names[] = {"fxsave", "xsave", "xsaveopt"};
	struct cpuid leaf = cpuid_leaf(1, 0);

	if (leaf.ecx >> 26 & 1) { /* XSAVE */
		components = cpuid_leaf(0xd, 0).eax & COMPONENTS;
		save_by = cpuid_leaf(0xd, 1).eax & 1 ? SAVE_XSAVEOPT : SAVE_XSAVE;
	}
	machine_facts.fpu_save = names[save_by];
	fpu_init_cpu();
	if (save_by != SAVE_FXSAVE)
		fpu_area_bytes = cpuid_leaf(0xd, 0).ebx;
}

void fpu_init_cpu(void)
{
	cr4_write(cr4_read() | CR4_OSFXSR | CR4_OSXMMEXCPT | (save_by == SAVE_FXSAVE ? 0 : CR4_OSXSAVE));
	if (save_by != SAVE_FXSAVE)
		xcr0_write(components);
	cr0_write(cr0_read() | CR0_TS);
}

void fpu_area_init(void *area)
{
	uint8_t *bytes = area;

	for (size_t at = 0; at < fpu_area_bytes; at += sizeof(uint64_t))
		*(uint64_t *)(bytes + at) = 0;
	*(uint16_t *)(bytes + AREA_FCW) = FCW_INITIAL;
	*(uint32_t *)(bytes + AREA_MXCSR) = MXCSR_INITIAL;
}

static void area_save(void *area)
{
	uint32_t low = (uint32_t)components, high = (uint32_t)(components >> 32);

	switch (save_by) {
	case SAVE_FXSAVE:
		asm volatile("fxsave64 (%0)" : : "r"(area) : "memory");
		break;
	case SAVE_XSAVE:
		asm volatile("xsave64 (%0)" : : "r"(area), "a"(low), "d"(high) : "memory");
		break;
	case SAVE_XSAVEOPT:
		asm volatile("xsaveopt64 (%0)" : : "r"(area), "a"(low), "d"(high) : "memory");
		break;
	}
}

static void area_load(const void *area)
{
	uint32_t low = (uint32_t)components, high = (uint32_t)(components >> 32);

	if (save_by == SAVE_FXSAVE)
		asm volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
	else
		asm volatile("xrstor64 (%0)" : : "r"(area), "a"(low), "d"(high) : "memory");
}

void fpu_switch(void *save, void *load)
{
	if (save != NULL)
		area_save(save); /* TS is clear: the old thread has state */
	if (load == NULL) {
		cr0_write(cr0_read() | CR0_TS);
		return;
	}
	if (save == NULL)
		asm volatile("clts" : : : "memory");
	area_load(load);
}

bool fpu_trap(void)
{
	void *area;

	if ((cr0_read() & CR0_TS) == 0)
		return false;
	area = thread_fpu_area();
	fpu_area_init(area);
	fpu_switch(NULL, area);
	return true;
}
