/* SPDX-License-Identifier: MIT */
/* The gate's verdicts: made-up runs of known counts against baselines of known counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gate.h"
#include "gate_machine.h"
#include "memory.h"
#include "sample_run.h"

#define SUBJECT "aerokernel@sim"
#define OTHER "aerokernel@sim:cpus=4"

/* --- A run and its baseline ------------------------------------------------------------------------------------------ */

/* What a made-up kernel costs; 0 samples leave a benchmark out. */
struct costs {
	uint32_t yield, create, lock, wake[2]; /* lock: of a sample of 100 operations; wake: two values in turn */
	uint32_t control[2];
	bool no_other, extra, failed;
	uint32_t second_boot;                                  /* added to yield in the second boot */
	enum { ALONE, BESIDE_ANOTHER, ANOTHER_PLANNED } other; /* a second subject: measured, or not yet */
	const char *compiler;
	const char *stack; /* of the kernel's functions, as a record has it; NULL: the record has no sizes */
};

static const struct costs usual = {
    .yield = 44, .create = 1000, .lock = 746, .wake = {121, 130}, .control = {4, 4}, .compiler = "GNU 12.2.0"};

static void boot(struct sample_run *run, const char *subject, const struct costs *costs, unsigned round)
{
	struct sample_stream stream;
	uint32_t yield = costs->yield + (round > 0 ? costs->second_boot : 0);

	sample_open(&stream, "aerokernel");
	sample_unit = "instructions";
	wire_begin(&stream.wire, "env");
	wire_pair(&stream.wire, "compiler", costs->compiler);
	wire_pair(&stream.wire, "commit", "0123456789ab");
	wire_end(&stream.wire);
	sample_run(&stream, "clock_read", "", costs->control, 2, 20);
	sample_run(&stream, "yield_pair", "", &yield, 1, 20);
	sample_run(&stream, "thread_create", "place=same", &costs->create, 1, 20);
	if (!costs->no_other)
		sample_run(&stream, "thread_create", "place=other", &usual.create, 1, 20);
	sample_run(&stream, "wake", "threads=4 series=last", costs->wake, 2, 21);
	if (costs->extra)
		sample_run(&stream, "brand_new", "", &costs->yield, 1, 20);
	sample_per = 100;
	sample_run(&stream, "lock", "", &costs->lock, 1, 20);
	/* No count of instructions: more of it is not worse, and the gate leaves it alone. */
	sample_unit = "permille";
	sample_run(&stream, "rate", "", &yield, 1, 20);
	if (costs->no_other)
		sample_skip(&stream, "thread_create", "needs <4> CPUs & \"more\"");
	sample_run_boot(run, subject, round, &stream);
}

struct judged {
	struct sample_run run;
	struct store store;
	struct summary summary;
	struct gate_baseline before, after;
	struct gate gate;
};

/* A record whose kernel has this stack, or none: "". */
static void add_sizes(json_t *run, const char *stack)
{
	json_t *sizes = json_pack("{s:i, s:i, s:o*}", "text_bytes", 10000, "image_bytes", 20000, "stack",
				  json_loads(stack, 0, NULL));

	assert_int_equal(json_object_set_new(run, "versions", json_pack("{s:{s:o}}", "sizes", "aerokernel.elf", sizes)),
			 0);
}

static void judged_open(struct judged *judged, const struct costs *costs)
{
	struct error error = {0};

	memset(judged, 0, sizeof(*judged));
	sample_run_open(&judged->run, costs->other != ALONE ? SUBJECT " " OTHER : SUBJECT, 2);
	for (unsigned round = 0; round < 2 && costs->other == BESIDE_ANOTHER; round++)
		boot(&judged->run, OTHER, costs, round);
	boot(&judged->run, SUBJECT, costs, 0);
	if (costs->failed)
		sample_run_failure(&judged->run, SUBJECT, 1, STORE_FAILED, "panic: a lock was held");
	else
		boot(&judged->run, SUBJECT, costs, 1);
	sample_run_close(&judged->run);
	assert_int_equal(store_open(&judged->store, judged->run.results, "latest", &error), 0);
	assert_int_equal(summary_load(&judged->summary, &judged->store, NULL, &error), 0);
	if (costs->stack != NULL)
		add_sizes(judged->store.run, costs->stack);
	gate_baseline_take(&judged->after, &judged->summary, "under test");
}

