/* SPDX-License-Identifier: MIT */
/* Runs and baselines for tests of the gate: see sample_gate.h. */
#include "sample_gate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const struct costs costs_usual = {
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
		sample_run(&stream, "thread_create", "place=other", &costs_usual.create, 1, 20);
	sample_run(&stream, "wake", "threads=4 series=last", costs->wake, 2, 21);
	if (costs->shape != NULL)
		sample_run(&stream, "shape", "", costs->shape, 5, 20);
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

/* A record whose kernel has this stack, or none: "". */
static void add_sizes(json_t *run, const char *stack)
{
	json_t *sizes = json_pack("{s:i, s:i, s:o*}", "text_bytes", 10000, "image_bytes", 20000, "stack",
				  json_loads(stack, 0, NULL));

	assert_int_equal(json_object_set_new(run, "versions", json_pack("{s:{s:o}}", "sizes", "aerokernel.elf", sizes)),
			 0);
}

void judged_open(struct judged *judged, const struct costs *costs)
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

void judged_close(struct judged *judged)
{
	gate_free(&judged->gate);
	gate_baseline_free(&judged->before);
	gate_baseline_free(&judged->after);
	summary_free(&judged->summary);
	store_close(&judged->store);
}

/* The baseline is what a run of the earlier costs gives, with these margins and the subjects of the later ones. */
void judged_make_against(struct judged *judged, const struct costs *earlier, const struct costs *costs,
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

void judged_make(struct judged *judged, const struct costs *costs, const struct gate_margin *margins, size_t count,
		 const struct gate_scope *scope)
{
	judged_make_against(judged, &costs_usual, costs, margins, count, scope);
}

void judged_make_again(struct judged *judged)
{
	const struct gate_scope everything = {0};
	struct error error = {0};

	gate_free(&judged->gate);
	assert_int_equal(
	    gate_judge(&judged->gate, &judged->before, &judged->after, &judged->summary, &everything, &error), 0);
}

const struct gate_finding *judged_finding(const struct judged *judged, const char *name)
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

const struct gate_check *judged_check(const struct judged *judged, const char *name)
{
	for (size_t i = 0; i < judged->gate.check_count; i++) {
		if (strcmp(judged->gate.checks[i].name, name) == 0)
			return &judged->gate.checks[i];
	}
	fail_msg("no check %s", name);
	return NULL;
}

void judged_tally(const struct judged *judged, size_t pass, size_t improved, size_t regressed, size_t inconclusive,
		  size_t skipped)
{
	const size_t *count = judged->gate.tally.count;

	assert_int_equal(count[STATS_PASS], pass);
	assert_int_equal(count[STATS_IMPROVED], improved);
	assert_int_equal(count[STATS_REGRESSED], regressed);
	assert_int_equal(count[STATS_INCONCLUSIVE], inconclusive);
	assert_int_equal(count[STATS_SKIPPED], skipped);
}
