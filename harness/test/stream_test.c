/* SPDX-License-Identifier: MIT */
/*
 * The stream's reader, against the writer that the programs under test use and against everything that can happen to
 * bytes on the way: a flipped bit, a cut, an exchanged line, records that contradict each other.
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
#include "sample_stream.h"
#include "stream.h"

/* All that a stream says, as one text: two streams with the same text say the same. */
static char *fingerprint(const struct stream *stream)
{
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);

	for (size_t i = 0; i < stream->env_count; i++)
		fprintf(file, "env %s=%s\n", stream->env[i].key, stream->env[i].value);
	for (size_t i = 0; i < stream->run_count; i++) {
		const struct stream_run *run = &stream->runs[i];
		char *params = stream_point_params(&run->point);

		fprintf(file, "run %s [%s] %s %u %jd\n", run->point.benchmark, params, run->unit, run->per,
			(intmax_t)run->irqs);
		for (size_t j = 0; j < run->warmup_count; j++)
			fprintf(file, " w%u", run->warmup[j]);
		for (size_t j = 0; j < run->n; j++)
			fprintf(file, " %u", run->samples[j]);
		free(params);
	}
	for (size_t i = 0; i < stream->skip_count; i++)
		fprintf(file, "skip %s %s\n", stream->skips[i].point.benchmark, stream->skips[i].reason);
	fclose(file);
	return text;
}

static int parse(const char *bytes, size_t len_bytes, struct error *error)
{
	struct stream stream;
	int status;

	*error = (struct error){0};
	status = stream_parse(&stream, bytes, len_bytes, error);
	if (status != 0) {
		assert_int_equal(stream.run_count, 0);
		assert_null(stream.runs);
		assert_true(strlen(error->text) > 0);
	}
	stream_free(&stream);
	return status;
}

static void a_written_stream_is_read_back_whole(void **state)
{
	struct sample_stream sample;
	struct stream stream;
	struct error error = {0};

	(void)state;
	sample_whole(&sample);
	assert_int_equal(stream_parse(&stream, sample.bytes, sample.len_bytes, &error), 0);
	assert_int_equal(stream.run_count, 3);
	assert_string_equal(stream_env(&stream, "os"), "aerokernel 100%");
	assert_string_equal(stream_env(&stream, "clock_hz"), "2000000000");
	assert_null(stream_env(&stream, "absent"));
	assert_string_equal(stream.runs[1].point.benchmark, "wake");
	assert_string_equal(stream_point_value(&stream.runs[1].point, "place"), "same");
	assert_string_equal(stream_point_value(&stream.runs[2].point, "series"), "last");
	assert_int_equal(stream.runs[1].n, 33);
	assert_int_equal(stream.runs[1].samples[3], 4294967295u);
	assert_int_equal(stream.runs[1].samples[32], 157);
	assert_int_equal(stream.runs[1].warmup_count, 2);
	assert_int_equal(stream.runs[1].warmup[0], 900);
	assert_true(stream.runs[1].irqs == -1);
	assert_int_equal(stream.skip_count, 1);
	assert_string_equal(stream.skips[0].reason, "needs 2 CPUs, here is 1");
	assert_int_equal(stream.noise_count, 2);
	assert_string_equal(stream.noise[0], "boot: hello, this @run is no record");
	stream_free(&stream);
	sample_free(&sample);
}

static void a_flipped_bit_anywhere_is_found_or_changes_no_record(void **state)
{
	struct sample_stream sample;
	struct stream stream;
	struct error error = {0};
	char *good;
	size_t found = 0, harmless = 0;

	(void)state;
	sample_whole(&sample);
	assert_int_equal(stream_parse(&stream, sample.bytes, sample.len_bytes, &error), 0);
	good = fingerprint(&stream);
	stream_free(&stream);
	for (size_t at = 0; at < sample.len_bytes; at++) {
		for (unsigned flip = 1; flip < 256; flip++) {
			sample.bytes[at] ^= (char)flip;
			error = (struct error){0};
			if (stream_parse(&stream, sample.bytes, sample.len_bytes, &error) != 0) {
				assert_int_equal(stream.run_count, 0);
				found++;
			} else {
				char *now = fingerprint(&stream);

				assert_string_equal(now, good);
				free(now);
				harmless++;
			}
			stream_free(&stream);
			sample.bytes[at] ^= (char)flip;
		}
	}
	assert_true(harmless <= 36 * 255); /* the noise lines and no more */
	assert_true(found > harmless);
	free(good);
	sample_free(&sample);
}