static void judged_close(struct judged *judged)
{
	gate_free(&judged->gate);
	gate_baseline_free(&judged->before);
	gate_baseline_free(&judged->after);
	summary_free(&judged->summary);
	store_close(&judged->store);
	sample_run_remove(&judged->run);
}

/* The baseline is what a run of the earlier costs gives, with these margins and the subjects of the later ones. */
static void judge_against(struct judged *judged, const struct costs *earlier, const struct costs *costs,
			  const struct gate_margin *margins, size_t count, const struct gate_scope *scope)
{
	static const struct gate_scope everything = {0};
	struct costs before_costs = *earlier;
	struct gate_baseline before, with_margins;
	struct judged base;
	struct error error = {0};

	before_costs.other = costs->other != ALONE ? BESIDE_ANOTHER : ALONE;
	judged_open(&base, &before_costs);
	before = base.after;
	before.margins = (struct gate_margin *)margins;
	before.margin_count = count;
	gate_baseline_merge(&with_margins, &before, &(struct gate_baseline){0});
	judged_close(&base);
	judged_open(judged, costs);
	judged->before = with_margins;
	assert_int_equal(gate_judge(&judged->gate, &judged->before, &judged->after, &judged->summary,
				    scope != NULL ? scope : &everything, &error),
			 0);
}

static void judge(struct judged *judged, const struct costs *costs, const struct gate_margin *margins, size_t count,
		  const struct gate_scope *scope)
{
	judge_against(judged, &usual, costs, margins, count, scope);
}

static const struct gate_finding *finding(const struct judged *judged, const char *name)
{
	for (size_t i = 0; i < judged->gate.finding_count; i++) {
		char *text = gate_finding_name(&judged->gate.findings[i]);
		bool found = strcmp(text, name) == 0;

		free(text);
		if (found)
			return &judged->gate.findings[i];
	}
	fail_msg("no finding of %s", name);
	return NULL;
}

static const struct gate_check *check(const struct judged *judged, const char *name)
{
	for (size_t i = 0; i < judged->gate.check_count; i++) {
		if (strcmp(judged->gate.checks[i].name, name) == 0)
			return &judged->gate.checks[i];
	}
	fail_msg("no check %s", name);
	return NULL;
}

static void assert_tally(const struct judged *judged, size_t pass, size_t improved, size_t regressed,
			 size_t inconclusive, size_t skipped)
{
	const size_t *count = judged->gate.tally.count;

	assert_int_equal(count[STATS_PASS], pass);
	assert_int_equal(count[STATS_IMPROVED], improved);
	assert_int_equal(count[STATS_REGRESSED], regressed);
	assert_int_equal(count[STATS_INCONCLUSIVE], inconclusive);
	assert_int_equal(count[STATS_SKIPPED], skipped);
}

/* --- Counts ----------------------------------------------------------------------------------------------------------- */

static void equal_counts_pass(void **state)
{
	struct judged judged;

	(void)state;
	judge(&judged, &usual, NULL, 0, NULL);
	assert_tally(&judged, 6, 0, 0, 0, 0);
	assert_true(judged.gate.correct);
	assert_int_equal(judged.gate.check_count, 4);
	for (size_t i = 0; i < judged.gate.check_count; i++)
		assert_int_equal(judged.gate.checks[i].outcome, GATE_HOLDS);
	assert_int_equal(gate_status(&judged.gate, true), STATUS_OK);
	judged_close(&judged);
}

static void a_subject_that_was_planned_and_never_booted_fails(void **state)
{
	struct costs costs = usual;
	struct judged judged;
	size_t broken = 0;

	(void)state;
	costs.other = BESIDE_ANOTHER;
	judge(&judged, &costs, NULL, 0, NULL);
	assert_true(judged.gate.correct);
	assert_int_equal(gate_status(&judged.gate, true), STATUS_OK);
	judged_close(&judged);
	costs.other = ANOTHER_PLANNED;
	judge(&judged, &costs, NULL, 0, NULL);
	for (size_t i = 0; i < judged.gate.check_count; i++) {
		const struct gate_check *one = &judged.gate.checks[i];

		if (one->outcome != GATE_BROKEN)
			continue;
		broken++;
		assert_string_equal(one->subject, OTHER);
		if (strcmp(one->name, "boots") == 0)
			assert_non_null(strstr(one->text, "0 of 2 boots: go on by: aerobench run --resume "));
		else
			assert_string_equal(one->name, "repeats");
	}
	assert_int_equal(broken, 2);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_FAILED);
	judged_close(&judged);
}

