/* SPDX-License-Identifier: MIT */
/* Figures without drawing: headers, items, series, distribution functions, tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "figure.h"
#include "figure_absent.h"
#include "figure_data.h"
#include "figure_match.h"
#include "figure_series.h"
#include "memory.h"
#include "sample_opened.h"

static const struct summary *asked = &sample_shared.summary;

/* --- Headers ---------------------------------------------------------------------------------------------------------- */

static int header(struct figure *figure, const char *text, struct error *error)
{
	char *path = sample_opened_file(&sample_shared, "f9_test.gp", text);
	int status;

	*error = (struct error){0};
	status = figure_read(figure, path, error);
	unlink(path);
	free(path);
	return status;
}

static void header_is_read(void **state)
{
	struct figure figure;
	struct error error;

	(void)state;
	assert_int_equal(
	    header(&figure,
		   "# SPDX\n# title: Title: with 'quotes'\n# about: A b.\n# note: always\n# note: [sim] only sim\n"
		   "# data: a rows  x:p=1:q=max/20 y?\n# data: b reference of=a\n# data: c scale x=threads z?\n"
		   "plot x\n# data: not a header any more\n",
		   &error),
	    0);
	assert_string_equal(figure.name, "f9_test");
	assert_string_equal(figure.title, "Title: with 'quotes'");
	assert_string_equal(figure.about, "A b.");
	assert_int_equal(figure.note_count, 2);
	assert_null(figure.notes[0].machine);
	assert_string_equal(figure.notes[1].machine, "sim");
	assert_string_equal(figure.notes[1].text, "only sim");
	assert_int_equal(figure.data_count, 3);
	assert_int_equal(figure.data[0].item_count, 2);
	assert_int_equal(figure.data[0].items[0].divisor, 20);
	assert_string_equal(figure_item_param(&figure.data[0].items[0], "q"), "max");
	assert_null(figure_item_param(&figure.data[0].items[0], "r"));
	assert_true(figure.data[0].required && figure.data[0].items[1].optional);
	assert_string_equal(figure.data[1].axis, "a");
	assert_string_equal(figure.data[2].axis, "threads");
	assert_false(figure.data[2].required);
	figure_free(&figure);
}

