/* SPDX-License-Identifier: MIT */
/*
 * Imports: files that Google Benchmark's format, cyclictest 2.4 and rtla's manual show, with their known numbers; torn
 * ones; what is kept on disk; and how they are shown, always as imported.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "close.h"
#include "import_file.h"
#include "import_show.h"
#include "memory.h"
#include "paths.h"
#include "sample_run.h"
#include "scratch.h"
#include "store_file.h"

/* --- Helpers ----------------------------------------------------------------------------------------------------------- */

static char *sample_path(const char *name)
{
	char *relative = memory_format("harness/test/import_samples/%s", name), *path = paths_in_root(relative);

	free(relative);
	return path;
}

static char *sample_text(const char *name)
{
	struct error error = {0};
	char *path = sample_path(name), *text;
	size_t len;

	if (store_file_read(path, IMPORT_BYTES_MAX, &text, &len, &error) != 0)
		fail_msg("%s", error.text);
	free(path);
	return text;
}

static void read_sample(struct import *import, const char *name)
{
	struct error error = {0};
	char *text = sample_text(name);

	if (import_parse(import, text, NULL, 0, &error) != 0)
		fail_msg("%s: %s", name, error.text);
	free(text);
}

static const struct import_row *row_of(const struct import *import, const char *name)
{
	for (size_t i = 0; i < import->row_count; i++) {
		if (strcmp(import->rows[i].name, name) == 0)
			return &import->rows[i];
	}
	fail_msg("no row '%s'", name);
	return NULL;
}

static void refused(const char *text, const char *format, const char *says)
{
	struct import import;
	struct error error = {0};

	assert_int_equal(import_parse(&import, text, format, 0, &error), STATUS_USAGE);
	if (strstr(error.text, says) == NULL)
		fail_msg("'%s' does not say '%s'", error.text, says);
	import_free(&import);
}

/* --- Formats ----------------------------------------------------------------------------------------------------------- */

static void repetitions_are_statistics_of_means(void **state)
{
	struct import import;
	const struct import_row *row;

	(void)state;
	read_sample(&import, "google_benchmark.json");
	assert_string_equal(import.format, "google-benchmark");
	assert_int_equal(import.row_count, 2);
	row = row_of(&import, "BM_Yield/threads:2");
	assert_int_equal(row->kind, IMPORT_REPETITIONS);
	assert_int_equal(row->n, 3);
	assert_int_equal(row->each, 1000);
	assert_close(row->min, 1500);
	assert_close(row->p50, 1600);
	assert_close(row->max, 1700);
	assert_close(row->mean, 1600); /* of the repetitions, not the 99 us that stand beside them */
	assert_close(row->stddev, 100);
	assert_true(isnan(row->p99) && isnan(row->iqr));
	row = row_of(&import, "yield_pair");
	assert_int_equal(row->kind, IMPORT_AGGREGATES);
	assert_close(row->mean, 42);
	assert_close(row->p50, 41);
	assert_true(isnan(row->min) && isnan(row->stddev) && row->n == 0);
	import_free(&import);
}

static void a_histogram_gives_the_percentiles_that_it_supports(void **state)
{
	static const char text[] = "# Histogram\n000001 000005 000000\n000002 000004 000090\n000007 000001 000909\n"
				   "# Total: 000000010 000000999\n# Min Latencies: 00001 00002\n"
				   "# Avg Latencies: 00002 00006\n# Max Latencies: 00007 00050\n"
				   "# Histogram Overflows: 00000 00001\n";
	struct import import;
	const struct import_row *row;
	struct error error = {0};

	(void)state;
	assert_int_equal(import_parse(&import, text, "cyclictest", 0, &error), 0);
	assert_int_equal(import.row_count, 3);
	row = row_of(&import, "thread 0");
	assert_int_equal(row->n, 10);
	assert_close(row->p50, 2000); /* the 6th of 10: rank 4.5 upwards */
	assert_true(isnan(row->p90)); /* only one lies above */
	assert_close(row->iqr, 1000);
	assert_close(row->mean, 2000);
	assert_close(row->step_ns, 1000);
	assert_close(row->stddev, 1825.7418583505537); /* statistics.stdev([1]*5+[2]*4+[7]) */
	row = row_of(&import, "thread 1");
	assert_int_equal(row->n, 1000);
	assert_int_equal(row->overflow, 1);
	assert_close(row->p99, 7000);
	assert_close(row->max, 50000);
	assert_true(isnan(row->stddev)); /* one observation is unknown */
	row = row_of(&import, "all");
	assert_int_equal(row->n, 1010);
	assert_close(row->min, 1000);
	assert_close(row->max, 50000);
	assert_close(row->mean, (10 * 2000 + 1000 * 6000) / 1010.0);
	assert_int_equal(row->bin_count, 3);
	import_free(&import);

	assert_int_equal(import_parse(&import, text, "cyclictest", 1, &error), 0);
	assert_close(row_of(&import, "thread 0")->p50, 2);
	import_free(&import);
}

