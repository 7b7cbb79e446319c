/* SPDX-License-Identifier: MIT */
/* The baseline's file: what is written is read, what is torn or wrong is refused, what was there survives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "gate_baseline.h"
#include "memory.h"
#include "sample_place.h"

static const char machine[] = "{\"qemu\": \"7.2.22\", \"env\": {\"cpus\": \"2\"}, \"command\": [\"-smp\", \"2\"]}";

static void write_bytes(const char *bytes, size_t len_bytes)
{
	FILE *file = fopen(sample_place, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len_bytes, file), len_bytes);
	assert_int_equal(fclose(file), 0);
}

/* The text of a baseline with one margin and one point. */
static char *text_of(const char *margin, const char *point)
{
	return memory_format("{\"schema\": \"aerobench.baseline/1\", \"margins\": [%s], \"subjects\": [{\"subject\": "
			     "\"aerokernel@sim\", \"run\": \"r\", \"created\": \"c\", \"commit\": \"c\", \"reason\": "
			     "\"first\", \"benchmarks\": [\"yield_pair\"], \"machine\": %s, \"points\": [%s]}]}",
			     margin, machine, point);
}

#define GOOD_MARGIN \
	"{\"point\": \"a:b=c\", \"statistic\": \"p50\", \"percent\": 1.5, \"instructions\": 0, \"reason\": \"why\"}"
#define GOOD_POINT "{\"benchmark\": \"a\", \"params\": \"b=c\", \"per\": 100, \"n\": 20, \"p50\": 7.5, \"max\": 9}"

#define SUMMED(sum, crc)                                                                                          \
	"{\"benchmark\": \"s\", \"params\": \"\", \"per\": 1, \"n\": 20, \"p50\": 7.5, \"max\": 9, \"sum\": " sum \
	", \"crc\": " crc "}"

#define OWN_MARGIN \
	"{\"subject\": \"x@sim\", \"point\": \"*\", \"statistic\": \"max\", \"judged\": false, \"reason\": \"why\"}"

static int read_text(struct gate_baseline *baseline, char *text, struct error *error)
{
	*error = (struct error){0};
	write_bytes(text, strlen(text));
	free(text);
	return gate_baseline_read(baseline, sample_place, error);
}

static void what_is_written_is_read_and_written_again_alike(void **state)
{
	const struct gate_point *point;
	struct gate_baseline first, second;
	struct error error;
	char *once, *twice;

	(void)state;
	assert_int_equal(read_text(&first,
				   text_of(GOOD_MARGIN ", " OWN_MARGIN, GOOD_POINT ", " SUMMED("150", "\"0000beef\"")),
				   &error),
			 0);
	assert_int_equal(gate_baseline_write(&first, sample_place, &error), 0);
	assert_int_equal(gate_baseline_read(&second, sample_place, &error), 0);
	assert_int_equal(second.subject_count, 1);
	assert_int_equal(second.margin_count, 2);
	assert_true(second.margins[0].percent == 1.5);
	assert_string_equal(second.margins[0].subject, "");
	assert_string_equal(second.margins[1].subject, "x@sim");
	assert_string_equal(second.margins[1].selection, "*");
	assert_true(second.margins[1].told && !second.margins[0].told);
	assert_string_equal(second.subjects[0].benchmarks[0], "yield_pair");
	assert_true(gate_point_find(&second.subjects[0], "a", "b=c")->value[GATE_P50] == 7.5);
	assert_null(gate_point_find(&second.subjects[0], "a", "b=d"));
	/* A point of before there were sums, and one with its own. */
	point = gate_point_find(&second.subjects[0], "a", "b=c");
	assert_true(!point->summed && isnan(point->value[GATE_MEAN]));
	point = gate_point_find(&second.subjects[0], "s", "");
	assert_true(point->summed && point->sum == 150 && point->crc == 0xbeef && point->value[GATE_MEAN] == 7.5);
	once = gate_baseline_text(&first);
	twice = gate_baseline_text(&second);
	assert_string_equal(once, twice);
	free(once);
	free(twice);
	gate_baseline_free(&first);
	gate_baseline_free(&second);
}

