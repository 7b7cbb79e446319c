/* SPDX-License-Identifier: MIT */
/* Tier 2 of the gate on made-up runs of two builds: what gates, what is only reported, and why. */
#include "gate_timed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "aa.h"
#include "memory.h"
#include "sample_noise.h"
#include "sample_run.h"
#include "scratch.h"
#include "stats_random.h"

enum { SAMPLES = 1000, DAY_S = 86400 };

/* What a run is made of. head takes `change` times as long as base. */
struct recipe {
	double change;
	unsigned rounds, looks[2], look_count; /* of the plan; none: one look at the end */
	unsigned done;                         /* rounds that are made; 0: all */
	bool fit;
	uint64_t seed;
	const char *head_name; /* what head calls its benchmark; NULL: as base */
	bool unchecked;        /* without a fresh and quiet A/A self-check */
	unsigned samples;      /* what its streams say of how many they took; 0: nothing */
	double other_noise;    /* of a second benchmark that has not changed, from boot to boot; 0: there is none */
};

static const char base_name[] = "linux@host:build=base", head_name[] = "linux@host:build=head";

struct made {
	struct sample_run run;
	struct summary summary;
	struct gate_timed timed;
	unsigned samples; /* of the recipe, as is: */
	double other_noise;
};

static json_t *record_of(const struct recipe *recipe)
{
	json_t *looks = json_array();

	for (unsigned i = 0; i < recipe->look_count; i++)
		json_array_append_new(looks, json_integer(recipe->looks[i]));
	return json_pack("{s:{s:{s:{s:s, s:s, s:[s]}}}, s:{s:o}}", "doctor", "machines", "host", "verdict",
			 recipe->fit ? "fit" : "unfit", "measures", "time", "reasons", "under test", "campaign",
			 "looks", looks);
}

static json_t *alarms(double low)
{
	return json_pack("{s:i, s:i, s:f, s:f, s:f}", "trials", 100, "alarms", 10, "rate", 0.1, "low", low, "high",
			 1.0);
}

/* A self-check of so many days ago on the machine of the run. */
static void check_aa(const struct made *made, int days, double low, int sets)
{
	char *machine = aa_machine(&made->summary, base_name), *path = aa_path("linux@host"), created[32];
	time_t then = time(NULL) - (time_t)days * DAY_S;
	json_t *estimates = json_array(), *line;
	struct error error = {0};

	strftime(created, sizeof(created), "%Y-%m-%dT%H:%M:%SZ", gmtime(&then));
	for (int i = 0; i < sets; i++)
		json_array_append_new(estimates, json_real(0.001));
	line = json_pack(
	    "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:o, s:o, s:{s:o}, s:[{s:s, s:s, s:s, s:i, s:i, "
	    "s:f, s:o}]}",
	    "schema", "aerobench.aa/1", "run", created, "created", created, "subject", "linux@host", "machine", machine,
	    "commit", "abc", "fitness", "fit for time", "pairs", 6, "sets", sets, "all", alarms(low), "suites",
	    alarms(0.001), "statistics", "location", alarms(0.001), "tests", "benchmark", "yield_pair", "params",
	    "place=same", "statistic", "location", "trials", sets, "alarms", 1, "sd", 0.02, "estimates", estimates);
	assert_non_null(line);
	if (aa_append(path, line, &error) != 0)
		fail_msg("%s", error.text);
	json_decref(line);
	free(path);
	free(machine);
}

static double noise(struct stats_random *random, double width)
{
	return 1 + width * (noise_unit(random) - 0.5);
}

static void boot(struct made *made, const char *subject, const char *name, unsigned round, double level,
		 struct stats_random *random)
{
	double other_noise = made->other_noise, other = other_noise > 0 ? 10000 * noise(random, other_noise) : 0;
	struct sample_stream stream;
	uint32_t values[SAMPLES];

	sample_open(&stream, "linux");
	if (made->samples > 0) {
		wire_begin(&stream.wire, "env");
		wire_pair_number(&stream.wire, "samples", made->samples);
		wire_end(&stream.wire);
	}
	for (size_t i = 0; i < SAMPLES; i++)
		values[i] = (uint32_t)(level + 100 * noise(random, 1));
	sample_run(&stream, name, "place=same", values, SAMPLES, SAMPLES);
	for (size_t i = 0; i < SAMPLES && other_noise > 0; i++)
		values[i] = (uint32_t)(other + 100 * noise(random, 1));
	if (other_noise > 0)
		sample_run(&stream, "other", "place=same", values, SAMPLES, SAMPLES);
	sample_run_boot(&made->run, subject, round, &stream);
}

