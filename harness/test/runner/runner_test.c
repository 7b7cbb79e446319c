/* SPDX-License-Identifier: MIT */
/* The runner on a system that is no system: what it selects, in which order, what it writes, what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "fake.h"

/* --- Selection ---------------------------------------------------------------------------------------------------------- */

static int fresh(void **state)
{
	(void)state;
	fake_cpus = 2;
	fake_clock = 0;
	fake_threads_hang = false;
	fake_malloc_most = SIZE_MAX;
	fake_interrupts = fake_smis = -1;
	fake_smis_step = 3;
	fake_wrong = fake_watched = 0;
	fake_counts = false;
	fake_verdict = NULL;
	return 0;
}

static int nothing_left(void **state)
{
	(void)state;
	return fake_allocated == 0 ? 0 : -1;
}

static void selected_point_and_control_give_the_golden_text(void **state)
{
	(void)state;
	fake_interrupts = 100;
	assert_int_equal(
	    fake_run("bench=plain", "samples=18", "warmup=2", "seed=7", "unit=instructions", "idle=poll", NULL), 0);
	assert_string_equal(fake_text,
			    "@aero 1\n"
			    "@env cpus=2 clock_hz=1000000000 benches=8 points=2 selection=named samples=18 "
			    "warmup=2 seed=7 boot_stamp=4700\n@env os=none\n"
			    "@bench clock_read unit=ticks per=1 min_cpus=0 max_samples=0 extra=0 bare=0 series= "
			    "about=control spread= spread_at=\n"
			    "@bench plain unit=ticks per=4 min_cpus=0 max_samples=0 extra=0 bare=0 series= "
			    "about=one%20series,%20100%20and%20more spread= spread_at=\n"
			    "@head crc=3702136537\n"
			    "@run clock_read unit=instructions per=1 n=18 warmup=2\n"
			    "@w 3 3\n"
			    "@s 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3\n"
			    "@s 3 3\n"
			    "@end clock_read n=18 overflow=0 irqs=5 crc=206695647\n"
			    "@run plain unit=instructions per=4 n=18 warmup=2\n"
			    "@w 100 101\n"
			    "@s 102 103 104 105 106 107 108 109 110 111 112 113 114 115 116 117\n"
			    "@s 118 119\n"
			    "@end plain n=18 overflow=0 irqs=5 crc=2870138667\n"
			    "@done 0 runs=2 crc=323034319\n");
}

static void smis_of_a_point_are_told_only_where_they_are_known(void **state)
{
	(void)state;
	assert_int_equal(fake_run("bench=grid:threads=1:place=same", "samples=4", "warmup=0", NULL), 0);
	assert_null(strstr(fake_text, "smis="));
	fake_smis = 0;
	assert_int_equal(fake_run("bench=grid:threads=1:place=same", "samples=4", "warmup=0", NULL), 0);
	assert_int_equal(fake_lines("@end grid n=4 overflow=0 irqs=-1 smis=3 crc="), 2); /* each series of the point */
	fake_smis_step = 0;
	assert_int_equal(fake_run("bench=plain", "samples=4", NULL), 0);
	assert_int_equal(fake_lines("@end plain n=4 overflow=0 irqs=-1 smis=0 crc="), 1);
	fake_smis = 1000;
	fake_smis_step = -1; /* somebody sets it back */
	assert_int_equal(fake_run("bench=plain", "samples=4", NULL), 0);
	assert_null(strstr(fake_text, "smis="));
}

