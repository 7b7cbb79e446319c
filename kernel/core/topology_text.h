/* SPDX-License-Identifier: MIT */
/*
 * The machine's topology in one line of words, for the records that say where a number was measured. One word a kind: groups
 * of CPUs as in bench/groups.h; nodes one after the other. A word that would be longer than TOPOLOGY_TEXT_BYTES - 1 is
 * "irregular".
 */
#pragma once

#include "groups.h"

enum topology_kind {
	TOPOLOGY_PACKAGE,
	TOPOLOGY_CORE,
	TOPOLOGY_L2,
	TOPOLOGY_L3,
	TOPOLOGY_NODE,
	TOPOLOGY_KIND,          /* of core: performance, efficient */
	TOPOLOGY_NODE_MIB,      /* memory of each node in MiB: "128,256" */
	TOPOLOGY_NODE_DISTANCE, /* rows of the matrix: "10,20|20,10" */
	TOPOLOGY_KINDS
};

enum { TOPOLOGY_TEXT_BYTES = GROUPS_TEXT_BYTES };

/* "cpu_package" … */
const char *topology_kind_name(enum topology_kind kind);
/* Writes the word with a null byte. */
void topology_text(enum topology_kind kind, char text[static TOPOLOGY_TEXT_BYTES]);
