/* SPDX-License-Identifier: MIT */
/*
 * Performance counters: what processors of several kinds have, made up after their manuals, and what is written to them;
 * on this machine, that asking does no harm, and that counters which are there count.
 */
#include "counting_port.h"

#include "core/ktest.h"
#include "core/string.h"
#include "x86/cpu.h"
#include "x86/facts.h"
#include "x86/pmu.h"

struct leaf {
	uint32_t leaf;
	struct cpuid out;
};

static const struct leaf *machine; /* ends with a leaf of all ones */

static struct cpuid machine_leaf(uint32_t leaf, uint32_t subleaf)
{
	(void)subleaf;
	for (const struct leaf *at = machine; at->leaf != UINT32_MAX; at++)
		if (at->leaf == leaf)
			return at->out;
	return (struct cpuid){0};
}

static struct pmu decode(const struct leaf *leaves)
{
	struct pmu pmu;

	machine = leaves;
	pmu_decode(&pmu, machine_leaf);
	return pmu;
}

/* Version 4, 4 counters of 48 bits, as Skylake has it with SMT. */
static const struct leaf skylake[] = {
    {0, {.ebx = 0x756e6547}}, {0x0a, {.eax = 0x07300404, .edx = 0x603}}, {UINT32_MAX, {0}}};
static const struct leaf first_core[] = {{0, {.ebx = 0x756e6547}}, {0x0a, {.eax = 0x07280201}}, {UINT32_MAX, {0}}};
static const struct leaf intel_hidden[] = {{0, {.ebx = 0x756e6547}}, {0x0a, {0}}, {UINT32_MAX, {0}}};
static const struct leaf zen2[] = {{0, {.ebx = 0x68747541}}, {0x80000001, {.ecx = 1 << 23}}, {UINT32_MAX, {0}}};
static const struct leaf zen4[] = {
    {0, {.ebx = 0x68747541}}, {0x80000001, {.ecx = 1 << 23}}, {0x80000022, {.eax = 1, .ebx = 6}}, {UINT32_MAX, {0}}};
static const struct leaf k8[] = {{0, {.ebx = 0x68747541}}, {UINT32_MAX, {0}}};

KERNEL_TEST(pmu_of_intel_is_told_by_leaf_0ah)
{
	struct pmu pmu = decode(skylake);

	CHECK(pmu.absent == NULL && pmu.counters == 4 && pmu.width_bits == 48);
	CHECK(pmu.select_msr == 0x186 && pmu.count_msr == 0xc1 && pmu.msr_step == 1 && pmu.global_msr == 0x38f);
	pmu = decode(first_core);
	CHECK(pmu.counters == 2 && pmu.width_bits == 40 && pmu.global_msr == 0); /* version 1 has no common switch */
	CHECK(decode(intel_hidden).absent != NULL);
}

KERNEL_TEST(pmu_of_amd_has_four_counters_or_six_or_what_version_2_says)
{
	struct pmu pmu = decode(zen2);

	CHECK(pmu.absent == NULL && pmu.counters == 6 && pmu.width_bits == 48);
	CHECK(pmu.select_msr == 0xc0010200 && pmu.count_msr == 0xc0010201 && pmu.msr_step == 2 && pmu.global_msr == 0);
	pmu = decode(zen4);
	CHECK(pmu.counters == 6 && pmu.global_msr == 0xc0000301);
	pmu = decode(k8);
	CHECK(pmu.counters == 4 && pmu.select_msr == 0xc0010000 && pmu.count_msr == 0xc0010004 && pmu.msr_step == 1);
}

static bool same(const struct pmu_write *writes, const struct pmu_write *expected, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (writes[i].msr != expected[i].msr || writes[i].value != expected[i].value)
			return false;
	return true;
}

/* instructions and cycles, as libpfm4 encodes them: with the interrupt bit, which must be gone. */
KERNEL_TEST(pmu_program_of_intel_begins_with_one_write_for_all)
{
	static const uint64_t codes[] = {0x5300c0, 0x53003c};
	static const struct pmu_write expected[] = {{0x38f, 0}, {0x186, 0},        {0xc1, 0},         {0x187, 0},
						    {0xc2, 0},  {0x186, 0x4300c0}, {0x187, 0x43003c}, {0x38f, 3}};
	static const struct pmu_write silence[] = {{0x38f, 0}, {0x186, 0}, {0x187, 0}};
	struct pmu pmu = decode(skylake);
	struct pmu_write writes[PMU_WRITES_MAX];

	CHECK(pmu_program(&pmu, codes, 2, writes) == 8);
	CHECK(same(writes, expected, 8));
	CHECK(pmu_silence(&pmu, 2, writes) == 3);
	CHECK(same(writes, silence, 3));
}

