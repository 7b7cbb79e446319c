/* SPDX-License-Identifier: MIT */
/* Tier 3 of the gate: changes of a history are told beside the verdict, and nothing else is. */
#include "gate_history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "memory.h"
#include "scratch.h"

enum { ENTRIES = 40 };

static const char *root;

static int make_root(void **state)
{
	char *directory;

	(void)state;
	root = scratch_make();
	setenv("AEROBENCH_ROOT", root, 1);
	for (size_t i = 0; i < 2; i++) {
		directory = memory_format("%s/results%s", root, i > 0 ? "/history" : "");
		if (mkdir(directory, 0700) != 0)
			return 1;
		free(directory);
	}
	return 0;
}

/* One entry a minute: 100 with a little noise, `after` from the middle on. */
static json_t *entry(unsigned minute, const char *subject, double after)
{
	char *run = memory_format("run-%03u", minute), *created = memory_format("2026-01-01T00:%02u:00Z", minute);
	double p50 = (minute < ENTRIES / 2 ? 100 : after) * (1 + 0.002 * (minute * 7 % 5));
	json_t *json =
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:{}, s:[{s:s, s:s, s:s, s:i, s:i, s:f, s:f, s:f}]}",
		      "schema", "aerobench.history/1", "run", run, "created", created, "subject", subject, "commit",
		      "abc", "machine", "m1", "fitness", "fit for time", "facts", "points", "benchmark", "yield_pair",
		      "params", "", "unit", "ticks", "runs", 6, "n", 100, "p50", p50, "iqr", 1.0, "max", p50);

	assert_non_null(json);
	free(run);
	free(created);
	return json;
}

static void write_history(const char *subject, double after)
{
	char *path = memory_format("%s/results/history/host.jsonl", root);
	json_t *lines[ENTRIES];
	struct error error = {0};
	size_t appended = 0;

	for (unsigned i = 0; i < ENTRIES; i++)
		lines[i] = entry(i, subject, after);
	assert_int_equal(history_append(path, lines, ENTRIES, &appended, &error), 0);
	assert_int_equal(appended, ENTRIES);
	for (unsigned i = 0; i < ENTRIES; i++)
		json_decref(lines[i]);
	free(path);
}

static struct gate_advice advice_for(const char *subject)
{
	char *names[] = {(char *)subject};
	struct gate_advice advice;

	gate_advice_make(&advice, names, 1);
	return advice;
}

static void no_history_gives_no_advice(void **state)
{
	struct gate_advice advice = advice_for("linux@kvm");
	char *text;

	(void)state;
	assert_int_equal(advice.count, 0);
	assert_int_equal(advice.entries, 0);
	text = gate_advice_append(&advice, memory_text("verdict\n"));
	assert_string_equal(text, "verdict\n");
	free(text);
	gate_advice_free(&advice);
}

static void a_changed_level_is_told_with_its_commit(void **state)
{
	struct gate_advice advice;
	json_t *json;
	char *text;

	(void)state;
	write_history("linux@host", 110);
	advice = advice_for("linux@host");
	assert_int_equal(advice.entries, ENTRIES);
	assert_int_equal(advice.count, 1);
	assert_non_null(strstr(advice.lines[0], "linux@host yield_pair: +"));
	assert_non_null(strstr(advice.lines[0], "run run-020"));
	text = gate_advice_append(&advice, memory_text("verdict\n"));
	assert_non_null(strstr(text, "verdict\n"));
	assert_non_null(strstr(text, "gates nothing"));
	assert_non_null(strstr(text, "- linux@host yield_pair"));
	json = gate_advice_json(&advice);
	assert_int_equal(json_array_size(json), 1);
	json_decref(json);
	free(text);
	gate_advice_free(&advice);
}

static void another_subject_of_the_same_machine_is_not_told(void **state)
{
	struct gate_advice advice;

	(void)state;
	write_history("linux@host:tuned", 100);
	advice = advice_for("linux@host:tuned");
	assert_int_equal(advice.entries, ENTRIES);
	assert_int_equal(advice.count, 0);
	gate_advice_free(&advice);
}

static void a_damaged_history_gives_no_advice_and_no_error(void **state)
{
	char *path = memory_format("%s/results/history/sim.jsonl", root);
	struct gate_advice advice;
	FILE *file = fopen(path, "we");

	(void)state;
	assert_non_null(file);
	fputs("{\"schema\": \"no history\"}\n{}\n", file);
	fclose(file);
	advice = advice_for("aerokernel@sim");
	assert_int_equal(advice.count, 0);
	gate_advice_free(&advice);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_history_gives_no_advice),
	    cmocka_unit_test(a_changed_level_is_told_with_its_commit),
	    cmocka_unit_test(another_subject_of_the_same_machine_is_not_told),
	    cmocka_unit_test(a_damaged_history_gives_no_advice_and_no_error),
	};

	return cmocka_run_group_tests(tests, make_root, NULL);
}
