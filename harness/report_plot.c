/* SPDX-License-Identifier: MIT */
/* Pictures: see report_plot.h. */
#include "report_plot.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "memory.h"
#include "report_axis.h"
#include "report_bucket.h"
#include "report_html.h"

/* Inside the axes of both pictures, in units of their view boxes. */
enum { LEFT = 46, TOP = 8, BOTTOM = 176, HEIGHT = 200 };
enum { DISTRIBUTION_WIDTH = 360, DISTRIBUTION_RIGHT = 350, ORDER_WIDTH = 480, ORDER_RIGHT = 472 };
/* Samples beyond a point of the distribution that it needs to be drawn (measuring.md §3), and the height of a step. */
enum { SUPPORT = 10, STEP = 2 };
/* Fewest places between one boot and the next. */
enum { BOOT_GAP = 2 };

static void plot_open(FILE *file, const char *style, int width, const char *label)
{
	fprintf(file, "<svg class=\"%s\" role=\"img\" viewBox=\"0 0 %d %d\" aria-label=\"", style, width, HEIGHT);
	html_text(file, label);
	fputs("\">", file);
}

/* The axis of values of all lines of a picture. */
static struct axis plot_values(const struct plot *plot, int start, int end)
{
	struct axis axis;
	double low = INFINITY, high = 0;
	bool zero = false;

	for (size_t i = 0; i < plot->line_count; i++) {
		const struct summary_row *row = plot->lines[i].row;
		size_t first = 0;

		while (first < row->n && summary_value(row, row->sorted[first]) <= 0)
			first++;
		zero |= first > 0;
		if (first == row->n)
			continue;
		low = fmin(low, summary_value(row, row->sorted[first]));
		high = fmax(high, summary_value(row, row->sorted[row->n - 1]));
	}
	axis_make(&axis, high > 0 ? low : 1, high > 0 ? high : 1, zero, start, end);
	return axis;
}

/* --- Distribution ------------------------------------------------------------------------------------------------------- */

void plot_shared(FILE *file)
{
	static const struct {
		double fraction;
		const char *label;
	} levels[] = {{.001, "0.1 %"}, {.01, "1 %"},  {.1, "10 %"},    {.5, "50 %"},
		      {.9, "90 %"},    {.99, "99 %"}, {.999, "99.9 %"}};

	fputs("<svg class=\"shared\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs><g id=\"levels\">", file);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		int y = axis_place_fraction(levels[i].fraction, BOTTOM, TOP);

		fprintf(file, "<path class=\"g\" d=\"M%d %dH%d\"/><text class=\"y\" x=\"%d\" y=\"%d\">%s</text>", LEFT,
			y, DISTRIBUTION_RIGHT, LEFT - 4, y + 4, levels[i].label);
	}
	fputs("</g></defs></svg>\n", file);
}

/* The smallest sample that the fraction of all samples does not exceed: one that was measured. */
static double row_quantile(const struct summary_row *row, double fraction)
{
	double rank = ceil(fraction * (double)row->n);
	size_t index = rank < 1 ? 0 : rank > (double)row->n ? row->n - 1 : (size_t)rank - 1;

	return summary_value(row, row->sorted[index]);
}

static void distribution_line(FILE *file, const struct plot_line *line, const struct axis *axis)
{
	const struct summary_row *row = line->row;
	double edge = fmin((double)SUPPORT / (double)row->n, .25);
	int bottom = axis_place_fraction(edge, BOTTOM, TOP), top = axis_place_fraction(1 - edge, BOTTOM, TOP);
	int x = axis_place(axis, row_quantile(row, edge)), drawn = bottom;

	fprintf(file, "<path class=\"c %s\" d=\"M%d %d", line->style, x, bottom);
	for (int y = bottom - STEP; y > top; y -= STEP) {
		int next = axis_place(axis, row_quantile(row, axis_fraction_at(y, BOTTOM, TOP)));

		if (next == x)
			continue;
		fprintf(file, "V%dH%d", y, next);
		x = next;
		drawn = y;
	}
	if (drawn != top)
		fprintf(file, "V%d", top);
	fprintf(file, "H%d\"/>", axis_place(axis, row_quantile(row, 1 - edge)));
	fprintf(file, "<path class=\"d %s\" d=\"M%d %dh0M%d %dh0\"/>", line->style,
		axis_place(axis, summary_value(row, row->sorted[0])), BOTTOM,
		axis_place(axis, summary_value(row, row->sorted[row->n - 1])), TOP);
}

void plot_distribution(FILE *file, const struct plot *plot)
{
	struct axis axis = plot_values(plot, LEFT, DISTRIBUTION_RIGHT);
	char label[AXIS_LABEL_MAX];

	plot_open(file, "cdf", DISTRIBUTION_WIDTH, plot->label);
	fputs("<use href=\"#levels\"/>", file);
	for (size_t i = 0; i < axis.tick_count; i++) {
		int x = axis_place(&axis, axis.ticks[i]);

		fprintf(file, "<path class=\"g\" d=\"M%d %dV%d\"/><text class=\"x\" x=\"%d\" y=\"%d\">%s</text>", x,
			TOP, BOTTOM, x, BOTTOM + 16, axis_label(label, axis.ticks[i]));
	}
	if (axis.zero)
		fprintf(file, "<text class=\"x\" x=\"%d\" y=\"%d\">0</text>", LEFT, BOTTOM + 16);
	for (size_t i = 0; i < plot->line_count; i++)
		distribution_line(file, &plot->lines[i], &axis);
	fputs("</svg>\n", file);
}

/* --- Time order ----------------------------------------------------------------------------------------------------------- */

