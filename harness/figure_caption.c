/* SPDX-License-Identifier: MIT */
/* Captions: see figure_caption.h. */
#include "figure_caption.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figure_absent.h"
#include "figure_match.h"
#include "memory.h"
#include "output.h"
#include "subject.h"
#include "verdict.h"

/* --- Words ------------------------------------------------------------------------------------------------------------ */

/* Characters, not bytes, of len bytes of UTF-8. */
static size_t text_width(const char *text, size_t len)
{
	size_t width = 0;

	for (size_t i = 0; i < len; i++)
		width += ((unsigned char)text[i] & 0xc0) != 0x80;
	return width;
}

/* Adds text to out, broken at spaces; what follows a break is indented. */
static void text_wrap(FILE *out, const char *text)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, " "), width = text_width(text, len);

		if (column > 0 && column + 1 + width > FIGURE_CAPTION_WIDTH) {
			fputs("\n   ", out);
			column = 3;
		} else if (column > 0) {
			putc(' ', out);
			column++;
		}
		fwrite(text, 1, len, out);
		column += width;
		text += len + strspn(text + len, " ");
	}
	putc('\n', out);
}

/* --- Facts -------------------------------------------------------------------------------------------------------------- */

struct caption_range {
	size_t low, high;
};

static void range_add(struct caption_range *range, size_t value)
{
	range->low = range->high == 0 || value < range->low ? value : range->low;
	range->high = value > range->high ? value : range->high;
}

static void range_print(FILE *out, const struct caption_range *range, const char *what)
{
	char low[32], high[32];

	output_number(low, sizeof(low), (double)range->low);
	output_number(high, sizeof(high), (double)range->high);
	if (range->low == range->high)
		fprintf(out, "%s %s", low, what);
	else
		fprintf(out, "%s to %s %s", low, high, what);
}

static bool caption_uses(const struct figure *figure, const struct summary *summary, const struct summary_row *row)
{
	for (size_t d = 0; d < figure->data_count; d++) {
		for (size_t i = 0; i < figure->data[d].item_count; i++) {
			if (figure_item_matches(&figure->data[d].items[i], row, summary))
				return true;
		}
	}
	return false;
}

/* "10,000 samples × 6 runs of each row, control subtracted; run ID; commit C." */
static void caption_volume(FILE *out, const struct figure *figure, const struct summary *summary)
{
	struct caption_range samples = {0}, runs = {0};
	const char *commit = NULL;
	bool subtracted = false;

	for (size_t i = 0; i < summary->row_count; i++) {
		const struct summary_row *row = &summary->rows[i];

		if (!caption_uses(figure, summary, row))
			continue;
		range_add(&runs, row->run_count);
		subtracted |= row->subtracted > 0;
		for (size_t r = 0; r < row->run_count; r++)
			range_add(&samples, row->runs[r].n);
		commit = commit != NULL ? commit : summary_env(summary, row->subject, "commit");
	}
	range_print(out, &samples, samples.high == 1 ? "sample" : "samples");
	fputs(" × ", out);
	range_print(out, &runs, runs.high == 1 ? "run" : "runs");
	fprintf(out, " of each row%s; run %s; commit %s.", subtracted ? ", control subtracted" : "", summary->store->id,
		commit != NULL ? commit : "unknown");
}

/* The tick's length, from the first subject of the machine that says it. */
static double machine_megahertz(const struct summary *summary, const char *machine)
{
	char own[SUBJECT_NAME_MAX];

	for (size_t i = 0; i < summary->row_count; i++) {
		const char *subject = summary->rows[i].subject, *hz = summary_env(summary, subject, "clock_hz");

		if (hz != NULL && strcmp(figure_machine(subject, own, sizeof(own)), machine) == 0)
			return strtod(hz, NULL) / 1e6;
	}
	return 0;
}

/* "qemu: 2,596 ticks/µs; unfit: reason; reason." */
static void caption_machine(FILE *out, const struct summary *summary, const char *machine)
{
	char *verdict = verdict_text(summary->store->run, machine);
	double megahertz = machine_megahertz(summary, machine);
	char number[32];

	fprintf(out, "%s: ", machine);
	if (strcmp(machine, subject_machine_name(SUBJECT_SIM)) == 0)
		fputs("executed instructions, not time", out);
	else if (megahertz > 0)
		fprintf(out, "%s ticks = 1 µs", output_number(number, sizeof(number), megahertz));
	else
		fputs("ticks of unknown length", out);
	fprintf(out, "; %s.", verdict);
	free(verdict);
}

static bool caption_has(const char *const *machines, size_t count, const char *machine)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(machines[i], machine) == 0)
			return true;
	}
	return false;
}

/* Ends a line that was written to memory, and wraps it into out. */
static void caption_flush(FILE *out, FILE *line, char **text)
{
	fclose(line);
	text_wrap(out, *text);
	free(*text);
	*text = NULL;
}

static void caption_absent(FILE *out, const struct figure *figure, const struct summary *summary,
			   const char *const *machines, size_t machine_count)
{
	size_t count;
	char **lines = figure_absent(figure, summary, machines, machine_count, &count);

	for (size_t i = 0; i < count; i++) {
		text_wrap(out, lines[i]);
		free(lines[i]);
	}
	free(lines);
}

char *figure_caption(const struct figure *figure, const struct summary *summary, const char *const *machines,
		     size_t machine_count)
{
	char *caption = NULL, *text = NULL;
	size_t size, text_size;
	FILE *out = open_memstream(&caption, &size), *line;

	line = open_memstream(&text, &text_size);
	caption_volume(line, figure, summary);
	caption_flush(out, line, &text);
	for (size_t i = 0; i < machine_count; i++) {
		line = open_memstream(&text, &text_size);
		caption_machine(line, summary, machines[i]);
		caption_flush(out, line, &text);
	}
	for (size_t i = 0; i < figure->note_count; i++) {
		const char *machine = figure->notes[i].machine;

		if (machine == NULL || caption_has(machines, machine_count, machine))
			text_wrap(out, figure->notes[i].text);
	}
	caption_absent(out, figure, summary, machines, machine_count);
	fclose(out);
	caption[strlen(caption) - 1] = '\0';
	return caption;
}
