/* SPDX-License-Identifier: MIT */
/*
 * One pair for each fact that is known on the boot CPU.
 */
#include "hardware_env.h"

#include <stddef.h>

#include "core/format.h"
#include "doctor.h"
#include "x86/power.h"

enum { LIST_BYTES = 640 }; /* all keys and all reasons, encoded, fit a record: WIRE_LINE_MAX */

/* "reason: key,key; reason: key": each reason once. */
static void absent_list(const struct power *power, char text[static LIST_BYTES])
{
	size_t at = 0;

	text[0] = '\0';
	for (unsigned first = 0; first < POWER_FACTS; first++) {
		const char *reason = power->absent[first];
		bool told = false;

		for (unsigned fact = 0; fact < first && reason != NULL; fact++)
			told |= power->absent[fact] == reason;
		if (reason == NULL || told)
			continue;
		at += format_text(text + at, LIST_BYTES - at, "%s%s: %s", at > 0 ? "; " : "", reason, power_key(first));
		for (unsigned fact = first + 1; fact < POWER_FACTS; fact++) {
			if (power->absent[fact] == reason)
				at += format_text(text + at, LIST_BYTES - at, ",%s", power_key(fact));
		}
	}
}

static void differing_list(char text[static LIST_BYTES])
{
	size_t at = 0;

	text[0] = '\0';
	for (unsigned fact = 0; fact < POWER_FACTS; fact++) {
		bool differs = false;

		for (unsigned cpu = 1; cpu < cpu_count; cpu++)
			differs |= power_differs(cpu, fact);
		if (differs)
			at += format_text(text + at, LIST_BYTES - at, "%s%s", at > 0 ? "," : "", power_key(fact));
	}
}

/* "key:value,key:value": what was found of each setting that was reset, on the first CPU that had another. */
static void changed_list(char text[static LIST_BYTES])
{
	char found[POWER_TEXT_BYTES];
	size_t at = 0;

	text[0] = '\0';
	for (unsigned fact = 0; fact < POWER_FACTS; fact++) {
		unsigned cpu = 0;

		do
			power_found_text(power_of(cpu), fact, found);
		while (found[0] == '\0' && ++cpu < cpu_count);
		if (found[0] != '\0')
			at += format_text(text + at, LIST_BYTES - at, "%s%s:%s", at > 0 ? "," : "", power_key(fact),
					  found);
	}
}

void hardware_env(struct wire *wire)
{
	char list[LIST_BYTES], text[POWER_TEXT_BYTES];

	wire_pair(wire, "machine", doctor_machine());
	for (unsigned fact = 0; fact < POWER_FACTS; fact++) {
		power_text(power_of(0), fact, text);
		if (text[0] != '\0')
			wire_pair(wire, power_key(fact), text);
	}
	changed_list(list);
	wire_pair(wire, "hardware_changed", list);
	wire_end(wire);
	wire_begin(wire, "env");
	differing_list(list);
	wire_pair(wire, "hardware_differs", list);
	absent_list(power_of(0), list);
	wire_pair(wire, "hardware_absent", list);
}
