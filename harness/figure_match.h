/* SPDX-License-Identifier: MIT */
/* Which rows of a run an item of a figure picks: the questions that series, expectations and "is it there" share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "figure_spec.h"
#include "summary.h"

/* How many CPUs the row's subject had, as its stream says; NaN: it does not. */
double figure_row_cpus(const struct summary_row *row, const struct summary *summary);
/* The subject's name without cpus=N; into name, SUBJECT_NAME_MAX bytes. Returns name. */
const char *figure_family(const char *subject, char *name);
/* The row's parameter as a number; NaN if it has no such parameter or it is not a whole number. */
double figure_row_number(const struct summary_row *row, const char *param);
/* The machine of a subject's name: "sim" of "linux@sim:tuned"; into machine, at most size bytes. Returns machine. */
const char *figure_machine(const char *subject, char *machine, size_t size);
/*
 * Whether the subject is shown with those on this machine: it is on it, or it is Linux on the hardware of the plan's
 * Aerokernel there (linux@host beside aerokernel@metal).
 */
bool figure_is_on(const struct store_plan *plan, const char *subject, const char *machine);
/* Whether the machine's subjects have no panel of their own: figure_is_on() shows each of them on another machine. */
bool figure_is_elsewhere(const struct store_plan *plan, const char *machine);
/* The machine that Linux has where the Aerokernel is on this one: "host" beside "metal", else the same. */
const char *figure_linux_machine(const char *machine);
/*
 * The machines in the order of panels and sections, from exact to rough: counted, then latency, then shape only, then
 * Linux alone. NULL behind the last.
 */
const char *figure_machine_at(size_t place);
/*
 * Whether the item picks this row. The value "max" is the largest that the benchmark has on the row's machine with as
 * many CPUs;
 * series=A-B picks the row of A.
 */
bool figure_item_matches(const struct figure_item *item, const struct summary_row *row, const struct summary *summary);
/* For an item series=A-B and its row of A: the row of B, or NULL if the run has none. NULL for other items. */
const struct summary_row *figure_item_minus(const struct figure_item *item, const struct summary_row *row,
					    const struct summary *summary);
/* Whether the item is a difference of two series. */
bool figure_item_is_difference(const struct figure_item *item);
/* The first item without ? that picks no row of the run, or NULL. */
const struct figure_item *figure_missing(const struct figure *figure, const struct summary *summary);
