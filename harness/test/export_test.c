/* SPDX-License-Identifier: MIT */
/*
 * Every export format against its golden file, and the histogram against what is known of it. After a wanted change,
 * EXPORT_GOLDEN_UPDATE=1 writes the golden files anew; their diff is what a reviewer reads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "export.h"
#include "export_histogram.h"
#include "memory.h"
#include "paths.h"
#include "sample_run.h"

/* --- A run ------------------------------------------------------------------------------------------------------------ */

struct exported {
	struct sample_run run;
	struct store store;
	struct summary summary;
};

static const uint32_t times[] = {100, 104, 100, 96, 100, 1000}, counts[] = {44, 44, 45};

static void boots(struct sample_run *run)
{
	struct sample_stream stream;

	for (unsigned round = 0; round < 2; round++) {
		sample_open(&stream, "aerokernel");
		sample_unit = "instructions";
		sample_run(&stream, "yield", "place=same", counts, 3, 30);
		sample_run_boot(run, "aerokernel@sim", round, &stream);

		sample_open(&stream, "linux");
		sample_run(&stream, "wake", "threads=4 series=last", times + round, 5, 20);
		sample_per = 100;
		sample_run(&stream, "lock", "", times, 6, 12);
		sample_per = 1;
		sample_unit = "permille";
		sample_run(&stream, "rate", "", counts, 3, 10);
		sample_skip(&stream, "ipi", "needs \"4\" <CPUs>, here, & now");
		sample_run_boot(run, "linux@host:tuned", round, &stream);
	}
	sample_run_failure(run, "linux@qemu", 0, STORE_FAILED, "panic: page fault");
}

/* The same id and date always. */
static void exported_open(struct exported *exported, const struct summary_select *select)
{
	struct error error = {0};

	memset(exported, 0, sizeof(*exported));
	sample_run_open(&exported->run, "aerokernel@sim linux@host:tuned linux@qemu", 2);
	boots(&exported->run);
	sample_run_close(&exported->run);
	assert_int_equal(store_open(&exported->store, exported->run.results, "latest", &error), 0);
	free(exported->store.id);
	exported->store.id = memory_text("20260102-030405-abcd");
	json_object_set_new(exported->store.run, "created", json_string("2026-01-02T03:04:05Z"));
	if (summary_load(&exported->summary, &exported->store, select, &error) != 0)
		fail_msg("%s", error.text);
}

static void exported_close(struct exported *exported)
{
	summary_free(&exported->summary);
	store_close(&exported->store);
}

static char *text_of(const struct export_format *format, const struct summary *summary)
{
	struct error error = {0};
	char *text = NULL;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	if (format->write(file, summary, &error) != 0)
		fail_msg("%s: %s", format->name, error.text);
	fclose(file);
	return text;
}

/* --- Golden files ------------------------------------------------------------------------------------------------------ */

static char *golden_path(const struct export_format *format)
{
	char *name = memory_format("harness/test/export_golden/%s%s", format->name, format->suffix);
	char *path = paths_in_root(name);

	free(name);
	return path;
}

static char *golden_text(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (file == NULL)
		return memory_text("");
	if (getdelim(&text, &size, '\0', file) < 0)
		fail_msg("cannot read %s", path);
	fclose(file);
	return text;
}

static void compare_golden(const struct export_format *format, const char *text)
{
	char *path = golden_path(format), *expected;

	if (getenv("EXPORT_GOLDEN_UPDATE") != NULL) {
		FILE *file = fopen(path, "we");

		assert_non_null(file);
		fputs(text, file);
		assert_int_equal(fclose(file), 0);
	}
	expected = golden_text(path);
	if (strcmp(text, expected) != 0) {
		size_t same = 0;

		while (text[same] != '\0' && text[same] == expected[same])
			same++;
		fail_msg("%s differs at byte %zu: here '%.60s', there '%.60s'", path, same, text + same,
			 expected + same);
	}
	free(expected);
	free(path);
}

static void every_format_writes_its_golden_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < export_format_count; i++) {
		const struct export_format *format = &export_formats[i];
		char benchmark[] = "wake", *benchmarks[] = {benchmark};
		struct summary_select select = {
		    .benchmarks = benchmarks, .benchmark_count = format->single, .ns = format->nanoseconds};
		struct exported exported;
		char *text;

		exported_open(&exported, &select);
		text = text_of(format, &exported.summary);
		compare_golden(format, text);
		free(text);
		exported_close(&exported);
	}
}