KERNEL_TEST(pmu_program_of_amd_uses_every_second_register)
{
	static const uint64_t codes[] = {0x530076, 0x1005304c0};
	static const struct pmu_write expected[] = {{0xc0010200, 0}, {0xc0010201, 0},        {0xc0010202, 0},
						    {0xc0010203, 0}, {0xc0010200, 0x430076}, {0xc0010202, 0x1004304c0}};
	struct pmu pmu = decode(zen2);
	struct pmu_write writes[PMU_WRITES_MAX];

	CHECK(pmu_program(&pmu, codes, 2, writes) == 6);
	CHECK(same(writes, expected, 6));
}

KERNEL_TEST(pmu_knows_the_bits_of_its_selectors)
{
	struct pmu intel = decode(skylake), amd = decode(zen4);

	CHECK(pmu_knows(&intel, 0x5300c0) && pmu_knows(&amd, 0x5300c0));
	CHECK(!pmu_knows(&intel, 0x1005300c0) && pmu_knows(&amd, 0x1005300c0)); /* AMD's event has four bits more */
	CHECK(!pmu_knows(&intel, 1 << 19) && !pmu_knows(&amd, 1ull << 40));
	CHECK(!pmu_knows(&intel, 0x530000)); /* no event */
}

KERNEL_TEST(counting_refuses_one_code_on_intels_cpus_of_several_kinds)
{
	static const uint16_t one[] = {0, 0, 0, 0}, two[] = {0, 0, 0, 1};
	const char *defect = counting_kinds_defect(two, 4, "GenuineIntel");

	CHECK(defect != NULL && strlen(defect) < COUNTING_REASON_MAX);
	CHECK(counting_kinds_defect(two, 3, "GenuineIntel") == NULL);
	CHECK(counting_kinds_defect(one, 4, "GenuineIntel") == NULL);
	CHECK(counting_kinds_defect(two, 4, "AuthenticAMD") == NULL);
}

/*
 * Variable MTRRs (SDM vol. 3 §12.11.2.3) in the place of counters: pairs of registers as AMD has them. QEMU's emulator keeps
 * what they are told and does nothing with it; nowhere else may a test do this.
 */
KERNEL_TEST(pmu_start_and_stop_use_registers_that_keep_their_values)
{
	static const uint64_t codes[] = {0x5300c0, 0x530076};
	const struct pmu pmu = {.counters = 2,
				.width_bits = 48,
				.select_msr = 0x200,
				.count_msr = 0x201,
				.msr_step = 2,
				.select_bits = 0xffff};
	uint64_t counts[2] = {1, 1};

	if (strcmp(machine_facts.hypervisor, "TCGTCGTCGTCG") != 0) {
		ktest_skip("needs registers that keep values and do nothing: QEMU's emulator");
		return;
	}
	CHECK(pmu_start(&pmu, codes, 2));
	CHECK(msr_read(0x200) == 0x4300c0 && msr_read(0x202) == 0x430076);
	msr_write(0x201, 1000); /* as if they had counted */
	msr_write(0x203, 77);
	CHECK(pmu_stop(&pmu, 2, counts));
	CHECK(counts[0] == 1000 && counts[1] == 77);
	CHECK(msr_read(0x200) == 0 && msr_read(0x202) == 0);
	msr_write(0x201, 0);
	msr_write(0x203, 0);
}

/* TCG has none; where there are some, a loop of 1000 turns counts some instructions each. */
KERNEL_TEST(pmu_counts_instructions_or_says_no_without_a_fault)
{
	static const uint64_t instructions = 0xc0; /* both vendors */
	const unsigned turns = 1000;
	struct pmu pmu;
	uint64_t count = 0;
	bool enabled, works;

	pmu_decode(&pmu, cpuid_leaf);
	if (pmu.absent != NULL)
		return;
	enabled = irq_save();
	works = pmu_start(&pmu, &instructions, 1);
	for (volatile unsigned turn = 0; turn < turns; turn++)
		;
	works = pmu_stop(&pmu, 1, &count) && works;
	irq_restore(enabled);
	CHECK(!works || (count >= 2 * turns && count < 20 * turns));
}