/* The level moves by 5 % from round to round, which pairs share, and by 1 % between the boots of a pair. */
static void make_run(struct made *made, const struct recipe *recipe)
{
	const char *names[] = {base_name, head_name};
	struct store_plan plan = {.subjects = (char **)names,
				  .subject_count = 2,
				  .samples = SAMPLES,
				  .warmup = -1,
				  .runs = recipe->rounds,
				  .seed = 1};
	char *path = scratch_make_quick();
	const struct summary_select everything = {0};
	struct error error = {0};
	struct stats_random random = {recipe->seed};
	unsigned done = recipe->done > 0 ? recipe->done : recipe->rounds;

	setenv("AEROBENCH_ROOT", path, 1);
	made->run.results = path;
	made->samples = recipe->samples;
	made->other_noise = recipe->other_noise;
	assert_int_equal(store_create(&made->run.store, path, &plan, record_of(recipe), &error), 0);
	for (unsigned round = 0; round < done; round++) {
		double level = 10000 * noise(&random, 0.05);

		boot(made, base_name, "yield_pair", round, level * noise(&random, 0.01), &random);
		boot(made, head_name, recipe->head_name != NULL ? recipe->head_name : "yield_pair", round,
		     level * recipe->change * noise(&random, 0.01), &random);
	}
	if (summary_load(&made->summary, &made->run.store, &everything, &error) != 0)
		fail_msg("%s", error.text);
	if (!recipe->unchecked)
		check_aa(made, 1, 0.01, 25);
}

static void judge(struct made *made, double margin)
{
	const struct gate_timed_options options = {.margin = margin};
	struct error error = {0};

	if (gate_timed_judge(&made->timed, &made->summary, &options, &error) != 0)
		fail_msg("%s", error.text);
}

static void drop(struct made *made)
{
	gate_timed_free(&made->timed);
	summary_free(&made->summary);
	sample_run_close(&made->run);
}

static const struct gate_timed_test *location(const struct made *made)
{
	return &made->timed.rows[0].tests[0];
}

static const struct recipe slower = {.change = 1.1, .rounds = 16, .fit = true, .seed = 1};
static const struct recipe equal = {.change = 1, .rounds = 16, .fit = true, .seed = 2};
static const struct recipe slower_again = {.change = 1.1, .rounds = 16, .fit = true, .seed = 3};

static enum status confirmed_by(const struct recipe *first, const struct recipe *second)
{
	struct made one, two;
	enum status status;

	make_run(&one, first);
	make_run(&two, second);
	judge(&one, 0.05);
	gate_timed_confirm(&one.timed, &two.summary);
	gate_timed_finish(&one.timed);
	status = gate_timed_status(&one.timed, true);
	two.timed = (struct gate_timed){0};
	drop(&two);
	drop(&one);
	return status;
}

static void only_what_a_second_set_confirms_fails(void **state)
{
	(void)state;
	assert_int_equal(confirmed_by(&slower, &slower_again), STATUS_FAILED);
	assert_int_equal(confirmed_by(&slower, &equal), STATUS_INCONCLUSIVE);
	assert_int_equal(confirmed_by(&equal, &slower), STATUS_OK);
}

/* --- A second set that does not answer -------------------------------------------------------------------------------- */