static void every_point_of_the_grid_is_a_run_per_series(void **state)
{
	static const char *const threads[] = {"1", "2", "16"};
	static const char *const places[] = {"same", "other"};

	(void)state;
	assert_int_equal(fake_run("bench=grid", "samples=5", NULL), 0);
	for (int i = 0; i < 6; i++) {
		char line[200];

		for (int series = 0; series < 2; series++) {
			snprintf(line, sizeof(line),
				 "@run grid unit=ticks per=1 n=5 warmup=2 threads=%s place=%s series=%s\n@w ",
				 threads[i / 2], places[i % 2], series == 0 ? "call" : "last");
			assert_non_null(strstr(fake_text, line));
		}
	}
	assert_int_equal(fake_lines("@run grid "), 12);
	assert_non_null(
	    strstr(fake_text, "threads=16 place=other series=last\n@w 1016 1016\n@s 1016 1016 1016 1016 1016\n"));
	assert_non_null(strstr(fake_text, "threads=16 place=same series=last\n@w 16 16\n"));
	assert_non_null(strstr(fake_text, "threads=2 place=other series=call\n@w 2 2\n"));
}

static void selection_names_points(void **state)
{
	(void)state;
	assert_int_equal(fake_run("bench=grid:threads=2,plain,grid:place=other:threads=2,grid:threads=16:place=same",
				  "samples=5", NULL),
			 0);
	assert_int_equal(fake_lines("@run clock_read "), 1);
	assert_int_equal(fake_lines("@run plain "), 1);
	assert_int_equal(fake_lines("@run grid "), 6); /* a point that is named twice is measured once */
	assert_null(strstr(fake_text, "threads=1 "));
	assert_null(strstr(fake_text, "threads=16 place=other"));
	assert_int_equal(fake_run("bench=clock_read", "samples=5", NULL), 0);
	assert_int_equal(fake_lines("@run "), 1);
}

static void control_is_first_and_extra_ones_are_last_for_every_seed(void **state)
{
	static const char *const seeds[] = {"seed=1", "seed=2", "seed=3", "seed=9223372036854775807"};

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(fake_run("bench=plain,enormous,grid,randoms", "samples=1", seeds[i], NULL), 0);
		assert_int_equal(fake_lines("@run enormous"), 2);
		assert_ptr_equal(strstr(fake_text, "\n@run "), strstr(fake_text, "\n@run clock_read "));
		for (char *at = strstr(fake_text, "\n@run enormous"); at != NULL; at = strstr(at + 1, "\n@run "))
			assert_memory_equal(at, "\n@run enormous ", 15);
	}
}

/* The @run lines of fake_text, one after the other. */
static char *order(void)
{
	char *runs = calloc(1, sizeof(fake_text));

	for (char *at = strstr(fake_text, "\n@run"); at != NULL; at = strstr(at + 1, "\n@run"))
		strncat(runs, at, strcspn(at + 1, "\n") + 1);
	return runs;
}

static void order_depends_on_the_seed_and_on_nothing_else(void **state)
{
	char *first, *again, *other;

	(void)state;
	fake_run("bench=plain,grid,randoms,own_unit", "samples=1", "seed=1", NULL);
	first = order();
	fake_run("bench=own_unit,randoms,grid,plain", "samples=1", "seed=1", NULL);
	again = order();
	fake_run("bench=plain,grid,randoms,own_unit", "samples=1", "seed=2", NULL);
	other = order();
	assert_string_equal(first, again);
	assert_string_not_equal(first, other);
	assert_int_equal(strlen(first), strlen(other));
	free(first);
	free(again);
	free(other);
}

static void random_numbers_depend_on_seed_and_point_not_on_the_selection(void **state)
{
	uint64_t alone[4];

	(void)state;
	fake_run("bench=randoms:step=1", "samples=1", NULL);
	memcpy(alone, fake_random, sizeof(alone));
	for (int i = 0; i < 4; i++)
		assert_in_range(alone[i], 20, 29);
	fake_run("samples=1", "bench=grid,plain,randoms:step=1", NULL);
	assert_memory_equal(alone, fake_random, sizeof(alone));
	fake_run("bench=randoms:step=2", "samples=1", NULL);
	assert_memory_not_equal(alone, fake_random, sizeof(alone));
	fake_run("bench=randoms:step=1", "samples=1", "seed=2", NULL);
	assert_memory_not_equal(alone, fake_random, sizeof(alone));
}