static void a_cut_at_any_byte_is_found(void **state)
{
	struct sample_stream sample;
	struct error error;

	(void)state;
	sample_whole(&sample);
	assert_int_equal(parse(sample.bytes, sample.len_bytes, &error), 0);
	for (size_t len = 0; len < sample.len_bytes; len++)
		assert_int_equal(parse(sample.bytes, len, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "line"));
	sample_free(&sample);
}

static void a_missing_byte_is_found_or_changes_no_record(void **state)
{
	struct sample_stream sample;
	struct stream stream;
	struct error error = {0};
	char *good;

	(void)state;
	sample_whole(&sample);
	assert_int_equal(stream_parse(&stream, sample.bytes, sample.len_bytes, &error), 0);
	good = fingerprint(&stream);
	stream_free(&stream);
	for (size_t at = 0; at < sample.len_bytes; at++) {
		char *holed = memory_new(sample.len_bytes, 1);

		memcpy(holed, sample.bytes, at);
		memcpy(holed + at, sample.bytes + at + 1, sample.len_bytes - at - 1);
		error = (struct error){0};
		if (stream_parse(&stream, holed, sample.len_bytes - 1, &error) == 0) {
			char *now = fingerprint(&stream);

			assert_string_equal(now, good);
			free(now);
		}
		stream_free(&stream);
		free(holed);
	}
	free(good);
	sample_free(&sample);
}

/* Writes lines[] in order with lines a and b exchanged. */
static char *exchange(char *const *lines, size_t count, size_t a, size_t b)
{
	char *text = NULL;
	size_t len = 0;
	FILE *file = open_memstream(&text, &len);

	for (size_t i = 0; i < count; i++)
		fprintf(file, "%s\n", lines[i == a ? b : i == b ? a : i]);
	fclose(file);
	return text;
}

static void two_exchanged_records_are_found(void **state)
{
	struct sample_stream sample;
	struct error error;
	char *lines[64], *copy, *rest;
	size_t count = 0;

	(void)state;
	sample_whole(&sample);
	copy = rest = memory_new(sample.len_bytes + 1, 1);
	memcpy(copy, sample.bytes, sample.len_bytes);
	copy[sample.len_bytes - 1] = '\0';
	while (rest != NULL)
		lines[count++] = strsep(&rest, "\n");
	for (size_t a = 0; a < count; a++) {
		for (size_t b = a + 1; b < count; b++) {
			char *text;

			if (lines[a][0] != '@' || lines[b][0] != '@' || strcmp(lines[a], lines[b]) == 0)
				continue;
			text = exchange(lines, count, a, b);
			assert_int_equal(parse(text, strlen(text), &error), STATUS_USAGE);
			free(text);
		}
	}
	free(copy);
	sample_free(&sample);
}

static void a_repeated_point_is_refused(void **state)
{
	static const uint32_t values[] = {5};
	struct sample_stream sample;
	struct error error;

	(void)state;
	sample_open(&sample, "linux");
	sample_run(&sample, "wake", "place=same", values, 1, 4);
	sample_run(&sample, "wake", "place=same", values, 1, 4);
	sample_done(&sample, 0);
	assert_int_equal(parse(sample.bytes, sample.len_bytes, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "wake place=same twice"));
	sample_free(&sample);
}

static void a_failed_check_leaves_its_reason_and_no_number(void **state)
{
	static const uint32_t values[] = {5};
	struct sample_stream sample;
	struct stream stream;
	struct error error = {0};

	(void)state;
	sample_open(&sample, "linux");
	sample_run(&sample, "clock_read", "", values, 1, 4);
	sample_fail(&sample, "wake", "the waiter never slept");
	sample_done(&sample, 1);
	assert_int_equal(stream_parse(&stream, sample.bytes, sample.len_bytes, &error), STATUS_FAILED);
	assert_int_equal(stream.run_count, 0);
	assert_int_equal(stream.fail_count, 1);
	assert_non_null(strstr(error.text, "the waiter never slept"));
	stream_free(&stream);
	sample_free(&sample);
}

static void a_failure_count_that_no_record_explains_is_refused(void **state)
{
	struct sample_stream sample;
	struct error error;

	(void)state;
	sample_open(&sample, "linux");
	sample_done(&sample, 1);
	assert_int_equal(parse(sample.bytes, sample.len_bytes, &error), STATUS_USAGE);
	sample_free(&sample);
}

