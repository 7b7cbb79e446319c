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
#include "sample_run.h"

static const char subject[] = "aerokernel@metal";
static struct sample_run run;

static int run_open(void **state)
{
	(void)state;
	sample_run_open(&run, subject, 2);
	return 0;
}

static int run_close(void **state)
{
	(void)state;
	sample_run_close(&run);
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

/* The round in which the text is stored already, or -1. Frees the text. */
static int again(char *text, enum store_status status)
{
	struct collect_boot boot = {.status = status, .log = text, .log_bytes = strlen(text)};
	const struct store_boot *found = collect_again_find(&run.store, subject, &boot);
	int round = found != NULL ? (int)found->round : -1;

	free(text);
	return round;
}

static void a_boot_with_other_noise_around_it_is_known(void **state)
{
	(void)state;
	sample_run_text(&run, subject, 0, STORE_OK, say("77", 5, "", ""));
	sample_run_text(&run, subject, 1, STORE_OK, say(NULL, 6, "BIOS\n", "login:\n"));
	assert_int_equal(again(say("77", 5, "GRUB\n", ""), STORE_OK), 0);
	assert_int_equal(again(say("77", 5, "", "BIOS of the next boot\n"), STORE_OK), 0);
	assert_int_equal(again(say(NULL, 6, "", ""), STORE_OK), 1);
}

static void another_boot_is_not(void **state)
{
	(void)state;
	sample_run_text(&run, subject, 0, STORE_OK, say("77", 5, "", ""));
	sample_run_text(&run, subject, 1, STORE_OK, say(NULL, 6, "", ""));
	assert_int_equal(again(say("78", 5, "", ""), STORE_OK), -1);
	assert_int_equal(again(say("77", 6, "", ""), STORE_OK), -1);
	assert_int_equal(again(say(NULL, 7, "", ""), STORE_OK), -1);
	assert_null(collect_again_find(&run.store, "linux@host", &(struct collect_boot){.log = (char *)""}));
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
	sample_run_text(&run, subject, 0, STORE_CUT, say_part("77", "@run yield"));
	assert_int_equal(again(say("77", 5, "", ""), STORE_OK), -1);
	assert_int_equal(again(say_part("77", "@done"), STORE_CUT), -1); /* there is more of it now */
	assert_int_equal(again(say_part("77", "@run yield"), STORE_CUT), 0);
	assert_int_equal(again(say_part("78", "@done"), STORE_CUT), -1);
	sample_run_text(&run, subject, 1, STORE_OK, say("79", 5, "", ""));
	assert_int_equal(again(say_part("79", "@done"), STORE_CUT), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_boot_with_other_noise_around_it_is_known, run_open, run_close),
	    cmocka_unit_test_setup_teardown(another_boot_is_not, run_open, run_close),
	    cmocka_unit_test_setup_teardown(a_whole_boot_may_take_the_place_of_a_part_of_it, run_open, run_close),
	};

	return cmocka_run_group_tests_name("boots that are brought again", tests, NULL, NULL);
}
