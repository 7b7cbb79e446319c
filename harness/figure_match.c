/* SPDX-License-Identifier: MIT */
/* Items against rows: see figure_match.h. */
#include "figure_match.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "subject.h"

static const char *row_param(const struct summary_row *row, const char *key)
{
	for (size_t i = 0; i < row->point->param_count; i++) {
		if (strcmp(row->point->params[i].key, key) == 0)
			return row->point->params[i].value;
	}
	return NULL;
}

double figure_row_number(const struct summary_row *row, const char *param)
{
	const char *value = row_param(row, param);
	double number;
	char *end;

	if (value == NULL || !isdigit((unsigned char)value[0]))
		return NAN;
	number = strtod(value, &end);
	return *end == '\0' ? number : NAN;
}

const char *figure_machine(const char *subject, char *machine, size_t size)
{
	const char *at = strchr(subject, '@');
	size_t len = 0;

	if (at != NULL) {
		len = strcspn(at + 1, ":");
		len = len < size ? len : size - 1;
		memcpy(machine, at + 1, len);
	}
	machine[len] = '\0';
	return machine;
}

/* An Aerokernel that is on none of Linux's machines has Linux beside it on its hardware. */
static bool shares_hardware(const struct store_plan *plan, const struct subject *subject, const char *machine)
{
	struct subject other;

	for (size_t i = 0; i < plan->subject_count; i++) {
		if (subject_parse(&other, plan->subjects[i], NULL) == 0 && other.system == SUBJECT_AEROKERNEL &&
		    other.machine != subject->machine && subject_same_hardware(other.machine, subject->machine) &&
		    (machine == NULL || strcmp(subject_machine_name(other.machine), machine) == 0))
			return true;
	}
	return false;
}

bool figure_is_on(const struct store_plan *plan, const char *subject, const char *machine)
{
	char own[SUBJECT_NAME_MAX];
	struct subject parsed;

	if (strcmp(figure_machine(subject, own, sizeof(own)), machine) == 0)
		return true;
	return subject_parse(&parsed, subject, NULL) == 0 && parsed.system == SUBJECT_LINUX &&
	       shares_hardware(plan, &parsed, machine);
}

bool figure_is_elsewhere(const struct store_plan *plan, const char *machine)
{
	struct subject host = {.machine = SUBJECT_HOST};

	return strcmp(machine, subject_machine_name(SUBJECT_HOST)) == 0 && shares_hardware(plan, &host, NULL);
}

const char *figure_linux_machine(const char *machine)
{
	if (strcmp(machine, subject_machine_name(SUBJECT_METAL)) == 0 ||
	    strcmp(machine, subject_machine_name(SUBJECT_CORES)) == 0)
		return subject_machine_name(SUBJECT_HOST);
	return machine;
}

const char *figure_machine_at(size_t place)
{
	static const enum subject_machine order[SUBJECT_MACHINES] = {
	    SUBJECT_SIM, SUBJECT_METAL, SUBJECT_CORES, SUBJECT_KVM, SUBJECT_QEMU, SUBJECT_HOST,
	};

	return place < SUBJECT_MACHINES ? subject_machine_name(order[place]) : NULL;
}

double figure_row_cpus(const struct summary_row *row, const struct summary *summary)
{
	const char *cpus = summary_env(summary, row->subject, "cpus");

	return cpus != NULL ? strtod(cpus, NULL) : NAN;
}

const char *figure_family(const char *subject, char *name)
{
	struct error ignored = {STATUS_OK, ""};
	struct subject parsed;

	if (subject_parse(&parsed, subject, &ignored) == 0) {
		subject_drop_cpus(&parsed);
		subject = parsed.name;
	}
	snprintf(name, SUBJECT_NAME_MAX, "%s", subject);
	return name;
}

/* The number behind cpus=, or 0: as many as the run asked for. */
static unsigned named_cpus(const char *name)
{
	struct error ignored = {STATUS_OK, ""};
	struct subject subject;

	return subject_parse(&subject, name, &ignored) == 0 ? subject.cpus : 0;
}

static bool row_same_machine(const struct summary_row *a, const struct summary_row *b)
{
	char machine_a[SUBJECT_NAME_MAX], machine_b[SUBJECT_NAME_MAX];
	const char *one = figure_machine(a->subject, machine_a, sizeof(machine_a));
	const char *other = figure_machine(b->subject, machine_b, sizeof(machine_b));

	return named_cpus(a->subject) == named_cpus(b->subject) &&
	       strcmp(figure_linux_machine(one), figure_linux_machine(other)) == 0;
}

static bool row_is_largest(const struct summary_row *row, const char *param, const struct summary *summary)
{
	double largest = NAN;

	for (size_t i = 0; i < summary->row_count; i++) {
		const struct summary_row *other = &summary->rows[i];

		if (strcmp(other->benchmark, row->benchmark) == 0 && row_same_machine(other, row))
			largest = fmax(largest, figure_row_number(other, param));
	}
	return figure_row_number(row, param) == largest;
}

/* The dash of series=A-B, or NULL. */
static const char *item_dash(const struct figure_item *item)
{
	const char *series = figure_item_param(item, "series");

	return series != NULL ? strchr(series, '-') : NULL;
}

bool figure_item_is_difference(const struct figure_item *item)
{
	return item_dash(item) != NULL;
}

static bool item_param_matches(const struct stream_pair *wanted, const struct figure_item *item,
			       const struct summary_row *row, const struct summary *summary)
{
	const char *value = row_param(row, wanted->key), *dash = item_dash(item);

	if (value == NULL)
		return false;
	if (strcmp(wanted->key, "series") == 0 && dash != NULL) {
		size_t len = (size_t)(dash - wanted->value);

		return strlen(value) == len && strncmp(value, wanted->value, len) == 0;
	}
	if (strcmp(wanted->value, "max") == 0)
		return row_is_largest(row, wanted->key, summary);
	return strcmp(value, wanted->value) == 0;
}

bool figure_item_matches(const struct figure_item *item, const struct summary_row *row, const struct summary *summary)
{
	if (strcmp(item->benchmark, "*") != 0 && strcmp(item->benchmark, row->benchmark) != 0)
		return false;
	for (size_t i = 0; i < item->param_count; i++) {
		if (!item_param_matches(&item->params[i], item, row, summary))
			return false;
	}
	return true;
}

const struct summary_row *figure_item_minus(const struct figure_item *item, const struct summary_row *row,
					    const struct summary *summary)
{
	const char *dash = item_dash(item);
	const struct summary_row *minus;
	struct stream_point point = *row->point;
	char *params;

	if (dash == NULL)
		return NULL;
	for (size_t i = 0; i < point.param_count; i++) {
		if (strcmp(point.params[i].key, "series") == 0)
			point.params[i].value = (char *)dash + 1;
	}
	params = stream_point_params(&point);
	minus = summary_find(summary, row->benchmark, row->subject, params);
	free(params);
	return minus;
}

const struct figure_item *figure_missing(const struct figure *figure, const struct summary *summary)
{
	for (size_t d = 0; d < figure->data_count; d++) {
		for (size_t i = 0; i < figure->data[d].item_count; i++) {
			const struct figure_item *item = &figure->data[d].items[i];
			bool found = item->optional;

			for (size_t r = 0; r < summary->row_count && !found; r++)
				found = figure_item_matches(item, &summary->rows[r], summary);
			if (!found)
				return item;
		}
	}
	return NULL;
}
