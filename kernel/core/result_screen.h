/* SPDX-License-Identifier: MIT */
/*
 * A finished table of results on the screen: a summary that fits it, with the rows that matter most, the failures and what
 * others have to say; and all rows page by page. Nothing happens without a screen.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/result_table.h"

enum { RESULT_NOTES_MAX = 6, RESULT_NOTE_BYTES = 256 };

/* Lines below the table. */
struct result_notes {
	unsigned count;
	struct {
		char text[RESULT_NOTE_BYTES];
		bool alert;
	} note[RESULT_NOTES_MAX];
};

/* What the screen shows of a sorted table. */
struct result_screen {
	struct result_table *table;
	const struct result_notes *notes;
	char title[RESULT_LINE_BYTES];
	char basis[RESULT_LINE_BYTES]; /* what the numbers are, the line below the title */
	bool alert;                    /* the title is of a run that failed */
};

/* The summary. Returns whether it shows all rows that were measured and all failures. */
bool result_screen_summary(const struct result_screen *screen);
/* Page number `page`, from 0, of all rows; how many there are is 0 where there is no screen. */
void result_screen_page(const struct result_screen *screen, size_t page);
size_t result_screen_pages(const struct result_screen *screen);
/* One line, in a tone of the caller's. */
void result_screen_line(const char *text, bool bright, bool alert);
