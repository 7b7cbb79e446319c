/* SPDX-License-Identifier: MIT */
/*
 * The reader of the firmware's table of CPUs: odd tables as they are in the world, and that no bytes harm it.
 */
#include "x86/madt.h"

#include "core/ktest.h"
#include "core/string.h"

enum { TABLE_BYTES = 1024, HEAD_BYTES = 44 };

static struct madt madt;

/* A table that is being written: ACPI 6.5 §5.2.12, written down here a second time on purpose. */
struct table {
	uint8_t bytes[TABLE_BYTES];
	uint32_t len_bytes;
};

static void table_begin(struct table *table)
{
	memset(table->bytes, 0, sizeof(table->bytes));
	table->bytes[36 + 3] = 0xfe; /* local APIC at fe000000H */
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

static void add_apic(struct table *table, uint8_t id, uint32_t flags)
{
	uint8_t *entry = entry_add(table, 0, 8);

	entry[3] = id;
	put32(entry + 4, flags);
}

static void add_x2apic(struct table *table, uint32_t id, uint32_t flags)
{
	uint8_t *entry = entry_add(table, 9, 16);

	put32(entry + 4, id);
	put32(entry + 8, flags);
}

static bool ids_are(const uint32_t *ids, unsigned count)
{
	return madt.cpus_count == count && memcmp(madt.apic_ids, ids, count * sizeof(ids[0])) == 0;
}

KERNEL_TEST(madt_with_holes_disabled_and_doubled_cpus_lists_each_usable_one_once)
{
	static const uint32_t expected[] = {6, 0, 254, 5, 300, 0xfffffffe};
	struct table table;

	table_begin(&table);
	add_apic(&table, 6, 1); /* the boot CPU need be neither first nor 0 */
	add_apic(&table, 0, 1);
	add_apic(&table, 1, 0); /* disabled */
	add_apic(&table, 2, 2); /* may be plugged in */
	add_apic(&table, 254, 1);
	add_apic(&table, 255, 1); /* everybody's address, no CPU */
	add_x2apic(&table, 5, 1); /* an ID below 255 in the wide form */
	add_x2apic(&table, 6, 1); /* listed before */
	add_x2apic(&table, 300, 1);
	add_apic(&table, 0, 1);
	add_x2apic(&table, 0xffffffff, 1);
	add_x2apic(&table, 0xfffffffe, 1);
	add_x2apic(&table, 77, 0);
	madt_read(&madt, table.bytes, table.len_bytes);
	CHECK(ids_are(expected, 6) && madt.cpus_listed == 6 && !madt.cpus_cut && madt.apic_base == 0xfe000000);
}

KERNEL_TEST(madt_tells_io_apics_and_where_the_local_ones_are)
{
	struct table table;
	uint8_t *entry;

	table_begin(&table);
	put32(entry_add(&table, 1, 12) + 4, 0xfec00000);
	put32(entry_add(&table, 1, 12) + 4, 0xfec01000);
	put32(entry_add(&table, 1, 12) + 4, 0xfec00000);
	put32(entry_add(&table, 1, 12) + 4, 0);
	entry_add(&table, 4, 6); /* NMI pins: none of our business */
	entry = entry_add(&table, 5, 12);
	put32(entry + 4, 0x1000);
	put32(entry + 8, 1);
	madt_read(&madt, table.bytes, table.len_bytes);
	CHECK(madt.io_apics_count == 2 && madt.io_apics[0] == 0xfec00000 && madt.io_apics[1] == 0xfec01000);
	CHECK(madt.apic_base == 0x100001000 && madt.cpus_count == 0);
}

KERNEL_TEST(madt_that_ends_inside_an_entry_loses_that_entry_only)
{
	struct table table;

	table_begin(&table);
	add_apic(&table, 1, 1);
	add_apic(&table, 2, 1);
	for (uint32_t len_bytes = 0; len_bytes <= table.len_bytes; len_bytes++) {
		madt_read(&madt, table.bytes, len_bytes);
		CHECK(madt.cpus_count == (len_bytes < HEAD_BYTES + 8 ? 0 : len_bytes < HEAD_BYTES + 16 ? 1 : 2));
		CHECK((madt.apic_base != 0) == (len_bytes >= HEAD_BYTES));
	}
	table.bytes[HEAD_BYTES + 1] = 0; /* an entry without a length would be read for ever */
	madt_read(&madt, table.bytes, table.len_bytes);
	CHECK(madt.cpus_count == 0);
	table.bytes[HEAD_BYTES + 1] = 7; /* shorter than its kind */
	madt_read(&madt, table.bytes, HEAD_BYTES + 7);
	CHECK(madt.cpus_count == 0);
}

KERNEL_TEST(madt_with_more_cpus_than_fit_is_cut)
{
	static uint8_t bytes[HEAD_BYTES + (CPU_MAX + 1) * 16];
	struct table table;

	table_begin(&table);
	memcpy(bytes, table.bytes, HEAD_BYTES);
	for (uint32_t id = 0; id <= CPU_MAX; id++) {
		table.len_bytes = HEAD_BYTES;
		add_x2apic(&table, 3 * id, 1);
		memcpy(bytes + HEAD_BYTES + id * 16, table.bytes + HEAD_BYTES, 16);
	}
	madt_read(&madt, bytes, sizeof(bytes));
	CHECK(madt.cpus_cut && madt.cpus_count == CPU_MAX && madt.apic_ids[CPU_MAX - 1] == 3 * (CPU_MAX - 1));
	CHECK(madt.cpus_listed == CPU_MAX + 1);
	madt_read(&madt, bytes, sizeof(bytes) - 16);
	CHECK(!madt.cpus_cut && madt.cpus_count == CPU_MAX);
}

/* The bytes behind the table hold entries too: a reader that goes too far would find them. */
KERNEL_TEST(madt_survives_random_bytes)
{
	uint64_t random = 43;
	struct table table;

	for (unsigned round = 0; round < 2000; round++) {
		uint32_t len_bytes = (uint32_t)ktest_random(&random, TABLE_BYTES / 2);

		for (unsigned at = 0; at < TABLE_BYTES; at++)
			table.bytes[at] = (uint8_t)(ktest_random(&random, 3) == 0 ? ktest_random(&random, 256)
										  : ktest_random(&random, 17));
		madt_read(&madt, table.bytes, len_bytes);
		CHECK(madt.cpus_count <= len_bytes / 8 && madt.io_apics_count <= len_bytes / 12);
	}
}
