/* SPDX-License-Identifier: MIT */
/*
 * The order of a list is kept: the first CPU of cpus= is CPU 0 of the benchmarks.
 */
#include "cpu_list.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

static bool number_take(const char **text, unsigned *number)
{
	unsigned sum = 0;

	if (**text < '0' || **text > '9')
		return false;
	for (; **text >= '0' && **text <= '9'; ++*text) {
		sum = sum * 10 + (unsigned)(**text - '0');
		if (sum >= CPU_LIST_MAX)
			return false;
	}
	*number = sum;
	return true;
}

static bool range_add(struct cpu_list *list, unsigned first, unsigned last)
{
	if (last < first)
		return false;
	for (unsigned cpu = first; cpu <= last; cpu++) {
		if (cpu_list_has(list, cpu))
			return false;
		list->cpu[list->count++] = cpu;
	}
	return true;
}

bool cpu_list_parse(struct cpu_list *list, const char *text)
{
	list->count = 0;
	if (*text == '\0')
		return true;
	for (;;) {
		unsigned first, last;

		if (!number_take(&text, &first))
			return false;
		last = first;
		if (*text == '-') {
			text++;
			if (!number_take(&text, &last))
				return false;
		}
		if (!range_add(list, first, last))
			return false;
		if (*text == '\0')
			return true;
		if (*text++ != ',')
			return false;
	}
}

bool cpu_list_has(const struct cpu_list *list, unsigned cpu)
{
	for (unsigned i = 0; i < list->count; i++) {
		if (list->cpu[i] == cpu)
			return true;
	}
	return false;
}

void cpu_list_text(const struct cpu_list *list, char *text, size_t size_bytes)
{
	size_t at = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < list->count;) {
		unsigned end = i + 1;
		char range[32];
		int len_bytes;

		while (end < list->count && list->cpu[end] == list->cpu[end - 1] + 1)
			end++;
		if (end - i > 1)
			len_bytes = snprintf(range, sizeof(range), "%s%u-%u", i > 0 ? "," : "", list->cpu[i],
					     list->cpu[end - 1]);
		else
			len_bytes = snprintf(range, sizeof(range), "%s%u", i > 0 ? "," : "", list->cpu[i]);
		if (at + (size_t)len_bytes + sizeof("...") > size_bytes) {
			snprintf(text + at, size_bytes - at, "...");
			return;
		}
		at += (size_t)snprintf(text + at, size_bytes - at, "%s", range);
		i = end;
	}
}

void cpu_list_allowed(struct cpu_list *list)
{
	cpu_set_t set;

	list->count = 0;
	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return;
	for (unsigned cpu = 0; cpu < CPU_LIST_MAX; cpu++) {
		if (CPU_ISSET(cpu, &set))
			list->cpu[list->count++] = cpu;
	}
}