static void the_same_run_gives_the_same_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < export_format_count; i++) {
		struct summary_select select = {.ns = true};
		struct exported exported;
		char *once, *again;

		if (export_formats[i].single)
			continue;
		exported_open(&exported, &select);
		once = text_of(&export_formats[i], &exported.summary);
		again = text_of(&export_formats[i], &exported.summary);
		assert_string_equal(once, again);
		free(again);
		free(once);
		exported_close(&exported);
	}
}

static void a_format_refuses_what_it_cannot_hold(void **state)
{
	struct exported exported;
	struct summary empty;
	struct error error = {0};
	FILE *nowhere = fopen("/dev/null", "we");
	const struct export_format *hgrm = export_find("hgrm", &error);

	(void)state;
	exported_open(&exported, NULL);
	assert_int_equal(hgrm->write(nowhere, &exported.summary, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "a histogram holds one"));

	/* nothing but a rate: no length of time */
	empty = exported.summary;
	while (strcmp(empty.rows->unit, "permille") != 0)
		empty.rows++;
	empty.row_count = 1;
	error = (struct error){0};
	assert_int_equal(export_find("google-benchmark", NULL)->write(nowhere, &empty, &error), STATUS_USAGE);

	empty.row_count = empty.note_count = 0;
	for (size_t i = 0; i < export_format_count; i++) {
		error = (struct error){0};
		assert_int_equal(export_formats[i].write(nowhere, &empty, &error), STATUS_USAGE);
		assert_true(error.text[0] != '\0');
	}
	error = (struct error){0};
	assert_null(export_find("cvs", &error));
	assert_non_null(strstr(error.text, "'csv'"));
	fclose(nowhere);
	exported_close(&exported);
}

/* --- The histogram ----------------------------------------------------------------------------------------------------- */

static void buckets_cover_all_values_without_gap_or_overlap(void **state)
{
	uint64_t next = 0;

	(void)state;
	for (size_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
		assert_int_equal(histogram_lowest(bucket), next);
		assert_int_equal(histogram_bucket(histogram_lowest(bucket)), bucket);
		assert_int_equal(histogram_bucket(histogram_highest(bucket)), bucket);
		next = (uint64_t)histogram_highest(bucket) + 1;
	}
	assert_true(next == (uint64_t)UINT32_MAX + 1);
}

static void a_bucket_knows_its_values_to_three_digits(void **state)
{
	(void)state;
	for (uint64_t value = 1; value <= UINT32_MAX; value += 1 + value / 1000) {
		size_t bucket = histogram_bucket((uint32_t)value);
		double width = histogram_highest(bucket) - histogram_lowest(bucket);

		assert_true(width <= (double)value / 1000);
	}
}

/* The lines of HdrHistogram's own algorithm, by hand: 5 levels to 50 %, 5 to 75 %, …; the last value closes it. */
static void a_distribution_has_five_lines_for_each_halving(void **state)
{
	static const char expected[] = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n"
				       "       1.000 0.000000000000          2           1.00\n"
				       "       1.000 0.100000000000          2           1.11\n"
				       "       1.000 0.200000000000          2           1.25\n"
				       "       1.000 0.300000000000          2           1.43\n"
				       "       1.000 0.400000000000          2           1.67\n"
				       "       1.000 0.500000000000          2           2.00\n"
				       "       2.000 0.550000000000          3           2.22\n"
				       "       2.000 0.600000000000          3           2.50\n"
				       "       2.000 0.650000000000          3           2.86\n"
				       "       2.000 0.700000000000          3           3.33\n"
				       "       2.000 0.750000000000          3           4.00\n"
				       "    2501.000 0.775000000000          4           4.44\n"
				       "    2501.000 1.000000000000          4\n"
				       "#[Mean    =      626.000, StdDeviation   =        1.500]\n"
				       "#[Max     =     2500.000, Total count    =            4]\n"
				       "#[Buckets =           22, SubBuckets     =         2048]\n";
	struct histogram histogram;
	char *text = NULL;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	(void)state;
	histogram_open(&histogram);
	histogram_add(&histogram, 1);
	histogram_add(&histogram, 2500);
	histogram_add(&histogram, 2);
	histogram_add(&histogram, 1);
	histogram_print(&histogram, (struct histogram_unit){1, 0}, (struct histogram_moments){626, 1.5}, file);
	fclose(file);
	assert_string_equal(text, expected);
	free(text);
	histogram_free(&histogram);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_format_writes_its_golden_file),
	    cmocka_unit_test(the_same_run_gives_the_same_bytes),
	    cmocka_unit_test(a_format_refuses_what_it_cannot_hold),
	    cmocka_unit_test(buckets_cover_all_values_without_gap_or_overlap),
	    cmocka_unit_test(a_bucket_knows_its_values_to_three_digits),
	    cmocka_unit_test(a_distribution_has_five_lines_for_each_halving),
	};

	return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