static void records_after_the_last_are_refused_and_noise_is_not(void **state)
{
	struct sample_stream sample;
	struct error error;

	(void)state;
	sample_whole(&sample);
	sample_noise(&sample, "kernel: halting");
	assert_int_equal(parse(sample.bytes, sample.len_bytes, &error), 0);
	sample_noise(&sample, "@env late=1");
	assert_int_equal(parse(sample.bytes, sample.len_bytes, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "after @done"));
	sample_free(&sample);
}

static void an_empty_stream_and_one_of_noise_say_that_nothing_was_written(void **state)
{
	struct error error;

	(void)state;
	assert_int_equal(parse("", 0, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "empty"));
	assert_int_equal(parse("panic\n", 6, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "empty"));
}

static void a_stream_that_stops_names_the_benchmark_and_keeps_the_console(void **state)
{
	static const uint32_t values[] = {5};
	struct sample_stream sample;
	struct stream stream;
	struct error error = {0};
	char *end;

	(void)state;
	sample_open(&sample, "aerokernel");
	sample_run(&sample, "wake_cross", "", values, 1, 40);
	end = memmem(sample.bytes, sample.len_bytes, "@end", 4);
	sample.len_bytes = (size_t)(end - sample.bytes);
	sample_noise(&sample, "panic: \033[31mpage fault");
	assert_int_equal(stream_parse(&stream, sample.bytes, sample.len_bytes, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "wake_cross"));
	assert_int_equal(stream.noise_count, 1);
	assert_string_equal(stream.noise[0], "panic: ?[31mpage fault");
	assert_string_equal(stream_env(&stream, "os"), "aerokernel");
	stream_free(&stream);
	sample_free(&sample);
}

static void hostile_records_are_refused(void **state)
{
	static const char *const records[] = {
	    "@run wake unit=ticks per=1 n=99999999999999999999 warmup=0",
	    "@run wake unit=ticks per=1 n=4294967297 warmup=0",
	    "@run wake unit=ticks per=1 n=0 warmup=0",
	    "@run wake unit=ticks per=0 n=1 warmup=0",
	    "@run wake unit=ticks per=1 n=01 warmup=0",
	    "@run wake unit=ticks per=1 n=+1 warmup=0",
	    "@run wake unit=ticks per=1 n=-1 warmup=0",
	    "@run wake unit=ticks per=1 n= warmup=0",
	    "@run wake unit= per=1 n=1 warmup=0",
	    "@run wake per=1 unit=ticks n=1 warmup=0",
	    "@run wake unit=ticks per=1 n=1 warmup=0 a=1 a=2",
	    "@run wake unit=ticks per=1 n=1 warmup=0 a=1=2",
	    "@run wake unit=ticks per=1 n=1 warmup=0 =2",
	    "@run wake unit=ticks per=1 n=1 warmup=0 a=%0",
	    "@run wake unit=ticks per=1 n=1 warmup=0 a=%00",
	    "@run wake unit=ticks per=1 n=1 warmup=0 a=%gg",
	    "@run wake  unit=ticks per=1 n=1 warmup=0",
	    "@run wake unit=ticks per=1 n=1 warmup=0 ",
	    "@run",
	    "@ run",
	    "@",
	    "@done",
	    "@done 0",
	    "@done -1 runs=0 crc=0",
	    "@done 0 runs=1 crc=0",
	    "@s 1",
	    "@end wake n=0 overflow=0 irqs=0 crc=0",
	    "@aero 1",
	    "@later thing=1",
	    "@env a",
	    "@env os=again",
	    "@skip wake",
	    "@skip wake place=same",
	};
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		char *text = memory_format("@aero 1\n@env os=linux\n%s\n", records[i]);

		assert_int_equal(parse(text, strlen(text), &error), STATUS_USAGE);
		assert_null(strchr(error.text, '\n'));
		free(text);
	}
}

static void samples_that_do_not_fit_or_are_too_many_are_refused(void **state)
{
	static const char *const samples[] = {"@s 4294967296",    "@s -1",      "@s 1 2 3", "@s",
					      "@s 1\n@s 2\n@s 3", "@s 1\n@w 1", "@s 1x",    "@w 1 2\n@s 1 2"};
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		char *text = memory_format("@aero 1\n@run a unit=ticks per=1 n=2 warmup=1\n%s\n", samples[i]);

		assert_int_equal(parse(text, strlen(text), &error), STATUS_USAGE);
		assert_null(strstr(error.text, "@done"));
		free(text);
	}
}

static void another_version_is_refused_by_its_number(void **state)
{
	struct error error;

	(void)state;
	assert_int_equal(parse("@aero 2\n", 8, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "version 2"));
}

