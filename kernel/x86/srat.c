/* SPDX-License-Identifier: MIT */
/*
 * ACPI 6.5: SRAT §5.2.16, SLIT §5.2.17.
 */
#include "srat.h"

enum {
	TABLE_REVISION = 8, /* table 5.4 */
	SRAT_ENTRIES = 48,
	SRAT_REVISION_WIDE = 2, /* from here on a domain has 32 bits, before it has 8 */
	ENTRY_LOCAL_APIC = 0,
	ENTRY_MEMORY = 1,
	ENTRY_LOCAL_X2APIC = 2,
	LOCAL_APIC_BYTES = 16,
	MEMORY_BYTES = 40,
	LOCAL_X2APIC_BYTES = 24,
	ENTRY_ENABLED = 1,
	SLIT_COUNT = 36,
	SLIT_MATRIX = 44,
};

static uint32_t read32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint64_t read64(const uint8_t *at)
{
	return read32(at) | (uint64_t)read32(at + 4) << 32;
}

static bool cpu_is_wanted(const struct srat *srat, const struct madt *present, uint32_t apic_id)
{
	bool listed = false, known = false;

	if (present == NULL || present->cpus_count == 0)
		return true;
	for (unsigned at = 0; at < present->cpus_count; at++)
		listed |= present->apic_ids[at] == apic_id;
	for (unsigned at = 0; at < srat->cpus_count; at++)
		known |= srat->cpus[at].apic_id == apic_id;
	return listed && !known;
}

static void cpu_add(struct srat *srat, const struct madt *present, uint32_t apic_id, uint32_t domain)
{
	if (!cpu_is_wanted(srat, present, apic_id))
		return;
	if (srat->cpus_count == CPU_MAX)
		srat->cut = true;
	else
		srat->cpus[srat->cpus_count++] = (struct srat_cpu){.apic_id = apic_id, .domain = domain};
}

static void memory_add(struct srat *srat, uint64_t base, uint64_t len_bytes, uint32_t domain)
{
	uint64_t end = base + len_bytes < base ? UINT64_MAX : base + len_bytes;

	if (len_bytes == 0)
		return;
	if (srat->memories_count == SRAT_MEMORIES_MAX)
		srat->cut = true;
	else
		srat->memories[srat->memories_count++] =
		    (struct srat_memory){.base = base, .end = end, .domain = domain};
}

/* Tables 5.57, 5.58, 5.60. Space for memory that may be plugged in later counts: it is simply empty now. */
static void entry_read(struct srat *srat, const uint8_t *entry, bool wide, const struct madt *present)
{
	unsigned type = entry[0], len_bytes = entry[1];

	if (type == ENTRY_LOCAL_APIC && len_bytes >= LOCAL_APIC_BYTES) {
		uint32_t high = (uint32_t)entry[9] << 8 | (uint32_t)entry[10] << 16 | (uint32_t)entry[11] << 24;

		if (read32(entry + 4) & ENTRY_ENABLED)
			cpu_add(srat, present, entry[3], entry[2] | (wide ? high : 0));
	} else if (type == ENTRY_MEMORY && len_bytes >= MEMORY_BYTES) {
		if (read32(entry + 28) & ENTRY_ENABLED)
			memory_add(srat, read64(entry + 8), read64(entry + 16), wide ? read32(entry + 2) : entry[2]);
	} else if (type == ENTRY_LOCAL_X2APIC && len_bytes >= LOCAL_X2APIC_BYTES) {
		if (read32(entry + 12) & ENTRY_ENABLED)
			cpu_add(srat, present, read32(entry + 8), read32(entry + 4));
	}
}

void srat_read(struct srat *srat, const void *table, uint32_t len_bytes, const struct madt *present)
{
	const uint8_t *bytes = table;
	uint32_t at = SRAT_ENTRIES;

	srat->cpus_count = srat->memories_count = 0;
	srat->cut = false;
	while (at < len_bytes && len_bytes - at >= 2) {
		uint32_t entry_bytes = bytes[at + 1];

		if (entry_bytes < 2 || entry_bytes > len_bytes - at)
			return;
		entry_read(srat, bytes + at, bytes[TABLE_REVISION] >= SRAT_REVISION_WIDE, present);
		at += entry_bytes;
	}
}

bool slit_is_sound(const void *table, uint32_t len_bytes)
{
	const uint8_t *bytes = table, *matrix = bytes + SLIT_MATRIX;
	uint64_t count;

	if (len_bytes < SLIT_MATRIX)
		return false;
	count = read64(bytes + SLIT_COUNT);
	if (count > len_bytes || count * count > len_bytes - SLIT_MATRIX)
		return false;
	for (uint64_t from = 0; from < count; from++) {
		for (uint64_t to = 0; to < count; to++) {
			uint8_t distance = matrix[from * count + to];

			if (from == to ? distance != SLIT_LOCAL : distance < SLIT_LOCAL)
				return false;
		}
	}
	return true;
}

unsigned slit_distance(const void *table, uint32_t from, uint32_t to)
{
	const uint8_t *bytes = table;
	uint64_t count = read64(bytes + SLIT_COUNT);

	if (from >= count || to >= count)
		return SLIT_UNREACHABLE;
	return bytes[SLIT_MATRIX + from * count + to];
}