static void default_is_the_suite_with_ten_thousand_samples(void **state)
{
	(void)state;
	assert_int_equal(fake_run("bench=plain", NULL), 0);
	assert_string_equal(fake_line("@run plain"), "@run plain unit=ticks per=4 n=10000 warmup=1000");
	assert_int_equal(fake_run("samples=3", NULL), 7); /* those of defective that fail */
	assert_int_equal(fake_lines("@run clock_read"), 1);
	assert_int_equal(fake_lines("@run grid"), 12);
	assert_int_equal(fake_lines("@skip "), 2);
	assert_int_equal(fake_lines("@fail "), 7);
}

static void extra_benchmark_is_measured_only_where_it_is_named(void **state)
{
	(void)state;
	fake_run("samples=3", NULL);
	assert_int_equal(fake_lines("@run enormous"), 0);
	assert_int_equal(fake_lines("@run plain"), 1);
	assert_int_equal(fake_run("bench=enormous", "samples=3", NULL), 0);
	assert_int_equal(fake_lines("@run enormous"), 2);
	assert_int_equal(fake_run("bench=enormous:size=10000", "samples=3", NULL), 0);
	assert_int_equal(fake_lines("@run enormous"), 1);
}

static void warmup_is_the_larger_of_200_and_a_tenth_unless_given(void **state)
{
	(void)state;
	fake_run("bench=plain", "samples=1990", NULL);
	assert_string_equal(fake_line("@run plain"), "@run plain unit=ticks per=4 n=1990 warmup=200");
	fake_run("bench=plain", "samples=2010", NULL);
	assert_string_equal(fake_line("@run plain"), "@run plain unit=ticks per=4 n=2010 warmup=201");
	fake_run("bench=plain", "samples=2010", "warmup=0", NULL);
	assert_string_equal(fake_line("@run plain"), "@run plain unit=ticks per=4 n=2010 warmup=0");
	assert_non_null(strstr(fake_text, "warmup=0\n@s 100 "));
	fake_run("bench=grid", "samples=2010", "warmup=50", NULL);
	assert_string_equal(fake_line("@run grid"), fake_line("@run grid unit=ticks per=1 n=20 warmup=2"));
}

static void own_unit_stays_whatever_a_tick_is(void **state)
{
	(void)state;
	fake_run("bench=own_unit,plain", "samples=1", "unit=instructions", NULL);
	assert_non_null(fake_line("@run own_unit unit=detours"));
	assert_non_null(fake_line("@run plain unit=instructions"));
}

/* --- Counting ----------------------------------------------------------------------------------------------------------- */

static void events_are_counted_in_turns_behind_all_results(void **state)
{
	const char *counts, *last_run = NULL;

	(void)state;
	fake_counts = true;
	assert_int_equal(fake_run("bench=plain", "samples=18", "warmup=2",
				  "events=r5300c0/instructions,s0/shared,r76/odd,r1a/third", NULL),
			 0);
	assert_string_equal(fake_line("@nocount"), "@nocount odd reason=an%20odd%20event");
	assert_int_equal(fake_lines("@nocount"), 1);
	assert_int_equal(fake_lines("@count"), 6);
	assert_string_equal(fake_line("@count clock_read event=instructions"),
			    "@count clock_read event=instructions count=5439680 iterations=20 per=1");
	assert_string_equal(fake_line("@count plain event=shared"),
			    "@count plain event=shared count=-1 iterations=20 per=4");
	assert_string_equal(fake_line("@count plain event=third"),
			    "@count plain event=third count=26 iterations=20 per=4");
	assert_int_equal(fake_lines("@run"), 2); /* the counting pass has no samples */
	counts = strstr(fake_text, "@nocount");
	for (const char *at = fake_text; (at = strstr(at, "@end")) != NULL; at++)
		last_run = at;
	assert_true(counts > last_run);
}

