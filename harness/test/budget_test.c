/* SPDX-License-Identifier: MIT */
/* Budgets against a run, and the verdict whether a row is flat. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "budget.h"
#include "flat.h"
#include "memory.h"
#include "paths.h"
#include "sample_run.h"

static struct sample_run run;
static struct store store;
static struct summary summary;

enum { MANY = FLAT_SAMPLES, FEW = 100 };

/* --- A run for all tests -------------------------------------------------------------------------------------------- */

static void bench(struct sample_stream *stream, const char *name, int max_samples, const char *spread,
		  const char *spread_at)
{
	struct wire *wire = &stream->wire;

	wire_begin(wire, "bench");
	wire_word(wire, name);
	wire_pair(wire, "unit", "ticks");
	wire_pair_number(wire, "per", 1);
	wire_pair_number(wire, "min_cpus", 0);
	wire_pair_number(wire, "max_samples", max_samples);
	wire_pair_number(wire, "extra", 0);
	wire_pair(wire, "series", "");
	wire_pair(wire, "about", "a sample");
	wire_pair(wire, "spread", spread);
	wire_pair(wire, "spread_at", spread_at);
	wire_end(wire);
}

static void open_stream(struct sample_stream *stream, const char *os)
{
	sample_open(stream, os);
	sample_unit = "instructions";
	wire_begin(&stream->wire, "env");
	wire_pair_number(&stream->wire, "boot_ticks", 9000000); /* 4.5 ms at 2 GHz */
	wire_end(&stream->wire);
}

static void aerokernel_boot(void)
{
	static const uint32_t equal[] = {44}, late[] = {44, 44, 44, 45}, once[] = {50, 20};
	struct sample_stream stream;

	open_stream(&stream, "aerokernel");
	bench(&stream, "steady", 0, "", "");
	bench(&stream, "short", FEW, "", "");
	bench(&stream, "broad", FEW, "", "");
	bench(&stream, "loose", 0, "queues meet", "");
	bench(&stream, "half", 0, "queues meet", "series=all series=each");
	bench(&stream, "both", 0, "queues meet", "series=all place=other:series=each");
	bench(&stream, "shaky", 0, "", "");
	sample_run(&stream, "steady", "", equal, 1, MANY);
	sample_run(&stream, "steady", "place=other", equal, 1, FEW);
	sample_run(&stream, "short", "", equal, 1, FEW);
	sample_run(&stream, "short", "place=other", equal, 1, FEW - 1);
	sample_run(&stream, "broad", "", equal, 1, MANY);
	sample_run(&stream, "loose", "", late, 4, MANY);
	sample_run(&stream, "half", "series=each", late, 4, MANY);
	sample_run(&stream, "half", "series=last", late, 4, MANY);
	sample_run(&stream, "both", "place=other series=each", late, 4, MANY);
	sample_run(&stream, "both", "place=other series=last", late, 4, MANY);
	sample_run(&stream, "both", "place=same series=each", late, 4, MANY);
	sample_run(&stream, "shaky", "", late, 4, MANY);
	sample_run(&stream, "stranger", "", late, 4, MANY);
	sample_run(&stream, "early", "", once, 2, MANY);
	sample_per = 100;
	sample_run(&stream, "lock", "", (const uint32_t[]){746}, 1, MANY);
	sample_run(&stream, "slow_lock", "", (const uint32_t[]){751}, 1, MANY);
	sample_per = 1;
	sample_skip(&stream, "wide", "needs 4 CPUs, here are 2");
	sample_run_boot(&run, "aerokernel@sim", 0, &stream);
}

static int run_make(void **state)
{
	static const uint32_t cheap[] = {70}, dear[] = {90};
	struct sample_stream stream;
	struct error error = {0};

	(void)state;
	sample_run_open(&run, "aerokernel@sim linux@sim", 1);
	aerokernel_boot();
	open_stream(&stream, "linux");
	sample_run(&stream, "steady", "", (const uint32_t[]){4400}, 1, FEW);
	sample_run(&stream, "pth_yield", "", dear, 1, FEW);
	sample_run(&stream, "st_yield", "", cheap, 1, FEW);
	sample_run_boot(&run, "linux@sim", 0, &stream);
	sample_run_close(&run);
	if (store_open(&store, run.results, "latest", &error) != 0)
		return 1;
	return summary_load(&summary, &store, NULL, &error);
}

static int run_drop(void **state)
{
	(void)state;
	summary_free(&summary);
	store_close(&store);
	return 0;
}

/* --- Budgets -------------------------------------------------------------------------------------------------------- */

