/* SPDX-License-Identifier: MIT */
/*
 * Groups are stretches of APIC IDs (topology.h), so an ID's groups follow from which of its bits tell them apart. Those are
 * taken from the boot CPU before the others run; that a hybrid's other cores see them otherwise costs nearness, no more.
 */
#include "cpu_order.h"

/* What an ID is sorted by, first word first; the boot CPU's own group comes before its neighbours. */
struct place {
	uint32_t sibling; /* 0: the first thread of its core */
	uint32_t package_away, package;
	uint32_t l3_away, l3;
	uint32_t core_away, core;
	uint32_t id;
};

static uint32_t l3_bits(const struct topology_names *bits)
{
	return bits->l3 == TOPOLOGY_UNKNOWN ? bits->package : bits->l3;
}

static struct place place_of(uint32_t id, uint32_t boot, const struct topology_names *bits)
{
	uint32_t differs = id ^ boot, l3 = l3_bits(bits);

	return (struct place){
	    .package_away = (differs & bits->package) != 0,
	    .package = id & bits->package,
	    .l3_away = (differs & l3) != 0,
	    .l3 = id & l3,
	    .core_away = (differs & bits->core) != 0,
	    .core = id & bits->core,
	    .id = id,
	};
}

/* How many threads of this one's core come before it: the boot CPU before all, the others by their ID. */
static uint32_t sibling_of(const uint32_t *ids, unsigned count, unsigned at, uint32_t core_bits)
{
	uint32_t before = 0;

	for (unsigned other = 0; other < count && at != 0; other++)
		if (other != at && ((ids[other] ^ ids[at]) & core_bits) == 0)
			before += other == 0 || ids[other] < ids[at];
	return before;
}

static bool comes_before(const struct place *a, const struct place *b)
{
	const uint32_t *left = (const uint32_t *)a, *right = (const uint32_t *)b;

	for (unsigned word = 0; word < sizeof(*a) / sizeof(*left); word++)
		if (left[word] != right[word])
			return left[word] < right[word];
	return false;
}

void cpu_order_sort(uint32_t *ids, unsigned count, const struct topology_names *bits)
{
	static struct place places[CPU_MAX]; /* boot CPU only, before the others run */

	for (unsigned at = 0; at < count; at++) {
		places[at] = place_of(ids[at], ids[0], bits);
		places[at].sibling = sibling_of(ids, count, at, bits->core);
	}
	for (unsigned at = 2; at < count; at++) { /* insertion: firmware mostly lists them in order */
		struct place place = places[at];
		unsigned to = at;

		for (; to > 1 && comes_before(&place, &places[to - 1]); to--)
			places[to] = places[to - 1];
		places[to] = place;
	}
	for (unsigned at = 1; at < count; at++)
		ids[at] = places[at].id;
}
