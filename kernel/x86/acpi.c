/* SPDX-License-Identifier: MIT */
/*
 * ACPI 6.5: RSDP and root tables §5.2.5 … 5.2.8, FADT §5.2.9; IA-PC HPET Specification 1.0a §3.2.4.
 */
#include "acpi.h"

#include "boot_info.h"
#include "paging.h"

struct rsdp {
	char signature[8];
	uint8_t checksum;
	char oem[6];
	uint8_t revision;
	uint32_t rsdt;
	/* from revision 2 on */
	uint32_t len_bytes;
	uint64_t xsdt;
	uint8_t checksum_extended, reserved[3];
} __attribute__((packed));

struct table {
	char signature[4];
	uint32_t len_bytes;
	uint8_t revision, checksum;
	char oem[6], oem_table[8];
	uint32_t oem_revision, creator, creator_revision;
} __attribute__((packed));

struct generic_address {
	uint8_t space, bits, offset, access;
	uint64_t address;
} __attribute__((packed));

enum {
	RSDP_REVISION_2 = 2,
	RSDP_OLD_BYTES = 20,
	TABLE_BYTES_MAX = 1 << 20, /* nothing that is read here comes near */
	/* FADT offsets: table 5.9 */
	FADT_PM_TIMER_PORT = 76,
	FADT_FLAGS = 112,
	FADT_RESET_REGISTER = 116,
	FADT_RESET_VALUE = 128,
	FADT_X_PM_TIMER = 208,
	FADT_FLAG_TIMER_32BIT = 1 << 8,
	FADT_FLAG_RESET = 1 << 10,
	HPET_ADDRESS = 40, /* a generic address */
	/* Intel VT-d Architecture Specification §8.1 */
	DMAR_FLAGS = 37,
	DMAR_X2APIC_OPT_OUT = 1 << 1,
	/* where the RSDP may lie without being told: §5.2.5.1 */
	EBDA_SEARCH_BYTES = 1024,
	BIOS_BEGIN = 0xe0000,
	BIOS_END = 0x100000,
};

struct acpi acpi = {.reset_space = ACPI_SPACE_NONE};

static bool bytes_equal(const char *a, const char *b, unsigned count)
{
	for (unsigned at = 0; at < count; at++) {
		if (a[at] != b[at])
			return false;
	}
	return true;
}

static bool checksum_is_zero(const void *from, uint32_t len_bytes)
{
	const uint8_t *bytes = from;
	uint8_t sum = 0;

	for (uint32_t at = 0; at < len_bytes; at++)
		sum = (uint8_t)(sum + bytes[at]);
	return sum == 0;
}

static bool range_is_mapped(uint64_t base, uint64_t len_bytes)
{
	for (uint64_t page = base & ~(uint64_t)(PAGE_BYTES - 1); page < base + len_bytes; page += PAGE_BYTES) {
		if (!paging_is_mapped(page))
			return false;
	}
	return base + len_bytes > base;
}

/* The table at this physical address if it is one. */
static const struct table *table_at(uint64_t address)
{
	const struct table *table = (const void *)address;

	if (!range_is_mapped(address, sizeof(*table)) || table->len_bytes < sizeof(*table) ||
	    table->len_bytes > TABLE_BYTES_MAX || !range_is_mapped(address, table->len_bytes) ||
	    !checksum_is_zero(table, table->len_bytes))
		return NULL;
	return table;
}

bool acpi_table_is_sound(uint64_t address)
{
	return table_at(address) != NULL;
}

static bool rsdp_is_valid(const struct rsdp *rsdp)
{
	if (!range_is_mapped((uintptr_t)rsdp, sizeof(*rsdp)) || !bytes_equal(rsdp->signature, "RSD PTR ", 8) ||
	    !checksum_is_zero(rsdp, RSDP_OLD_BYTES))
		return false;
	return rsdp->revision < RSDP_REVISION_2 || checksum_is_zero(rsdp, sizeof(*rsdp));
}

static const struct rsdp *rsdp_search(uintptr_t begin, uintptr_t end)
{
	for (uintptr_t at = begin; at < end; at += 16) {
		if (rsdp_is_valid((const void *)at))
			return (const void *)at;
	}
	return NULL;
}

/* Told by the boot loader, or found in the first KiB of the extended BIOS data area, or in the BIOS. */
static const struct rsdp *rsdp_find(void)
{
	const struct rsdp *rsdp = (const void *)boot_info.rsdp;
	uintptr_t ebda;

	if (boot_info.rsdp != 0 && rsdp_is_valid(rsdp))
		return rsdp;
	ebda = (uintptr_t)boot_info.ebda_segment << 4;
	if (ebda >= PAGE_BYTES) {
		rsdp = rsdp_search(ebda, ebda + EBDA_SEARCH_BYTES);
		if (rsdp != NULL)
			return rsdp;
	}
	return rsdp_search(BIOS_BEGIN, BIOS_END);
}

