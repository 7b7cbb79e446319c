/* SPDX-License-Identifier: MIT */
/* What stands around the rows of a table: on which machines the sides were measured, and how often each. */
#include "compare_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample_run.h"

static const char aerokernel[] = "aerokernel@metal", baseline[] = "linux@host";

/* One boot of the Aerokernel, two of Linux, on CPUs of these signatures. */
static void boots(struct sample_run *run, const char *of_aerokernel, const char *of_linux)
{
	static const uint32_t samples[] = {500, 510, 520};

	sample_run_open(run, "aerokernel@metal linux@host", 2);
	for (unsigned i = 0; i < 3; i++) {
		struct sample_stream stream;

		sample_open(&stream, i == 0 ? "aerokernel" : "linux");
		sample_env(&stream, "cpu_signature", i == 0 ? of_aerokernel : of_linux);
		sample_run(&stream, "wake", "", samples, 3, 50);
		sample_run_boot(run, i == 0 ? aerokernel : baseline, i / 2, &stream);
	}
}

static void has(char *text, const char *part, bool wanted)
{
	if ((strstr(text, part) != NULL) != wanted)
		fail_msg("'%s' is %s in:\n%s", part, wanted ? "not" : "wrongly", text);
}

static void every_table_says_whether_it_was_one_computer(void **state)
{
	static void (*const prints[])(FILE * file, const struct compare *compare, bool bold) = {
	    compare_print_systems, compare_print_versions, compare_print_details};
	struct sample_run same, other;

	(void)state;
	boots(&same, "0x406f1", "0x406f1");
	boots(&other, "0x406f1", "0x406f2");
	for (size_t i = 0; i < sizeof(prints) / sizeof(prints[0]); i++) {
		char *text = sample_run_compare(&same, NULL, aerokernel, baseline, prints[i]);

		has(text, "\naerokernel@metal and linux@host: ", true);
		has(text, "not the same computer", false);
		has(text, "machines differ", false);
		free(text);
		text = sample_run_compare(&other, NULL, aerokernel, baseline, prints[i]);
		has(text, "aerokernel@metal and linux@host: not the same computer: signature 0x406f1 and 0x406f2",
		    true);
		has(text, "The machines differ, so these ratios compare the machines as well as the systems.\n", true);
		free(text);
	}
	sample_run_close(&same);
	sample_run_close(&other);
}

static void the_sides_numbers_of_boots_stand_in_the_order_of_their_columns(void **state)
{
	struct sample_run run;
	char *text;

	(void)state;
	boots(&run, "0x406f1", "0x406f1");
	text =
	    sample_run_compare(&run, NULL, aerokernel, baseline, compare_print_systems); /* Linux p50, Aerokernel p50 */
	has(text, " 2×50, 1 of 2×50\n", true);
	free(text);
	text = sample_run_compare(&run, NULL, aerokernel, baseline, compare_print_versions); /* A p50, B p50 */
	has(text, " 1 of 2×50, 2×50\n", true);
	free(text);
	text = sample_run_compare(&run, NULL, baseline, aerokernel, compare_print_versions);
	has(text, " 2×50, 1 of 2×50\n", true);
	free(text);
	text = sample_run_compare(&run, NULL, aerokernel, baseline, compare_print_details);
	has(text, "wake, 1 of 2×50, 2×50; ", true);
	free(text);
	sample_run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_table_says_whether_it_was_one_computer),
	    cmocka_unit_test(the_sides_numbers_of_boots_stand_in_the_order_of_their_columns),
	};

	return cmocka_run_group_tests_name("compare_text", tests, NULL, NULL);
}
