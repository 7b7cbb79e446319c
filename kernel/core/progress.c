/* SPDX-License-Identifier: MIT */
/*
 * One run at a time, so one of each. What the screen shows and what the console is told are the same lines, each as wide as
 * where it goes.
 */
#include "core/progress.h"

#include "core/format.h"
#include "core/result_screen.h"
#include "core/result_table.h"
#include "core/string.h"
#include "x86/core_hooks.h"
#include "x86/cpu.h"

enum { CONSOLE_COLUMNS = 108, SECONDS_BYTES = 24 };

bool progress_lines;

static struct result_table table;
static uint64_t begin_tsc;
static unsigned columns, rows;
static char point_name[RESULT_NAME_BYTES], point_params[RESULT_LABEL_BYTES];

static struct result_notes notes;
static struct result_screen finished = {.table = &table, .notes = &notes};
static bool finished_has_more; /* than its summary shows */

bool progress_is_seen(void)
{
	return console_screen(&columns, &rows) || progress_lines;
}

/* --- Where it goes ------------------------------------------------------------------------------------------------ */

/* A line of its own on the machines' ends; '@' is not where any of them begins. */
static void machine_line(const char *text)
{
	if (!progress_lines)
		return;
	console_machine_write(text, strlen(text));
	console_machine_write("\n", 1);
}

/* --- While it runs ------------------------------------------------------------------------------------------------ */

static uint64_t seconds_since_begin(void)
{
	return clock_hz == 0 ? 0 : (clock_now() - begin_tsc) / clock_hz;
}