static void wrong_header_names_its_line(void **state)
{
	static const struct {
		const char *text, *line, *what;
	} cases[] = {
	    {"# title: t\n# data: a pie x\n", ":2:", "kind 'pie'"},
	    {"# title: t\n# data: A rows x\n", ":2:", "letters a-z"},
	    {"# title: t\n# data: a rows\n", ":2:", "names no item"},
	    {"# title: t\n# data: a\n", ":2:", "then a kind"},
	    {"# title: t\n# data: a rows x\n# data: a ecdf x\n", ":3:", "two data"},
	    {"# title: t\n# data: a scale x\n", ":2:", "x=PARAM"},
	    {"# title: t\n# data: a rows x=threads y\n", ":2:", "x=PARAM"},
	    {"# title: t\n# data: a reference of=b\n", ":2:", "of=NAME"},
	    {"# title: t\n# data: a reference of=a\n", ":2:", "of=NAME"},
	    {"# title: t\n# data: a rows x/0\n", ":2:", "x/0"},
	    {"# title: t\n# data: a rows x/-1\n", ":2:", "x/-1"},
	    {"# title: t\n# data: a rows x:\n", ":2:", "x:"},
	    {"# title: t\n# data: a rows x:p=\n", ":2:", "x:p="},
	    {"# title: t\n# data: a rows :p=1\n", ":2:", ":p=1"},
	    {"# title: t\nplot x\n", "", "header needs"},
	    {"# data: a rows x\n", "", "header needs"},
	    {"# title: t\n# data: a rows x? y?\n", "", "not optional"},
	    {"", "", "header needs"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct figure figure;
		struct error error;

		assert_int_equal(header(&figure, cases[i].text, &error), STATUS_USAGE);
		assert_non_null(strstr(error.text, "f9_test.gp"));
		assert_non_null(strstr(error.text, cases[i].line));
		assert_non_null(strstr(error.text, cases[i].what));
		figure_free(&figure);
	}
}

static void unknown_figure_names_the_nearest(void **state)
{
	char *sources = figure_sources(), *names[] = {(char *)"f6_swich"};
	struct figure *figures;
	struct error error = {0};
	size_t count;

	(void)state;
	assert_int_equal(figure_list(&figures, &count, sources, names, 1, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "'f6_switch'"));
	figure_list_free(figures, count);
	error = (struct error){0};
	assert_int_equal(figure_list(&figures, &count, "/nowhere", NULL, 0, &error), STATUS_USAGE);
	figure_list_free(figures, count);
	free(sources);
}

/* --- Series ----------------------------------------------------------------------------------------------------------- */

static struct figure one_data(const char *data, struct figure_block *block, const char *machine)
{
	char *text = memory_format("# title: t\n# data: %s\n", data);
	struct figure figure;
	struct error error;

	assert_int_equal(header(&figure, text, &error), 0);
	figure_block_make(block, &figure.data[0], asked, machine);
	free(text);
	return figure;
}

static void rows_are_one_series_a_subject(void **state)
{
	struct figure_block block;
	struct figure figure = one_data("a rows yield_pair pingpong_same wake_call:place=other", &block, "qemu");

	(void)state;
	assert_int_equal(block.series_count, 3);
	assert_string_equal(block.series[0].title, "aerokernel@qemu");
	assert_string_equal(block.series[2].title, "linux@qemu:tuned");
	assert_int_equal(block.series[0].style, 11);
	assert_int_equal(block.series[1].style, 51);
	assert_int_equal(block.series[2].style, 61);
	assert_int_equal(block.label_count, 3);
	assert_string_equal(block.labels[2], "wake_call");
	assert_true(block.series[1].points[2].x == 3);
	figure_block_free(&block);
	figure_free(&figure);
}

/* Whichever subject has them: a table of Linux alone has its own rows where the figure says. */
static void labels_are_in_the_order_of_the_items(void **state)
{
	struct figure_block block;
	struct figure figure =
	    one_data("a rows yield_pair futex_wake:place=other? ipi_oneway? pingpong_same", &block, "sim");

	(void)state;
	assert_int_equal(block.label_count, 4);
	assert_string_equal(block.labels[1], "futex_wake"); /* Linux's, though the Aerokernel comes first */
	assert_string_equal(block.labels[2], "ipi_oneway");
	assert_true(block.series[0].points[1].x == 3);
	assert_true(block.series[1].points[1].x == 2);
	figure_block_free(&block);
	figure_free(&figure);
}

static void series_share_words_only_once(void **state)
{
	struct figure_block block;
	struct figure figure = one_data("a ecdf wake_all:place=other:waiters=max", &block, "sim");

	(void)state;
	assert_int_equal(block.series_count, 6);
	assert_string_equal(block.common, "wake_all waiters=4");
	assert_string_equal(block.series[0].title, "aerokernel@sim wake_all waiters=4 each");
	assert_string_equal(block.series[0].brief, "aerokernel@sim each");
	assert_string_equal(block.series[5].brief, "linux@sim last");
	assert_int_equal(block.series[0].style, block.series[3].style - 40);
	figure_block_free(&block);
	figure_free(&figure);
}

static void scale_is_ordered_by_its_parameter(void **state)
{
	struct figure_block block;
	struct figure figure = one_data("a scale x=threads thread_create_seq", &block, "sim");

	(void)state;
	assert_int_equal(block.series_count, 2);
	assert_int_equal(block.series[0].point_count, 6);
	for (int i = 0; i < 6; i++)
		assert_true(block.series[0].points[i].x == 2 << i);
	assert_string_equal(block.series[0].brief, "aerokernel@sim");
	figure_block_free(&block);
	figure_free(&figure);
}

/* A run of the same subjects with 1, 2 and 8 CPUs, and what may be asked of it. */
static void numbers_of_cpus_are_one_series(void **state)
{
	static const double cpus[] = {1, 2, 8};
	char *results = memory_format("%s/growth", sample_shared.directory);
	struct sample_campaign campaign = {.results = results, .rounds = 1, .n = 50, .growth = true};
	struct summary grown;
	struct figure_block block;
	struct figure figure;
	struct store grown_store;
	struct error error = {0};

	(void)state;
	free(sample_campaign_make(&campaign));
	assert_int_equal(store_open(&grown_store, results, "latest", &error), 0);
	assert_int_equal(summary_load(&grown, &grown_store, NULL, &error), 0);
	asked = &grown;
	figure = one_data("a cpus yield_pair wake_all:waiters=max:place=other:series=last", &block, "qemu");
	assert_int_equal(block.series_count, 4);
	assert_string_equal(block.series[0].title, "aerokernel@qemu yield_pair");
	assert_string_equal(block.series[0].brief, "aerokernel@qemu yield_pair");
	assert_int_equal(block.series[0].style, 11);
	assert_int_equal(block.series[2].style, 51); /* Linux, and the same shape */
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(block.series[i].point_count, 3);
		for (int j = 0; j < 3; j++)
			assert_true(block.series[i].points[j].x == cpus[j]);
	}
	figure_block_free(&block);
	figure_free(&figure);
	asked = &sample_shared.summary;
	summary_free(&grown);
	store_close(&grown_store);
	free(results);
}