static int read_text(struct budgets *budgets, const char *text, struct error *error)
{
	char *path = memory_format("%s/budgets.tsv", run.results);
	FILE *file = fopen(path, "w");
	int status;

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	*error = (struct error){0};
	status = budgets_read(budgets, path, error);
	unlink(path);
	free(path);
	return status;
}

static const char sheet_text[] =
    "# a comment\n"
    "\n"
    "yield\tsteady:place=other\t=\t-\tinstructions\t1777\t2000\t595\t44\t\n"
    "yield, slow\tsteady:place=other\tsteady\tpth_yield st_yield\tinstructions\t-\t-\t-\t43\tA floor.\n"
    "lock\tlock\t-\tnone st_yield\tinstructions\t13.1\t-\t7.1\t7\t\n"
    "slow lock\tslow_lock\t-\t-\tinstructions\t13.1\t-\t7.1\t7\t\n"
    "wide\twide\t-\t-\tinstructions\t-\t-\t-\t9\t\n"
    "nothing\tmissing:size=4\t-\t-\tinstructions\t-\t-\t-\t9\t\n"
    "boot\tenv:boot_ticks\t-\t-\tms\t1700\t-\t510\t10\t\n"
    "slow boot\tenv:boot_ticks\t-\t-\tms\t1700\t-\t510\t4.4\t\n";

static void a_budget_is_met_up_to_its_number_of_whole_instructions(void **state)
{
	static const enum budget_verdict verdicts[] = {BUDGET_MET,    BUDGET_MISSED, BUDGET_MET, BUDGET_MISSED,
						       BUDGET_ABSENT, BUDGET_ABSENT, BUDGET_MET, BUDGET_MISSED};
	struct budgets budgets;
	struct budget_sheet sheet;
	struct error error;

	(void)state;
	assert_int_equal(read_text(&budgets, sheet_text, &error), 0);
	assert_int_equal(budget_sheet_make(&sheet, &budgets, &summary, &error), 0);
	assert_int_equal(sheet.count, 8);
	for (size_t i = 0; i < sheet.count; i++)
		assert_int_equal(sheet.lines[i].verdict, verdicts[i]);
	assert_int_equal(sheet.verdicts[BUDGET_MET], 3);
	assert_int_equal(sheet.verdicts[BUDGET_MISSED], 3);
	assert_int_equal(sheet.verdicts[BUDGET_ABSENT], 2);
	assert_string_equal(sheet.aerokernel, "aerokernel@sim");
	assert_string_equal(sheet.linux_subject, "linux@sim");
	assert_float_equal(sheet.lines[6].cells[BUDGET_AEROKERNEL].p50, 4.5, 1e-9);
	budget_sheet_free(&sheet);
	budgets_free(&budgets);
}

static void columns_hold_what_the_run_has_and_say_what_it_has_not(void **state)
{
	struct budgets budgets;
	struct budget_sheet sheet;
	struct error error;
	json_t *json, *row;

	(void)state;
	assert_int_equal(read_text(&budgets, sheet_text, &error), 0);
	assert_true(isnan(budgets.rows[1].nautilus));
	assert_int_equal(budget_sheet_make(&sheet, &budgets, &summary, &error), 0);
	assert_non_null(sheet.lines[0].cells[BUDGET_LINUX].absent); /* it has no place=other */
	assert_int_equal(sheet.lines[1].cells[BUDGET_LINUX].p50, 4400);
	assert_string_equal(sheet.lines[1].cells[BUDGET_USER_LEVEL].row->benchmark, "st_yield");
	assert_int_equal(sheet.lines[2].cells[BUDGET_USER_LEVEL].p50, 70);
	assert_string_equal(sheet.lines[4].cells[BUDGET_AEROKERNEL].absent, "wide skipped: needs 4 CPUs, here are 2");
	assert_non_null(strstr(sheet.lines[5].cells[BUDGET_AEROKERNEL].absent, "missing:size=4"));
	json = budget_json(&sheet);
	assert_string_equal(json_string_value(json_object_get(json, "schema")), "aerobench.budgets/1");
	row = json_array_get(json_object_get(json, "rows"), 1);
	assert_string_equal(json_string_value(json_object_get(row, "verdict")), "missed");
	assert_string_equal(json_string_value(json_object_get(row, "note")), "A floor.");
	assert_true(json_is_null(json_object_get(json_object_get(row, "recorded"), "linux")));
	assert_int_equal(json_integer_value(json_object_get(json_object_get(row, "aerokernel"), "p50")), 44);
	json_decref(json);
	budget_sheet_free(&sheet);
	budgets_free(&budgets);
}