static void a_percentile_among_overflows_is_unknown(void **state)
{
	static const char text[] = "# Histogram\n000001 000040\n# Total: 000000040\n# Min Latencies: 00001\n"
				   "# Avg Latencies: 00002\n# Max Latencies: 00090\n# Histogram Overflows: 00060\n";
	struct import import;
	struct error error = {0};

	(void)state;
	assert_int_equal(import_parse(&import, text, NULL, 0, &error), 0);
	assert_int_equal(import.row_count, 1);
	assert_int_equal(import.rows[0].n, 100);
	assert_true(isnan(import.rows[0].p50) && isnan(import.rows[0].iqr) && isnan(import.rows[0].p90));
	assert_close(import.rows[0].max, 90000);
	import_free(&import);
}

static void what_cyclictest_wrote_is_read_to_the_last_observation(void **state)
{
	static const struct {
		const char *file;
		uint64_t n[2], overflow[2];
	} samples[] = {{"cyclictest.txt", {400, 400}, {5, 6}},
		       {"cyclictest_sums.txt", {300, 300}, {4, 2}},
		       {"cyclictest.json", {300, 300}, {1, 1}}};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct import import;

		read_sample(&import, samples[i].file);
		assert_int_equal(import.row_count, 3);
		for (size_t thread = 0; thread < 2; thread++) {
			const struct import_row *row = &import.rows[thread];

			assert_int_equal(row->n, samples[i].n[thread]);
			assert_int_equal(row->overflow, samples[i].overflow[thread]);
			/* its own minimum and mean agree with its table */
			assert_close(row->min, row->bins[0].value_ns);
			assert_true(row->min <= row->p50 && row->p50 <= row->max && row->mean > row->min);
		}
		import_free(&import);
	}
}

static void without_a_histogram_cyclictest_gives_aggregates(void **state)
{
	struct import import;

	(void)state;
	read_sample(&import, "cyclictest_plain.json");
	assert_int_equal(import.row_count, 1);
	assert_int_equal(import.rows[0].kind, IMPORT_AGGREGATES);
	assert_int_equal(import.rows[0].n, 100);
	assert_close(import.rows[0].mean, 125810);
	assert_true(isnan(import.rows[0].p50));
	import_free(&import);
}

static void rtla_has_a_row_for_each_column_and_one_for_each_kind(void **state)
{
	struct import import;

	(void)state;
	read_sample(&import, "rtla.txt");
	assert_int_equal(import.row_count, 6);
	assert_int_equal(row_of(&import, "Thr-000")->n, 60001);
	assert_close(row_of(&import, "Thr-000")->p50, 1000);
	assert_close(row_of(&import, "Thr-001")->max, 6000);
	assert_int_equal(row_of(&import, "IRQ all")->n, 120002);
	assert_close(row_of(&import, "Thr all")->p999, 2000);
	import_free(&import);
}

/* --- Damage ------------------------------------------------------------------------------------------------------------ */

/* Whether a line matters: a step that somebody saw, a total, the table's head. */
static bool matters(const char *line)
{
	static const char *const begins[] = {
	    "# Total:", "# Min", "# Avg", "# Max", "# Histogram Overflows:", "Index", "over:",
	    "count:",   "min:",  "avg:",  "max:"};

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		if (strncmp(line, begins[i], strlen(begins[i])) == 0)
			return true;
	}
	if (line[0] < '0' || line[0] > '9')
		return false;
	line += strcspn(line, " \t");
	return strcspn(line, "123456789") < strcspn(line, "\n");
}

static void every_missing_line_of_a_histogram_is_noticed(void **state)
{
	static const char *const samples[] = {"cyclictest.txt", "cyclictest_sums.txt", "rtla.txt"};
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		char *text = sample_text(samples[i]);

		for (char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
			size_t len = strcspn(line, "\n") + 1;
			char *torn;
			struct import import;
			struct error error = {0};

			if (!matters(line))
				continue;
			torn = memory_format("%.*s%s", (int)(line - text), text, line + len);
			if (import_parse(&import, torn, NULL, 0, &error) == 0)
				fail_msg("%s without '%.*s' is accepted", samples[i], (int)len, line);
			import_free(&import);
			free(torn);
			tried++;
		}
		free(text);
	}
	assert_true(tried > 100);
}