static void events_that_nobody_counts_leave_the_samples_as_they_are(void **state)
{
	static char without[sizeof(fake_text)];
	size_t same;

	(void)state;
	assert_int_equal(fake_run("bench=plain", "samples=18", "warmup=2", NULL), 0);
	strcpy(without, fake_text);
	fake_clock = 0;
	assert_int_equal(fake_run("bench=plain", "samples=18", "warmup=2", "events=rc0/a,s1/b", NULL), 0);
	same = (size_t)(strstr(without, "@done") - without);
	assert_memory_equal(without, fake_text, same);
	assert_int_equal(fake_lines("@nocount"), 2);
	assert_string_equal(fake_line("@nocount b"), "@nocount b reason=this%20system%20counts%20no%20events");
	assert_int_equal(fake_lines("@count"), 0);
	assert_int_equal(fake_lines("@done 0 runs=2"), 1);
}

static void failure_of_a_measured_point_leaves_nothing_to_count(void **state)
{
	(void)state;
	fake_counts = true;
	assert_true(fake_run("samples=18", "events=rc0/a", NULL) > 0);
	assert_int_equal(fake_lines("@count"), 0);
	assert_int_equal(fake_lines("@nocount"), 0);
}

static void wrong_events_are_refused(void **state)
{
	static const char *const wrong[] = {"events=",      "events=rc0",         "events=rc0/",
					    "events=c0/a",  "events=rC0/a",       "events=r/a",
					    "events=sc0/a", "events=rc0/a,",      "events=,rc0/a",
					    "events=x1/a",  "events=rc0/a,r76/a", "events=r12345678123456789/a"};

	(void)state;
	fake_counts = true;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(fake_run(wrong[i], NULL), -22);
		assert_non_null(strstr(fake_text, "must be CODE/NAME"));
	}
}

/* --- Failures ------------------------------------------------------------------------------------------------------------- */

