/* SPDX-License-Identifier: MIT */
/*
 * Groups in the words of bench/groups.h, nodes in lists.
 */
#include "core/topology_text.h"

#include <stdbool.h>
#include "core/format.h"
#include "core/page.h"
#include "core/string.h"
#include "x86/cpu.h"

enum { TERM_BYTES = 40 };

/* A word that grows, or has grown too long. */
struct line {
	char *text;
	size_t len_bytes;
	bool full;
};

static void line_add(struct line *line, const char *term)
{
	size_t len_bytes = strlen(term);

	line->full |= line->len_bytes + len_bytes >= TOPOLOGY_TEXT_BYTES;
	if (line->full)
		return;
	memcpy(line->text + line->len_bytes, term, len_bytes + 1);
	line->len_bytes += len_bytes;
}

static void line_end(struct line *line)
{
	if (line->full)
		format_text(line->text, TOPOLOGY_TEXT_BYTES, "irregular");
}

static uint16_t group_of(enum topology_kind kind, unsigned cpu)
{
	const struct cpu_topology *topology = cpu_topology(cpu);

	switch (kind) {
	case TOPOLOGY_PACKAGE:
		return topology->package;
	case TOPOLOGY_CORE:
		return topology->core;
	case TOPOLOGY_L2:
		return topology->l2;
	case TOPOLOGY_L3:
		return topology->l3;
	case TOPOLOGY_KIND:
		return topology->kind;
	default:
		return topology->node;
	}
}

static void groups_write(enum topology_kind kind, char text[static TOPOLOGY_TEXT_BYTES])
{
	static uint16_t groups[CPU_MAX]; /* one caller at a time: the boot CPU writes the record */

	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		groups[cpu] = group_of(kind, cpu);
	groups_text(groups, cpu_count, text);
}

static void memory_text(struct line *line)
{
	for (unsigned node = 0; node < node_count; node++) {
		char term[TERM_BYTES];

		/* 256 pages in a MiB */
		format_text(term, sizeof(term), "%s%zu", node > 0 ? "," : "", page_node_total_count(node) / 256);
		line_add(line, term);
	}
}

static void distance_text(struct line *line)
{
	for (unsigned from = 0; from < node_count; from++) {
		for (unsigned to = 0; to < node_count; to++) {
			char term[TERM_BYTES];

			format_text(term, sizeof(term), "%s%u",
				    to > 0     ? ","
				    : from > 0 ? "|"
					       : "",
				    node_distance(from, to));
			line_add(line, term);
		}
	}
}

const char *topology_kind_name(enum topology_kind kind)
{
	static const char *const names[TOPOLOGY_KINDS] = {
	    [TOPOLOGY_PACKAGE] = "cpu_package", [TOPOLOGY_CORE] = "cpu_core",
	    [TOPOLOGY_L2] = "cpu_l2",           [TOPOLOGY_L3] = "cpu_l3",
	    [TOPOLOGY_NODE] = "cpu_node",       [TOPOLOGY_KIND] = "cpu_kind",
	    [TOPOLOGY_NODE_MIB] = "node_mib",   [TOPOLOGY_NODE_DISTANCE] = "node_distance",
	};

	return names[kind];
}

void topology_text(enum topology_kind kind, char text[static TOPOLOGY_TEXT_BYTES])
{
	struct line line = {.text = text};

	text[0] = '\0';
	if (kind == TOPOLOGY_NODE_MIB)
		memory_text(&line);
	else if (kind == TOPOLOGY_NODE_DISTANCE)
		distance_text(&line);
	else
		groups_write(kind, text);
	line_end(&line);
}
