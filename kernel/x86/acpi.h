/* SPDX-License-Identifier: MIT */
/*
 * What the kernel wants from the firmware's tables: the CPUs, two clocks to compare the TSC with, the reset register, the
 * firmware's serial line, and the NUMA nodes. A table with a wrong checksum or that lies outside memory counts as absent; so does an entry that leaves its table.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "madt.h"
#include "spcr.h"
#include "srat.h"

struct acpi {
	struct madt madt;
	bool x2apic_opt_out;    /* the firmware's own code cannot live with x2APIC mode */
	uintptr_t hpet;         /* 0: none */
	uint16_t pm_timer_port; /* 0: none */
	bool pm_timer_32bit;
	uint8_t reset_space; /* address space of the reset register, ACPI_SPACE_NONE: no register */
	uint8_t reset_value;
	uint64_t reset_address;
	struct spcr spcr;
	struct srat srat;
	const void *slit; /* the sound table, NULL: none; it stays where the firmware put it */
};

enum { ACPI_SPACE_MEMORY = 0, ACPI_SPACE_IO = 1, ACPI_SPACE_PCI = 2, ACPI_SPACE_NONE = 0xff };

extern struct acpi acpi;

/* Whether a table lies at this physical address, all of it in memory, of a length that can be, and its bytes add up to 0. */
bool acpi_table_is_sound(uint64_t address);
/* Needs paging_init(). Without any ACPI the machine has one CPU. */
void acpi_init(void);
