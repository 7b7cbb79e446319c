/* SPDX-License-Identifier: MIT */
/*
 * Topology: the leaves of several kinds of CPU, made up after their manuals, and that this machine's makes sense.
 */
#include "core/ktest.h"
#include "core/string.h"
#include "core/topology_text.h"
#include "x86/cpu.h"
#include "x86/cpu_order.h"
#include "x86/topology.h"

struct leaf {
	uint32_t leaf, subleaf;
	struct cpuid out;
};

static const struct leaf *machine; /* ends with a leaf of all ones */

static struct cpuid machine_leaf(uint32_t leaf, uint32_t subleaf)
{
	for (const struct leaf *at = machine; at->leaf != UINT32_MAX; at++)
		if (at->leaf == leaf && at->subleaf == subleaf)
			return at->out;
	return (struct cpuid){0};
}

static struct topology_names decode(const struct leaf *leaves, uint32_t apic_id)
{
	struct topology_names names;

	machine = leaves;
	topology_decode(&names, apic_id, machine_leaf);
	return names;
}

/* EAX of a cache leaf: type 1 data, 2 instruction, 3 unified; shared by so many IDs. */
#define CACHE(type, level, shared) ((type) | (level) << 5 | ((shared)-1u) << 14)
#define GENUINE_INTEL                                                           \
	{                                                                       \
		0, 0,                                                           \
		{                                                               \
			.ebx = 0x756e6547, .ecx = 0x6c65746e, .edx = 0x49656e69 \
		}                                                               \
	}
#define AUTHENTIC_AMD                                                           \
	{                                                                       \
		0, 0,                                                           \
		{                                                               \
			.ebx = 0x68747541, .ecx = 0x444d4163, .edx = 0x69746e65 \
		}                                                               \
	}
#define END                    \
	{                      \
		UINT32_MAX, 0, \
		{              \
			0      \
		}              \
	}

KERNEL_TEST(topology_by_leaf_1fh_knows_dies)
{
	/* two threads a core, 8 core IDs a die, two dies a package: bits 0, 1-3, 4; leaf 0BH would end at the die */
	static const struct leaf leaves[] = {
	    GENUINE_INTEL,
	    {0x1f, 0, {.eax = 1, .ebx = 2, .ecx = 0x100}},
	    {0x1f, 1, {.eax = 4, .ebx = 16, .ecx = 0x201}},
	    {0x1f, 2, {.eax = 5, .ebx = 32, .ecx = 0x502}},
	    {0xb, 0, {.eax = 1, .ebx = 2, .ecx = 0x100}},
	    {0xb, 1, {.eax = 4, .ebx = 16, .ecx = 0x201}},
	    {4, 0, {.eax = CACHE(1, 1, 2)}},
	    {4, 1, {.eax = CACHE(2, 1, 2)}},
	    {4, 2, {.eax = CACHE(3, 2, 2)}},
	    {4, 3, {.eax = CACHE(3, 3, 16)}},
	    END,
	};
	struct topology_names names = decode(leaves, 0x35);

	CHECK(names.core == 0x34 && names.package == 0x20 && names.l2 == 0x34 && names.l3 == 0x30);
}

KERNEL_TEST(topology_by_leaf_0bh_takes_wide_ids)
{
	/* no threads; three cores have two bits */
	static const struct leaf leaves[] = {
	    GENUINE_INTEL,
	    {0xb, 0, {.eax = 0, .ebx = 1, .ecx = 0x100}},
	    {0xb, 1, {.eax = 2, .ebx = 3, .ecx = 0x201}},
	    END,
	};
	struct topology_names names = decode(leaves, 0x1fe);

	CHECK(names.core == 0x1fe && names.package == 0x1fc);
	CHECK(names.l2 == TOPOLOGY_UNKNOWN && names.l3 == TOPOLOGY_UNKNOWN);
}

KERNEL_TEST(topology_of_old_intel_cpus_is_by_counts)
{
	/* 3 cores of 2 threads: 8 IDs a package (bits 0-2), 4 of them cores (bits 1-2) */
	static const struct leaf leaves[] = {
	    GENUINE_INTEL,
	    {1, 0, {.ebx = 6u << 16, .edx = 1u << 28}},
	    {4, 0, {.eax = CACHE(1, 1, 2) | 2u << 26}},
	    {4, 1, {.eax = CACHE(3, 2, 6)}},
	    END,
	};
	static const struct leaf single[] = {GENUINE_INTEL, {1, 0, {.ebx = 6u << 16}}, END};
	struct topology_names names = decode(leaves, 0xd);

	CHECK(names.core == 0xc && names.package == 0x8 && names.l2 == 0x8);
	names = decode(single, 0xd); /* without HTT the count means nothing */
	CHECK(names.core == 0xd && names.package == 0xd);
}