static void every_cut_file_is_noticed(void **state)
{
	static const char *const samples[] = {"cyclictest.txt", "cyclictest.json", "cyclictest_plain.json",
					      "google_benchmark.json"};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		char *text = sample_text(samples[i]), *end;

		/* the last line of cyclictest's text that holds numbers is the overflows' */
		end = strstr(text, "# Histogram Overflows:");
		end = end != NULL ? end + strlen("# Histogram Overflows: 00005 ") : strrchr(text, '}');
		for (; end > text; end--) {
			struct import import;
			struct error error = {0};

			*end = '\0';
			if (import_parse(&import, text, NULL, 0, &error) == 0)
				fail_msg("%s cut to %zu bytes is accepted", samples[i], (size_t)(end - text));
			import_free(&import);
		}
		free(text);
	}
}

static void what_is_no_import_is_refused_with_a_reason(void **state)
{
	(void)state;
	refused("", NULL, "say --format");
	refused("", "cyclictest", "Min Latencies");
	refused("{}", NULL, "no \"thread\"");
	refused("{\"benchmarks\": []}", NULL, "no numbers");
	refused("{\"benchmarks\": [{\"name\": \"a\", \"real_time\": 1, \"time_unit\": \"parsec\"}]}", NULL,
		"'a' has no real_time");
	refused("{\"benchmarks\": [{\"name\": \"a\", \"real_time\": -1}]}", NULL, "'a' has no real_time");
	refused("{\"benchmarks\": [7]}", NULL, "without a name");
	refused("[", "google-benchmark", "no JSON object");
	refused("x", "excel", "no format 'excel'");
	refused("{\"thread\": {\"0\": {\"cycles\": 1, \"histogram\": {\"5\": 2}}}}", NULL,
		"more observations than cycles");
	refused("{\"thread\": {\"0\": {\"cycles\": 2, \"histogram\": {\"5\": 1, \"05\": 1}}}}", NULL, "twice");
	refused("{\"thread\": {\"0\": {\"cycles\": 2, \"histogram\": {\"-5\": 1}}}}", NULL, "'-5'");
	refused("# RTLA\nIndex A-0 B-0\n0 9007199254740993 1\n", NULL, "no whole number");
	refused("# RTLA\nIndex A-0\n5 1\n5 1\n", NULL, "above the one before");
	refused("# RTLA\nIndex A-0\nIndex A-1\n", NULL, "second table");
}

/* --- On disk ----------------------------------------------------------------------------------------------------------- */

/* Imports a sample as NAME, beside sleep_late. */
static int add(const char *results, const char *sample, const char *name, struct error *error)
{
	char row[] = "all", point[] = "sleep_late:ns=1000", *path = sample_path(sample);
	struct import_map map = {row, point};
	struct import_request request = {.path = path, .name = name, .maps = &map, .map_count = 1};
	int status = import_file_add(results, &request, error);

	free(path);
	return status;
}

static void an_import_is_kept_and_derived_again(void **state)
{
	struct import_file file;
	struct error error = {0};
	char **names;
	size_t count;

	assert_int_equal(add(*state, "cyclictest.txt", "mine", &error), 0);
	assert_int_equal(import_file_open(&file, *state, "mine", &error), 0);
	assert_string_equal(file.source, "cyclictest.txt"); /* and no directory of the user */
	assert_int_equal(file.import.row_count, 3);
	assert_string_equal(import_file_point(&file, &file.import.rows[2]), "sleep_late:ns=1000");
	import_file_free(&file);

	assert_int_equal(add(*state, "cyclictest.txt", "mine", &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "there is an import 'mine'"));
	assert_int_equal(import_file_list(*state, &names, &count, NULL), 0);
	assert_int_equal(count, 1);
	assert_string_equal(names[0], "mine");
	free(names[0]);
	free(names);
	assert_int_equal(import_file_remove(*state, "mine", NULL), 0);
	assert_false(import_file_exists(*state, "mine"));
	assert_int_equal(import_file_remove(*state, "mine", NULL), STATUS_USAGE);
}

static void what_cannot_be_kept_is_refused(void **state)
{
	static const char *const names[] = {"", ".x", "../x", "a/b", "a b", "-x"};
	struct error error;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		error = (struct error){0};
		assert_int_equal(add(*state, "cyclictest.txt", names[i], &error), STATUS_USAGE);
		assert_non_null(strstr(error.text, "a name is letters"));
	}
	error = (struct error){0};
	assert_int_equal(add(*state, "rtla.txt", "x", &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "no row 'all'"));
	assert_false(import_file_exists(*state, "x"));
}