static void an_item_that_is_several_rows_is_refused(void **state)
{
	struct budgets budgets;
	struct budget_sheet sheet;
	struct error error;

	(void)state;
	assert_int_equal(read_text(&budgets, "half\thalf\t-\t-\tinstructions\t-\t-\t-\t9\t\n", &error), 0);
	assert_int_equal(budget_sheet_make(&sheet, &budgets, &summary, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "'half' picks several rows of aerokernel@sim"));
	budget_sheet_free(&sheet);
	budgets_free(&budgets);
}

static void a_wrong_line_is_named(void **state)
{
	static const struct {
		const char *text, *problem;
	} known[] = {
	    {"# ok\nyield\tsteady\t-\t-\tinstructions\t1\t2\t3\t50\n", ":2: 9 columns instead of 10"},
	    {"yield\tsteady\t-\t-\tinstructions\t1\t2\t3\t-\t\n", "a row needs a budget"},
	    {"yield\tsteady\t-\t-\tinstructions\tmany\t2\t3\t50\t\n", "'many'"},
	    {"yield\tsteady\t-\t-\tinstructions\t-1\t2\t3\t50\t\n", "'-1'"},
	    {"yield\tsteady\t-\t-\tticks\t1\t2\t3\t50\t\n", "unit 'ticks'"},
	    {"yield\t\t-\t-\tinstructions\t1\t2\t3\t50\t\n", "column 2 is empty"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct budgets budgets;
		struct error error;

		assert_int_equal(read_text(&budgets, known[i].text, &error), STATUS_USAGE);
		assert_non_null(strstr(error.text, known[i].problem));
		budgets_free(&budgets);
	}
}

static void the_committed_budgets_are_read(void **state)
{
	char *sources = paths_in_root("plots/budgets.tsv");
	struct budgets budgets;
	struct error error = {0};

	(void)state;
	assert_int_equal(budgets_read(&budgets, sources, &error), 0);
	assert_true(budgets.count >= 25); /* the primitives that issue and design name */
	budgets_free(&budgets);
	free(sources);
}

/* --- Flatness ------------------------------------------------------------------------------------------------------- */

static enum flat_verdict judge(const char *benchmark, const char *params, const char **why)
{
	const struct summary_row *row = summary_find(&summary, benchmark, "aerokernel@sim", params);

	assert_non_null(row);
	assert_true(flat_is_judged(row));
	return flat_judge(&summary, row, why);
}

static void equal_samples_are_flat_if_there_are_enough(void **state)
{
	const char *why;

	(void)state;
	assert_int_equal(judge("steady", "", &why), FLAT_YES);
	assert_int_equal(judge("steady", "place=other", &why), FLAT_FEW);
	assert_int_equal(judge("short", "", &why), FLAT_BOUND); /* the benchmark takes no more */
	assert_int_equal(judge("short", "place=other", &why), FLAT_FEW);
	assert_int_equal(judge("broad", "", &why), FLAT_YES);
	assert_string_equal(why, "");
}

static void a_spread_needs_a_cause_that_applies(void **state)
{
	const char *why;

	(void)state;
	assert_int_equal(judge("loose", "", &why), FLAT_NAMED);
	assert_string_equal(why, "queues meet");
	assert_int_equal(judge("half", "series=each", &why), FLAT_NAMED);
	assert_int_equal(judge("half", "series=last", &why), FLAT_NO);
	assert_string_equal(why, "");
	assert_int_equal(judge("both", "place=other series=each", &why), FLAT_NAMED);
	assert_int_equal(judge("both", "place=other series=last", &why), FLAT_NO);
	assert_int_equal(judge("both", "place=same series=each", &why), FLAT_NO);
	assert_int_equal(judge("shaky", "", &why), FLAT_NO);
	assert_int_equal(judge("stranger", "", &why), FLAT_NO); /* of which the stream says nothing */
	assert_int_equal(judge("early", "", &why), FLAT_NO);
}

static void only_the_aerokernel_is_judged(void **state)
{
	(void)state;
	assert_false(flat_is_judged(summary_find(&summary, "steady", "linux@sim", "")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_budget_is_met_up_to_its_number_of_whole_instructions),
	    cmocka_unit_test(columns_hold_what_the_run_has_and_say_what_it_has_not),
	    cmocka_unit_test(an_item_that_is_several_rows_is_refused),
	    cmocka_unit_test(a_wrong_line_is_named),
	    cmocka_unit_test(the_committed_budgets_are_read),
	    cmocka_unit_test(equal_samples_are_flat_if_there_are_enough),
	    cmocka_unit_test(a_spread_needs_a_cause_that_applies),
	    cmocka_unit_test(only_the_aerokernel_is_judged),
	};

	return cmocka_run_group_tests(tests, run_make, run_drop);
}