static void a_growth_of_one_percent_is_named_and_alone(void **state)
{
	struct costs costs = usual;
	struct judged judged;
	char *text;

	(void)state;
	costs.create = 1010;
	judge(&judged, &costs, NULL, 0, NULL);
	assert_tally(&judged, 5, 0, 1, 0, 0);
	assert_int_equal(finding(&judged, "thread_create place=same")->verdict, STATS_REGRESSED);
	assert_int_equal(finding(&judged, "thread_create place=other")->verdict, STATS_PASS);
	text = gate_change_text(&finding(&judged, "thread_create place=same")->changes[GATE_P50]);
	assert_string_equal(text, "1,000 → 1,010 (+1 %)");
	free(text);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_FAILED);
	judged_close(&judged);
}

/* One cost against the baseline's, with these margins: the verdict of the point, which has changed in any case. */
static enum stats_verdict verdict_of(const struct costs *costs, const char *name, const struct gate_margin *margin)
{
	struct judged judged;
	enum stats_verdict verdict;

	judge(&judged, costs, margin, margin != NULL, NULL);
	verdict = finding(&judged, name)->verdict;
	assert_true(finding(&judged, name)->changed);
	assert_int_equal(gate_status(&judged.gate, true), verdict == STATS_REGRESSED ? STATUS_FAILED : STATUS_OK);
	judged_close(&judged);
	return verdict;
}

