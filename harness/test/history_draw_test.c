/* SPDX-License-Identifier: MIT */
/* The picture of a history: changes are marked with their size and commit. Skipped without gnuplot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "history_draw.h"
#include "memory.h"
#include "scratch.h"

enum { ENTRIES = 30, STEP_AT = 17 };

static const char *directory;
static struct history history;
static struct history_series *series;
static size_t series_count;

/* One benchmark steps up by a quarter, the other wavers as much as the first does without its step. */
static json_t *points_of(unsigned i)
{
	int waver = (int)(i * 7919 % 23);

	return json_pack("[{s:s, s:s, s:s, s:i, s:i, s:i}, {s:s, s:s, s:s, s:i, s:i, s:i}]", "benchmark", "stepping",
			 "params", "place=same", "unit", "ticks", "p50", (i < STEP_AT ? 4000 : 5000) + waver, "iqr", 60,
			 "max", 90000, "benchmark", "level", "params", "", "unit", "ticks", "p50", 4000 + waver, "iqr",
			 60, "max", 90000);
}

static int history_make(void **state)
{
	static char dates[ENTRIES][32], commits[ENTRIES][32];

	(void)state;
	directory = scratch_make();
	history.entries = memory_new(ENTRIES, sizeof(*history.entries));
	for (unsigned i = 0; i < ENTRIES; i++) {
		json_t *points = points_of(i);

		snprintf(dates[i], sizeof(dates[i]), "2026-11-%02uT06:00:00Z", i + 1);
		snprintf(commits[i], sizeof(commits[i]), "commit%u", i);
		history.entries[i] = (struct history_entry){.json = points,
							    .run = "run",
							    .created = dates[i],
							    .subject = "linux@host",
							    .commit = commits[i],
							    .machine = "0123abcd",
							    .fitness = "fit for time",
							    .points = points};
	}
	history.count = ENTRIES;
	series_count = history_series_make(&history, NULL, 0, &series);
	return series_count == 2 ? 0 : 1;
}

static int history_drop(void **state)
{
	(void)state;
	history_series_free(series, series_count);
	history_free(&history);
	return 0;
}

/* The picture's text. Skips the test where gnuplot is missing. */
static char *draw(void)
{
	char *path = memory_format("%s/history.svg", directory), *text = NULL;
	struct error error = {0};
	size_t size = 0;
	FILE *file;
	int status = history_draw(series, series_count, directory, "history", &error);

	if (status == STATUS_UNSUPPORTED)
		skip();
	assert_int_equal(status, 0);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_true(getdelim(&text, &size, '\0', file) > 0);
	fclose(file);
	free(path);
	return text;
}

static void change_is_marked_with_its_size_and_commit(void **state)
{
	char *text = draw();

	(void)state;
	assert_int_equal(series[0].change_count, 1);
	assert_non_null(strstr(text, "linux@host  stepping place=same (30 entries, configuration 0123abcd)"));
	assert_non_null(strstr(text, "% at commit17<"));
	assert_non_null(strstr(text, "entries, 2026-11-01 to 2026-11-30"));
	free(text);
}

static void level_has_no_mark(void **state)
{
	char *text = draw(), *panel = strstr(text, "linux@host  level");

	(void)state;
	assert_int_equal(series[1].change_count, 0);
	assert_non_null(panel);
	assert_null(strstr(panel, " at commit"));
	free(text);
}

static void the_same_history_gives_the_same_picture(void **state)
{
	char *first = draw(), *second = draw();

	(void)state;
	assert_string_equal(first, second);
	free(first);
	free(second);
}

static void more_series_than_fit_are_refused(void **state)
{
	struct error error = {0};

	(void)state;
	assert_int_equal(history_draw(series, HISTORY_PANELS_MAX + 1, directory, "history", &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "13 series do not fit"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(change_is_marked_with_its_size_and_commit),
	    cmocka_unit_test(level_has_no_mark),
	    cmocka_unit_test(the_same_history_gives_the_same_picture),
	    cmocka_unit_test(more_series_than_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, history_make, history_drop);
}