static void a_list_of_benchmarks_is_read(void **state)
{
	struct sample_stream sample;
	struct stream stream;
	struct error error = {0};

	(void)state;
	sample_open(&sample, "linux");
	wire_begin(&sample.wire, "bench");
	wire_word(&sample.wire, "wake_all");
	wire_pair(&sample.wire, "unit", "ticks");
	wire_pair_number(&sample.wire, "per", 1);
	wire_pair_number(&sample.wire, "min_cpus", 2);
	wire_pair_number(&sample.wire, "max_samples", 0);
	wire_pair_number(&sample.wire, "extra", 1);
	wire_pair(&sample.wire, "series", "first|last");
	wire_pair(&sample.wire, "about", "wake all: until it runs");
	wire_pair(&sample.wire, "spread", "two queues meet");
	wire_pair(&sample.wire, "spread_at", "series=last:threads=8");
	wire_pair(&sample.wire, "threads", "2|4|8");
	wire_end(&sample.wire);
	sample_done(&sample, 0);
	assert_int_equal(stream_parse(&stream, sample.bytes, sample.len_bytes, &error), 0);
	assert_int_equal(stream.bench_count, 1);
	assert_string_equal(stream.benches[0].about, "wake all: until it runs");
	assert_string_equal(stream.benches[0].series, "first|last");
	assert_int_equal(stream.benches[0].min_cpus, 2);
	assert_int_equal(stream.benches[0].extra, 1);
	assert_string_equal(stream.benches[0].spread, "two queues meet");
	assert_string_equal(stream.benches[0].spread_at, "series=last:threads=8");
	assert_string_equal(stream_point_value(&stream.benches[0].point, "threads"), "2|4|8");
	stream_free(&stream);
	sample_free(&sample);
}

static void record(struct sample_stream *sample, const char *name, const char *event, const char *count,
		   const char *place)
{
	wire_begin(&sample->wire, name);
	wire_word(&sample->wire, count != NULL ? "wake" : event);
	if (count != NULL) {
		wire_pair(&sample->wire, "event", event);
		wire_pair(&sample->wire, "count", count);
		wire_pair_number(&sample->wire, "iterations", 40);
		wire_pair_number(&sample->wire, "per", 2);
		wire_pair(&sample->wire, "place", place);
	} else {
		wire_pair(&sample->wire, "reason", place);
	}
	wire_end(&sample->wire);
}

static void counts_are_read_and_unknown_ones_are_told(void **state)
{
	static const uint32_t values[] = {5};
	struct error error = {0};
	struct sample_stream sample;
	struct stream stream;

	(void)state;
	sample_open(&sample, "linux");
	sample_run(&sample, "wake", "place=same", values, 1, 4);
	record(&sample, "nocount", "LLC-misses", NULL, "no PMU: hidden");
	record(&sample, "count", "instructions", "123456789012", "same");
	record(&sample, "count", "instructions", "-1", "other");
	record(&sample, "count", "cycles", "0", "same");
	sample_done(&sample, 0);
	assert_int_equal(stream_parse(&stream, sample.bytes, sample.len_bytes, &error), 0);
	assert_int_equal(stream.nocount_count, 1);
	assert_string_equal(stream.nocounts[0].point.benchmark, "LLC-misses");
	assert_string_equal(stream.nocounts[0].reason, "no PMU: hidden");
	assert_int_equal(stream.count_count, 3);
	assert_int_equal(stream.counts[0].count, 123456789012);
	assert_int_equal(stream.counts[0].iterations, 40);
	assert_int_equal(stream.counts[0].per, 2);
	assert_string_equal(stream_point_value(&stream.counts[0].point, "place"), "same");
	assert_int_equal(stream.counts[1].count, -1);
	assert_string_equal(stream.counts[2].event, "cycles");
	stream_free(&stream);
	sample_free(&sample);
}

/* A @repeat with these pairs behind its unit and per, of a point, with n samples 10, 20, 30 …. */
static void sample_repeat(struct sample_stream *sample, const char *name, unsigned copies, unsigned n)
{
	uint32_t values[64];

	for (unsigned i = 0; i < n; i++)
		values[i] = 10 * (i + 1);
	wire_run_crc_reset(&sample->wire);
	wire_begin(&sample->wire, "repeat");
	wire_word(&sample->wire, name);
	wire_pair(&sample->wire, "unit", "ticks");
	wire_pair_number(&sample->wire, "per", 1);
	wire_pair_number(&sample->wire, "n", n);
	wire_pair_number(&sample->wire, "copies", copies);
	wire_end(&sample->wire);
	wire_samples(&sample->wire, "s", values, n);
	wire_begin(&sample->wire, "end");
	wire_word(&sample->wire, name);
	wire_pair_number(&sample->wire, "n", n);
	wire_pair_number(&sample->wire, "overflow", 0);
	wire_pair_number(&sample->wire, "irqs", -1);
	wire_end_crc_run(&sample->wire);
}