/* Where the samples of a boot stand. */
struct slot {
	int left, right;
	size_t limit; /* of buckets */
};

static unsigned plot_rounds(const struct plot *plot)
{
	unsigned rounds = 1;

	for (size_t i = 0; i < plot->line_count; i++) {
		const struct summary_row *row = plot->lines[i].row;

		for (size_t r = 0; r < row->run_count; r++)
			rounds = row->runs[r].round + 1 > rounds ? row->runs[r].round + 1 : rounds;
	}
	return rounds;
}

/* A round of the plan. Many share a place where there are more rounds than places. */
static struct slot slot_make(const struct plot *plot, unsigned rounds, unsigned round)
{
	double width = (double)(ORDER_RIGHT - LEFT) / rounds;
	struct slot slot = {
	    .left = (int)(LEFT + width * round), .right = (int)(LEFT + width * (round + 1)), .limit = 1};

	slot.right -= slot.right - slot.left > 3 * BOOT_GAP ? BOOT_GAP : 0;
	if (slot.right <= slot.left)
		slot.right = slot.left + 1;
	if (plot->bucket_limit / rounds > slot.limit)
		slot.limit = plot->bucket_limit / rounds;
	if (slot.limit > (size_t)(slot.right - slot.left))
		slot.limit = (size_t)(slot.right - slot.left);
	return slot;
}

static int slot_place(const struct slot *slot, size_t bucket, size_t count)
{
	return slot->left + (int)((size_t)(slot->right - slot->left) * bucket / count);
}

/* Rectangles from smallest to largest; neighbours of the same height are one. At least one unit high, to be seen. */
static void order_area(FILE *file, const struct slot *slot, const int (*places)[3], size_t count)
{
	for (size_t i = 0, next; i < count; i = next) {
		int left = slot_place(slot, i, count), width;

		for (next = i + 1; next < count && places[next][0] == places[i][0] && places[next][2] == places[i][2];)
			next++;
		width = slot_place(slot, next, count) - left;
		fprintf(file, "M%d %dh%dV%dh%dz", left, places[i][0] + 1, width, places[i][2], -width);
	}
}

static void order_middle(FILE *file, const struct slot *slot, const int (*places)[3], size_t count)
{
	fprintf(file, "M%d %d", slot->left, places[0][1]);
	for (size_t i = 1; i < count; i++) {
		if (places[i][1] != places[i - 1][1])
			fprintf(file, "H%dV%d", slot_place(slot, i, count), places[i][1]);
	}
	fprintf(file, "H%d", slot->right);
}

/* One part of the picture of a line, boot by boot: the area, or the line through the middle. */
static void order_path(FILE *file, const struct plot *plot, const struct plot_line *line, const struct axis *axis,
		       bool middle)
{
	struct bucket buckets[ORDER_WIDTH];
	int places[ORDER_WIDTH][3];
	unsigned rounds = plot_rounds(plot);
	double scale = line->row->scale;

	for (size_t r = 0; r < line->row->run_count; r++) {
		const struct summary_run *run = &line->row->runs[r];
		struct slot slot = slot_make(plot, rounds, run->round);
		size_t count = bucket_fill(buckets, slot.limit, run->samples, run->n);

		for (size_t i = 0; i < count; i++) {
			places[i][0] = axis_place(axis, buckets[i].min * scale - run->subtracted);
			places[i][1] = axis_place(axis, buckets[i].median * scale - run->subtracted);
			places[i][2] = axis_place(axis, buckets[i].max * scale - run->subtracted);
		}
		if (middle)
			order_middle(file, &slot, places, count);
		else
			order_area(file, &slot, places, count);
	}
}

static void order_axes(FILE *file, const struct plot *plot, const struct axis *axis)
{
	unsigned rounds = plot_rounds(plot), step = 1 + (rounds - 1) / 20;
	char label[AXIS_LABEL_MAX];

	for (size_t i = 0; i < axis->tick_count; i++) {
		int y = axis_place(axis, axis->ticks[i]);

		fprintf(file, "<path class=\"g\" d=\"M%d %dH%d\"/><text class=\"y\" x=\"%d\" y=\"%d\">%s</text>", LEFT,
			y, ORDER_RIGHT, LEFT - 4, y + 4, axis_label(label, axis->ticks[i]));
	}
	if (axis->zero)
		fprintf(file, "<text class=\"y\" x=\"%d\" y=\"%d\">0</text>", LEFT - 4, BOTTOM + 4);
	for (unsigned round = 0; round < rounds; round += step) {
		struct slot slot = slot_make(plot, rounds, round);

		fprintf(file, "<path class=\"g\" d=\"M%d %dV%d\"/><text class=\"x\" x=\"%d\" y=\"%d\">%s%u</text>",
			slot.left, TOP, BOTTOM, (slot.left + slot.right) / 2, BOTTOM + 16, rounds <= 8 ? "boot " : "",
			round + 1);
	}
}

void plot_order(FILE *file, const struct plot *plot)
{
	struct axis axis = plot_values(plot, BOTTOM, TOP);

	plot_open(file, "order", ORDER_WIDTH, plot->label);
	order_axes(file, plot, &axis);
	for (size_t i = 0; i < plot->line_count; i++) {
		const struct plot_line *line = &plot->lines[i];

		fprintf(file, "<path class=\"b %s\" d=\"", line->style);
		order_path(file, plot, line, &axis, false);
		fprintf(file, "\"/><path class=\"c %s\" d=\"", line->style);
		order_path(file, plot, line, &axis, true);
		fputs("\"/>", file);
	}
	fputs("</svg>\n", file);
}
