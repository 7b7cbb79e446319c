/* SPDX-License-Identifier: MIT */
/*
 * MADT: ACPI 6.5 §5.2.12. Fields are not aligned.
 */
#include "madt.h"

enum {
	/* tables 5.19, 5.21 ff. */
	HEAD_BYTES = 44,
	APIC_BASE_AT = 36,
	ENTRY_BYTES_LEAST = 2,
	LOCAL_APIC = 0,
	IO_APIC = 1,
	ADDRESS_OVERRIDE = 5,
	LOCAL_X2APIC = 9,
	ENABLED = 1,
	XAPIC_ID_BROADCAST = 0xff,
};

#define X2APIC_ID_BROADCAST 0xffffffffu

static uint32_t read32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void cpu_add(struct madt *madt, uint32_t id, uint32_t flags)
{
	/* only enabled ones: "online capable" means that one may be plugged in later, and there is nothing there now */
	if ((flags & ENABLED) == 0)
		return;
	for (unsigned at = 0; at < madt->cpus_count; at++) {
		if (madt->apic_ids[at] == id)
			return; /* some firmware lists a CPU as APIC and as x2APIC */
	}
	madt->cpus_listed++;
	if (madt->cpus_count == CPU_MAX)
		madt->cpus_cut = true;
	else
		madt->apic_ids[madt->cpus_count++] = id;
}

static void io_apic_add(struct madt *madt, uintptr_t base)
{
	for (unsigned at = 0; at < madt->io_apics_count; at++) {
		if (madt->io_apics[at] == base)
			return;
	}
	if (base != 0 && madt->io_apics_count < MADT_IO_APICS_MAX)
		madt->io_apics[madt->io_apics_count++] = base;
}

static void entry_read(struct madt *madt, const uint8_t *entry)
{
	uint8_t type = entry[0], len_bytes = entry[1];

	if (type == LOCAL_APIC && len_bytes >= 8 && entry[3] != XAPIC_ID_BROADCAST)
		cpu_add(madt, entry[3], read32(entry + 4));
	else if (type == LOCAL_X2APIC && len_bytes >= 16 && read32(entry + 4) != X2APIC_ID_BROADCAST)
		cpu_add(madt, read32(entry + 4), read32(entry + 8));
	else if (type == IO_APIC && len_bytes >= 12)
		io_apic_add(madt, read32(entry + 4));
	else if (type == ADDRESS_OVERRIDE && len_bytes >= 12)
		madt->apic_base = (uint64_t)read32(entry + 8) << 32 | read32(entry + 4);
}

void madt_read(struct madt *madt, const void *table, uint32_t len_bytes)
{
	const uint8_t *bytes = table;
	uint32_t at = HEAD_BYTES;

	*madt = (struct madt){0};
	if (len_bytes < HEAD_BYTES)
		return;
	madt->apic_base = read32(bytes + APIC_BASE_AT);
	while (len_bytes - at >= ENTRY_BYTES_LEAST) {
		uint8_t entry_bytes = bytes[at + 1];

		if (entry_bytes < ENTRY_BYTES_LEAST || entry_bytes > len_bytes - at)
			return;
		entry_read(madt, bytes + at);
		at += entry_bytes;
	}
}
