/* SPDX-License-Identifier: MIT */
/* Which units the rows of a comparison's table have, and by what its count of rows is one. */
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

static const char aerokernel[] = "aerokernel@qemu", baseline[] = "linux@qemu";

static void boot(struct sample_run *run, const char *subject, unsigned round, const char *os)
{
	static const uint32_t ticks[] = {500, 510, 520}, beats[] = {900, 910}, missed[] = {3, 4};
	struct sample_stream stream;

	sample_open(&stream, os);
	sample_run(&stream, "alarm", "", ticks, 3, 50);
	sample_unit = "permille";
	sample_run(&stream, "rate", "", beats, 2, 50);
	sample_unit = "misses";
	sample_run(&stream, "slips", "", missed, 2, 50);
	sample_run_boot(run, subject, round, &stream);
}

/* The table of these benchmarks; allocated. */
static char *table_of(struct sample_run *run, char *benchmark,
		      void (*print)(FILE *file, const struct compare *compare, bool bold))
{
	struct summary_select select = {.benchmarks = (char *[]){benchmark}, .benchmark_count = benchmark != NULL};

	return sample_run_compare(run, &select, aerokernel, baseline, print);
}

static void markdown(FILE *file, const struct compare *compare, bool bold)
{
	(void)bold;
	compare_print_markdown(file, compare);
}

static void legend(FILE *file, const struct compare *compare, bool bold)
{
	(void)bold;
	compare_print_legend(file, compare, 1, false);
}

static void (*const prints[])(FILE *file, const struct compare *compare, bool bold) = {
    compare_print_systems, compare_print_versions, compare_print_details, markdown};

static void has(const char *text, const char *part, bool wanted)
{
	if ((strstr(text, part) != NULL) != wanted)
		fail_msg("'%s' is %s in:\n%s", part, wanted ? "not" : "wrongly", text);
}

static void every_table_names_the_units_that_its_head_does_not(void **state)
{
	struct sample_run run;

	(void)state;
	sample_run_open(&run, "aerokernel@qemu linux@qemu", 1);
	boot(&run, aerokernel, 0, "aerokernel");
	boot(&run, baseline, 0, "linux");
	for (size_t i = 0; i < sizeof(prints) / sizeof(prints[0]); i++) {
		char *text = table_of(&run, NULL, prints[i]);

		has(text, "ticks per operation", true);
		has(text, "alarm,", i == 2); /* the details go on with the runs */
		has(text, "rate, permille: more is better", true);
		has(text, "slips, misses", true);
		has(text, "misses: more", false);
		free(text);
		text = table_of(&run, (char[]){"rate"}, prints[i]);
		has(text, "permille per operation", true);
		has(text, "rate: more is better", true);
		free(text);
	}
	sample_run_close(&run);
}

static void intervals_say_what_they_are_made_of_and_how_many_are_chance(void **state)
{
	static const char by_chance[] = "up to 1 row in 40 is above by chance.\n";
	struct sample_run run;

	(void)state;
	for (unsigned rounds = 5; rounds <= 6; rounds++) { /* fewer than six have no interval, and no count */
		char *text;

		sample_run_open(&run, "aerokernel@qemu linux@qemu", rounds);
		for (unsigned i = 0; i < rounds; i++) {
			boot(&run, aerokernel, i, "aerokernel");
			boot(&run, baseline, i, "linux");
		}
		text = table_of(&run, NULL, compare_print_systems);
		has(text, "beyond doubt: median in 0 of 3, ", rounds == 6);
		has(text, by_chance, rounds == 6);
		free(text);
		text = table_of(&run, NULL, legend);
		has(text, "A ratio with an interval is made of each boot's own value;", rounds == 6);
		free(text);
		sample_run_close(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_table_names_the_units_that_its_head_does_not),
	    cmocka_unit_test(intervals_say_what_they_are_made_of_and_how_many_are_chance)};

	return cmocka_run_group_tests_name("compare_unit", tests, NULL, NULL);
}