/* Fields are not aligned. */
static uint32_t read32(const void *table, unsigned offset)
{
	const struct {
		uint32_t value;
	} __attribute__((packed)) *word = (const void *)((const uint8_t *)table + offset);

	return word->value;
}

/* Entries of the root table are 4 or 8 bytes, not aligned to 8. */
static uint64_t root_entry(const struct table *root, unsigned index, unsigned entry_bytes)
{
	const uint8_t *entry = (const uint8_t *)(root + 1) + index * entry_bytes;

	return entry_bytes == 4 ? read32(entry, 0) : (uint64_t)read32(entry, 4) << 32 | read32(entry, 0);
}

static const struct table *table_find(const struct table *root, unsigned entry_bytes, const char *signature)
{
	unsigned count = (root->len_bytes - sizeof(*root)) / entry_bytes;

	for (unsigned index = 0; index < count; index++) {
		uint64_t address = root_entry(root, index, entry_bytes);
		const struct table *head = (const void *)address;

		if (range_is_mapped(address, sizeof(*head)) && bytes_equal(head->signature, signature, 4))
			return table_at(address);
	}
	return NULL;
}

static void fadt_read(const struct table *fadt)
{
	const uint8_t *bytes = (const uint8_t *)fadt;
	uint32_t flags;

	if (fadt->len_bytes < FADT_FLAGS + 4)
		return;
	flags = read32(fadt, FADT_FLAGS);
	acpi.pm_timer_32bit = (flags & FADT_FLAG_TIMER_32BIT) != 0;
	acpi.pm_timer_port = (uint16_t)read32(fadt, FADT_PM_TIMER_PORT);
	if (fadt->len_bytes >= FADT_X_PM_TIMER + sizeof(struct generic_address)) {
		const struct generic_address *timer = (const void *)(bytes + FADT_X_PM_TIMER);

		if (timer->space == ACPI_SPACE_IO && timer->address != 0)
			acpi.pm_timer_port = (uint16_t)timer->address;
	}
	if (flags & FADT_FLAG_RESET && fadt->len_bytes > FADT_RESET_VALUE) {
		const struct generic_address *reset = (const void *)(bytes + FADT_RESET_REGISTER);

		acpi.reset_space = reset->space;
		acpi.reset_address = reset->address;
		acpi.reset_value = bytes[FADT_RESET_VALUE];
	}
}

static void hpet_read(const struct table *hpet)
{
	const struct generic_address *address = (const void *)((const uint8_t *)hpet + HPET_ADDRESS);

	if (hpet->len_bytes >= HPET_ADDRESS + sizeof(*address) && address->space == ACPI_SPACE_MEMORY)
		acpi.hpet = address->address;
}

static bool dmar_opts_out(const struct table *dmar)
{
	return dmar->len_bytes > DMAR_FLAGS && ((const uint8_t *)dmar)[DMAR_FLAGS] & DMAR_X2APIC_OPT_OUT;
}

void acpi_init(void)
{
	const struct rsdp *rsdp = rsdp_find();
	const struct table *root = NULL, *table;
	unsigned entry_bytes = 8;

	if (rsdp == NULL)
		return;
	if (rsdp->revision >= RSDP_REVISION_2 && rsdp->xsdt != 0)
		root = table_at(rsdp->xsdt);
	if (root == NULL) {
		root = table_at(rsdp->rsdt);
		entry_bytes = 4;
	}
	if (root == NULL)
		return;
	if ((table = table_find(root, entry_bytes, "APIC")) != NULL)
		madt_read(&acpi.madt, table, table->len_bytes);
	if ((table = table_find(root, entry_bytes, "DMAR")) != NULL)
		acpi.x2apic_opt_out = dmar_opts_out(table);
	if ((table = table_find(root, entry_bytes, "FACP")) != NULL)
		fadt_read(table);
	if ((table = table_find(root, entry_bytes, "HPET")) != NULL)
		hpet_read(table);
	if ((table = table_find(root, entry_bytes, "SPCR")) != NULL)
		spcr_read(&acpi.spcr, table, table->len_bytes);
	if ((table = table_find(root, entry_bytes, "SRAT")) != NULL)
		srat_read(&acpi.srat, table, table->len_bytes, &acpi.madt);
	if ((table = table_find(root, entry_bytes, "SLIT")) != NULL && slit_is_sound(table, table->len_bytes))
		acpi.slit = table;
}
