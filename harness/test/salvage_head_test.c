/* SPDX-License-Identifier: MIT */
/*
 * What a run belongs to: streams whose @head is lost or damaged, and captures in which two boots have become one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "memory.h"
#include "sample_capture.h"

enum { BOTH = 2 };

/* --- Two boots as one ------------------------------------------------------------------------------------------------- */

/* A stream of another machine state: another clock, so another @head. */
static struct sample_boot sample_other(uint64_t seed)
{
	struct sample_boot sample;

	sample_clock_hz = 2100000000;
	sample = sample_boot_make(seed);
	sample_clock_hz = 2000000000;
	return sample;
}

static const char *behind_first_run(const struct sample_boot *sample)
{
	return strchr(strstr(sample->text.bytes, "@end clock_read"), '\n') + 1;
}

/* Power was cut in mid-run, and the line lost the first kilobytes of the next boot: to its second run, or to its @head. */
static void runs_of_a_boot_whose_beginning_is_lost_never_join_another_boot(void **state)
{
	struct sample_boot a = sample_boot_make(13), b = sample_other(14);
	const char *from[] = {behind_first_run(&b), strstr(b.text.bytes, "@head crc=")};

	(void)state;
	for (unsigned i = 0; i < BOTH; i++) {
		char *text = memory_format("%.*s%s", (int)(behind_first_run(&a) - a.text.bytes), a.text.bytes, from[i]);
		struct collect_boots boots = sample_collected(text, strlen(text), &a.stream, 1);

		assert_int_equal(boots.count, 1);
		assert_int_equal(boots.boots[0].status, STORE_CUT);
		assert_int_equal(boots.boots[0].runs, 1);
		assert_non_null(strstr(boots.boots[0].reason, "of another boot"));
		collect_boots_free(&boots);
		free(text);
	}
	sample_boot_drop(&b);
	sample_boot_drop(&a);
}

/* --- A damaged head --------------------------------------------------------------------------------------------------- */

/* The stream with what from begins replaced by to, as long as text is given. */
static char *replaced(const struct sample_boot *sample, const char *from, size_t len, const char *to)
{
	return memory_format("%.*s%s%s", (int)(from - sample->text.bytes), sample->text.bytes, to, from + len);
}

static void a_damaged_head_line_is_made_again_by_the_runs_behind_it(void **state)
{
	struct sample_boot sample = sample_boot_make(15);
	const char *head = strstr(sample.text.bytes, "@head crc="), *digit = head + strlen("@head crc=");
	char *texts[] = {replaced(&sample, digit, 1, "#"), replaced(&sample, digit, 1, *digit == '1' ? "2" : "1"),
			 replaced(&sample, head + 2, 1, "#"), replaced(&sample, head, 1, ""),
			 replaced(&sample, head, (size_t)(strchr(head, '\n') + 1 - head), "")};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		sample_assert_one_whole(texts[i], strlen(texts[i]), &sample.stream);
		free(texts[i]);
	}
	sample_boot_drop(&sample);
}

static void a_damaged_environment_leaves_all_runs(void **state)
{
	struct sample_boot sample = sample_boot_make(15);
	char *text = replaced(&sample, strstr(sample.text.bytes, "points=5") + 7, 1, "6");
	struct collect_boots boots = sample_collected(text, strlen(text), &sample.stream, 1);

	(void)state;
	assert_int_equal(boots.count, 1);
	assert_int_equal(boots.boots[0].status, STORE_CUT);
	assert_int_equal(boots.boots[0].runs, sample.stream.run_count);
	assert_non_null(strstr(boots.boots[0].reason, "environment unverified, so left out"));
	collect_boots_free(&boots);
	free(text);
	sample_boot_drop(&sample);
}