KERNEL_TEST(topology_of_amd_cpus_is_by_their_own_leaves)
{
	/* 16 threads a package, two a core, L3 for 8 */
	static const struct leaf leaves[] = {
	    AUTHENTIC_AMD,
	    {0x80000001, 0, {.ecx = 1u << 22}},
	    {0x80000008, 0, {.ecx = 4u << 12 | 15}},
	    {0x8000001e, 0, {.ebx = 1u << 8}},
	    {0x8000001d, 0, {.eax = CACHE(1, 1, 2)}},
	    {0x8000001d, 1, {.eax = CACHE(2, 1, 2)}},
	    {0x8000001d, 2, {.eax = CACHE(3, 2, 2)}},
	    {0x8000001d, 3, {.eax = CACHE(3, 3, 8)}},
	    {4, 3, {.eax = CACHE(3, 3, 1)}}, /* not for AMD */
	    END,
	};
	static const struct leaf old[] = {AUTHENTIC_AMD, {0x80000008, 0, {.ecx = 5}}, END}; /* six cores: three bits */
	struct topology_names names = decode(leaves, 0x1b);

	CHECK(names.core == 0x1a && names.package == 0x10 && names.l2 == 0x1a && names.l3 == 0x18);
	names = decode(old, 0xd);
	CHECK(names.core == 0xd && names.package == 0x8 && names.l3 == TOPOLOGY_UNKNOWN);
}

KERNEL_TEST(topology_tells_kinds_of_cores_apart)
{
	static const struct leaf performance[] = {
	    GENUINE_INTEL, {7, 0, {.edx = 1u << 15}}, {0x1a, 0, {.eax = 0x40000001}}, END};
	static const struct leaf efficient[] = {
	    GENUINE_INTEL, {7, 0, {.edx = 1u << 15}}, {0x1a, 0, {.eax = 0x20000001}}, END};
	/* cores of one kind may have leaf 1AH */
	static const struct leaf uniform[] = {GENUINE_INTEL, {0x1a, 0, {.eax = 0x40000001}}, END};
	static const struct leaf amd[] = {
	    AUTHENTIC_AMD, {0x80000026, 0, {.eax = 1u << 30, .ebx = 1u << 28 | 0x110002}}, END};
	static const struct leaf amd_uniform[] = {AUTHENTIC_AMD, {0x80000026, 0, {.ebx = 1u << 28}}, END};

	CHECK(decode(performance, 0).kind == 0x40000001 && decode(efficient, 0x10).kind == 0x20000001);
	CHECK(decode(uniform, 0).kind == 0);
	CHECK(decode(amd, 0).kind == 0x10 && decode(amd_uniform, 0).kind == 0);
}

KERNEL_TEST(topology_survives_cpus_that_say_nothing_or_nonsense)
{
	static const struct leaf nothing[] = {END};
	static const struct leaf nonsense[] = {
	    GENUINE_INTEL,
	    {0xb, 0, {.eax = 31, .ebx = 1, .ecx = 0x100}},
	    {4, 0, {.eax = CACHE(3, 3, 4096)}},
	    END,
	};
	struct topology_names names = decode(nothing, 5);

	CHECK(names.core == 5 && names.package == 5);
	names = decode(nonsense, UINT32_MAX);
	CHECK(names.core == 0x80000000 && names.l3 == 0xfffff000);
}

static bool order_is(uint32_t *ids, const uint32_t *sorted, unsigned count, const struct topology_names *bits)
{
	cpu_order_sort(ids, count, bits);
	return memcmp(ids, sorted, count * sizeof(ids[0])) == 0;
}

