/* SPDX-License-Identifier: MIT */
/*
 * How many lines there are is asked each time: no state.
 */
#include "core/result_screen.h"

#include "core/string.h"
#include "core/format.h"
#include "x86/cpu.h"

enum { HEAD_LINES = 3, FAILURES_SHOWN = 8, SPARE_LINES = 2 /* for what others say behind the summary */ };

static unsigned screen_columns(void)
{
	unsigned columns, rows;

	console_screen(&columns, &rows);
	return columns;
}

static unsigned screen_rows(void)
{
	unsigned columns, rows;

	console_screen(&columns, &rows);
	return rows;
}

void result_screen_line(const char *text, bool bright, bool alert)
{
	console_tone(alert ? CONSOLE_ALERT : bright ? CONSOLE_BRIGHT : CONSOLE_PLAIN);
	console_screen_write(text, strlen(text));
	console_screen_write("\n", 1);
	console_tone(CONSOLE_PLAIN);
}

static void row_show(const struct result_screen *screen, const struct result_row *row)
{
	char line[RESULT_LINE_BYTES];

	result_row_line(screen->table, row, screen_columns(), line);
	result_screen_line(line, false, row->kind == RESULT_FAILED);
}

static void head_show(const struct result_screen *screen)
{
	char line[RESULT_LINE_BYTES];

	console_screen_clear();
	result_screen_line(screen->title, true, screen->alert);
	result_screen_line(screen->basis, false, false);
	result_head_line(screen->table, screen_columns(), line);
	result_screen_line(line, true, false);
}

/* A note that is longer than the screen is wide goes on in the next line. */
static size_t notes_lines(const struct result_notes *notes)
{
	size_t lines = 0, columns = screen_columns();

	for (unsigned at = 0; at < notes->count; at++)
		lines += notes->note[at].text[0] == '\0' ? 1 : (strlen(notes->note[at].text) + columns - 1) / columns;
	return lines;
}

/* How many lines the summary has for rows. */
static size_t summary_room(const struct result_screen *screen, size_t failed, size_t measured)
{
	size_t failures_lines = failed <= FAILURES_SHOWN ? failed : FAILURES_SHOWN + 1;
	size_t taken = HEAD_LINES + notes_lines(screen->notes) + failures_lines + SPARE_LINES;
	size_t rows = screen_rows(), room = rows > taken ? rows - taken : 0;

	return measured > room && room > 0 ? room - 1 : room; /* one line says how many are not shown */
}

/* Returns how many were shown. */
static size_t chosen_show(const struct result_screen *screen, size_t room)
{
	struct result_table *table = screen->table;
	size_t shown = result_table_choose(table, room);

	for (size_t at = 0; at < table->count; at++) {
		if (table->chosen[at])
			row_show(screen, table->order[at]);
	}
	return shown;
}

static void more_show(size_t count, const char *what)
{
	char line[RESULT_LINE_BYTES];

	if (count == 0)
		return;
	format_text(line, sizeof(line), "... and %lu %s", count, what);
	result_screen_line(line, false, false);
}

static size_t failures_show(const struct result_screen *screen)
{
	const struct result_table *table = screen->table;
	size_t shown = 0;

	for (size_t at = 0; at < table->count && shown < FAILURES_SHOWN; at++) {
		if (table->order[at]->kind == RESULT_FAILED) {
			row_show(screen, table->order[at]);
			shown++;
		}
	}
	return shown;
}

bool result_screen_summary(const struct result_screen *screen)
{
	size_t failed = result_table_kind_count(screen->table, RESULT_FAILED);
	size_t measured = result_table_kind_count(screen->table, RESULT_MEASURED);
	size_t shown, failures_shown;

	if (screen_rows() == 0)
		return true;
	head_show(screen);
	shown = chosen_show(screen, summary_room(screen, failed, measured));
	more_show(measured - shown, "rows more; they are in the stream, like these");
	failures_shown = failures_show(screen);
	more_show(failed - failures_shown, "failures more");
	for (unsigned at = 0; at < screen->notes->count; at++)
		result_screen_line(screen->notes->note[at].text, false, screen->notes->note[at].alert);
	return shown == measured && failures_shown == failed;
}

static size_t page_rows(void)
{
	return screen_rows() > HEAD_LINES ? screen_rows() - HEAD_LINES : 0;
}

size_t result_screen_pages(const struct result_screen *screen)
{
	return page_rows() == 0 ? 0 : (screen->table->count + page_rows() - 1) / page_rows();
}

void result_screen_page(const struct result_screen *screen, size_t page)
{
	size_t begin = page * page_rows(), end = begin + page_rows();

	head_show(screen);
	for (size_t at = begin; at < end && at < screen->table->count; at++)
		row_show(screen, screen->table->order[at]);
}