static void every_flipped_byte_of_a_kept_import_is_noticed(void **state)
{
	char *path = memory_format("%s/imports/mine.json", (char *)*state), *text;
	struct error error = {0};
	size_t len;

	assert_int_equal(add(*state, "cyclictest_plain.json", "mine", &error), STATUS_USAGE); /* has no row 'all' */
	error = (struct error){0};
	assert_int_equal(add(*state, "cyclictest.json", "mine", &error), 0);
	assert_int_equal(store_file_read(path, IMPORT_BYTES_MAX, &text, &len, &error), 0);
	for (size_t i = 0; i < len; i++) {
		struct import_file file;

		error = (struct error){0};
		text[i] ^= 0x10;
		if (import_file_read(&file, text, len, &error) == 0)
			fail_msg("byte %zu is not noticed", i);
		import_file_free(&file);
		text[i] ^= 0x10;
		error = (struct error){0};
		if (import_file_read(&file, text, i, &error) == 0 && strspn(text + i, "}\n") != len - i)
			fail_msg("a cut at byte %zu is not noticed", i);
		import_file_free(&file);
	}
	free(text);
	free(path);
}

/* --- Shown ------------------------------------------------------------------------------------------------------------- */

static void an_import_stands_beside_our_rows_of_its_point_only(void **state)
{
	static const uint32_t samples[] = {4000};
	struct summary_select select = {.ns = true};
	struct sample_stream stream;
	struct sample_run run;
	struct store store;
	struct summary summary;
	struct import_file file;
	struct error error = {0};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(add(*state, "cyclictest.txt", "mine", &error), 0);
	sample_run_open(&run, "linux@host", 1);
	sample_open(&stream, "linux");
	sample_run(&stream, "sleep_late", "ns=1000", samples, 1, 10);
	sample_run(&stream, "sleep_late", "ns=2000", samples, 1, 10);
	sample_run(&stream, "yield", "", samples, 1, 10);
	sample_run_boot(&run, "linux@host", 0, &stream);
	sample_run_close(&run);
	assert_int_equal(store_open(&store, run.results, "latest", &error), 0);
	assert_int_equal(summary_load(&summary, &store, &select, &error), 0);
	assert_int_equal(import_file_open(&file, *state, "mine", &error), 0);

	assert_int_equal(import_show_beside(out, &file, &summary, false), 1);
	fclose(out);
	assert_non_null(strstr(text, "linux@host sleep_late ns=1000"));
	assert_non_null(strstr(text, "imported mine"));
	assert_non_null(strstr(text, "never judged"));
	assert_null(strstr(text, "ns=2000"));
	assert_null(strstr(text, "yield"));

	import_file_free(&file);
	summary_free(&summary);
	store_close(&store);
	free(text);
}

static void the_report_section_escapes_and_labels(void **state)
{
	static const char hostile[] = "{\"benchmarks\": [{\"name\": \"<script>alert(1)</script>\", \"real_time\": 7}]}";
	char *path = memory_format("%s/hostile.json", (char *)*state), *text = NULL;
	struct import_request request = {.path = path, .name = "hostile"};
	struct error error = {0};
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_int_equal(import_report(out, *state, &error), 0);
	fflush(out);
	assert_int_equal(len, 0); /* none: no section */
	assert_int_equal(store_file_write(path, hostile, strlen(hostile), &error), 0);
	assert_int_equal(import_file_add(*state, &request, &error), 0);
	assert_int_equal(import_report(out, *state, &error), 0);
	fclose(out);
	assert_null(strstr(text, "<script>"));
	assert_non_null(strstr(text, "&lt;script&gt;"));
	assert_non_null(strstr(text, "never judged"));
	free(text);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(repetitions_are_statistics_of_means),
	    cmocka_unit_test(a_histogram_gives_the_percentiles_that_it_supports),
	    cmocka_unit_test(a_percentile_among_overflows_is_unknown),
	    cmocka_unit_test(what_cyclictest_wrote_is_read_to_the_last_observation),
	    cmocka_unit_test(without_a_histogram_cyclictest_gives_aggregates),
	    cmocka_unit_test(rtla_has_a_row_for_each_column_and_one_for_each_kind),
	    cmocka_unit_test(every_missing_line_of_a_histogram_is_noticed),
	    cmocka_unit_test(every_cut_file_is_noticed),
	    cmocka_unit_test(what_is_no_import_is_refused_with_a_reason),
	    cmocka_unit_test_setup(an_import_is_kept_and_derived_again, scratch_setup),
	    cmocka_unit_test_setup(what_cannot_be_kept_is_refused, scratch_setup),
	    cmocka_unit_test_setup(every_flipped_byte_of_a_kept_import_is_noticed, scratch_setup),
	    cmocka_unit_test_setup(an_import_stands_beside_our_rows_of_its_point_only, scratch_setup),
	    cmocka_unit_test_setup(the_report_section_escapes_and_labels, scratch_setup),
	};

	return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
