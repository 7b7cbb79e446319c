/* SPDX-License-Identifier: MIT */
/*
 * Runs of equal groups, and runs of such runs that count up.
 */
#include "groups.h"

#include <stdbool.h>
#include <stddef.h>

#include "word.h"

enum { TERM_BYTES = 3 * WORD_NUMBER_MAX + 4 };

/* CPUs first … end-1: `each` in every group from `group` to `last`. */
struct term {
	unsigned end, each;
	uint16_t group, last;
};

void groups_number(const uint32_t *names, unsigned count, uint16_t *groups)
{
	uint16_t used = 0;

	for (unsigned cpu = 0; cpu < count; cpu++) {
		unsigned before = cpu;

		/* neighbours are the likeliest to share, so from the newest on */
		while (before > 0 && names[before - 1] != names[cpu])
			before--;
		if (names[cpu] == GROUP_NAME_UNKNOWN)
			groups[cpu] = GROUP_UNKNOWN;
		else
			groups[cpu] = before > 0 ? groups[before - 1] : used++;
	}
}

/* How many CPUs from this one on are in its group, without a gap. */
static unsigned run_of(const uint16_t *groups, unsigned count, unsigned cpu)
{
	unsigned end = cpu + 1;

	while (end < count && groups[end] == groups[cpu])
		end++;
	return end - cpu;
}

static struct term term_at(const uint16_t *groups, unsigned count, unsigned cpu)
{
	unsigned each = run_of(groups, count, cpu);
	struct term term = {.end = cpu + each, .each = each, .group = groups[cpu], .last = groups[cpu]};

	if (term.group == GROUP_UNKNOWN)
		return term;
	for (; term.end < count && groups[term.end] == term.last + 1 && run_of(groups, count, term.end) == each;
	     term.end += each)
		term.last++;
	return term;
}

static size_t term_write(const struct term *term, char *text)
{
	size_t len_bytes = 0;

	if (term->group == GROUP_UNKNOWN)
		text[len_bytes++] = '-';
	else
		len_bytes += word_decimal(text, term->group);
	if (term->last != term->group) {
		text[len_bytes++] = '-';
		len_bytes += word_decimal(text + len_bytes, term->last);
	}
	if (term->each > 1) {
		text[len_bytes++] = '*';
		len_bytes += word_decimal(text + len_bytes, term->each);
	}
	return len_bytes;
}

void groups_text(const uint16_t *groups, unsigned count, char text[static GROUPS_TEXT_BYTES])
{
	size_t at = 0;

	for (unsigned cpu = 0; cpu < count;) {
		struct term term = term_at(groups, count, cpu);
		char written[TERM_BYTES];
		size_t len_bytes = term_write(&term, written);

		if (at + len_bytes + 2 > GROUPS_TEXT_BYTES) {
			at = 0;
			for (const char *end = "irregular"; *end != '\0'; end++)
				text[at++] = *end;
			break;
		}
		if (cpu > 0)
			text[at++] = ',';
		for (size_t i = 0; i < len_bytes; i++)
			text[at++] = written[i];
		cpu = term.end;
	}
	text[at] = '\0';
}
