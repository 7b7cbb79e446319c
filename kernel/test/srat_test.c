/* SPDX-License-Identifier: MIT */
/*
 * The readers of the firmware's NUMA tables: what a good table says, and that no bytes harm them.
 */
#include "core/ktest.h"
#include "core/string.h"
#include "x86/srat.h"

enum { TABLE_BYTES = 1024, HEAD_BYTES = 48, REVISION_AT = 8 };

static struct srat srat;

/* A table that is being written: ACPI 6.5 §5.2.16, written down here a second time on purpose. */
struct table {
	uint8_t bytes[TABLE_BYTES];
	uint32_t len_bytes;
};

static void table_begin(struct table *table, uint8_t revision)
{
	memset(table->bytes, 0, sizeof(table->bytes));
	table->bytes[REVISION_AT] = revision;
	table->len_bytes = HEAD_BYTES;
}

static uint8_t *entry_add(struct table *table, uint8_t type, uint8_t len_bytes)
{
	uint8_t *entry = table->bytes + table->len_bytes;

	entry[0] = type;
	entry[1] = len_bytes;
	table->len_bytes += len_bytes;
	return entry;
}

static void put32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
}

static void put64(uint8_t *at, uint64_t value)
{
	memcpy(at, &value, sizeof(value));
}

static void add_apic(struct table *table, uint8_t id, uint32_t domain, uint32_t flags)
{
	uint8_t *entry = entry_add(table, 0, 16);

	entry[2] = (uint8_t)domain;
	entry[3] = id;
	put32(entry + 4, flags);
	entry[9] = (uint8_t)(domain >> 8);
	entry[10] = (uint8_t)(domain >> 16);
	entry[11] = (uint8_t)(domain >> 24);
}

static void add_x2apic(struct table *table, uint32_t id, uint32_t domain, uint32_t flags)
{
	uint8_t *entry = entry_add(table, 2, 24);

	put32(entry + 4, domain);
	put32(entry + 8, id);
	put32(entry + 12, flags);
}

static void add_memory(struct table *table, uint64_t base, uint64_t len_bytes, uint32_t domain, uint32_t flags)
{
	uint8_t *entry = entry_add(table, 1, 40);

	put32(entry + 2, domain);
	put64(entry + 8, base);
	put64(entry + 16, len_bytes);
	put32(entry + 28, flags);
}

KERNEL_TEST(srat_reads_enabled_entries_of_all_kinds_and_no_others)
{
	struct table table;

	table_begin(&table, 3);
	add_apic(&table, 3, 0x01020304, 1);
	add_apic(&table, 4, 1, 0);
	entry_add(&table, 77, 9); /* a kind that nobody knows */
	add_x2apic(&table, 1000, 7, 1);
	add_x2apic(&table, 1001, 7, 0);
	add_memory(&table, 1ul << 40, 4096, 7, 1 | 2); /* hot-pluggable too */
	add_memory(&table, 2ul << 40, 4096, 7, 2);
	add_memory(&table, 3ul << 40, 0, 7, 1);
	add_memory(&table, UINT64_MAX - 10, 4096, 9, 1);
	srat_read(&srat, table.bytes, table.len_bytes, NULL);
	CHECK(!srat.cut && srat.cpus_count == 2 && srat.memories_count == 2);
	CHECK(srat.cpus[0].apic_id == 3 && srat.cpus[0].domain == 0x01020304);
	CHECK(srat.cpus[1].apic_id == 1000 && srat.cpus[1].domain == 7);
	CHECK(srat.memories[0].base == 1ul << 40 && srat.memories[0].end == (1ul << 40) + 4096);
	CHECK(srat.memories[0].domain == 7);
	CHECK(srat.memories[1].end == UINT64_MAX && srat.memories[1].domain == 9);
}

KERNEL_TEST(srat_of_the_first_revision_has_domains_of_8_bits)
{
	struct table table;

	table_begin(&table, 1);
	add_apic(&table, 3, 0x01020304, 1);
	add_memory(&table, 0, 4096, 0x01020304, 1);
	srat_read(&srat, table.bytes, table.len_bytes, NULL);
	CHECK(srat.cpus_count == 1 && srat.cpus[0].domain == 4);
	CHECK(srat.memories_count == 1 && srat.memories[0].domain == 4);
}

KERNEL_TEST(srat_that_ends_inside_an_entry_loses_that_entry_only)
{
	struct table table;

	table_begin(&table, 3);
	add_apic(&table, 1, 1, 1);
	add_apic(&table, 2, 2, 1);
	for (uint32_t len_bytes = 0; len_bytes <= table.len_bytes; len_bytes++) {
		srat_read(&srat, table.bytes, len_bytes, NULL);
		CHECK(srat.cpus_count == (len_bytes < HEAD_BYTES + 16 ? 0 : len_bytes < HEAD_BYTES + 32 ? 1 : 2));
	}
	table.bytes[HEAD_BYTES + 1] = 0; /* an entry without a length would be read for ever */
	srat_read(&srat, table.bytes, table.len_bytes, NULL);
	CHECK(srat.cpus_count == 0);
	table.bytes[HEAD_BYTES + 1] = 15; /* shorter than its kind: left out, and what follows is out of step */
	srat_read(&srat, table.bytes, HEAD_BYTES + 15, NULL);
	CHECK(srat.cpus_count == 0);
}