static void the_default_margin_is_half_a_percent_or_two_instructions(void **state)
{
	static const struct {
		const char *name;
		struct costs costs;
		enum stats_verdict verdict;
	} cases[] = {
	    /* 44: two instructions are more than half a percent. */
	    {"yield_pair", {.yield = 46}, STATS_PASS},
	    {"yield_pair", {.yield = 47}, STATS_REGRESSED},
	    {"yield_pair", {.yield = 42}, STATS_PASS},
	    {"yield_pair", {.yield = 41}, STATS_IMPROVED},
	    /* 1000: half a percent is five. */
	    {"thread_create place=same", {.create = 1005}, STATS_PASS},
	    {"thread_create place=same", {.create = 1006}, STATS_REGRESSED},
	    {"thread_create place=same", {.create = 995}, STATS_PASS},
	    {"thread_create place=same", {.create = 994}, STATS_IMPROVED},
	    /* 746 for a hundred operations: half a percent is 3.73 of a sample, not two of each operation. */
	    {"lock", {.lock = 749}, STATS_PASS},
	    {"lock", {.lock = 750}, STATS_REGRESSED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct costs costs = usual;

		costs.yield = cases[i].costs.yield != 0 ? cases[i].costs.yield : usual.yield;
		costs.create = cases[i].costs.create != 0 ? cases[i].costs.create : usual.create;
		costs.lock = cases[i].costs.lock != 0 ? cases[i].costs.lock : usual.lock;
		assert_int_equal(verdict_of(&costs, cases[i].name, NULL), cases[i].verdict);
	}
}

static void a_margin_of_everything_may_be_tighter_and_is_of_its_subject(void **state)
{
	struct gate_margin margin = {.subject = (char *)SUBJECT,
				     .selection = (char *)"*",
				     .reason = (char *)"each one counts",
				     .statistic = GATE_P50};
	struct costs costs = usual;

	(void)state;
	costs.yield = 45;
	assert_int_equal(verdict_of(&costs, "yield_pair", &margin), STATS_REGRESSED);
	margin.subject = (char *)"linux@sim";
	assert_int_equal(verdict_of(&costs, "yield_pair", &margin), STATS_PASS);
	margin.subject = (char *)"";
	costs.yield = 43;
	assert_int_equal(verdict_of(&costs, "yield_pair", &margin), STATS_IMPROVED);
	margin.told = true;
	costs.yield = 80;
	assert_int_equal(verdict_of(&costs, "yield_pair", &margin), STATS_REGRESSED); /* its maximum */
	margin.statistic = GATE_MAX;
	assert_int_equal(verdict_of(&costs, "yield_pair", &margin), STATS_REGRESSED); /* its median */
}

static void a_maximum_is_judged_only_where_all_samples_were_equal(void **state)
{
	struct costs costs = usual;
	struct judged judged;

	(void)state;
	/* Of 21 samples in turn 11 are the first value: the median stays, the maximum moves. */
	costs.wake[1] = 190;
	judge(&judged, &costs, NULL, 0, NULL);
	assert_tally(&judged, 6, 0, 0, 0, 0);
	assert_true(finding(&judged, "wake threads=4 series=last")->changed);
	assert_false(finding(&judged, "wake threads=4 series=last")->changes[GATE_MAX].judged);
	assert_true(finding(&judged, "yield_pair")->changes[GATE_MAX].judged);
	judged_close(&judged);
}

static void a_margin_may_say_that_a_statistic_is_told_only(void **state)
{
	const struct gate_margin margins[] = {
	    {.subject = (char *)"",
	     .selection = (char *)"*",
	     .reason = (char *)"ticks",
	     .statistic = GATE_MAX,
	     .told = true},
	    {.subject = (char *)"", .selection = (char *)"*", .reason = (char *)"ticks", .told = true},
	};
	struct costs costs = usual;
	struct judged judged;
	char *text;

	(void)state;
	costs.yield = 80;
	judge(&judged, &costs, margins, 2, NULL);
	assert_tally(&judged, 6, 0, 0, 0, 0);
	assert_true(finding(&judged, "yield_pair")->changed);
	text = gate_markdown(&judged.gate, "ci/sim.json", STATUS_OK);
	assert_non_null(strstr(text, "p50 is told, not judged: ticks; max is told, not judged: ticks"));
	free(text);
	judged_close(&judged);
}

static void a_shorter_median_does_not_pay_for_a_longer_maximum(void **state)
{
	const struct gate_margin margin = {.subject = (char *)"",
					   .selection = (char *)"wake",
					   .reason = (char *)"threads meet",
					   .statistic = GATE_MAX,
					   .percent = 10};
	struct costs costs = usual;
	struct judged judged;

	(void)state;
	costs.wake[0] = 110;
	costs.wake[1] = 150; /* 130 + 10 % = 143 */
	judge(&judged, &costs, &margin, 1, NULL);
	assert_tally(&judged, 5, 0, 1, 0, 0);
	judged_close(&judged);
}

/* A margin of thread_create for every subject. */
#define CREATE_MARGIN(select, why, what, ...)                                                                       \
	{                                                                                                           \
		.subject = (char *)"", .selection = (char *)(select), .reason = (char *)(why), .statistic = (what), \
		__VA_ARGS__                                                                                         \
	}

static void growth_up_to_the_margin_passes_and_is_told(void **state)
{
	const struct gate_margin margins[] = {
	    CREATE_MARGIN("thread_create", "pools", GATE_P50, .percent = 2),
	    CREATE_MARGIN("thread_create", "pools", GATE_MAX, .instructions = 20),
	};
	struct costs costs = usual;
	struct judged judged;

	(void)state;
	costs.create = 1020;
	judge(&judged, &costs, margins, 2, NULL);
	assert_tally(&judged, 6, 0, 0, 0, 0);
	assert_true(finding(&judged, "thread_create place=same")->changed);
	assert_true(finding(&judged, "thread_create place=same")->changes[GATE_P50].margin_given);
	assert_string_equal(finding(&judged, "thread_create place=same")->changes[GATE_P50].margin_reason, "pools");
	judged_close(&judged);
	costs.create = 1021;
	judge(&judged, &costs, margins, 2, NULL);
	assert_tally(&judged, 5, 0, 1, 0, 0);
	judged_close(&judged);
}

static void the_last_margin_that_means_a_point_counts(void **state)
{
	const struct gate_margin margins[] = {
	    CREATE_MARGIN("thread_create", "a", GATE_P50, .percent = 50),
	    CREATE_MARGIN("thread_create", "b", GATE_MAX, .percent = 50),
	    CREATE_MARGIN("thread_create:place=same", "c", GATE_P50, .percent = 0),
	};
	struct costs costs = usual;
	struct judged judged;

	(void)state;
	costs.create = 1001;
	judge(&judged, &costs, margins, 3, NULL);
	assert_tally(&judged, 5, 0, 1, 0, 0);
	judged_close(&judged);
}

static void new_and_vanished_points_are_neither_passed_nor_failed(void **state)
{
	struct costs costs = usual;
	struct judged judged;

	(void)state;
	costs.no_other = true;
	costs.extra = true;
	judge(&judged, &costs, NULL, 0, NULL);
	assert_tally(&judged, 5, 0, 0, 2, 0);
	assert_non_null(strstr(finding(&judged, "thread_create place=other")->reason, "skipped: needs <4> CPUs"));
	assert_non_null(strstr(finding(&judged, "brand_new")->reason, "new"));
	assert_int_equal(gate_status(&judged.gate, false), STATUS_OK);
	assert_int_equal(gate_status(&judged.gate, true), STATUS_INCONCLUSIVE);
	judged_close(&judged);
}

static void only_what_is_selected_is_judged(void **state)
{
	char *names[] = {(char *)"yield_pair", (char *)"thread_create:place=other"};
	const struct gate_scope scope = {.benchmarks = names, .benchmark_count = 2};
	struct costs costs = usual;
	struct judged judged;

	(void)state;
	costs.create = 500;
	judge(&judged, &costs, NULL, 0, &scope);
	assert_tally(&judged, 2, 0, 0, 0, 0);
	judged_close(&judged);
}

static void a_selection_of_nothing_is_refused(void **state)
{
	char *names[] = {(char *)"yield_pear"};
	const struct gate_scope scope = {.benchmarks = names, .benchmark_count = 1};
	struct error error = {0};
	struct judged judged;
	struct gate gate;

	(void)state;
	judged_open(&judged, &usual);
	assert_int_equal(gate_judge(&gate, &judged.after, &judged.after, &judged.summary, &scope, &error),
			 STATUS_USAGE);
	assert_non_null(strstr(error.text, "yield_pear"));
	gate_free(&gate);
	judged_close(&judged);
}

/* --- Stack ------------------------------------------------------------------------------------------------------------ */

#define FRAMES(unbounded, first, function, second)                                                                \
	"{\"functions\": 9, \"unbounded\": [" unbounded "], \"frames\": [{\"file\": \"a.c\", \"function\": "      \
	"\"deep\", \"bytes\": " first "}, {\"file\": \"b.c\", \"function\": \"" function "\", \"bytes\": " second \
	"}]}"

static void growth_of_the_largest_frame_fails_and_of_others_is_told(void **state)
{
	struct costs before = usual, costs = usual;
	struct judged judged;

	(void)state;
	before.stack = FRAMES("", "4000", "flat", "400");
	costs.stack = FRAMES("", "4000", "flat", "800");
	judge_against(&judged, &before, &costs, NULL, 0, NULL);
	assert_tally(&judged, 11, 0, 0, 0, 0);
	assert_true(finding(&judged, "program.frame, bytes file=b.c function=flat")->changed);
	assert_int_equal(check(&judged, "stack")->outcome, GATE_HOLDS);
	judged_close(&judged);
	costs.stack = FRAMES("", "4032", "flat", "400");
	judge_against(&judged, &before, &costs, NULL, 0, NULL);
	assert_tally(&judged, 10, 0, 1, 0, 0);
	assert_int_equal(finding(&judged, "program.stack, bytes")->verdict, STATS_REGRESSED);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_FAILED);
	judged_close(&judged);
}