/* What becomes of a slower head; fail: head has a failed boot in the second set. second NULL: there is none. */
static void unanswered(const struct recipe *second, bool fail, enum status lenient, const char *says)
{
	const struct summary_select everything = {0};
	struct error error = {0};
	struct made one, two;

	make_run(&one, &slower);
	make_run(&two, second != NULL ? second : &slower_again);
	if (fail) {
		summary_free(&two.summary);
		sample_run_failure(&two.run, head_name, second->rounds - 1, STORE_FAILED, "panic: under test");
		assert_int_equal(summary_load(&two.summary, &two.run.store, &everything, &error), 0);
	}
	judge(&one, 0.05);
	gate_timed_confirm(&one.timed, second != NULL ? &two.summary : NULL);
	gate_timed_finish(&one.timed);
	assert_int_equal(gate_timed_status(&one.timed, false), lenient);
	if (location(&one)->judgement.verdict != STATS_INCONCLUSIVE ||
	    strstr(location(&one)->judgement.reason, says) == NULL)
		fail_msg("'%s' does not say '%s'", location(&one)->judgement.reason, says);
	if (!fail)
		assert_int_equal(gate_timed_status(&one.timed, true), STATUS_INCONCLUSIVE);
	two.timed = (struct gate_timed){0};
	drop(&two);
	drop(&one);
}

static void what_has_no_whole_second_set_is_not_confirmed_yet_and_does_not_pass(void **state)
{
	struct recipe cut = slower_again, broken = slower_again;

	(void)state;
	cut.done = 12;    /* enough to be significant, but not what was planned */
	broken.done = 15; /* the last boot of the last round has failed */
	unanswered(NULL, false, STATUS_UNSUPPORTED, "no second set");
	unanswered(&cut, false, STATUS_UNSUPPORTED, "not come to its end");
	unanswered(&broken, true, STATUS_FAILED, "have failed");
}

static void an_unfit_second_set_disarms_as_an_unfit_first_one(void **state)
{
	struct recipe unfit = slower_again;

	(void)state;
	unfit.fit = false;
	assert_int_equal(confirmed_by(&slower, &unfit), STATUS_UNSUPPORTED);
}

static void a_regression_does_not_close_the_look_for_others(void **state)
{
	struct recipe recipe = {.change = 1.1,
				.rounds = 40,
				.looks = {16, 40},
				.look_count = 2,
				.done = 16,
				.fit = true,
				.seed = 5,
				.other_noise = 0.2};
	struct made made;

	(void)state;
	make_run(&made, &recipe);
	judge(&made, 0.05);
	assert_int_equal(made.timed.row_count, 2);
	assert_int_equal(gate_timed_found(&made.timed), 1);
	assert_true(gate_timed_is_open(&made.timed));
	drop(&made);
}

static void a_change_below_the_margin_is_no_regression(void **state)
{
	struct made made;

	(void)state;
	make_run(&made, &slower);
	judge(&made, 0.2);
	assert_int_equal(location(&made)->judgement.verdict, STATS_PASS);
	assert_true(location(&made)->evidence.ratio > 1.08 && location(&made)->evidence.ratio < 1.12);
	assert_int_equal(gate_timed_found(&made.timed), 0);
	drop(&made);
}

static void an_unfit_machine_reports_and_does_not_gate(void **state)
{
	struct recipe unfit = slower;
	struct made made;

	(void)state;
	unfit.fit = false;
	make_run(&made, &unfit);
	judge(&made, 0.05);
	assert_false(made.timed.subjects[0].armed);
	assert_non_null(strstr(made.timed.subjects[0].reason, "under test"));
	assert_int_equal(location(&made)->judgement.verdict, STATS_REGRESSED);
	gate_timed_finish(&made.timed);
	assert_int_equal(gate_timed_status(&made.timed, false), STATUS_UNSUPPORTED);
	assert_int_equal(made.timed.tally.count[STATS_SKIPPED], GATE_TIMED_STATISTICS);
	drop(&made);
}

/* --- The A/A self-check ---------------------------------------------------------------------------------------------- */

/* What becomes of a slower head with margins learned from such a self-check; says: part of the reason, NULL if armed. */
static void disarmed(int days, double low, int sets, double margin, const char *says)
{
	struct recipe unchecked = slower;
	struct made made;

	unchecked.unchecked = true;
	make_run(&made, &unchecked);
	check_aa(&made, days, low, sets);
	judge(&made, margin);
	assert_int_equal(made.timed.subjects[0].armed, says == NULL);
	if (says != NULL && strstr(made.timed.subjects[0].reason, says) == NULL)
		fail_msg("'%s' does not say '%s'", made.timed.subjects[0].reason, says);
	drop(&made);
}