/* Who listens too late hears no @head; two whole runs prove each other, one alone or the same one twice proves nothing. */
static void without_a_head_two_runs_prove_each_other(void **state)
{
	struct sample_boot sample = sample_boot_make(16);
	const char *first = strstr(sample.text.bytes, "@run clock_read"), *second = strstr(first, "@run wake"),
		   *third = strstr(second, "@end wake");
	struct collect_boots boots;
	char *twice = memory_format("%.*s%.*s", (int)(second - first), first, (int)(second - first), first);

	(void)state;
	third = strchr(third, '\n') + 1;
	boots = sample_collected(first, strlen(first), &sample.stream, 1);
	assert_int_equal(boots.count, 1);
	assert_int_equal(boots.boots[0].runs, sample.stream.run_count);
	collect_boots_free(&boots);
	boots = sample_collected(first, (size_t)(third - first), &sample.stream, 1);
	assert_int_equal(boots.boots[0].status, STORE_CUT);
	assert_int_equal(boots.boots[0].runs, 2);
	collect_boots_free(&boots);
	boots = sample_collected(first, (size_t)(second - first), &sample.stream, 1);
	assert_int_equal(boots.boots[0].runs, 0);
	collect_boots_free(&boots);
	boots = sample_collected(twice, strlen(twice), &sample.stream, 1);
	assert_int_equal(boots.boots[0].runs, 0);
	collect_boots_free(&boots);
	free(twice);
	sample_boot_drop(&sample);
}

/* Both beginnings are lost: the boot with more runs is kept, and nothing of the other. */
static void without_heads_runs_of_two_boots_are_not_mixed(void **state)
{
	struct sample_boot a = sample_boot_make(17), b = sample_other(18);
	const char *from = strstr(a.text.bytes, "@run clock_read"), *to = strstr(a.text.bytes, "@run barrier");
	char *text = memory_format("%.*s%s", (int)(to - from), from, strstr(b.text.bytes, "@run barrier"));
	struct collect_boots boots = sample_collected(text, strlen(text), &a.stream, 1);

	(void)state;
	assert_int_equal(boots.count, 1);
	assert_int_equal(boots.boots[0].runs, 3);
	assert_non_null(strstr(boots.boots[0].reason, "of another boot"));
	collect_boots_free(&boots);
	free(text);
	sample_boot_drop(&b);
	sample_boot_drop(&a);
}

/* --- The head ------------------------------------------------------------------------------------------------------- */

static void a_head_that_does_not_match_or_stands_elsewhere_is_refused(void **state)
{
	static const uint32_t value = 5;

	(void)state;
	for (unsigned wrong = 0; wrong < 3; wrong++) {
		struct sample_stream text;
		struct stream stream;
		struct error error = {0};

		sample_capture_begin(&text);
		sample_run(&text, "wake", "", &value, 1, 4);
		if (wrong == 1) {
			wire_begin(&text.wire, "head");
			wire_end_crc_head(&text.wire);
		}
		sample_done(&text, 0);
		sample_capture_terminate(&text);
		if (wrong == 2)
			strstr(text.bytes, "points=5")[7] = '6';
		assert_int_equal(stream_parse(&stream, text.bytes, text.len_bytes, &error),
				 wrong == 0 ? 0 : STATUS_USAGE);
		if (wrong == 2)
			assert_non_null(strstr(error.text, "the CRC of the environment does not match"));
		stream_free(&stream);
		sample_free(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(runs_of_a_boot_whose_beginning_is_lost_never_join_another_boot),
	    cmocka_unit_test(a_damaged_head_line_is_made_again_by_the_runs_behind_it),
	    cmocka_unit_test(a_damaged_environment_leaves_all_runs),
	    cmocka_unit_test(without_a_head_two_runs_prove_each_other),
	    cmocka_unit_test(without_heads_runs_of_two_boots_are_not_mixed),
	    cmocka_unit_test(a_head_that_does_not_match_or_stands_elsewhere_is_refused),
	};

	return cmocka_run_group_tests_name("salvage_head", tests, NULL, NULL);
}