static void a_margin_judges_one_frame(void **state)
{
	const struct gate_margin margin = {.subject = (char *)"",
					   .selection = (char *)"program.frame:function=flat",
					   .reason = (char *)"runs on small stacks",
					   .statistic = GATE_P50,
					   .instructions = 16};
	struct costs before = usual, costs = usual;
	struct judged judged;

	(void)state;
	before.stack = FRAMES("", "4000", "flat", "400");
	costs.stack = FRAMES("", "4000", "flat", "432");
	judge_against(&judged, &before, &costs, &margin, 1, NULL);
	assert_tally(&judged, 10, 0, 1, 0, 0);
	judged_close(&judged);
}

static void another_function_among_the_largest_is_told_and_leaves_nothing_open(void **state)
{
	struct costs before = usual, costs = usual;
	struct judged judged;
	char *text;

	(void)state;
	before.stack = FRAMES("", "4000", "flat", "400");
	costs.stack = FRAMES("", "4000", "other", "500");
	judge_against(&judged, &before, &costs, NULL, 0, NULL);
	assert_tally(&judged, 12, 0, 0, 0, 0);
	text = gate_change_text(&finding(&judged, "program.frame, bytes file=b.c function=other")->changes[GATE_P50]);
	assert_string_equal(text, "– → 500");
	free(text);
	assert_int_equal(gate_status(&judged.gate, true), STATUS_OK);
	judged_close(&judged);
}