static void a_noisy_or_old_self_check_disarms_whatever_the_margin(void **state)
{
	(void)state;
	disarmed(1, 0.01, 25, NAN, NULL);
	disarmed(1, 0.06, 25, NAN, "above 5 %");
	disarmed(1, 0.06, 25, 0.05, "above 5 %");
	disarmed(15, 0.01, 25, NAN, "older than 14 days");
	disarmed(15, 0.01, 25, 0.05, "older than 14 days");
}

static void a_noisy_machine_is_one_whatever_the_number_of_samples(void **state)
{
	struct recipe few = slower, many = slower;
	struct made judged, checked;

	(void)state;
	few.unchecked = many.unchecked = true;
	few.samples = 300;
	many.samples = 1000;
	make_run(&judged, &few);
	make_run(&checked, &many);
	check_aa(&checked, 1, 0.06, 25);
	judge(&judged, 0.05);
	assert_false(judged.timed.subjects[0].armed);
	assert_non_null(strstr(judged.timed.subjects[0].reason, "above 5 %"));
	checked.timed = (struct gate_timed){0};
	drop(&checked);
	drop(&judged);
}

static void a_margin_is_learned_and_what_has_none_is_no_member(void **state)
{
	struct made made;

	(void)state;
	make_run(&made, &slower);
	judge(&made, NAN);
	assert_true(location(&made)->margin == STATS_MARGIN_MIN);
	assert_int_equal(location(&made)->judgement.verdict, STATS_REGRESSED);
	assert_int_equal(made.timed.members, 1);
	for (int i = 1; i < GATE_TIMED_STATISTICS; i++)
		assert_int_equal(made.timed.rows[0].tests[i].judgement.verdict, STATS_SKIPPED);
	drop(&made);
}

static void without_a_self_check_nothing_gates_whatever_the_margin(void **state)
{
	struct recipe unchecked = slower;
	struct made made;

	(void)state;
	unchecked.unchecked = true;
	make_run(&made, &unchecked);
	judge(&made, NAN);
	assert_false(made.timed.subjects[0].armed);
	assert_int_equal(location(&made)->judgement.verdict, STATS_SKIPPED);
	assert_true(location(&made)->evidence.low > 1);
	gate_timed_free(&made.timed);
	judge(&made, 0.05);
	assert_false(made.timed.subjects[0].armed);
	assert_int_equal(location(&made)->judgement.verdict, STATS_REGRESSED);
	assert_int_equal(gate_timed_found(&made.timed), 0);
	drop(&made);
}

/* --- Looks ----------------------------------------------------------------------------------------------------------- */

static void a_run_that_ended_before_its_first_look_is_inconclusive(void **state)
{
	struct recipe cut = slower;
	struct made made;

	(void)state;
	cut.rounds = 40;
	cut.done = 15;
	cut.look_count = 2;
	cut.looks[0] = 16;
	cut.looks[1] = 40;
	make_run(&made, &cut);
	judge(&made, 0.05);
	assert_int_equal(location(&made)->judgement.verdict, STATS_INCONCLUSIVE);
	assert_int_equal(location(&made)->look_pairs, 0);
	assert_true(isnan(location(&made)->evidence.p_adjusted));
	gate_timed_confirm(&made.timed, NULL);
	gate_timed_finish(&made.timed);
	assert_int_equal(gate_timed_status(&made.timed, false), STATUS_UNSUPPORTED);
	assert_int_equal(gate_timed_status(&made.timed, true), STATUS_INCONCLUSIVE);
	drop(&made);
}

static void each_look_has_its_pairs_and_its_share_of_alpha(void **state)
{
	struct recipe late = slower;
	struct made made;

	(void)state;
	late.rounds = 40;
	late.look_count = 2;
	late.looks[0] = 16;
	late.looks[1] = 40;
	make_run(&made, &late);
	judge(&made, 0.05);
	assert_int_equal(location(&made)->look_pairs, 16);
	assert_int_equal(location(&made)->evidence.pairs, 16);
	assert_true(location(&made)->alpha == 0.02);
	gate_timed_free(&made.timed);
	judge(&made, 0.1); /* about as large as the margin: open at the first look, and at the second */
	assert_int_equal(location(&made)->look_pairs, 40);
	assert_int_equal(location(&made)->evidence.pairs, 40);
	assert_true(location(&made)->alpha == 0.03);
	drop(&made);
}

