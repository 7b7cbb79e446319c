/* SPDX-License-Identifier: MIT */
/* What figures are checked against and what is drawn beside them: claims, and numbers from elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "figure.h"
#include "figure_expect.h"
#include "figure_reference.h"
#include "figure_series.h"
#include "memory.h"
#include "sample_opened.h"

/* --- Claims ----------------------------------------------------------------------------------------------------------- */

static int claims(const char *text, struct figure_expect *expect, struct error *error)
{
	char *path = sample_opened_file(&sample_shared, "f9_test.expect", text);
	int status;

	*error = (struct error){0};
	status = figure_expect_check(expect, path, &sample_shared.summary, error);
	free(path);
	return status;
}

static void claims_hold_break_or_stay_unchecked(void **state)
{
	static const struct {
		const char *claim;
		enum expect_verdict verdict;
	} cases[] = {
	    {"on sim: p50 aerokernel yield_pair < p50 linux yield_pair", EXPECT_HELD},
	    {"on sim: p50 aerokernel yield_pair > p50 linux yield_pair", EXPECT_BROKEN},
	    {"on sim: p50 aerokernel yield_pair in 41..41", EXPECT_HELD},
	    {"on sim: p50 aerokernel yield_pair in 46..50.5", EXPECT_BROKEN},
	    {"on sim: p50 aerokernel yield_pair * 2 / 3 >= 27.3", EXPECT_HELD},
	    {"on sim: p50 aerokernel yield_pair * 2 / 3 <= 27.3", EXPECT_BROKEN},
	    {"on sim: 100 < p50 linux yield_pair / p50 aerokernel yield_pair", EXPECT_BROKEN},
	    {"on sim: iqr aerokernel yield_pair <= 0", EXPECT_HELD},
	    {"on sim: n aerokernel yield_pair in 200..200", EXPECT_HELD},
	    {"on sim: cold aerokernel yield_pair in 896..896", EXPECT_HELD},
	    {"on sim: max aerokernel wake_all:waiters=max:place=other:series=last-first in 420..420", EXPECT_HELD},
	    {"on sim: p50 aerokernel cacheline_pingpong/2 in 10.5..10.5", EXPECT_HELD},
	    {"on sim: growth aerokernel thread_create_seq in 32.46..32.47", EXPECT_HELD},
	    {"on sim: growth aerokernel create_live <= 1.05", EXPECT_HELD},
	    {"on sim: growth linux wake_all_call <= 1.05", EXPECT_BROKEN},
	    {"on sim: growth aerokernel yield_pair <= 1.05", EXPECT_UNCHECKED}, /* one row */
	    {"on sim: p50 aerokernel wake_call > 0", EXPECT_UNCHECKED},         /* two rows */
	    {"on sim: p50 aerokernel no_such > 0", EXPECT_UNCHECKED},           /* none */
	    {"on sim: p999 aerokernel yield_pair > 0", EXPECT_UNCHECKED},       /* too few samples */
	    {"on sim: p50 linux:tuned yield_pair > 0", EXPECT_UNCHECKED},       /* no such subject */
	    {"on qemu: p50 linux:tuned yield_pair > 0", EXPECT_UNCHECKED},      /* not fit */
	    {"on metal: p50 linux yield_pair > 0", EXPECT_UNCHECKED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = memory_format("# c\n\n  %s\n", cases[i].claim);
		struct figure_expect expect;
		struct error error;

		assert_int_equal(claims(text, &expect, &error), 0);
		assert_int_equal(expect.count, 1);
		assert_int_equal(expect.results[0].verdict, cases[i].verdict);
		assert_int_equal(expect.results[0].line, 3);
		assert_true(expect.results[0].detail[0] != '\0');
		figure_expect_free(&expect);
		free(text);
	}
}

static void claim_without_machine_is_checked_where_its_systems_are(void **state)
{
	struct figure_expect expect;
	struct error error;

	(void)state;
	assert_int_equal(claims("p50 aerokernel yield_pair < p50 linux yield_pair", &expect, &error), 0);
	assert_int_equal(expect.count, 2);
	assert_string_equal(expect.results[0].machine, "qemu");
	assert_int_equal(expect.results[0].verdict, EXPECT_UNCHECKED);
	assert_string_equal(expect.results[1].machine, "sim");
	assert_int_equal(expect.results[1].verdict, EXPECT_HELD);
	figure_expect_free(&expect);
	assert_int_equal(claims("p50 linux:tuned yield_pair > 1", &expect, &error), 0);
	assert_int_equal(expect.count, 1);
	figure_expect_free(&expect);
}

static void wrong_claim_names_its_line(void **state)
{
	static const char *const cases[][2] = {
	    {"p49 linux x > 1", "p49"},           {"p50 linux", "wants a system and an item"},
	    {"p50 windows x > 1", "windows"},     {"p50 linux x", "the end"},
	    {"p50 linux x = 1", "'='"},           {"p50 linux x >", "too early"},
	    {"p50 linux x > 1 2", "'2'"},         {"p50 linux x in 5", "LOW..HIGH"},
	    {"p50 linux x in 5..", "LOW..HIGH"},  {"p50 linux x in 6..5", "LOW..HIGH"},
	    {"p50 linux x in", "LOW..HIGH"},      {"on sim p50 linux x > 1", "colon"},
	    {"on mars: p50 linux x > 1", "mars"}, {"1 * 1 * 1 * 1 * 1 > 1", "factors"},
	    {"p50 linux x:: > 1", "x::"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = memory_format("1 < 2\n%s\n", cases[i][0]);
		struct figure_expect expect;
		struct error error;

		assert_int_equal(claims(text, &expect, &error), STATUS_USAGE);
		assert_non_null(strstr(error.text, "f9_test.expect:2:"));
		assert_non_null(strstr(error.text, cases[i][1]));
		figure_expect_free(&expect);
		free(text);
	}
}

/* --- Numbers from elsewhere --------------------------------------------------------------------------------------------- */

static int values(const char *text, struct reference *reference, struct error *error)
{
	char *path = sample_opened_file(&sample_shared, "values.tsv", text);
	int status;

	*error = (struct error){0};
	status = reference_read(reference, path, error);
	free(path);
	return status;
}

static void wrong_values_are_refused(void **state)
{
	static const char *const cases[][2] = {
	    {"a\t\tsim\tinstructions\t5\tX\tV\n", "7 columns"},
	    {"a\t\tsim\tinstructions\t5\tX\tV\ts\tmore\n", "9 columns"},
	    {"a\t\tsim\tinstructions\tfive\tX\tV\ts\n", "five"},
	    {"a\t\tsim\tinstructions\t-5\tX\tV\ts\n", "-5"},
	    {"a\t\tsim\tinstructions\tnan\tX\tV\ts\n", "nan"},
	    {"a\t\tsim\tinstructions\t5\tX\tZ\ts\n", "'Z'"},
	    {"a\t\tsim\tinstructions\t5\tX\tVV\ts\n", "'VV'"},
	    {"a\t\tsim\tinstructions\t5\tX\tV\t\n", "source"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reference reference;
		struct error error;

		assert_int_equal(values(cases[i][0], &reference, &error), STATUS_USAGE);
		assert_non_null(strstr(error.text, "values.tsv:1:"));
		assert_non_null(strstr(error.text, cases[i][1]));
		reference_free(&reference);
	}
}

static void a_value_is_drawn_only_with_its_grade_on_its_own_machine(void **state)
{
	struct reference reference;
	struct error error;
	struct figure_block other, block;
	struct figure figure;
	char *text = NULL, *path;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	(void)state;
	path =
	    sample_opened_file(&sample_shared, "f9_test.gp", "# title: t\n# data: a rows yield_pair pingpong_same\n");
	assert_int_equal((error = (struct error){0}, figure_read(&figure, path, &error)), 0);
	figure_block_make(&other, &figure.data[0], &sample_shared.summary, "sim");
	free(path);
	assert_int_equal(values("# comment\npingpong_same\t\tsim\tinstructions\t1955\tX\tR\ts\n"
				"yield_pair\t\tsim\tticks\t1\tX\tR\ts\nyield_pair\t\tqemu\tinstructions\t2\tX\tR\ts\n"
				"yield_pair\t\tsim\tinstructions\t595\tX\tM\ts\n",
				&reference, &error),
			 0);
	figure_reference_write(file, &reference, &other, "sim", &block);
	fclose(file);
	assert_string_equal(text, "X, recalled\tlabel\tx\tvalue\nX\tpingpong_same\t2\t1955\n\n\n"
				  "X, measured\tlabel\tx\tvalue\nX\tyield_pair\t1\t595\n");
	assert_int_equal(block.series_count, 2);
	figure_block_free(&block);
	figure_block_free(&other);
	figure_free(&figure);
	reference_free(&reference);
	free(text);
}

static void committed_values_are_well_formed(void **state)
{
	char *sources = figure_sources(), *path = memory_format("%s/reference_values.tsv", sources);
	struct reference reference;
	struct error error = {0};

	(void)state;
	assert_int_equal(reference_read(&reference, path, &error), 0);
	assert_true(reference.count > 0);
	reference_free(&reference);
	free(path);
	free(sources);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(claims_hold_break_or_stay_unchecked),
	    cmocka_unit_test(claim_without_machine_is_checked_where_its_systems_are),
	    cmocka_unit_test(wrong_claim_names_its_line),
	    cmocka_unit_test(wrong_values_are_refused),
	    cmocka_unit_test(a_value_is_drawn_only_with_its_grade_on_its_own_machine),
	    cmocka_unit_test(committed_values_are_well_formed),
	};

	return cmocka_run_group_tests(tests, sample_shared_make, sample_shared_close);
}