static void stack_without_a_bound_is_not_judged_but_named(void **state)
{
	struct costs costs = usual;
	struct judged judged;

	(void)state;
	costs.stack = FRAMES("\"c.c: grows\"", "4000", "flat", "400");
	judge_against(&judged, &costs, &costs, NULL, 0, NULL);
	assert_int_equal(check(&judged, "stack")->outcome, GATE_BROKEN);
	assert_non_null(strstr(check(&judged, "stack")->text, "c.c: grows"));
	assert_int_equal(gate_status(&judged.gate, false), STATUS_FAILED);
	judged_close(&judged);
}

static void a_baseline_without_stack_is_no_verdict_on_it(void **state)
{
	struct costs before = usual, costs = usual;
	struct judged judged;

	(void)state;
	before.stack = "";
	costs.stack = FRAMES("", "4000", "flat", "400");
	judge_against(&judged, &before, &costs, NULL, 0, NULL);
	assert_int_equal(finding(&judged, "program.stack, bytes")->verdict, STATS_INCONCLUSIVE);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_OK);
	judged_close(&judged);
	judge_against(&judged, &costs, &before, NULL, 0, NULL);
	assert_int_equal(check(&judged, "stack")->outcome, GATE_UNTESTED);
	assert_int_equal(finding(&judged, "program.stack, bytes")->verdict, STATS_INCONCLUSIVE);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_OK);
	judged_close(&judged);
}

/* --- Checks ----------------------------------------------------------------------------------------------------------- */

static void a_failed_boot_is_never_judged(void **state)
{
	struct costs costs = usual;
	struct judged judged;

	(void)state;
	costs.failed = true;
	costs.yield = 1;
	judge(&judged, &costs, NULL, 0, NULL);
	assert_tally(&judged, 0, 0, 0, 0, 6);
	assert_int_equal(check(&judged, "boots")->outcome, GATE_BROKEN);
	assert_non_null(strstr(check(&judged, "boots")->text, "panic: a lock was held"));
	assert_int_equal(gate_status(&judged.gate, false), STATUS_FAILED);
	judged_close(&judged);
}

static void what_did_not_end_in_time_is_told_apart_but_hides_no_regression(void **state)
{
	struct costs costs = usual;
	struct judged judged;

	(void)state;
	costs.failed = true;
	judge(&judged, &costs, NULL, 0, NULL);
	judged.gate.timed_out = true;
	assert_int_equal(gate_status(&judged.gate, false), STATUS_TIMEOUT);
	stats_tally_add(&judged.gate.tally, STATS_REGRESSED);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_FAILED);
	judged_close(&judged);
}

static void boots_that_differ_are_not_judged(void **state)
{
	struct costs costs = usual;
	struct judged judged;

	(void)state;
	costs.second_boot = 1;
	judge(&judged, &costs, NULL, 0, NULL);
	assert_int_equal(check(&judged, "repeats")->outcome, GATE_BROKEN);
	assert_non_null(strstr(check(&judged, "repeats")->text, "yield_pair"));
	assert_tally(&judged, 0, 0, 0, 0, 6);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_FAILED);
	judged_close(&judged);
}