static void defect_is_a_fail_without_numbers(void **state)
{
	static const struct {
		const char *selection, *reason;
	} known[] = {
	    {"bench=defective:how=fewer", "how=fewer reason=recorded%20fewer%20samples%20than%20it%20was%20granted"},
	    {"bench=defective:how=more", "how=more reason=recorded%20more%20samples%20than%20it%20was%20granted"},
	    {"bench=defective:how=backward",
	     "how=backward reason=a%20stop%20stamp%20lies%20before%20its%20start%20stamp"},
	    {"bench=defective:how=overflow", "how=overflow reason=a%20sample%20does%20not%20fit%2032%20bits"},
	    {"bench=defective:how=check", "how=check reason=switches%20are%202%20a%20round"},
	    {"bench=defective:how=question",
	     "how=question reason=the%20benchmark%20asks%20for%20a%20parameter%20that%20it%20does%20not%20have"},
	    {"bench=defective:how=number",
	     "how=number reason=the%20benchmark%20asks%20for%20a%20number%20that%20its%20parameters%20do%20not%20hold"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_int_equal(fake_run(known[i].selection, "samples=10", "warmup=3", NULL), 1);
		assert_string_equal(fake_line("@fail ") + strlen("@fail defective "), known[i].reason);
		assert_int_equal(fake_lines("@run "), 1);
		assert_int_equal(fake_lines("@end "), 1);
		assert_non_null(fake_line("@done 1 runs=1 "));
	}
}

/* fake_text without the lines that begin with '#'. */
static const char *unwatched_text(void)
{
	static char text[sizeof(fake_text)];
	size_t len_bytes = 0;

	for (const char *line = fake_text, *next; *line != '\0'; line = next) {
		next = strchr(line, '\n') + 1;
		if (*line == '#')
			continue;
		memcpy(text + len_bytes, line, (size_t)(next - line));
		len_bytes += (size_t)(next - line);
	}
	text[len_bytes] = '\0';
	return text;
}

static void machine_that_is_no_longer_believed_fails_the_stream(void **state)
{
	(void)state;
	assert_int_equal(fake_run("bench=plain", "samples=18", "seed=7", NULL), 0);
	assert_int_equal(fake_lines("@fail"), 0);
	fake_verdict = "the clocks of CPUs 0 and 1 have moved apart";
	fake_watched = 1;
	assert_int_equal(fake_run("bench=plain", "samples=18", "warmup=2", "seed=7", NULL), 1);
	assert_string_equal(strstr(fake_text, "\n@fail machine"),
			    "\n@fail machine reason=the%20clocks%20of%20CPUs%200%20and%201%20have%20moved%20apart\n"
			    "@done 1 runs=2 crc=713456045\n"
			    "# end 1\n");
	fake_counts = true; /* behind the counts, too */
	assert_int_equal(fake_run("bench=plain", "samples=18", "events=rc0/instructions", NULL), 1);
	assert_true(strstr(fake_text, "\n@fail machine") > strstr(fake_text, "\n@count plain"));
	assert_int_equal(fake_lines("@done 1 runs=2 "), 1);
	assert_int_equal(fake_run("mode=list", NULL), 0); /* a list has no numbers */
}

static void watch_is_told_between_points_and_changes_no_byte_of_the_stream(void **state)
{
	char *silent;

	(void)state;
	assert_int_equal(fake_run("bench=grid:threads=2,needs_four", "samples=5", "warmup=1", NULL), 0);
	silent = strdup(fake_text);
	fake_watched = 1;
	assert_int_equal(fake_run("bench=grid:threads=2,needs_four", "samples=5", "warmup=1", NULL), 0);
	assert_string_equal(unwatched_text(), silent);
	free(silent);
	assert_int_equal(fake_lines("#"), 1 + 4 + 1 + 2 * 2 + 1 + 1);
	assert_int_equal(strncmp(fake_text, "# 4 points 6 rows in ticks\n@aero", 32), 0);
	assert_non_null(strstr(fake_text, "\n# 0 of 4: clock_read []\n@run clock_read"));
	assert_non_null(strstr(fake_text, "\n# [] 5 ticks / 1, 3 to 3\n# 1 of 4: "));
	assert_non_null(strstr(fake_text, ": grid [threads=2 place=same]\n@run"));
	assert_non_null(strstr(fake_text, "\n# [call] 5 ticks / 1, 2 to 2\n# [last] 5 ticks / 1, 1002 to 1002\n"));
	assert_non_null(strstr(fake_text, ": needs_four []\n@skip needs_four"));
	assert_non_null(strstr(fake_text, "\n# skipped: needs 4 CPUs, here are 2\n"));
	assert_string_equal(strstr(fake_text, "# end"), "# end 0\n");
	assert_true(strstr(fake_text, "@done 0") < strstr(fake_text, "# end"));
}

static void watch_is_told_of_failures_and_of_the_second_pass(void **state)
{
	(void)state;
	fake_watched = 1;
	fake_counts = true;
	assert_int_equal(fake_run("bench=plain", "samples=3", "warmup=0", "events=r1/a", NULL), 0);
	assert_non_null(strstr(fake_text, "\n# [] 3 ticks / 4, 100 to 102\n# 0 of 2 again: clock_read []\n@count"));
	assert_non_null(strstr(fake_text, "\n# 1 of 2 again: plain []\n@count"));
	assert_int_equal(fake_lines("# "), 1 + 2 * 2 + 2 + 1);
	fake_counts = false;
	assert_int_equal(fake_run("bench=defective:how=check", "samples=3", NULL), 1);
	assert_non_null(strstr(fake_text, "\n# failed: switches are 2 a round\n"));
	assert_string_equal(strstr(fake_text, "# end"), "# end 1\n");
}

static void watch_without_memory_is_one_line_and_no_stream(void **state)
{
	(void)state;
	fake_watched = 2;
	assert_int_equal(fake_run("bench=plain", NULL), -RUNNER_EINVAL);
	assert_int_equal(fake_lines("@"), 0);
	assert_non_null(strstr(fake_text, "aerobench: memory: not enough for the table of results"));
}

static void skip_has_its_reason_and_is_no_failure(void **state)
{
	(void)state;
	assert_int_equal(fake_run("bench=defective:how=skips,needs_four", "samples=10", NULL), 0);
	assert_non_null(fake_line("@skip defective how=skips reason=not%20on%20a%20Tuesday"));
	assert_non_null(fake_line("@skip needs_four reason=needs%204%20CPUs,%20here%20are%202"));
	assert_non_null(fake_line("@done 0 runs=1 "));
	fake_cpus = 4;
	assert_int_equal(fake_run("bench=needs_four", "samples=10", NULL), 0);
	assert_int_equal(fake_lines("@run needs_four "), 1);
}

static void crcs_of_a_whole_stream_are_zlibs(void **state)
{
	const char *run, *crc;
	uint32_t head;

	(void)state;
	fake_run("samples=33", NULL);
	head = (uint32_t)strtoul(strstr(fake_text, "@head crc=") + 10, NULL, 10);
	for (run = strstr(fake_text, "@run"); run != NULL; run = strstr(run + 1, "\n@run")) {
		run += *run == '\n';
		crc = strstr(run, " crc=");
		assert_int_equal(strtoul(crc + 5, NULL, 10),
				 crc32(head, (const unsigned char *)run, (uInt)(crc - run)));
	}
	crc = strstr(strstr(fake_text, "@done"), " crc=");
	assert_int_equal(strtoul(crc + 5, NULL, 10),
			 crc32(0, (const unsigned char *)fake_text, (uInt)(crc - fake_text)));
}

static void wrong_word_is_one_line_that_names_it_and_no_stream(void **state)
{
	static const struct {
		const char *word, *line;
	} known[] = {
	    {"bench=planer", "aerobench: planer: no such benchmark; mode=list lists them\n"},
	    {"bench=plain,", NULL},
	    {"bench=plain,,grid", "aerobench: : no such benchmark; mode=list lists them\n"},
	    {"bench=", "aerobench: bench=: names no benchmark; leave it out to measure the suite\n"},
	    {"bench=grid:thread=2", "aerobench: grid:thread=2: no such parameter; mode=list lists them\n"},
	    {"bench=grid:threads=3", "aerobench: grid:threads=3: no such value; mode=list lists them\n"},
	    {"bench=grid:threads", "aerobench: grid:threads: no such value; mode=list lists them\n"},
	    {"bench=grid:threads=1:threads=2",
	     "aerobench: grid:threads=1:threads=2: a parameter twice; name the benchmark once for each value\n"},
	    {"samples=0", "aerobench: samples=0: must be a number from 1 to 1000000\n"},
	    {"samples=1000001", "aerobench: samples=1000001: must be a number from 1 to 1000000\n"},
	    {"samples=18446744073709551617",
	     "aerobench: samples=18446744073709551617: must be a number from 1 to 1000000\n"},
	    {"samples=ten", "aerobench: samples=ten: must be a number from 1 to 1000000\n"},
	    {"samples=-1", "aerobench: samples=-1: must be a number from 1 to 1000000\n"},
	    {"samples=", "aerobench: samples=: must be a number from 1 to 1000000\n"},
	    {"warmup=1000001", "aerobench: warmup=1000001: must be a number from 0 to 1000000\n"},
	    {"seed=9223372036854775808", "aerobench: seed=9223372036854775808: must be a number below 2^63\n"},
	    {"unit=seconds", "aerobench: unit=seconds: must be ticks or instructions\n"},
	    {"mode=test", "aerobench: mode=test: must be bench, list or conform here\n"},
	    {"test=", "aerobench: test=: must be part of a conformance test's name\n"},
	    {"idle=never", "aerobench: idle=never: unknown word, or a value that it cannot have\n"},
	    {"sample=5", "aerobench: sample=5: unknown word, or a value that it cannot have\n"},
	    {"a_key_that_is_far_too_long_for_anybody=1",
	     "aerobench: a_key_that_is_far_too_long_for_anybody=1: unknown word, or a value that it cannot have\n"},
	    {"=5", "aerobench: =5: unknown word, or a value that it cannot have\n"},
	    {"quiet", "aerobench: quiet: is not KEY=VALUE\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].line == NULL) {
			assert_int_equal(fake_run(known[i].word, NULL), 0);
			continue;
		}
		assert_int_equal(fake_run(known[i].word, NULL), -RUNNER_EINVAL);
		assert_string_equal(fake_text, known[i].line);
	}
	assert_int_equal(fake_run("bench=plain", "idle=poll", "samples=5", "idle=halt", NULL), -RUNNER_EINVAL);
	assert_string_equal(fake_text, "aerobench: idle=poll, idle=halt: one word twice; give one of them\n");
}

static void too_little_memory_is_one_line_with_the_remedy(void **state)
{
	(void)state;
	fake_malloc_most = 100000;
	assert_int_equal(fake_run("bench=plain", "samples=100000", NULL), -RUNNER_EINVAL);
	assert_string_equal(fake_text,
			    "aerobench: memory: not enough for this many samples; give a smaller samples=\n");
	assert_int_equal(fake_run("bench=plain", "samples=10000", NULL), 0);
	fake_malloc_most = 8;
	assert_int_equal(fake_run(NULL, NULL), -RUNNER_EINVAL);
	assert_int_equal(fake_lines("@"), 0);
}

/* --- Other modes ------------------------------------------------------------------------------------------------------------ */

static void list_has_one_record_for_each_benchmark_by_name(void **state)
{
	(void)state;
	assert_int_equal(fake_run("mode=list", NULL), 0);
	assert_non_null(
	    strstr(fake_text,
		   "@bench clock_read unit=ticks per=1 min_cpus=0 max_samples=0 extra=0 bare=0 series= about=control "
		   "spread= spread_at=\n"
		   "@bench defective unit=ticks per=1 min_cpus=0 max_samples=0 extra=0 bare=0 series= "
		   "about=every%20way%20to%20be%20wrong spread= spread_at= "
		   "how=fewer|more|backward|overflow|check|skips|question|number\n"
		   "@bench enormous unit=ticks per=1 min_cpus=0 max_samples=0 extra=1 bare=0 series= "
		   "about=only%20where%20it%20is%20named spread=its%20size spread_at=size%3D10000 size=1|10000\n"
		   "@bench grid unit=ticks per=1 min_cpus=0 max_samples=20 extra=0 bare=0 series=call|last "
		   "about=parameters spread= spread_at= "
		   "threads=1|2|16 place=same|other\n"
		   "@bench needs_four unit=ticks per=1 min_cpus=4 max_samples=0 extra=0 bare=0 series= "
		   "about=many%20CPUs spread= spread_at=\n"
		   "@bench own_unit "));
	assert_int_equal(fake_lines("@bench "), 8);
	assert_int_equal(fake_lines("@done 0 runs=0 crc="), 1);
}

static void conform_reports_ktap_by_name(void **state)
{
	(void)state;
	assert_int_equal(fake_run("mode=conform", NULL), 0);
	assert_string_equal(fake_text, "KTAP version 1\n1..3\n"
				       "# aa_threads\nok 1 - aa_threads: a gang runs on every CPU\n"
				       "# bb_checks\nok 2 - bb_checks: checks are reported\n"
				       "# cc_wide\nok 3 - cc_wide: needs three CPUs # SKIP needs 3 CPUs, here are 2\n");
}

static void conform_failure_is_counted_and_explained(void **state)
{
	(void)state;
	fake_wrong = -22;
	assert_int_equal(fake_run("mode=conform", "test=checks", NULL), 1);
	assert_non_null(strstr(fake_text, "\n1..1\n"));
	assert_non_null(strstr(fake_text, ": not true: fake_wrong == 0\n"));
	assert_non_null(strstr(fake_text, ": not true: fake_wrong is 0: -22, not 0\n"));
	assert_non_null(strstr(fake_text, "\nnot ok 1 - bb_checks: checks are reported\n"));
}

static void conform_hang_fails_the_test_and_ends_the_run(void **state)
{
	(void)state;
	fake_threads_hang = true;
	assert_int_equal(fake_run("mode=conform", NULL), 1);
	assert_non_null(strstr(fake_text, "\nnot ok 1 - aa_threads: "));
	assert_non_null(strstr(fake_text, "\nBail out! "));
	assert_null(strstr(fake_text, "bb_checks"));
}

static void conform_that_runs_nothing_has_failed(void **state)
{
	(void)state;
	assert_int_equal(fake_run("mode=conform", "test=zz", NULL), 1);
}

#define RUNNER_TEST(test) cmocka_unit_test_setup_teardown(test, fresh, nothing_left)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    RUNNER_TEST(selected_point_and_control_give_the_golden_text),
	    RUNNER_TEST(smis_of_a_point_are_told_only_where_they_are_known),
	    RUNNER_TEST(every_point_of_the_grid_is_a_run_per_series),
	    RUNNER_TEST(selection_names_points),
	    RUNNER_TEST(control_is_first_and_extra_ones_are_last_for_every_seed),
	    RUNNER_TEST(order_depends_on_the_seed_and_on_nothing_else),
	    RUNNER_TEST(random_numbers_depend_on_seed_and_point_not_on_the_selection),
	    RUNNER_TEST(default_is_the_suite_with_ten_thousand_samples),
	    RUNNER_TEST(extra_benchmark_is_measured_only_where_it_is_named),
	    RUNNER_TEST(warmup_is_the_larger_of_200_and_a_tenth_unless_given),
	    RUNNER_TEST(own_unit_stays_whatever_a_tick_is),
	    RUNNER_TEST(defect_is_a_fail_without_numbers),
	    RUNNER_TEST(machine_that_is_no_longer_believed_fails_the_stream),
	    RUNNER_TEST(watch_is_told_between_points_and_changes_no_byte_of_the_stream),
	    RUNNER_TEST(watch_is_told_of_failures_and_of_the_second_pass),
	    RUNNER_TEST(watch_without_memory_is_one_line_and_no_stream),
	    RUNNER_TEST(skip_has_its_reason_and_is_no_failure),
	    RUNNER_TEST(events_are_counted_in_turns_behind_all_results),
	    RUNNER_TEST(events_that_nobody_counts_leave_the_samples_as_they_are),
	    RUNNER_TEST(failure_of_a_measured_point_leaves_nothing_to_count),
	    RUNNER_TEST(wrong_events_are_refused),
	    RUNNER_TEST(crcs_of_a_whole_stream_are_zlibs),
	    RUNNER_TEST(wrong_word_is_one_line_that_names_it_and_no_stream),
	    RUNNER_TEST(too_little_memory_is_one_line_with_the_remedy),
	    RUNNER_TEST(list_has_one_record_for_each_benchmark_by_name),
	    RUNNER_TEST(conform_reports_ktap_by_name),
	    RUNNER_TEST(conform_failure_is_counted_and_explained),
	    RUNNER_TEST(conform_hang_fails_the_test_and_ends_the_run),
	    RUNNER_TEST(conform_that_runs_nothing_has_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
