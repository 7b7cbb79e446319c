/* SPDX-License-Identifier: MIT */
/* A stored run for tests: see sample_run.h. */
#include "sample_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "memory.h"
#include "scratch.h"

void sample_run_open(struct sample_run *run, const char *subjects, unsigned rounds)
{
	char *copy = memory_text(subjects), *rest = copy, *names[8];
	struct store_plan plan = {.subjects = names, .samples = 10, .warmup = -1, .runs = rounds, .seed = 1};
	struct error error = {0};
	json_t *facts = json_pack("{s:{s:s, s:[s]}}", "doctor", "verdict", "unfit", "reasons", "under test");

	while (rest != NULL)
		names[plan.subject_count++] = strsep(&rest, " ");
	run->results = scratch_make_quick();
	assert_int_equal(store_create(&run->store, run->results, &plan, facts, &error), 0);
	free(copy);
}

/* Rounds are enough to tell boots apart: a subject boots once in each. */
static struct store_boot boot_of(const struct sample_run *run, const char *subject, unsigned round)
{
	struct store_boot boot = {.round = round, .subject = (char *)subject, .seconds = 1};
	unsigned place = 0;

	while (strcmp(run->store.plan.subjects[place], subject) != 0)
		place++;
	boot.index = round * (unsigned)run->store.plan.subject_count + place;
	return boot;
}

static void append(struct sample_run *run, const struct store_boot *boot, const char *bytes, size_t len_bytes)
{
	struct store_output output = {.stream = bytes, .stream_bytes = len_bytes};
	struct error error = {0};

	assert_int_equal(store_append(&run->store, boot, &output, &error), 0);
}

void sample_run_boot(struct sample_run *run, const char *subject, unsigned round, struct sample_stream *stream)
{
	struct store_boot boot = boot_of(run, subject, round);

	sample_done(stream, 0);
	append(run, &boot, stream->bytes, stream->len_bytes);
	sample_free(stream);
}

void sample_run_text(struct sample_run *run, const char *subject, unsigned round, enum store_status status, char *text)
{
	struct store_boot boot = boot_of(run, subject, round);

	boot.status = status;
	boot.reason = status == STORE_OK ? NULL : (char *)"cut";
	append(run, &boot, text, strlen(text));
	free(text);
}

void sample_run_failure(struct sample_run *run, const char *subject, unsigned round, enum store_status status,
			const char *reason)
{
	struct store_boot boot = boot_of(run, subject, round);
	struct error error = {0};

	boot.status = status;
	boot.reason = (char *)reason;
	assert_int_equal(store_append(&run->store, &boot, NULL, &error), 0);
}

char *sample_run_compare(struct sample_run *run, const struct summary_select *select, const char *a, const char *b,
			 void (*print)(FILE *file, const struct compare *compare, bool bold))
{
	struct summary summary;
	struct compare compare;
	struct error error = {0};
	char *text = NULL;
	size_t len_bytes;
	FILE *file = open_memstream(&text, &len_bytes);

	assert_int_equal(summary_load(&summary, &run->store, select, &error), 0);
	assert_int_equal(compare_make(&compare, (struct compare_side){&summary, a}, (struct compare_side){&summary, b},
				      0.03, &error),
			 0);
	print(file, &compare, false);
	fclose(file);
	compare_free(&compare);
	summary_free(&summary);
	return text;
}

void sample_run_close(struct sample_run *run)
{
	store_close(&run->store);
}
