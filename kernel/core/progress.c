/* SPDX-License-Identifier: MIT */
/*
 * One run at a time, so one of each. What the screen shows and what the console is told are the same lines, each as wide as
 * where it goes.
 */
#include "core/progress.h"

#include "core/format.h"
#include "core/heap.h"
#include "core/result_table.h"
#include "core/string.h"
#include "x86/cpu.h"

enum { CONSOLE_COLUMNS = 108, SECONDS_BYTES = 24, HEAD_LINES = 2, FAILURES_SHOWN = 8 };

bool progress_lines;

static struct result_table table;
static uint64_t begin_tsc;
static unsigned columns, rows;
static char point_name[RESULT_NAME_BYTES], point_params[RESULT_LABEL_BYTES];

static struct {
	char text[PROGRESS_NOTE_BYTES];
	bool alert;
} notes[PROGRESS_NOTES_MAX];
static unsigned notes_count;

bool progress_is_seen(void)
{
	return console_screen(&columns, &rows) || progress_lines;
}

/* --- Where it goes ------------------------------------------------------------------------------------------------ */

static void screen_line(const char *text, enum console_tone tone)
{
	console_tone(tone);
	console_screen_write(text, strlen(text));
	console_screen_write("\n", 1);
	console_tone(CONSOLE_PLAIN);
}

/* A line of its own on the machines' ends; '@' is not where any of them begins. */
static void machine_line(const char *text)
{
	if (!progress_lines)
		return;
	console_machine_write(text, strlen(text));
	console_machine_write("\n", 1);
}

static void both_line(const char *text, enum console_tone tone)
{
	screen_line(text, tone);
	machine_line(text);
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

	progress_is_seen();                                           /* columns and rows */
	if (!result_table_init(&table, rows_max + 1, unit, ticks_hz)) /* one failure may come behind all rows */
		return false;
	begin_tsc = clock_now();
	format_text(line, sizeof(line), "%lu points to be measured on %u CPUs; the screen stands still while one is",
		    points, cpu_count);
	both_line(line, CONSOLE_BRIGHT);
	result_head_line(&table, columns, line);
	screen_line(line, CONSOLE_BRIGHT);
	result_head_line(&table, CONSOLE_COLUMNS, line);
	machine_line(line);
	return true;
}

static void row_show(const struct result_row *row)
{
	enum console_tone tone = row->kind == RESULT_FAILED ? CONSOLE_ALERT : CONSOLE_PLAIN;
	char line[RESULT_LINE_BYTES];

	result_row_line(&table, row, columns, line);
	screen_line(line, tone);
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
	if (notes_count == PROGRESS_NOTES_MAX)
		return;
	format_text(notes[notes_count].text, sizeof(notes[notes_count].text), "%s", text);
	notes[notes_count].alert = alert;
	notes_count++;
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

/* All of it, for whoever keeps what the machines' ends say. */
static void machine_table(const char *title)
{
	char line[RESULT_LINE_BYTES];

	if (!progress_lines)
		return;
	machine_line(title);
	result_head_line(&table, CONSOLE_COLUMNS, line);
	machine_line(line);
	for (size_t at = 0; at < table.count; at++) {
		result_row_line(&table, table.order[at], CONSOLE_COLUMNS, line);
		machine_line(line);
	}
}

/* How many lines the screen has for rows. */
static size_t screen_room(size_t failed, size_t measured)
{
	size_t taken = HEAD_LINES + notes_count + (failed < FAILURES_SHOWN ? failed : FAILURES_SHOWN + 1);
	size_t room = rows > taken ? rows - taken : 0;

	return measured > room && room > 0 ? room - 1 : room; /* one line says how many are not shown */
}

static void screen_rows(size_t room, size_t measured)
{
	bool *chosen = heap_alloc(table.count * sizeof(*chosen) + 1);
	char line[RESULT_LINE_BYTES];
	size_t shown;

	if (chosen == NULL)
		return;
	shown = result_table_choose(&table, room, chosen);
	for (size_t at = 0; at < table.count; at++) {
		if (!chosen[at])
			continue;
		result_row_line(&table, table.order[at], columns, line);
		screen_line(line, CONSOLE_PLAIN);
	}
	heap_free(chosen);
	if (shown == measured)
		return;
	format_text(line, sizeof(line), "... and %lu rows more; they are in the stream, like these", measured - shown);
	screen_line(line, CONSOLE_PLAIN);
}

static void screen_failures(size_t failed)
{
	char line[RESULT_LINE_BYTES];
	size_t shown = 0;

	for (size_t at = 0; at < table.count && shown < FAILURES_SHOWN; at++) {
		if (table.order[at]->kind != RESULT_FAILED)
			continue;
		result_row_line(&table, table.order[at], columns, line);
		screen_line(line, CONSOLE_ALERT);
		shown++;
	}
	if (shown == failed)
		return;
	format_text(line, sizeof(line), "... and %lu failures more", failed - shown);
	screen_line(line, CONSOLE_ALERT);
}

static void screen_table(const char *title, unsigned failures)
{
	size_t failed = result_table_kind_count(&table, RESULT_FAILED);
	size_t measured = result_table_kind_count(&table, RESULT_MEASURED);
	char line[RESULT_LINE_BYTES];

	console_screen_clear();
	screen_line(title, failures > 0 ? CONSOLE_ALERT : CONSOLE_BRIGHT);
	result_head_line(&table, columns, line);
	screen_line(line, CONSOLE_BRIGHT);
	screen_rows(screen_room(failed, measured), measured);
	screen_failures(failed);
}

void progress_end(unsigned failures)
{
	char title[RESULT_LINE_BYTES];

	result_table_sort(&table);
	title_text(failures, title);
	machine_table(title);
	if (console_screen(&columns, &rows))
		screen_table(title, failures);
	for (unsigned at = 0; at < notes_count; at++)
		both_line(notes[at].text, notes[at].alert ? CONSOLE_ALERT : CONSOLE_PLAIN);
	console_status(failures == 0 ? "finished: every number above was measured; nothing failed"
				     : "finished with FAILURES: see the lines in red");
	result_table_free(&table);
}