static void a_torn_file_is_refused_at_every_length(void **state)
{
	struct gate_baseline baseline;
	struct error error;
	char *text = text_of(GOOD_MARGIN, GOOD_POINT);

	(void)state;
	for (size_t len = 0; len < strlen(text); len++) {
		error = (struct error){0};
		write_bytes(text, len);
		assert_int_equal(gate_baseline_read(&baseline, sample_place, &error), STATUS_USAGE);
		assert_non_null(strstr(error.text, "sim.json"));
		assert_non_null(strstr(error.text, "restore it"));
		gate_baseline_free(&baseline);
	}
	free(text);
}

static void wrong_parts_are_refused_by_name(void **state)
{
	static const struct {
		const char *margin, *point, *word;
	} wrong[] = {
	    {"{}", GOOD_POINT, "margin 1"},
	    {"{\"point\": \"a\", \"statistic\": \"p99\", \"percent\": 1, \"instructions\": 0, \"reason\": \"w\"}",
	     GOOD_POINT, "none of p50, mean and max"},
	    {"{\"point\": \"a\", \"statistic\": \"p50\", \"percent\": -1, \"instructions\": 0, \"reason\": \"w\"}",
	     GOOD_POINT, "percent"},
	    {"{\"point\": \"a\", \"statistic\": \"p50\", \"percent\": 1, \"instructions\": 0, \"reason\": \"\"}",
	     GOOD_POINT, "no reason"},
	    {"{\"point\": \"a\", \"statistic\": \"p50\", \"instructions\": 0, \"reason\": \"w\"}", GOOD_POINT,
	     "percent"},
	    {"{\"point\": \"a\", \"statistic\": \"p50\", \"judged\": false, \"percent\": 1, \"reason\": \"w\"}",
	     GOOD_POINT, "not judged"},
	    {GOOD_MARGIN, SUMMED("181", "\"0000beef\""), "sum and crc"},
	    {GOOD_MARGIN, SUMMED("-1", "\"0000beef\""), "sum and crc"},
	    {GOOD_MARGIN, SUMMED("150", "\"beef\""), "sum and crc"},
	    {GOOD_MARGIN, SUMMED("150", "\"0000BEEX\""), "sum and crc"},
	    {GOOD_MARGIN,
	     "{\"benchmark\": \"a\", \"params\": \"\", \"per\": 1, \"n\": 1, \"p50\": 1, \"max\": 1, \"sum\": 1}",
	     "sum and crc"},
	    {GOOD_MARGIN, GOOD_POINT ", " GOOD_POINT, "point 2: the same point"},
	    {GOOD_MARGIN, "{\"benchmark\": \"a\", \"params\": \"\", \"per\": 0, \"n\": 1, \"p50\": 1, \"max\": 1}",
	     "per or n"},
	    {GOOD_MARGIN, "{\"benchmark\": \"a\", \"params\": \"\", \"per\": 1, \"n\": 1, \"p50\": 2, \"max\": 1}",
	     "max is below p50"},
	    {GOOD_MARGIN, "{\"benchmark\": \"a\", \"params\": \"\", \"per\": 1, \"n\": 1, \"p50\": 1.2, \"max\": 2}",
	     "no count"},
	    {GOOD_MARGIN, "{\"benchmark\": \"a\", \"params\": \"\", \"per\": 1, \"n\": 1, \"p50\": -1, \"max\": 2}",
	     "no count"},
	    {GOOD_MARGIN, "{\"benchmark\": \"a\", \"params\": \"\", \"per\": 1, \"n\": 1, \"p50\": 1}", "point 1"},
	    {GOOD_MARGIN,
	     "{\"benchmark\": \"a\", \"params\": \"\", \"per\": 1, \"n\": 1, \"p50\": 1, \"max\": 1, \"min\": 1}",
	     "point 1"},
	};
	struct gate_baseline baseline;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(read_text(&baseline, text_of(wrong[i].margin, wrong[i].point), &error), STATUS_USAGE);
		if (strstr(error.text, wrong[i].word) == NULL)
			fail_msg("'%s' is not in: %s", wrong[i].word, error.text);
		gate_baseline_free(&baseline);
	}
	assert_int_equal(read_text(&baseline,
				   memory_text("{\"schema\": \"aerobench.baseline/2\", \"margins\": [], "
					       "\"subjects\": []}"),
				   &error),
			 STATUS_USAGE);
	assert_non_null(strstr(error.text, "aerobench.baseline/2"));
	gate_baseline_free(&baseline);
}

