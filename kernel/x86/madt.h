/* SPDX-License-Identifier: MIT */
/*
 * The firmware's table of interrupt controllers: which CPUs there are, and where the I/O APICs lie. A reader of bytes and
 * nothing else: any bytes are survived, an entry that leaves the table ends the reading, and what is disabled is not there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cpu.h"

enum { MADT_IO_APICS_MAX = 64 };

struct madt {
	unsigned cpus_count; /* usable ones, the boot CPU included, in the table's order, each once */
	uint32_t apic_ids[CPU_MAX];
	bool cpus_cut;        /* more than CPU_MAX were listed */
	unsigned cpus_listed; /* all of them */
	uintptr_t apic_base;  /* 0: no table */
	unsigned io_apics_count;
	uintptr_t io_apics[MADT_IO_APICS_MAX]; /* physical addresses, each once */
};

/* Reads a table of len_bytes bytes, its header included, whose checksum has been checked. */
void madt_read(struct madt *madt, const void *table, uint32_t len_bytes);
