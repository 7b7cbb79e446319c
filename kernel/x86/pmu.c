/* SPDX-License-Identifier: MIT */
/*
 * Intel's architectural performance monitoring (SDM vol. 3 §20.2) and AMD's core performance counters (APM vol. 2 §13.2).
 * They differ in where the registers are; a selector has the same fields.
 */
#include "x86/pmu.h"

#include <stddef.h>

/* SDM vol. 4 table 2-2. */
enum { INTEL_COUNT = 0xc1, INTEL_SELECT = 0x186, INTEL_GLOBAL = 0x38f, INTEL_GLOBAL_VERSION = 2 };

/* APM vol. 2 appendix A.4: the first four counters of old, the six of CPUID Fn8000_0001_ECX[23], the switch of version 2. */
enum {
	AMD_OLD_SELECT = 0xc0010000,
	AMD_OLD_COUNT = 0xc0010004,
	AMD_SELECT = 0xc0010200,
	AMD_COUNT = 0xc0010201,
	AMD_GLOBAL = 0xc0000301,
	AMD_OLD_COUNTERS = 4,
	AMD_COUNTERS = 6,
	AMD_WIDTH_BITS = 48
};

/* Of a selector: SDM vol. 3 figure 20-6; APM vol. 2 figure 13-8. */
static const uint64_t SELECT_EVENT = 0xff, SELECT_UNIT = 0xff00, SELECT_USER = 1 << 16, SELECT_OS = 1 << 17,
		      SELECT_EDGE = 1 << 18, SELECT_INTERRUPT = 1 << 20, SELECT_ENABLE = 1 << 22,
		      SELECT_INVERT = 1 << 23, SELECT_MASK = 0xff000000;
static const uint64_t AMD_SELECT_EVENT_HIGH = 0xfull << 32;

static bool vendor_is_amd(struct cpuid leaf_0)
{
	/* EBX of AuthenticAMD and of HygonGenuine */
	return leaf_0.ebx == 0x68747541 || leaf_0.ebx == 0x6f677948;
}

static void decode_amd(struct pmu *pmu, struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf))
{
	struct cpuid version_2 = leaf(0x80000022, 0); /* APM vol. 3 §E.4.17: EAX[0], EBX[3:0] */
	bool extended = leaf(0x80000001, 0).ecx >> 23 & 1;
	unsigned told = version_2.eax & 1 ? version_2.ebx & 0xf : 0;

	pmu->counters = told != 0 ? told : extended ? AMD_COUNTERS : AMD_OLD_COUNTERS;
	pmu->width_bits = AMD_WIDTH_BITS;
	pmu->select_msr = extended ? AMD_SELECT : AMD_OLD_SELECT;
	pmu->count_msr = extended ? AMD_COUNT : AMD_OLD_COUNT;
	pmu->msr_step = extended ? 2 : 1;
	pmu->global_msr = version_2.eax & 1 ? AMD_GLOBAL : 0;
	pmu->select_bits |= AMD_SELECT_EVENT_HIGH;
}

static void decode_intel(struct pmu *pmu, struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf))
{
	uint32_t eax = leaf(0x0a, 0).eax; /* SDM vol. 2 CPUID 0AH: version, counters, width */

	pmu->counters = eax >> 8 & 0xff;
	if ((eax & 0xff) == 0 || pmu->counters == 0) {
		pmu->absent = "no PMU: CPUID 0AH tells of no counters (a hypervisor or an emulator hides them)";
		return;
	}
	if (pmu->counters > PMU_COUNTERS_MAX)
		pmu->counters = PMU_COUNTERS_MAX;
	pmu->width_bits = eax >> 16 & 0xff;
	pmu->select_msr = INTEL_SELECT;
	pmu->count_msr = INTEL_COUNT;
	pmu->msr_step = 1;
	pmu->global_msr = (eax & 0xff) >= INTEL_GLOBAL_VERSION ? INTEL_GLOBAL : 0;
}

void pmu_decode(struct pmu *pmu, struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf))
{
	*pmu = (struct pmu){.select_bits = SELECT_EVENT | SELECT_UNIT | SELECT_EDGE | SELECT_INVERT | SELECT_MASK};
	if (vendor_is_amd(leaf(0, 0)))
		decode_amd(pmu, leaf);
	else
		decode_intel(pmu, leaf);
}

bool pmu_knows(const struct pmu *pmu, uint64_t code)
{
	/* these four are not the event's: pmu_program() says what they are */
	uint64_t ours = SELECT_USER | SELECT_OS | SELECT_INTERRUPT | SELECT_ENABLE;

	return (code & ~(pmu->select_bits | ours)) == 0 && (code & pmu->select_bits) != 0;
}

static uint32_t select_msr(const struct pmu *pmu, unsigned counter)
{
	return pmu->select_msr + counter * pmu->msr_step;
}

static uint32_t count_msr(const struct pmu *pmu, unsigned counter)
{
	return pmu->count_msr + counter * pmu->msr_step;
}

static uint64_t selector(const struct pmu *pmu, uint64_t code)
{
	return (code & pmu->select_bits) | SELECT_USER | SELECT_OS | SELECT_ENABLE;
}

unsigned pmu_program(const struct pmu *pmu, const uint64_t *codes, unsigned count,
		     struct pmu_write writes[PMU_WRITES_MAX])
{
	unsigned at = 0;

	if (pmu->global_msr != 0)
		writes[at++] = (struct pmu_write){pmu->global_msr, 0};
	for (unsigned i = 0; i < count; i++) {
		writes[at++] = (struct pmu_write){select_msr(pmu, i), 0};
		writes[at++] = (struct pmu_write){count_msr(pmu, i), 0};
	}
	for (unsigned i = 0; i < count; i++)
		writes[at++] = (struct pmu_write){select_msr(pmu, i), selector(pmu, codes[i])};
	if (pmu->global_msr != 0)
		writes[at++] = (struct pmu_write){pmu->global_msr, (1ull << count) - 1};
	return at;
}

unsigned pmu_silence(const struct pmu *pmu, unsigned count, struct pmu_write writes[PMU_WRITES_MAX])
{
	unsigned at = 0;

	if (pmu->global_msr != 0)
		writes[at++] = (struct pmu_write){pmu->global_msr, 0};
	for (unsigned i = 0; i < count; i++)
		writes[at++] = (struct pmu_write){select_msr(pmu, i), 0};
	return at;
}

/* --- The machine ------------------------------------------------------------------------------------------------------ */

static bool carry_out(const struct pmu_write *writes, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		if (!msr_write_safe(writes[i].msr, writes[i].value))
			return false;
	}
	return true;
}

bool pmu_start(const struct pmu *pmu, const uint64_t *codes, unsigned count)
{
	struct pmu_write writes[PMU_WRITES_MAX];
	uint64_t held;

	if (!carry_out(writes, pmu_program(pmu, codes, count, writes)))
		return false;
	for (unsigned i = 0; i < count; i++) {
		if (!msr_read_safe(select_msr(pmu, i), &held) || held != selector(pmu, codes[i]))
			return false; /* an emulator may swallow writes to registers that it does not have */
	}
	return true;
}

bool pmu_stop(const struct pmu *pmu, unsigned count, uint64_t *counts)
{
	struct pmu_write writes[PMU_WRITES_MAX];
	bool done = carry_out(writes, pmu_silence(pmu, count, writes));

	for (unsigned i = 0; i < count; i++) {
		done = msr_read_safe(count_msr(pmu, i), &counts[i]) && done;
		counts[i] &= (1ull << pmu->width_bits) - 1;
	}
	return done;
}