static void an_update_keeps_margins_and_other_subjects(void **state)
{
	struct gate_baseline old, taken, merged;
	struct error error;

	(void)state;
	assert_int_equal(read_text(&old, text_of(GOOD_MARGIN, GOOD_POINT), &error), 0);
	assert_int_equal(read_text(&taken, text_of("", GOOD_POINT), &error), 0);
	strcpy(taken.subjects[0].reason, "late");
	strcpy(old.subjects[0].name, "aerokernel@kvm");
	gate_baseline_merge(&merged, &old, &taken);
	assert_int_equal(merged.subject_count, 2);
	assert_int_equal(merged.margin_count, 1);
	assert_non_null(gate_subject_find(&merged, "aerokernel@kvm"));
	gate_baseline_free(&merged);
	strcpy(old.subjects[0].name, "aerokernel@sim");
	gate_baseline_merge(&merged, &old, &taken);
	assert_int_equal(merged.subject_count, 1);
	assert_string_equal(merged.subjects[0].reason, "late");
	gate_baseline_free(&merged);
	gate_baseline_free(&taken);
	gate_baseline_free(&old);
}

static void without_room_the_old_baseline_stays(void **state)
{
	struct rlimit limit = {.rlim_cur = 100, .rlim_max = RLIM_INFINITY};
	struct gate_baseline baseline, again;
	struct error error;

	(void)state;
	assert_int_equal(read_text(&baseline, text_of(GOOD_MARGIN, GOOD_POINT), &error), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(gate_baseline_write(&baseline, sample_place, &error), STATUS_FAILED);
	limit.rlim_cur = RLIM_INFINITY;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_non_null(strstr(error.text, "cannot write"));
	error = (struct error){0};
	assert_int_equal(gate_baseline_read(&again, sample_place, &error), 0);
	gate_baseline_free(&again);
	gate_baseline_free(&baseline);
}

/* Writes two baselines in turn until it is killed. */
static void write_forever(struct gate_baseline *baseline)
{
	struct error error = {0};

	for (unsigned i = 0;; i++) {
		baseline->subjects[0].points[0].n = 1 + i % 2;
		if (gate_baseline_write(baseline, sample_place, &error) != 0)
			_exit(1);
	}
}

static void a_kill_leaves_one_whole_baseline(void **state)
{
	struct gate_baseline baseline, again;
	struct error error;
	char *temporary = memory_format("%s.tmp", sample_place);

	(void)state;
	assert_int_equal(read_text(&baseline, text_of(GOOD_MARGIN, GOOD_POINT), &error), 0);
	for (unsigned i = 0; i < 20; i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			write_forever(&baseline);
		assert_true(pid > 0);
		usleep(1000 + 700 * i);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(gate_baseline_read(&again, sample_place, &error), 0);
		gate_baseline_free(&again);
	}
	unlink(temporary); /* what the killed one was writing beside it; the next write replaces it */
	free(temporary);
	gate_baseline_free(&baseline);
}

static void a_selection_means_points_by_name_and_parameters(void **state)
{
	(void)state;
	assert_true(gate_means("wake", "wake", "threads=4 series=last"));
	assert_true(gate_means("wake:series=last", "wake", "threads=4 series=last"));
	assert_true(gate_means("wake:series=last:threads=4", "wake", "threads=4 series=last"));
	assert_false(gate_means("wake:threads=", "wake", "threads=4 series=last"));
	assert_false(gate_means("wake:threads=40", "wake", "threads=4"));
	assert_false(gate_means("wak", "wake", ""));
	assert_false(gate_means("wake:threads=4", "wake", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_is_read_and_written_again_alike),
	    cmocka_unit_test(a_torn_file_is_refused_at_every_length),
	    cmocka_unit_test(wrong_parts_are_refused_by_name),
	    cmocka_unit_test(an_update_keeps_margins_and_other_subjects),
	    cmocka_unit_test(without_room_the_old_baseline_stays),
	    cmocka_unit_test(a_kill_leaves_one_whole_baseline),
	    cmocka_unit_test(a_selection_means_points_by_name_and_parameters),
	};

	return cmocka_run_group_tests(tests, sample_place_make, sample_place_remove);
}