static void seconds_text(uint64_t seconds, char text[SECONDS_BYTES])
{
	format_text(text, SECONDS_BYTES, "%lu:%02lu:%02lu", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/* How much longer, if the points that are left take as long as those that were: "" before the first. */
static void left_text(const struct progress_point *point, char text[SECONDS_BYTES])
{
	size_t left = point->count - point->index;

	text[0] = '\0';
	if (point->index > 0 && !point->counting && clock_hz > 0)
		seconds_text(seconds_since_begin() * left / point->index, text);
}

void progress_point(const struct progress_point *point)
{
	char line[RESULT_LINE_BYTES], elapsed[SECONDS_BYTES], left[SECONDS_BYTES];

	format_text(point_name, sizeof(point_name), "%s", point->name);
	format_text(point_params, sizeof(point_params), "%s", point->params);
	seconds_text(seconds_since_begin(), elapsed);
	left_text(point, left);
	format_text(line, sizeof(line), "%lu/%lu  %s elapsed%s%s%s  %s %s %s", point->index + 1, point->count, elapsed,
		    left[0] != '\0' ? ", about " : "", left, left[0] != '\0' ? " left" : "",
		    point->counting ? "counting events:" : "measuring", point->name, point->params);
	console_status(line);
	machine_line(line);
}

bool progress_begin(size_t points, size_t rows_max, const char *unit, uint64_t ticks_hz)
{
	char line[RESULT_LINE_BYTES];

	result_table_free(&table); /* of a run before */
	finished_has_more = false;
	progress_is_seen();                                           /* columns and rows */
	if (!result_table_init(&table, rows_max + 1, unit, ticks_hz)) /* one failure may come behind all rows */
		return false;
	begin_tsc = clock_now();
	format_text(line, sizeof(line), "%lu points to be measured on %u CPUs; the screen stands still while one is",
		    points, cpu_count);
	result_screen_line(line, true, false);
	machine_line(line);
	result_head_line(&table, columns, line);
	result_screen_line(line, true, false);
	result_head_line(&table, CONSOLE_COLUMNS, line);
	machine_line(line);
	return true;
}

static void row_show(const struct result_row *row)
{
	char line[RESULT_LINE_BYTES];

	result_row_line(&table, row, columns, line);
	result_screen_line(line, false, row->kind == RESULT_FAILED);
	result_row_line(&table, row, CONSOLE_COLUMNS, line);
	machine_line(line);
}

static struct result_row *row_add(void)
{
	struct result_row *row = result_table_add(&table);

	if (row != NULL)
		memcpy(row->name, point_name, sizeof(row->name));
	return row;
}

void progress_row(const struct progress_row *measured)
{
	struct result_row *row = row_add();
	bool own_unit = strcmp(measured->unit, table.unit) != 0;

	if (row == NULL)
		return;
	format_text(row->label, sizeof(row->label), "%s%s%s%s%s%s", point_params,
		    point_params[0] != '\0' && measured->series[0] != '\0' ? " " : "", measured->series,
		    own_unit ? " (" : "", own_unit ? measured->unit : "", own_unit ? ")" : "");
	row->ticks = !own_unit;
	result_row_measure(row, measured->samples, measured->count, measured->per);
	row_show(row);
}

void progress_none(const char *reason, bool failed)
{
	struct result_row *row = row_add();

	if (row == NULL)
		return;
	memcpy(row->label, point_params, sizeof(row->label));
	row->kind = failed ? RESULT_FAILED : RESULT_SKIPPED;
	format_text(row->reason, sizeof(row->reason), "%s", reason);
	row_show(row);
}

/* --- The end ------------------------------------------------------------------------------------------------------ */

void progress_note(const char *text, bool alert)
{
	if (notes.count == RESULT_NOTES_MAX)
		return;
	format_text(notes.note[notes.count].text, sizeof(notes.note[0].text), "%s", text);
	notes.note[notes.count].alert = alert;
	notes.count++;
}

static void title_text(unsigned failures, char line[RESULT_LINE_BYTES])
{
	char elapsed[SECONDS_BYTES], clock[48] = "";

	seconds_text(seconds_since_begin(), elapsed);
	if (table.ticks_hz > 0)
		format_text(clock, sizeof(clock), ", clock %lu.%03lu MHz", table.ticks_hz / 1000000,
			    table.ticks_hz / 1000 % 1000);
	format_text(line, RESULT_LINE_BYTES, "Aerobench: %lu rows, %lu skipped, %u FAILED in %s on %u CPUs%s",
		    result_table_kind_count(&table, RESULT_MEASURED), result_table_kind_count(&table, RESULT_SKIPPED),
		    failures, elapsed, cpu_count, clock);
}

/* The control's row is the one that says what reading the clock costs; the harness subtracts that, nobody here does. */
static void basis_text(char line[RESULT_LINE_BYTES])
{
	char number[RESULT_NUMBER_BYTES] = "";

	for (size_t at = 0; at < table.count; at++) {
		const struct result_row *row = &table.rows[at];

		if (row->kind == RESULT_MEASURED && strcmp(row->name, "clock_read") == 0 && number[0] == '\0')
			result_number(row->p50, number);
	}
	format_text(line, RESULT_LINE_BYTES, "As measured: each sample includes reading the clock%s%s%s",
		    number[0] != '\0' ? " (p50 " : "", number, number[0] != '\0' ? ")" : "");
}

/* All of it, for whoever keeps what the machines' ends say. */
static void machine_table(void)
{
	char line[RESULT_LINE_BYTES];

	if (!progress_lines)
		return;
	machine_line(finished.title);
	machine_line(finished.basis);
	result_head_line(&table, CONSOLE_COLUMNS, line);
	machine_line(line);
	for (size_t at = 0; at < table.count; at++) {
		result_row_line(&table, table.order[at], CONSOLE_COLUMNS, line);
		machine_line(line);
	}
	for (unsigned at = 0; at < notes.count; at++)
		machine_line(notes.note[at].text);
}

void progress_end(unsigned failures)
{
	result_table_sort(&table);
	title_text(failures, finished.title);
	basis_text(finished.basis);
	finished.alert = failures > 0;
	machine_table();
	finished_has_more = !result_screen_summary(&finished);
}

bool progress_page(void)
{
	static size_t page; /* 0: the summary is shown */
	size_t pages = finished_has_more ? result_screen_pages(&finished) : 0;
	char line[RESULT_LINE_BYTES];

	if (pages == 0)
		return false;
	page = (page + 1) % (pages + 1);
	if (page == 0) {
		result_screen_summary(&finished);
		format_text(line, sizeof(line),
			    "finished, halted, and may be switched off; summary, then all rows on %lu pages", pages);
	} else {
		result_screen_page(&finished, page - 1);
		format_text(line, sizeof(line), "finished, halted, and may be switched off; page %lu of %lu", page,
			    pages);
	}
	console_status(line);
	return true;
}