/* The bytes behind the table hold entries too: a reader that goes too far would find them. */
KERNEL_TEST(srat_and_slit_survive_random_bytes)
{
	uint64_t random = 42;
	unsigned sound = 0;
	struct table table;

	for (unsigned round = 0; round < 2000; round++) {
		uint32_t len_bytes = (uint32_t)ktest_random(&random, TABLE_BYTES / 2);

		for (unsigned at = 0; at < TABLE_BYTES; at++)
			table.bytes[at] = (uint8_t)(ktest_random(&random, 3) == 0 ? ktest_random(&random, 256)
										  : ktest_random(&random, 41));
		srat_read(&srat, table.bytes, len_bytes, NULL);
		CHECK(srat.cpus_count <= len_bytes / 16 && srat.memories_count <= len_bytes / 40);
		put64(table.bytes + 36, round % 3);
		if (round % 5 == 0) /* what a sound matrix of two needs at least */
			table.bytes[44] = table.bytes[47] = SLIT_LOCAL;
		if (slit_is_sound(table.bytes, len_bytes)) {
			sound++;
			CHECK(slit_distance(table.bytes, 0, 0) == (round % 3 == 0 ? SLIT_UNREACHABLE : SLIT_LOCAL));
		}
	}
	CHECK(sound > 0);
}

KERNEL_TEST(srat_with_more_entries_than_fit_is_cut)
{
	static uint8_t bytes[HEAD_BYTES + (CPU_MAX + 1) * 16];
	struct table table;

	table_begin(&table, 3);
	add_apic(&table, 1, 1, 1);
	memcpy(bytes, table.bytes, HEAD_BYTES);
	for (unsigned at = 0; at <= CPU_MAX; at++)
		memcpy(bytes + HEAD_BYTES + at * 16, table.bytes + HEAD_BYTES, 16);
	srat_read(&srat, bytes, sizeof(bytes), NULL);
	CHECK(srat.cut && srat.cpus_count == CPU_MAX);
	srat_read(&srat, bytes, sizeof(bytes) - 16, NULL);
	CHECK(!srat.cut && srat.cpus_count == CPU_MAX);
}

/* Firmware of large servers: every ID that any socket could have, before those that are there, each by both kinds of entry. */
KERNEL_TEST(srat_keeps_cpus_that_are_there_however_many_are_not)
{
	static uint8_t bytes[HEAD_BYTES + CPU_MAX * 16 + TABLE_BYTES];
	static const struct madt present = {.cpus_count = 3, .apic_ids = {2, 1000, 7}};
	struct table table;
	uint32_t absent_bytes = CPU_MAX * 16;

	table_begin(&table, 3);
	add_apic(&table, 2, 0, 1);
	add_x2apic(&table, 2, 0, 1);
	add_x2apic(&table, 1000, 5, 1);
	add_apic(&table, 7, 6, 0); /* not enabled */
	memcpy(bytes, table.bytes, HEAD_BYTES);
	memcpy(bytes + HEAD_BYTES + absent_bytes, table.bytes + HEAD_BYTES, table.len_bytes - HEAD_BYTES);
	for (unsigned at = 0; at < CPU_MAX; at++) {
		table.len_bytes = HEAD_BYTES;
		add_apic(&table, (uint8_t)(100 + at % 100), 9, 1);
		memcpy(bytes + HEAD_BYTES + at * 16, table.bytes + HEAD_BYTES, 16);
	}
	srat_read(&srat, bytes, HEAD_BYTES + absent_bytes + 16 + 24 + 24 + 16, &present);
	CHECK(!srat.cut && srat.cpus_count == 2);
	CHECK(srat.cpus[0].apic_id == 2 && srat.cpus[0].domain == 0);
	CHECK(srat.cpus[1].apic_id == 1000 && srat.cpus[1].domain == 5);
}

KERNEL_TEST(slit_is_believed_only_if_it_can_be_true)
{
	uint8_t slit[44 + 4] = {[36] = 2, [44] = 10, [45] = 31, [46] = 12, [47] = 10};

	CHECK(slit_is_sound(slit, sizeof(slit)));
	CHECK(slit_distance(slit, 0, 1) == 31 && slit_distance(slit, 1, 0) == 12 && slit_distance(slit, 1, 1) == 10);
	CHECK(slit_distance(slit, 0, 2) == SLIT_UNREACHABLE && slit_distance(slit, 2, 0) == SLIT_UNREACHABLE);
	CHECK(!slit_is_sound(slit, sizeof(slit) - 1) && !slit_is_sound(slit, 43) && !slit_is_sound(slit, 0));
	slit[47] = 11;
	CHECK(!slit_is_sound(slit, sizeof(slit))); /* far from itself */
	slit[47] = 10;
	slit[45] = 9;
	CHECK(!slit_is_sound(slit, sizeof(slit))); /* nearer than its own */
	slit[45] = 31;
	memset(slit + 36, 0xff, 8);
	CHECK(!slit_is_sound(slit, sizeof(slit)));
	memset(slit + 36, 0, 8);
	slit[40] = 1; /* 2^32 domains: the square is 0 */
	CHECK(!slit_is_sound(slit, sizeof(slit)));
}