static void difference_is_taken_trial_by_trial(void **state)
{
	struct figure_block block;
	struct figure figure = one_data("a ecdf wake_all:place=other:waiters=4:series=last-first/2", &block, "sim");
	struct figure_samples samples;

	(void)state;
	assert_int_equal(block.series_count, 2);
	samples = figure_point_samples(&block.series[0].points[0]);
	/* The Aerokernel on sim is exact: one run of 200, all 690 - 270. */
	assert_int_equal(samples.n, 200);
	assert_int_equal(samples.sorted[0], 420);
	assert_int_equal(samples.sorted[199], 420);
	assert_true(samples.scale == 0.5);
	free(samples.sorted);
	samples = figure_point_samples(&block.series[1].points[0]);
	for (size_t i = 1; i < samples.n; i++)
		assert_true(samples.sorted[i - 1] <= samples.sorted[i]);
	free(samples.sorted);
	figure_block_free(&block);
	figure_free(&figure);
	figure = one_data("a ecdf wake_all:place=other:waiters=4:series=last-never", &block, "qemu");
	assert_int_equal(block.series_count, 0);
	figure_block_free(&block);
	figure_free(&figure);
}

static void missing_item_is_named(void **state)
{
	struct figure figure;
	struct error error;

	(void)state;
	assert_int_equal(header(&figure, "# title: t\n# data: a rows yield_pair no_such?\n", &error), 0);
	assert_null(figure_missing(&figure, &sample_shared.summary));
	figure_free(&figure);
	assert_int_equal(header(&figure, "# title: t\n# data: a rows yield_pair wake_call:place=far\n", &error), 0);
	assert_string_equal(figure_missing(&figure, &sample_shared.summary)->text, "wake_call:place=far");
	figure_free(&figure);
}

/* --- What is not there --------------------------------------------------------------------------------------------------- */

static char **absent_of(const char *text, const char *machine, const struct summary *of, size_t *count)
{
	struct figure figure;
	struct error error;
	char **lines;

	assert_int_equal(header(&figure, text, &error), 0);
	lines = figure_absent(&figure, of, &machine, 1, count);
	figure_free(&figure);
	return lines;
}

static void absent_points_are_told_with_their_reason(void **state)
{
	static const char text[] = "# title: t\n# data: a scale x=parties barrier_block barrier_spin?\n";
	struct stream_point eight = {.param_count = 1, .params = {{(char *)"parties", (char *)"8"}}};
	struct stream_point sixteen = {.param_count = 1, .params = {{(char *)"parties", (char *)"16"}}};
	struct summary_note notes[] = {
	    {"skipped", "linux@sim", "barrier_block", &sixteen, (char *)"parties=16", "few"},
	    {"skipped", "linux@sim", "barrier_block", &eight, (char *)"parties=8", "few"},
	    {"skipped", "linux@sim", "pingpong_same", &eight, (char *)"", "not of this figure"},
	    {"skipped", "linux@sim:tuned", "barrier_block", &eight, (char *)"parties=8", "few"},
	    {"skipped", "linux@sim:tuned", "barrier_block", &sixteen, (char *)"parties=16", "few"},
	    {"skipped", "linux@sim:tuned", "barrier_spin", &eight, (char *)"parties=8", "other"},
	    {"skipped", "linux@qemu", "barrier_spin", &eight, (char *)"parties=8", "other machine"},
	    {"unsupported", "aerokernel@sim", NULL, NULL, NULL, "no image"},
	};
	struct summary made = sample_shared.summary;
	size_t count;
	char **lines;

	(void)state;
	made.notes = notes;
	made.note_count = sizeof(notes) / sizeof(notes[0]);
	lines = absent_of(text, "sim", &made, &count);
	assert_int_equal(count, 3);
	assert_string_equal(lines[0], "aerokernel@sim: unsupported: no image");
	assert_string_equal(lines[1], "linux@sim, linux@sim:tuned: skipped: few: barrier_block parties=8, "
				      "barrier_block parties=16");
	assert_string_equal(lines[2], "linux@sim:tuned: skipped: other: barrier_spin parties=8");
	for (size_t i = 0; i < count; i++)
		free(lines[i]);
	free(lines);
}

/* --- Distribution functions ---------------------------------------------------------------------------------------------- */

static struct figure_step *steps_of(uint32_t *sorted, size_t n, double scale, size_t *count)
{
	struct figure_samples samples = {.sorted = sorted, .n = n, .scale = scale};

	return figure_steps(&samples, count);
}