KERNEL_TEST(one_thread_of_each_core_comes_before_any_second_one)
{
	/* two packages of four cores of two threads, an L3 for two cores; listed thread by thread */
	static const struct topology_names bits = {.core = ~1u, .l2 = ~1u, .l3 = ~3u, .package = ~7u};
	uint32_t ids[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	static const uint32_t sorted[] = {0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15};

	CHECK(order_is(ids, sorted, 16, &bits));
	CHECK(order_is(ids, sorted, 16, &bits)); /* stays as it is */
}

KERNEL_TEST(packages_that_the_firmware_lists_in_turn_come_one_after_the_other)
{
	static const struct topology_names bits = {.core = ~0u, .l2 = ~0u, .l3 = ~7u, .package = ~7u};
	uint32_t ids[] = {8, 0, 9, 1, 10, 2, 3, 11}; /* the boot CPU is in the second */
	static const uint32_t sorted[] = {8, 9, 10, 11, 0, 1, 2, 3};

	CHECK(order_is(ids, sorted, 8, &bits));
}

KERNEL_TEST(numbers_begin_at_the_boot_cpu_and_what_is_near_it)
{
	/* the boot CPU is a second thread, in an L3 that is not the first; what is not known of an L3 makes no order */
	static const struct topology_names bits = {.core = ~1u, .l2 = ~1u, .l3 = ~3u, .package = ~7u};
	static const struct topology_names silent = {
	    .core = ~1u, .l2 = TOPOLOGY_UNKNOWN, .l3 = TOPOLOGY_UNKNOWN, .package = ~7u};
	uint32_t ids[] = {7, 0, 1, 2, 3, 4, 5, 6}, others[] = {7, 0, 1, 2, 3, 4, 5, 6};
	static const uint32_t sorted[] = {7, 4, 0, 2, 6, 5, 1, 3}, by_id[] = {7, 0, 2, 4, 6, 1, 3, 5};

	CHECK(order_is(ids, sorted, 8, &bits));
	CHECK(order_is(others, by_id, 8, &silent));
}

static bool word_is_of(const char *word, const uint16_t *groups, unsigned count)
{
	char text[GROUPS_TEXT_BYTES];

	groups_text(groups, count, text);
	return strcmp(text, word) == 0;
}

KERNEL_TEST(groups_are_written_as_runs)
{
	static const uint16_t each[] = {0, 1, 2, 3}, one[] = {0, 0, 0, 0}, pairs[] = {0, 0, 1, 1, 2, 2};
	static const uint16_t twice[] = {0, 1, 2, 0, 1, 2}, odd[] = {0, 1, 1, 2, 2, 5};
	static const uint16_t silent[] = {GROUP_UNKNOWN, GROUP_UNKNOWN, 0};
	uint16_t irregular[64];

	CHECK(word_is_of("0-3", each, 4) && word_is_of("0*4", one, 4) && word_is_of("0-2*2", pairs, 6));
	CHECK(word_is_of("0-2,0-2", twice, 6) && word_is_of("0,1-2*2,5", odd, 6) && word_is_of("-*2,0", silent, 3));
	for (unsigned cpu = 0; cpu < 64; cpu++)
		irregular[cpu] = (uint16_t)(cpu * 7 % 64);
	CHECK(word_is_of("irregular", irregular, 64));
}

KERNEL_TEST(groups_are_numbered_as_they_appear)
{
	static const uint32_t names[] = {40, 7, 40, GROUP_NAME_UNKNOWN, 0, 7};
	static const uint16_t numbers[] = {0, 1, 0, GROUP_UNKNOWN, 2, 1};
	uint16_t groups[6];

	groups_number(names, 6, groups);
	CHECK(memcmp(groups, numbers, sizeof(numbers)) == 0);
}

KERNEL_TEST(cpus_share_no_core_before_all_cores_have_one)
{
	unsigned cores = 0;

	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		if (cpu_topology(cpu)->core >= cores)
			cores = cpu_topology(cpu)->core + 1u;
	for (unsigned cpu = 0; cpu < cores; cpu++)
		CHECK(cpu_topology(cpu)->core == cpu);
}

KERNEL_TEST(cpus_that_share_something_share_all_that_holds_it)
{
	for (unsigned a = 0; a < cpu_count; a++) {
		for (unsigned b = 0; b < cpu_count; b++) {
			const struct cpu_topology *one = cpu_topology(a), *other = cpu_topology(b);

			CHECK((one->apic_id == other->apic_id) == (a == b));
			CHECK(one->core != other->core || one->package == other->package);
			CHECK(one->node < node_count && (one->core < cpu_count));
			CHECK(cpu_distance(a, b) == cpu_distance(b, a));
			CHECK((cpu_distance(a, b) == CPU_SAME) == (a == b));
		}
	}
}

KERNEL_TEST(topology_words_have_an_id_for_each_cpu_or_say_that_they_are_irregular)
{
	for (unsigned kind = 0; kind < TOPOLOGY_KINDS; kind++) {
		char text[TOPOLOGY_TEXT_BYTES];

		topology_text(kind, text);
		CHECK(strlen(text) > 0 && strlen(text) < TOPOLOGY_TEXT_BYTES);
		CHECK(strncmp(topology_kind_name(kind), "cpu_", 4) == 0 ||
		      strncmp(topology_kind_name(kind), "node_", 5) == 0);
	}
}