static void repeats_belong_to_the_run_before_them(void **state)
{
	static const uint32_t values[] = {7};
	static const struct {
		const char *name, *second;
		unsigned copies, n;
		int status;
	} cases[] = {
	    {"yield", NULL, 16, 20, 0},
	    {"other", NULL, 16, 20, STATUS_USAGE},    /* no @run of it */
	    {"yield", "yield", 16, 20, STATUS_USAGE}, /* twice */
	    {"yield", NULL, 0, 20, STATUS_USAGE},
	    {"yield", NULL, 16, 19, STATUS_USAGE}, /* half a pair */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sample_stream sample;
		struct stream stream;
		struct error error = {0};

		sample_open(&sample, "test");
		sample_run(&sample, "yield", "", values, 1, 3);
		sample_repeat(&sample, cases[i].name, cases[i].copies, cases[i].n);
		if (cases[i].second != NULL)
			sample_repeat(&sample, cases[i].second, 16, 20);
		sample_done(&sample, 0);
		assert_int_equal(stream_parse(&stream, sample.bytes, sample.len_bytes, &error), cases[i].status);
		assert_int_equal(stream.run_count, cases[i].status == 0);
		assert_int_equal(stream.repeat_count, cases[i].status == 0);
		if (cases[i].status == 0) {
			assert_int_equal(stream.repeats[0].copies, 16);
			assert_int_equal(stream.repeats[0].n, 20);
			assert_int_equal(stream.repeats[0].samples[19], 200);
		}
		stream_free(&stream);
		sample_free(&sample);
	}
}

/* What may not stand behind or beside counts; each is one more record before @done. */
static void counts_out_of_order_or_twice_are_refused(void **state)
{
	static const uint32_t values[] = {5};

	(void)state;
	for (unsigned wrong = 0; wrong < 6; wrong++) {
		struct error error = {0};
		struct sample_stream sample;

		sample_open(&sample, "linux");
		record(&sample, "count", "cycles", "7", "same");
		if (wrong == 1)
			record(&sample, "count", "cycles", "8", "same");
		else if (wrong == 2)
			sample_run(&sample, "wake", "", values, 1, 4);
		else if (wrong == 3)
			sample_skip(&sample, "wake", "too late");
		else if (wrong == 4)
			record(&sample, "count", "cycles", "-2", "other");
		else if (wrong == 5)
			record(&sample, "count", "", "7", "other");
		sample_done(&sample, 0);
		assert_int_equal(parse(sample.bytes, sample.len_bytes, &error), wrong == 0 ? 0 : STATUS_USAGE);
		sample_free(&sample);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_written_stream_is_read_back_whole),
	    cmocka_unit_test(a_flipped_bit_anywhere_is_found_or_changes_no_record),
	    cmocka_unit_test(a_cut_at_any_byte_is_found),
	    cmocka_unit_test(a_missing_byte_is_found_or_changes_no_record),
	    cmocka_unit_test(two_exchanged_records_are_found),
	    cmocka_unit_test(a_repeated_point_is_refused),
	    cmocka_unit_test(a_failed_check_leaves_its_reason_and_no_number),
	    cmocka_unit_test(a_failure_count_that_no_record_explains_is_refused),
	    cmocka_unit_test(records_after_the_last_are_refused_and_noise_is_not),
	    cmocka_unit_test(an_empty_stream_and_one_of_noise_say_that_nothing_was_written),
	    cmocka_unit_test(a_stream_that_stops_names_the_benchmark_and_keeps_the_console),
	    cmocka_unit_test(hostile_records_are_refused),
	    cmocka_unit_test(samples_that_do_not_fit_or_are_too_many_are_refused),
	    cmocka_unit_test(another_version_is_refused_by_its_number),
	    cmocka_unit_test(a_list_of_benchmarks_is_read),
	    cmocka_unit_test(counts_are_read_and_unknown_ones_are_told),
	    cmocka_unit_test(repeats_belong_to_the_run_before_them),
	    cmocka_unit_test(counts_out_of_order_or_twice_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
