/* SPDX-License-Identifier: MIT */
/* Steal, switches, migrations and exits of each boot: see report_machine.h. */
#include "report_machine.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "report_html.h"

enum { REASONS_MAX = 8 };

static double number_of(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static void machine_row(FILE *file, const struct store_boot *boot)
{
	const char *placement = json_string_value(json_object_get(boot->machine, "placement"));
	const json_t *exits = json_object_get(boot->machine, "exits");

	fputs("<tr>", file);
	html_format(file, "th scope=\"row\"", "%u", boot->index);
	html_element(file, "td", boot->subject);
	html_element(file, "td", placement != NULL ? placement : "–");
	html_number(file, number_of(boot->machine, "looked_at_s"));
	html_number(file, number_of(boot->machine, "steal_s") * 1e3);
	html_number(file, number_of(boot->machine, "involuntary"));
	html_number(file, number_of(boot->machine, "migrations"));
	html_number(file, number_of(exits, "exits"));
	html_number(file, number_of(exits, "halt_exits"));
	html_number(file, number_of(exits, "io_exits"));
	fputs("</tr>\n", file);
}

/* A list item for each reason that has not been told yet. */
static void tell_reasons(FILE *file, const json_t *reasons, const char **told, size_t *count)
{
	const char *what;
	json_t *why;

	json_object_foreach((json_t *)reasons, what, why)
	{
		const char *text = json_string_value(why);
		bool known = text == NULL || *count == REASONS_MAX;

		for (size_t i = 0; i < *count && !known; i++)
			known = strcmp(told[i], text) == 0;
		if (known)
			continue;
		told[(*count)++] = text;
		html_format(file, "li", "– in %s: %s.", what, text);
	}
}

void report_machines(FILE *file, const struct store *store)
{
	const char *told[REASONS_MAX];
	size_t with = 0, count = 0;

	for (size_t i = 0; i < store->boot_count; i++)
		with += json_is_number(json_object_get(store->boots[i].machine, "looked_at_s"));
	if (with == 0)
		return;
	html_details(
	    file, with == 1 ? "What the virtual machine went through" : "What %zu virtual machines went through", with);
	html_table_begin(file, "Threads of the virtual CPUs, seen from the Linux that ran them",
			 "boot|<subject|<CPUs|seen until, s|steal, ms|switched off|moved|exits|of HLT|of I/O");
	for (size_t i = 0; i < store->boot_count; i++) {
		if (json_is_number(json_object_get(store->boots[i].machine, "looked_at_s")))
			machine_row(file, &store->boots[i]);
	}
	html_table_end(file);
	fputs("<ul>", file);
	html_element(
	    file, "li",
	    "Steal: runnable, but not on a CPU, all virtual CPUs together. Switched off: for another thread's sake. "
	    "Moved: to another CPU. Exits: how often a guest was left. All from QEMU's start to the last look at it, "
	    "the boot of the guest included.");
	for (size_t i = 0; i < store->boot_count; i++)
		tell_reasons(file, json_object_get(store->boots[i].machine, "missing"), told, &count);
	fputs("</ul></details>\n", file);
}
