/* SPDX-License-Identifier: MIT */
/* What the benchmarks' CPUs share: see placement.h. */
#include "placement.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

/* Nearest first: of several differences of the same CPUs the one that matters most is told. */
static const struct {
	const char *key, *thing;
} kinds[] = {{"cpu_core", "a core"},
	     {"cpu_l3", "an L3 cache"},
	     {"cpu_package", "a package"},
	     {"cpu_node", "a NUMA node"},
	     {"cpu_kind", "a kind of core"}};

/* --- Reading ------------------------------------------------------------------------------------------------------ */

static bool number_take(const char **text, unsigned long *number)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	*number = strtoul(*text, &end, 10);
	*text = end;
	return *number <= PLACEMENT_UNKNOWN;
}

static bool groups_add(struct placement_groups *groups, unsigned long group, unsigned long each)
{
	if (each == 0 || each > PLACEMENT_CPUS_MAX - groups->count)
		return false;
	while (each-- > 0)
		groups->group[groups->count++] = (uint16_t)group;
	return true;
}

/* "3", "0-3", "0*4", "0-3*2", "-", "-*30". */
static bool term_take(struct placement_groups *groups, const char **text)
{
	unsigned long first = PLACEMENT_UNKNOWN, last, each = 1;

	if (**text == '-')
		++*text;
	else if (!number_take(text, &first))
		return false;
	last = first;
	if (**text == '-') {
		++*text;
		if (!number_take(text, &last))
			return false;
	}
	if (**text == '*') {
		++*text;
		if (!number_take(text, &each))
			return false;
	}
	for (unsigned long group = first; group <= last; group++)
		if (!groups_add(groups, group, each))
			return false;
	return first <= last;
}

bool placement_groups_parse(struct placement_groups *groups, const char *text)
{
	bool good = text != NULL;

	groups->count = 0;
	while (good && (good = term_take(groups, &text)) && *text == ',')
		text++;
	good = good && *text == '\0';
	if (!good)
		groups->count = 0;
	return good;
}

bool placement_shared(const struct placement_groups *groups)
{
	static bool seen[PLACEMENT_UNKNOWN];

	memset(seen, 0, sizeof(seen));
	for (unsigned cpu = 0; cpu < groups->count; cpu++) {
		uint16_t group = groups->group[cpu];

		if (group != PLACEMENT_UNKNOWN && seen[group])
			return true;
		if (group != PLACEMENT_UNKNOWN)
			seen[group] = true;
	}
	return false;
}

/* --- Comparing ---------------------------------------------------------------------------------------------------- */

static bool told(const struct placement_groups *groups, unsigned cpu)
{
	return groups->group[cpu] != PLACEMENT_UNKNOWN;
}

/* The first CPU that shares with a lower one, *other, on one side only; as many as both have if there is none. */
static unsigned differs_at(const struct placement_groups *a, const struct placement_groups *b, unsigned *other)
{
	unsigned count = a->count < b->count ? a->count : b->count;

	for (unsigned cpu = 1; cpu < count; cpu++) {
		for (*other = 0; *other < cpu; ++*other) {
			bool known = told(a, cpu) && told(a, *other) && told(b, cpu) && told(b, *other);

			if (known && (a->group[cpu] == a->group[*other]) != (b->group[cpu] == b->group[*other]))
				return cpu;
		}
	}
	return PLACEMENT_CPUS_MAX;
}

char *placement_difference(const struct stream *a, const char *name_a, const struct stream *b, const char *name_b)
{
	static struct placement_groups one, two; /* large; the harness has one thread */
	unsigned worst = PLACEMENT_CPUS_MAX;
	char *text = NULL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		unsigned cpu, other;
		bool in_a;

		if (!placement_groups_parse(&one, stream_env(a, kinds[i].key)) ||
		    !placement_groups_parse(&two, stream_env(b, kinds[i].key)))
			continue;
		cpu = differs_at(&one, &two, &other);
		if (cpu >= worst)
			continue;
		worst = cpu;
		in_a = one.group[cpu] == one.group[other];
		free(text);
		text =
		    memory_format("CPUs %u and %u share %s on %s and do not on %s: rows of %u or more CPUs compare "
				  "two placements, not two systems",
				  other, cpu, kinds[i].thing, in_a ? name_a : name_b, in_a ? name_b : name_a, cpu + 1);
	}
	return text;
}

char *placement_difference_subjects(const struct summary *a, const char *subject_a, const struct summary *b,
				    const char *subject_b)
{
	const struct stream *first = NULL;
	char *text = NULL;

	for (size_t i = 0; i < a->stream_count && first == NULL; i++)
		if (strcmp(a->boots[i]->subject, subject_a) == 0)
			first = &a->streams[i];
	for (size_t i = 0; i < b->stream_count && first != NULL && text == NULL; i++)
		if (strcmp(b->boots[i]->subject, subject_b) == 0)
			text = placement_difference(first, subject_a, &b->streams[i], subject_b);
	return text;
}