/* --- What cannot be compared ------------------------------------------------------------------------------------------ */

static void a_point_of_one_build_is_neither_passed_nor_failed(void **state)
{
	struct recipe renamed = equal;
	struct made made;

	(void)state;
	renamed.head_name = "yield_other";
	make_run(&made, &renamed);
	judge(&made, 0.05);
	gate_timed_finish(&made.timed);
	assert_int_equal(made.timed.row_count, 2);
	assert_int_equal(made.timed.tally.count[STATS_INCONCLUSIVE], 2 * GATE_TIMED_STATISTICS);
	assert_int_equal(gate_timed_status(&made.timed, false), STATUS_UNSUPPORTED);
	assert_int_equal(gate_timed_status(&made.timed, true), STATUS_INCONCLUSIVE);
	drop(&made);
}

static void a_failed_boot_fails_whatever_the_others_say(void **state)
{
	struct made made;
	const struct summary_select everything = {0};
	struct error error = {0};

	(void)state;
	make_run(&made, &equal);
	summary_free(&made.summary);
	made.run.store.plan.runs++;
	sample_run_failure(&made.run, head_name, 16, STORE_FAILED, "panic: under test");
	assert_int_equal(summary_load(&made.summary, &made.run.store, &everything, &error), 0);
	judge(&made, 0.05);
	gate_timed_finish(&made.timed);
	assert_int_equal(gate_timed_status(&made.timed, false), STATUS_FAILED);
	assert_non_null(strstr(made.timed.subjects[0].sets[GATE_TIMED_FIRST].failure, "panic: under test"));
	drop(&made);
}

/* Orders of points are seeded by seed + round, layouts by seed ^ boot (campaign_boot.c): none may come back. */
static void a_second_set_shares_neither_orders_nor_layouts_with_the_first(void **state)
{
	(void)state;
	for (uint64_t first = 0; first < 1000; first++) {
		uint64_t second = gate_timed_set_seed(first);

		assert_true(second <= INT64_MAX); /* what a record holds */
		assert_true((second > first ? second - first : first - second) > 2 * STATS_PAIRS_MAX);
		assert_true((second ^ first) > 4 * STATS_PAIRS_MAX);
		assert_true(second == gate_timed_set_seed(first));
	}
}

static void a_selection_names_the_point_without_its_series(void **state)
{
	const struct gate_timed_row row = {.benchmark = "wake_all", .params = "place=same threads=4 last"};
	const struct gate_timed_row plain = {.benchmark = "yield_pair", .params = ""};
	char *selection = gate_timed_selection(&row), *short_one = gate_timed_selection(&plain);

	(void)state;
	assert_string_equal(selection, "wake_all:place=same:threads=4");
	assert_string_equal(short_one, "yield_pair");
	free(selection);
	free(short_one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_what_a_second_set_confirms_fails),
	    cmocka_unit_test(what_has_no_whole_second_set_is_not_confirmed_yet_and_does_not_pass),
	    cmocka_unit_test(an_unfit_second_set_disarms_as_an_unfit_first_one),
	    cmocka_unit_test(a_regression_does_not_close_the_look_for_others),
	    cmocka_unit_test(a_change_below_the_margin_is_no_regression),
	    cmocka_unit_test(an_unfit_machine_reports_and_does_not_gate),
	    cmocka_unit_test(a_noisy_or_old_self_check_disarms_whatever_the_margin),
	    cmocka_unit_test(a_noisy_machine_is_one_whatever_the_number_of_samples),
	    cmocka_unit_test(a_margin_is_learned_and_what_has_none_is_no_member),
	    cmocka_unit_test(without_a_self_check_nothing_gates_whatever_the_margin),
	    cmocka_unit_test(a_run_that_ended_before_its_first_look_is_inconclusive),
	    cmocka_unit_test(each_look_has_its_pairs_and_its_share_of_alpha),
	    cmocka_unit_test(a_point_of_one_build_is_neither_passed_nor_failed),
	    cmocka_unit_test(a_failed_boot_fails_whatever_the_others_say),
	    cmocka_unit_test(a_second_set_shares_neither_orders_nor_layouts_with_the_first),
	    cmocka_unit_test(a_selection_names_the_point_without_its_series),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
