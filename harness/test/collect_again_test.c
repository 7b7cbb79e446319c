/* SPDX-License-Identifier: MIT */
/* A boot that is brought again is known, whatever came around it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "collect_again.h"
#include "memory.h"
#include "sample_stream.h"
#include "scratch.h"
#include "store.h"

static const char subject[] = "aerokernel@metal";
static struct store store;

static int store_make(void **state)
{
	char *subjects[] = {(char *)subject};
	struct store_plan plan = {.subjects = subjects, .subject_count = 1, .samples = 4, .warmup = -1, .runs = 2};
	struct error error = {0};

	(void)state;
	return store_create(&store, scratch_make(), &plan, json_object(), &error);
}

static int store_drop(void **state)
{
	(void)state;
	store_close(&store);
	return 0;
}

/* A boot whose one sample is value; stamp NULL: of a time before streams had one. Text before and behind it is noise. */
static char *say(const char *stamp, uint32_t value, const char *before, const char *behind)
{
	struct sample_stream stream;
	char *text;

	sample_open(&stream, "aerokernel");
	if (stamp != NULL)
		sample_env(&stream, "boot_stamp", stamp);
	wire_begin(&stream.wire, "head");
	wire_end_crc_head(&stream.wire);
	sample_run(&stream, "clock_read", "", &value, 1, 4);
	sample_run(&stream, "yield", "", &value, 1, 4);
	sample_done(&stream, 0);
	text = memory_format("%s%.*s%s", before, (int)stream.len_bytes, stream.bytes, behind);
	sample_free(&stream);
	return text;
}

/* Stores the text as the boot of this round. Frees the text. */
static void put(char *text, enum store_status status, unsigned round)
{
	struct store_boot boot = {.index = round, .round = round, .subject = (char *)subject, .status = status};
	struct store_output output = {.stream = text, .stream_bytes = strlen(text)};
	struct error error = {0};

	boot.reason = status == STORE_OK ? NULL : (char *)"cut";
	if (store_append(&store, &boot, &output, &error) != 0)
		fail_msg("%s", error.text);
	free(text);
}

/* The round in which the text is stored already, or -1. Frees the text. */
static int again(char *text, enum store_status status)
{
	struct collect_boot boot = {.status = status, .log = text, .log_bytes = strlen(text)};
	const struct store_boot *found = collect_again_find(&store, subject, &boot);
	int round = found != NULL ? (int)found->round : -1;

	free(text);
	return round;
}

static void a_boot_with_other_noise_around_it_is_known(void **state)
{
	(void)state;
	put(say("77", 5, "", ""), STORE_OK, 0);
	put(say(NULL, 6, "BIOS\n", "login:\n"), STORE_OK, 1);
	assert_int_equal(again(say("77", 5, "GRUB\n", ""), STORE_OK), 0);
	assert_int_equal(again(say("77", 5, "", "BIOS of the next boot\n"), STORE_OK), 0);
	assert_int_equal(again(say(NULL, 6, "", ""), STORE_OK), 1);
}

static void another_boot_is_not(void **state)
{
	(void)state;
	put(say("77", 5, "", ""), STORE_OK, 0);
	put(say(NULL, 6, "", ""), STORE_OK, 1);
	assert_int_equal(again(say("78", 5, "", ""), STORE_OK), -1);
	assert_int_equal(again(say("77", 6, "", ""), STORE_OK), -1);
	assert_int_equal(again(say(NULL, 7, "", ""), STORE_OK), -1);
	assert_null(collect_again_find(&store, "linux@host", &(struct collect_boot){.log = (char *)""}));
}

/* The same, cut before this record. */
static char *say_part(const char *stamp, const char *record)
{
	char *text = say(stamp, 5, "noise\n", "");

	*strstr(text, record) = '\0';
	return text;
}

static void a_whole_boot_may_take_the_place_of_a_part_of_it(void **state)
{
	(void)state;
	put(say_part("77", "@run yield"), STORE_CUT, 0);
	assert_int_equal(again(say("77", 5, "", ""), STORE_OK), -1);
	assert_int_equal(again(say_part("77", "@done"), STORE_CUT), -1); /* there is more of it now */
	assert_int_equal(again(say_part("77", "@run yield"), STORE_CUT), 0);
	assert_int_equal(again(say_part("78", "@done"), STORE_CUT), -1);
	put(say("79", 5, "", ""), STORE_OK, 1);
	assert_int_equal(again(say_part("79", "@done"), STORE_CUT), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_boot_with_other_noise_around_it_is_known, store_make, store_drop),
	    cmocka_unit_test_setup_teardown(another_boot_is_not, store_make, store_drop),
	    cmocka_unit_test_setup_teardown(a_whole_boot_may_take_the_place_of_a_part_of_it, store_make, store_drop),
	};

	return cmocka_run_group_tests_name("boots that are brought again", tests, NULL, NULL);
}
