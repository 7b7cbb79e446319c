/* SPDX-License-Identifier: MIT */
/* What a session says of CPUs is what it will do with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "profile.h"
#include "session_text.h"

static void check(char *isolated, char *housekeeping, const char *wanted)
{
	struct profile_word word = {(char *)"nowatchdog", "because"};
	struct profile profile = {
	    .name = "isolated", .isolated = isolated, .housekeeping = housekeeping, .words = &word, .word_count = 1};
	char *text = NULL;
	size_t len_bytes = 0;
	FILE *file = open_memstream(&text, &len_bytes);

	session_print_profile(file, &profile);
	fclose(file);
	assert_memory_equal(text, wanted, strlen(wanted));
	assert_non_null(strstr(text, "those of all CPUs run on the others as well.\n"));
	free(text);
}

static void the_housekeeping_is_told_as_measured_on_where_all_cpus_are(void **state)
{
	(void)state;
	check((char *)"1", (char *)"0",
	      "Profile isolated on this computer: CPU 1 is isolated, CPU 0 does the housekeeping. ");
	check((char *)"1-3,5-7", (char *)"0,4",
	      "Profile isolated on this computer: CPUs 1-3,5-7 are isolated, CPUs 0,4 do the housekeeping. ");
	check((char *)"2,3", (char *)"0-1",
	      "Profile isolated on this computer: CPUs 2,3 are isolated, CPUs 0-1 do the housekeeping. ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_housekeeping_is_told_as_measured_on_where_all_cpus_are),
	};

	return cmocka_run_group_tests_name("session_text", tests, NULL, NULL);
}
