/* SPDX-License-Identifier: MIT */
/*
 * The firmware's two tables about NUMA: which domain each CPU and each stretch of memory belongs to (SRAT), and how far
 * the domains lie apart (SLIT). Readers of bytes and nothing else: any bytes are survived, an entry that leaves the table
 * ends the reading, and what is disabled is not there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cpu.h"
#include "madt.h"

enum { SRAT_MEMORIES_MAX = 256, SLIT_LOCAL = 10, SLIT_UNREACHABLE = 255 };

struct srat_cpu {
	uint32_t apic_id, domain;
};

struct srat_memory {
	uint64_t base, end; /* physical addresses; end is exclusive */
	uint32_t domain;
};

struct srat {
	unsigned cpus_count, memories_count;
	bool cut; /* more than fit were listed */
	struct srat_cpu cpus[CPU_MAX];
	struct srat_memory memories[SRAT_MEMORIES_MAX]; /* in the table's order; they may lie where no memory is */
};

/*
 * Reads a table of len_bytes bytes, its header included, whose checksum has been checked. Of CPUs those are kept that present lists,
 * each once: servers name every APIC ID that a socket could hold, also of empty sockets. NULL, or a list of none: all.
 */
void srat_read(struct srat *srat, const void *table, uint32_t len_bytes, const struct madt *present);
/* Whether the table is a matrix of distances that can be believed: each domain to itself 10, no other less. */
bool slit_is_sound(const void *table, uint32_t len_bytes);
/* The distance between two domains in a sound table; SLIT_UNREACHABLE: none, or it does not list both. */
unsigned slit_distance(const void *table, uint32_t from, uint32_t to);