static void equal_samples_are_one_vertical_line(void **state)
{
	uint32_t sorted[100];
	size_t count;
	struct figure_step *steps;

	(void)state;
	for (size_t i = 0; i < 100; i++)
		sorted[i] = 42;
	steps = steps_of(sorted, 100, 0.5, &count);
	assert_int_equal(count, 2);
	assert_true(steps[0].value == 21 && steps[1].value == 21);
	assert_true(steps[0].at_or_below == 0 && steps[0].above == 1);
	assert_true(steps[1].at_or_below == 1 && steps[1].above == 0.1);
	free(steps);
}

static void tail_ends_where_ten_samples_are_left(void **state)
{
	uint32_t sorted[1000];
	size_t count, known = 0;
	struct figure_step *steps;

	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		sorted[i] = 100 + 10 * i;
	steps = steps_of(sorted, 1000, 1, &count);
	for (size_t i = 0; i < count; i++) {
		known += !isnan(steps[i].above);
		assert_false(steps[i].above < 0.01 - 1e-12);
		assert_true(isnan(steps[i].above) || fabs(steps[i].above - (1 - steps[i].at_or_below)) < 1e-12);
	}
	assert_true(known < count);
	assert_true(steps[count - 1].at_or_below == 1 && isnan(steps[count - 1].above));
	free(steps);
	assert_int_equal(0, (steps = steps_of(sorted, 0, 1, &count), free(steps), count));
}

/* Thinning never moves the line by more than its tolerances. */
static void thinned_line_stays_close(void **state)
{
	size_t n = 20000, count, at = 0;
	uint32_t *sorted = memory_new(n, sizeof(*sorted));
	struct figure_step *steps;

	(void)state;
	for (size_t i = 0; i < n; i++)
		sorted[i] = (uint32_t)(1000 * pow(1 - ((double)i + 0.5) / (double)n, -0.7));
	steps = steps_of(sorted, n, 1, &count);
	assert_true(count < n / 10);
	for (size_t i = 0; i < n; i++) {
		double fraction = (double)(i + 1) / (double)n;

		while (at + 1 < count && steps[at + 1].value <= sorted[i])
			at++;
		assert_true(steps[at].value <= sorted[i]);
		if (at + 1 < count)
			assert_true(fraction <= steps[at + 1].at_or_below + 1.0 / 300);
		assert_true(fraction >= steps[at].at_or_below - 0.1);
	}
	for (size_t i = 1; i < count; i++)
		assert_true(steps[i - 1].value <= steps[i].value && steps[i - 1].at_or_below <= steps[i].at_or_below);
	free(steps);
	free(sorted);
}

/* --- Tables ----------------------------------------------------------------------------------------------------------- */

static char *table_of(const char *data, const char *machine, enum figure_kind kind)
{
	struct figure_block block;
	struct figure figure = one_data(data, &block, machine);
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	figure_data_write(file, kind, &block);
	fclose(file);
	figure_block_free(&block);
	figure_free(&figure);
	return text;
}

static void tables_have_known_bytes(void **state)
{
	char *text = table_of("a rows yield_pair", "sim", FIGURE_ROWS);

	(void)state;
	assert_non_null(
	    strstr(text, "aerokernel@sim\tlabel\tx\tmin\tp10\tp25\tp50\tp75\tp90\tp99\tp999\tmax\tmean\tcold\tn\truns\n"
			 "aerokernel@sim\tyield_pair\t1\t41\t41\t41\t41\t41\t41\tNaN\tNaN\t41\t41\t896\t200\t6\n"
			 "\n\nlinux@sim\tlabel\t"));
	free(text);
	text = table_of("a ecdf cacheline_pingpong/2", "sim", FIGURE_ECDF);
	assert_ptr_equal(strstr(text, "aerokernel@sim cacheline_pingpong/2\tat or below\tabove\n10.5\t0\t1\n"
				      "10.5\t1\t0.05\n\n\nlinux@sim"),
			 text);
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(header_is_read),
	    cmocka_unit_test(wrong_header_names_its_line),
	    cmocka_unit_test(unknown_figure_names_the_nearest),
	    cmocka_unit_test(rows_are_one_series_a_subject),
	    cmocka_unit_test(labels_are_in_the_order_of_the_items),
	    cmocka_unit_test(series_share_words_only_once),
	    cmocka_unit_test(scale_is_ordered_by_its_parameter),
	    cmocka_unit_test(numbers_of_cpus_are_one_series),
	    cmocka_unit_test(difference_is_taken_trial_by_trial),
	    cmocka_unit_test(missing_item_is_named),
	    cmocka_unit_test(absent_points_are_told_with_their_reason),
	    cmocka_unit_test(equal_samples_are_one_vertical_line),
	    cmocka_unit_test(tail_ends_where_ten_samples_are_left),
	    cmocka_unit_test(thinned_line_stays_close),
	    cmocka_unit_test(tables_have_known_bytes),
	};

	return cmocka_run_group_tests(tests, sample_shared_make, sample_shared_close);
}
