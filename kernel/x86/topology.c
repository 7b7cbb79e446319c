/* SPDX-License-Identifier: MIT */
/*
 * SDM vol. 3 §9.9 and CPUID in vol. 2; AMD64 APM vol. 3 appendix E, CPUID Fn0000_0001, Fn8000_0008, Fn8000_001D, Fn8000_001E,
 * Fn8000_0026.
 */
#include "topology.h"

#include "numa.h"

_Static_assert((int)CPU_GROUP_UNKNOWN == (int)GROUP_UNKNOWN, "cpu.h is also compiled without bench/ in the path");

enum {
	LEAF_BASIC = 1,
	LEAF_CACHES = 4,
	LEAF_TOPOLOGY = 0xb,
	LEAF_FEATURES = 7,
	LEAF_HYBRID = 0x1a,
	LEAF_TOPOLOGY_2 = 0x1f,
	LEVELS_MAX = 8,  /* subleaves of the topology leaves; the last one says level type 0 */
	CACHES_MAX = 16, /* subleaves of the cache leaves; the last one says cache type 0 */
	LEVEL_THREAD = 1,
	CACHE_INSTRUCTION = 2,
};

#define LEAF_AMD_FEATURES 0x80000001u
#define LEAF_AMD_SIZES 0x80000008u
#define LEAF_AMD_CACHES 0x8000001du
#define LEAF_AMD_TOPOLOGY 0x8000001eu
#define LEAF_AMD_TOPOLOGY_2 0x80000026u

typedef __typeof__(cpuid_leaf) leaf_reader;

static struct topology_names names_of[CPU_MAX]; /* each CPU writes its own */
static struct cpu_topology topologies[CPU_MAX]; /* written by topology_init() */

/* Bits needed to tell count things apart. */
static unsigned bits_for(unsigned count)
{
	unsigned bits = 0;

	while (bits < 31 && 1u << bits < count)
		bits++;
	return bits;
}

/* The first APIC ID of the group whose members differ in the lowest bits only. */
static uint32_t group_of(uint32_t apic_id, unsigned bits)
{
	return bits >= 32 ? 0 : apic_id >> bits << bits;
}

/* Leaf 1FH or 0BH: the numbers of bits below the core and below the package. False: the leaf is not there. */
static bool widths_by_levels(uint32_t number, leaf_reader *leaf, unsigned *core_bits, unsigned *package_bits)
{
	bool any = false;

	*core_bits = *package_bits = 0;
	for (unsigned level = 0; level < LEVELS_MAX; level++) {
		struct cpuid out = leaf(number, level);
		unsigned type = out.ecx >> 8 & 0xff;

		if (type == 0 || (out.ebx & 0xffff) == 0)
			break;
		if (type == LEVEL_THREAD)
			*core_bits = out.eax & 0x1f;
		*package_bits = out.eax & 0x1f;
		any = true;
	}
	return any;
}

/* Older Intel: IDs of a package and cores of it, each rounded up to a power of two. SDM vol. 3 §9.9.5 */
static void widths_by_counts(leaf_reader *leaf, unsigned *core_bits, unsigned *package_bits)
{
	struct cpuid basic = leaf(LEAF_BASIC, 0);
	unsigned ids = basic.edx >> 28 & 1 ? basic.ebx >> 16 & 0xff : 1; /* HTT */
	unsigned cores = (leaf(LEAF_CACHES, 0).eax >> 26) + 1;

	*package_bits = bits_for(ids);
	*core_bits = *package_bits > bits_for(cores) ? *package_bits - bits_for(cores) : 0;
}

/* AMD: the width of a package in ApicIdCoreIdSize, or by the number of threads; of a core by ThreadsPerCore. */
static void widths_by_amd(leaf_reader *leaf, bool extensions, unsigned *core_bits, unsigned *package_bits)
{
	uint32_t sizes = leaf(LEAF_AMD_SIZES, 0).ecx;

	*package_bits = sizes >> 12 & 0xf;
	if (*package_bits == 0)
		*package_bits = bits_for((sizes & 0xff) + 1);
	*core_bits = extensions ? bits_for((leaf(LEAF_AMD_TOPOLOGY, 0).ebx >> 8 & 0xff) + 1) : 0;
}