static void an_unsteady_control_is_not_judged(void **state)
{
	struct costs costs = usual;
	struct judged judged;

	(void)state;
	costs.control[1] = 5;
	judge(&judged, &costs, NULL, 0, NULL);
	assert_int_equal(check(&judged, "control")->outcome, GATE_BROKEN);
	assert_int_equal(gate_status(&judged.gate, false), STATUS_FAILED);
	judged_close(&judged);
}

/* --- Machines --------------------------------------------------------------------------------------------------------- */

static void another_compiler_is_skipped_and_named(void **state)
{
	struct costs costs = usual;
	struct judged judged;

	(void)state;
	costs.compiler = "GNU 13.1.0";
	costs.create = 500;
	judge(&judged, &costs, NULL, 0, NULL);
	assert_tally(&judged, 0, 0, 0, 0, 6);
	assert_true(judged.gate.correct);
	assert_non_null(strstr(finding(&judged, "yield_pair")->reason,
			       "compiler is 'GNU 13.1.0' here, 'GNU 12.2.0' in the baseline"));
	assert_int_equal(gate_status(&judged.gate, false), STATUS_UNSUPPORTED);
	judged_close(&judged);
}

static void an_update_compares_across_machines_and_says_so(void **state)
{
	const struct gate_scope scope = {.any_machine = true};
	struct costs costs = usual;
	struct judged judged;

	(void)state;
	costs.compiler = "GNU 13.1.0";
	costs.create = 1010;
	judge(&judged, &costs, NULL, 0, &scope);
	assert_tally(&judged, 5, 0, 1, 0, 0);
	assert_true(judged.gate.other_machine);
	assert_non_null(strstr(check(&judged, "machine")->text, "GNU 13.1.0"));
	judged_close(&judged);
}

static void assert_difference(const char *there, const char *here, const char *word)
{
	json_t *a = json_loads(there, 0, NULL), *b = json_loads(here, 0, NULL);
	char *text = gate_machine_difference(a, b);

	assert_non_null(a);
	assert_non_null(b);
	if (word == NULL)
		assert_null(text);
	else
		assert_non_null(strstr(text, word));
	free(text);
	json_decref(a);
	json_decref(b);
}

static void a_difference_of_machines_names_its_part(void **state)
{
	static const char machine[] = "{\"qemu\": \"7.2.22\", \"env\": {\"samples\": \"200\"}, \"command\": [\"-smp\", "
				      "\"2\"]}";

	(void)state;
	assert_difference(machine, machine, NULL);
	assert_difference(machine, "{\"qemu\": \"8.0.0\", \"env\": {\"samples\": \"200\"}, \"command\": []}",
			  "QEMU's version is '8.0.0' here, '7.2.22'");
	assert_difference(machine, "{\"qemu\": \"7.2.22\", \"env\": {\"samples\": \"300\"}, \"command\": []}",
			  "samples is '300' here, '200'");
	assert_difference(machine, "{\"qemu\": \"7.2.22\", \"env\": {}, \"command\": []}", "samples is unknown here");
	assert_difference(machine,
			  "{\"qemu\": \"7.2.22\", \"env\": {\"samples\": \"200\"}, \"command\": [\"-smp\", \"4\"]}",
			  "word 2 of QEMU's command line is '4' here, '2'");
	assert_difference(machine, "{\"qemu\": \"7.2.22\", \"env\": {\"samples\": \"200\"}, \"command\": [\"-smp\"]}",
			  "unknown here, '2'");
}

/* --- Reports ---------------------------------------------------------------------------------------------------------- */

static size_t occurrences(const char *text, const char *word)
{
	size_t count = 0;

	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
		count++;
	return count;
}

static void junit_counts_what_it_lists_and_escapes_it(void **state)
{
	struct costs costs = usual;
	struct judged judged;
	char *text;

	(void)state;
	costs.no_other = true;
	costs.create = 1010;
	judge(&judged, &costs, NULL, 0, NULL);
	text = gate_junit(&judged.gate);
	assert_non_null(strstr(text, "tests=\"10\" failures=\"1\" errors=\"0\" skipped=\"1\""));
	assert_int_equal(occurrences(text, "<testcase "), 10);
	assert_int_equal(occurrences(text, "<failure "), 1);
	assert_int_equal(occurrences(text, "<skipped "), 1);
	assert_non_null(strstr(text, "needs &lt;4&gt; CPUs &amp; &quot;more&quot;"));
	free(text);
	judged_close(&judged);
}

static void markdown_leads_with_the_verdict_and_escapes_cells(void **state)
{
	struct costs costs = usual;
	struct judged judged;
	char *text;

	(void)state;
	costs.create = 1010;
	costs.yield = 40;
	judge(&judged, &costs, NULL, 0, NULL);
	text = gate_markdown(&judged.gate, "ci/sim.json", gate_status(&judged.gate, false));
	assert_int_equal(strncmp(text, "### aerobench gate: **regression**\n", 35), 0);
	assert_non_null(strstr(text, "| thread\\_create place=same | 1,000 → 1,010 (+1 %) |"));
	assert_true(strstr(text, "REGRESSED") < strstr(text, "improved |"));
	assert_int_equal(occurrences(text, "\n| aerokernel@sim |"), 2);
	free(text);
	judged_close(&judged);
}

static void json_holds_every_point_with_its_numbers(void **state)
{
	struct costs costs = usual;
	struct judged judged;
	json_t *json, *point;

	(void)state;
	costs.create = 1010;
	judge(&judged, &costs, NULL, 0, NULL);
	json = gate_json(&judged.gate, "ci/sim.json", STATUS_FAILED);
	assert_string_equal(json_string_value(json_object_get(json, "schema")), "aerobench.gate/1");
	assert_int_equal(json_integer_value(json_object_get(json_object_get(json, "verdicts"), "regressed")), 1);
	assert_int_equal(json_array_size(json_object_get(json, "points")), 6);
	for (size_t i = 0; i < 6; i++) {
		point = json_array_get(json_object_get(json, "points"), i);
		if (strcmp(json_string_value(json_object_get(point, "verdict")), "regressed") == 0)
			assert_int_equal(json_integer_value(json_object_get(json_object_get(point, "p50"), "after")),
					 1010);
	}
	json_decref(json);
	judged_close(&judged);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(equal_counts_pass),
	    cmocka_unit_test(a_subject_that_was_planned_and_never_booted_fails),
	    cmocka_unit_test(a_growth_of_one_percent_is_named_and_alone),
	    cmocka_unit_test(the_default_margin_is_half_a_percent_or_two_instructions),
	    cmocka_unit_test(a_margin_of_everything_may_be_tighter_and_is_of_its_subject),
	    cmocka_unit_test(a_maximum_is_judged_only_where_all_samples_were_equal),
	    cmocka_unit_test(a_margin_may_say_that_a_statistic_is_told_only),
	    cmocka_unit_test(a_shorter_median_does_not_pay_for_a_longer_maximum),
	    cmocka_unit_test(growth_up_to_the_margin_passes_and_is_told),
	    cmocka_unit_test(the_last_margin_that_means_a_point_counts),
	    cmocka_unit_test(new_and_vanished_points_are_neither_passed_nor_failed),
	    cmocka_unit_test(only_what_is_selected_is_judged),
	    cmocka_unit_test(a_selection_of_nothing_is_refused),
	    cmocka_unit_test(growth_of_the_largest_frame_fails_and_of_others_is_told),
	    cmocka_unit_test(a_margin_judges_one_frame),
	    cmocka_unit_test(another_function_among_the_largest_is_told_and_leaves_nothing_open),
	    cmocka_unit_test(stack_without_a_bound_is_not_judged_but_named),
	    cmocka_unit_test(a_baseline_without_stack_is_no_verdict_on_it),
	    cmocka_unit_test(a_failed_boot_is_never_judged),
	    cmocka_unit_test(what_did_not_end_in_time_is_told_apart_but_hides_no_regression),
	    cmocka_unit_test(boots_that_differ_are_not_judged),
	    cmocka_unit_test(an_unsteady_control_is_not_judged),
	    cmocka_unit_test(another_compiler_is_skipped_and_named),
	    cmocka_unit_test(an_update_compares_across_machines_and_says_so),
	    cmocka_unit_test(a_difference_of_machines_names_its_part),
	    cmocka_unit_test(junit_counts_what_it_lists_and_escapes_it),
	    cmocka_unit_test(markdown_leads_with_the_verdict_and_escapes_cells),
	    cmocka_unit_test(json_holds_every_point_with_its_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