/* EAX of leaves 4 and 8000001DH is the same: type, level, and how many IDs share the cache. */
static void caches_decode(struct topology_names *names, uint32_t apic_id, uint32_t number, leaf_reader *leaf)
{
	for (unsigned cache = 0; cache < CACHES_MAX; cache++) {
		uint32_t eax = leaf(number, cache).eax;
		unsigned type = eax & 0x1f, level = eax >> 5 & 7;
		uint32_t group = group_of(apic_id, bits_for((eax >> 14 & 0xfff) + 1));

		if (type == 0)
			return;
		if (type == CACHE_INSTRUCTION)
			continue;
		if (level == 2)
			names->l2 = group;
		if (level == 3)
			names->l3 = group;
	}
}

/*
 * Intel: hybrid parts say so in 07H:EDX[15], and 1AH:EAX names type and model. AMD: heterogeneous ones in Fn8000_0026_EAX[30], and
 * EBX[31:24] names them.
 */
static uint32_t kind_decode(bool amd, leaf_reader *leaf)
{
	struct cpuid level;

	if (!amd)
		return leaf(LEAF_FEATURES, 0).edx >> 15 & 1 ? leaf(LEAF_HYBRID, 0).eax : 0;
	level = leaf(LEAF_AMD_TOPOLOGY_2, 0);
	return level.eax >> 30 & 1 ? level.ebx >> 24 : 0;
}

void topology_decode(struct topology_names *names, uint32_t apic_id, struct cpuid (*leaf)(uint32_t, uint32_t))
{
	bool amd = leaf(0, 0).ecx == 0x444d4163 || leaf(0, 0).ecx == 0x656e6975; /* "AuthenticAMD", "HygonGenuine" */
	bool extensions = amd && leaf(LEAF_AMD_FEATURES, 0).ecx >> 22 & 1;
	unsigned core_bits, package_bits;

	if (!widths_by_levels(LEAF_TOPOLOGY_2, leaf, &core_bits, &package_bits) &&
	    !widths_by_levels(LEAF_TOPOLOGY, leaf, &core_bits, &package_bits)) {
		if (amd)
			widths_by_amd(leaf, extensions, &core_bits, &package_bits);
		else
			widths_by_counts(leaf, &core_bits, &package_bits);
	}
	names->core = group_of(apic_id, core_bits);
	names->package = group_of(apic_id, package_bits);
	names->l2 = names->l3 = TOPOLOGY_UNKNOWN;
	names->kind = kind_decode(amd, leaf);
	caches_decode(names, apic_id, extensions ? LEAF_AMD_CACHES : LEAF_CACHES, leaf);
}

void topology_init_cpu(unsigned cpu, uint32_t apic_id)
{
	topology_decode(&names_of[cpu], apic_id, cpuid_leaf);
	topologies[cpu].apic_id = apic_id;
	topologies[cpu].node = (uint16_t)numa_node_of_apic(apic_id);
}

/* --- Numbers for names -------------------------------------------------------------------------------------------------- */

/* Turns each CPU's name at this offset in struct topology_names into a number at that offset in struct cpu_topology. */
static void groups_give(size_t name_at, size_t number_at)
{
	static uint32_t names[CPU_MAX];
	static uint16_t numbers[CPU_MAX];

	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		names[cpu] = *(uint32_t *)((char *)&names_of[cpu] + name_at);
	groups_number(names, cpu_count, numbers);
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		*(uint16_t *)((char *)&topologies[cpu] + number_at) = numbers[cpu];
}

void topology_init(void)
{
	groups_give(offsetof(struct topology_names, package), offsetof(struct cpu_topology, package));
	groups_give(offsetof(struct topology_names, core), offsetof(struct cpu_topology, core));
	groups_give(offsetof(struct topology_names, l2), offsetof(struct cpu_topology, l2));
	groups_give(offsetof(struct topology_names, l3), offsetof(struct cpu_topology, l3));
	groups_give(offsetof(struct topology_names, kind), offsetof(struct cpu_topology, kind));
}

const struct cpu_topology *cpu_topology(unsigned cpu)
{
	return &topologies[cpu];
}

enum cpu_distance cpu_distance(unsigned a, unsigned b)
{
	const struct cpu_topology *one = &topologies[a], *other = &topologies[b];

	if (a == b)
		return CPU_SAME;
	if (one->core == other->core)
		return CPU_SAME_CORE;
	if (one->l2 == other->l2 && one->l2 != CPU_GROUP_UNKNOWN)
		return CPU_SAME_L2;
	if (one->l3 == other->l3 && one->l3 != CPU_GROUP_UNKNOWN)
		return CPU_SAME_L3;
	if (one->package == other->package)
		return CPU_SAME_PACKAGE;
	return one->node == other->node ? CPU_SAME_NODE : CPU_SAME_NOTHING;
}
