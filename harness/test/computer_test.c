/* SPDX-License-Identifier: MIT */
/* Streams of two systems, and whether they are told to be of one computer; and a comparison that says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare.h"
#include "computer.h"
#include "figure_match.h"
#include "figure_ratio.h"
#include "sample_run.h"
#include "verdict.h"

#define MODEL "Intel(R) Xeon(R) CPU E5-2680 v4 @ 2.40GHz"

/* What both systems say of one computer, each in its own words; 0 and NULL: unsaid. */
struct words {
	const char *model, *signature, *microcode, *hypervisor;
	int64_t memory_bytes, clock_hz, cpus;
};

static const struct words usual = {MODEL, "0x406f1", "0xb00001e", "none", 34359738368, 2394454000, 28};

/* What the Aerokernel found; NULL: unsaid. */
static const char *firmware_microcode;

static void speak_aerokernel(struct sample_stream *stream, const struct words *words)
{
	char number[32];

	sample_clock_hz = words->clock_hz;
	sample_open(stream, "aerokernel");
	sample_env(stream, "cpu_vendor", "GenuineIntel");
	/* as CPUID has it: blanks in front */
	sample_env(stream, "cpu_model", "  Intel(R) Xeon(R)  CPU E5-2680 v4 @ 2.40GHz ");
	if (words->signature != NULL)
		sample_env(stream, "cpu_signature", words->signature);
	if (firmware_microcode != NULL)
		sample_env(stream, "microcode", firmware_microcode);
	sample_env(stream, "hypervisor", "");
	snprintf(number, sizeof(number), "%lld", (long long)words->memory_bytes);
	sample_env(stream, "memory_bytes", number);
	snprintf(number, sizeof(number), "%lld", (long long)words->cpus);
	sample_env(stream, "cpus_listed", number);
}

static void speak_linux(struct sample_stream *stream, const struct words *words)
{
	char number[32];

	sample_clock_hz = words->clock_hz;
	sample_open(stream, "linux");
	sample_env(stream, "vendor", "GenuineIntel");
	sample_env(stream, "cpu", words->model);
	if (words->signature != NULL)
		sample_env(stream, "cpu_signature", words->signature);
	sample_env(stream, "microcode", words->microcode);
	sample_env(stream, "hypervisor", words->hypervisor);
	snprintf(number, sizeof(number), "%lld", (long long)(words->memory_bytes >> 20));
	sample_env(stream, "memory_mib", number);
}

/* Two boots of the Aerokernel, one of Linux; the journal says how many CPUs Linux has. */
static void boots(struct sample_run *run, const struct words *words)
{
	static const uint32_t samples[] = {500, 510, 520};
	struct store_boot boot = {.subject = (char *)"linux@host", .index = 1, .seconds = 1};
	struct store_output output = {0};
	struct sample_stream stream;
	struct error error = {0};

	sample_run_open(run, "aerokernel@metal linux@host", 2);
	for (unsigned round = 0; round < 2; round++) {
		speak_aerokernel(&stream, &usual);
		sample_run(&stream, "wake", "", samples, 3, 50 + round);
		sample_run_boot(run, "aerokernel@metal", round, &stream);
	}
	speak_linux(&stream, words);
	sample_run(&stream, "wake", "", samples, 3, 50);
	sample_done(&stream, 0);
	output.stream = stream.bytes;
	output.stream_bytes = stream.len_bytes;
	boot.environment = words->cpus != 0 ? json_pack("{s:I}", "cpus_listed", (json_int_t)words->cpus) : NULL;
	assert_int_equal(store_append(&run->store, &boot, &output, &error), 0);
	json_decref(boot.environment);
	sample_free(&stream);
	sample_clock_hz = 2000000000;
}

static enum computer_match match(const struct words *words, char **text)
{
	struct sample_run run;
	struct summary summary;
	struct compare compare;
	struct error error = {0};
	enum computer_match found;

	boots(&run, words);
	assert_int_equal(summary_load(&summary, &run.store, NULL, &error), 0);
	assert_int_equal(compare_make(&compare, (struct compare_side){&summary, "aerokernel@metal"},
				      (struct compare_side){&summary, "linux@host"}, 0.03, &error),
			 0);
	assert_non_null(compare.computer);
	*text = strdup(compare.computer);
	found = compare.computer_match;
	compare_free(&compare);
	summary_free(&summary);
	sample_run_close(&run);
	return found;
}

static void expect(struct words words, enum computer_match wanted, const char *part)
{
	char *text;

	assert_int_equal(match(&words, &text), wanted);
	if (strstr(text, part) == NULL)
		fail_msg("'%s' does not hold '%s'", text, part);
	free(text);
}

static void facts_of_both_systems_that_agree_are_one_computer(void **state)
{
	struct words near = usual;

	(void)state;
	expect(usual, COMPUTER_SAME, "the same computer by CPU " MODEL);
	expect(usual, COMPUTER_SAME, "signature 0x406f1");
	expect(usual, COMPUTER_SAME, "CPUs 28");
	near.clock_hz += near.clock_hz / 11000;
	near.memory_bytes -= near.memory_bytes / 20;
	expect(near, COMPUTER_SAME, "not known on both sides: microcode");
}

static void each_fact_that_differs_is_another_computer_and_is_named(void **state)
{
	struct words other = usual;

	(void)state;
	other.model = "AMD EPYC 7763";
	expect(other, COMPUTER_OTHER, "CPU " MODEL " and AMD EPYC 7763");
	other = usual;
	other.signature = "0x406f2"; /* the next stepping */
	expect(other, COMPUTER_OTHER, "not the same computer: signature 0x406f1 and 0x406f2");
	other = usual;
	other.clock_hz += other.clock_hz / 9000;
	expect(other, COMPUTER_OTHER, "clock 2394.454 MHz and 2394.720 MHz");
	other = usual;
	other.memory_bytes /= 2;
	expect(other, COMPUTER_OTHER, "memory 32768 MiB and 16384 MiB");
	other = usual;
	other.cpus = 14;
	expect(other, COMPUTER_OTHER, "CPUs 28 and 14");
	other = usual;
	other.hypervisor = "KVMKVMKVM";
	expect(other, COMPUTER_OTHER, "hypervisor none and KVMKVMKVM");
}

static void what_is_not_told_shows_nothing(void **state)
{
	struct words silent = usual;

	(void)state;
	silent.model = "unknown";
	expect(silent, COMPUTER_UNKNOWN, "not shown to be the same computer: not known on both sides: CPU");
	silent = usual;
	silent.memory_bytes = 0;
	expect(silent, COMPUTER_UNKNOWN, "memory");
	silent = usual;
	silent.cpus = 0;
	expect(silent, COMPUTER_SAME, "not known on both sides: microcode, CPUs");
	silent = usual;
	silent.signature = NULL; /* a stream of before it was told */
	expect(silent, COMPUTER_SAME, "not known on both sides: signature, microcode");
}

static void microcode_is_read_whatever_its_zeros_and_two_linux_may_differ_in_it(void **state)
{
	struct computer a = {.microcode = 0}, b;
	json_t *one = json_pack("{s:s, s:s}", "microcode", "0x0b00001e", "cpu_model", "x");
	json_t *other = json_pack("{s:s, s:s}", "microcode", "b00001e", "cpu_model", "x");
	char *text;

	(void)state;
	computer_read(&a, NULL, one);
	computer_read(&b, NULL, other);
	assert_int_equal(a.microcode, 0xb00001e);
	assert_int_equal(computer_match(&a, &b, &text), COMPUTER_UNKNOWN);
	assert_null(strstr(text, "microcode differs"));
	free(text);
	b.microcode++;
	assert_int_equal(computer_match(&a, &b, &text), COMPUTER_UNKNOWN);
	assert_non_null(strstr(text, "; microcode differs: 0xb00001e and 0xb00001f"));
	free(text);
	json_decref(one);
	json_decref(other);
}

static void microcode_that_linux_has_loaded_is_told_and_no_other_computer(void **state)
{
	static const char told[] =
	    "; microcode differs: Linux loaded a newer one: 0xb000040, the firmware's: 0xb00001e";
	struct words newer = usual;
	struct computer a = {.microcode = 0xb000040, .linux_read = true}, b = {.microcode = 0xb00001e};
	char *text;

	(void)state;
	newer.microcode = "0xb000040";
	firmware_microcode = "0xb00001e";
	expect(usual, COMPUTER_SAME, "microcode 0xb00001e");
	expect(newer, COMPUTER_SAME, "the same computer by CPU " MODEL);
	expect(newer, COMPUTER_SAME, told);
	newer.signature = "0x406f2";
	expect(newer, COMPUTER_OTHER, "not the same computer: signature 0x406f1 and 0x406f2; microcode differs");
	firmware_microcode = NULL;
	assert_int_equal(computer_match(&a, &b, &text), COMPUTER_UNKNOWN);
	assert_non_null(strstr(text, told));
	free(text);
	a.microcode = 0xb00001d; /* which no Linux loads */
	assert_int_equal(computer_match(&a, &b, &text), COMPUTER_UNKNOWN);
	assert_non_null(strstr(text, "; microcode differs: 0xb00001d and 0xb00001e"));
	free(text);
}

static void facts_of_any_kind_are_read_without_harm(void **state)
{
	static const char *const odd[] = {"{}", "[]", "{\"cpu_model\":1,\"microcode\":{},\"cpus_listed\":\"x\"}",
					  "{\"cpus_listed\":-1,\"memory_bytes\":1e300,\"clock_hz\":-5}",
					  "{\"microcode\":\"zz\",\"cpus_listed\":1e30,\"cpu_model\":\"     \"}"};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		json_t *facts = json_loads(odd[i], 0, NULL);
		struct computer computer, none;
		char *text;

		computer_read(&computer, NULL, facts);
		computer_read(&none, NULL, NULL);
		assert_int_equal(computer_match(&computer, &none, &text), COMPUTER_UNKNOWN);
		free(text);
		json_decref(facts);
	}
}

static void virtual_machines_are_asked_for_no_computer(void **state)
{
	static const uint32_t samples[] = {500, 510, 520};
	static const char *const subjects[] = {"aerokernel@qemu", "linux@qemu"};
	struct sample_run run;
	struct summary summary;
	struct compare compare;
	struct error error = {0};

	(void)state;
	sample_run_open(&run, "aerokernel@qemu linux@qemu", 1);
	for (int i = 0; i < 2; i++) {
		struct sample_stream stream;

		sample_open(&stream, "test");
		sample_run(&stream, "wake", "", samples, 3, 50);
		sample_run_boot(&run, subjects[i], 0, &stream);
	}
	assert_int_equal(summary_load(&summary, &run.store, NULL, &error), 0);
	assert_int_equal(compare_make(&compare, (struct compare_side){&summary, subjects[0]},
				      (struct compare_side){&summary, subjects[1]}, 0.03, &error),
			 0);
	assert_null(compare.computer);
	compare_free(&compare);
	summary_free(&summary);
	sample_run_close(&run);
}

static void what_the_aerokernel_says_of_its_fitness_is_the_verdict_of_metal(void **state)
{
	static const uint32_t samples[] = {500, 510, 520};
	static const char *const said[][2] = {{"fit", ""}, {"unfit", "SMIs; TSC offset unknown"}, {"unfit", "SMIs"}};
	struct sample_run run;
	struct summary summary;
	struct error error = {0};
	const json_t *reasons;

	(void)state;
	sample_run_open(&run, "aerokernel@metal", 3);
	for (unsigned i = 0; i < 3; i++) {
		struct sample_stream stream;

		sample_open(&stream, "aerokernel");
		sample_env(&stream, "doctor", said[i][0]);
		sample_env(&stream, "doctor_reasons", said[i][1]);
		sample_run(&stream, "wake", "", samples, 3, 50);
		sample_run_boot(&run, "aerokernel@metal", i, &stream);
	}
	assert_int_equal(summary_load(&summary, &run.store, NULL, &error), 0);
	assert_int_equal(verdict_of(run.store.run, "metal", &reasons), VERDICT_UNFIT);
	assert_int_equal(json_array_size(reasons), 2);
	assert_string_equal(json_string_value(json_array_get(reasons, 1)), "TSC offset unknown");
	summary_free(&summary);
	sample_run_close(&run);
}

static void figures_pair_metal_with_the_host_in_one_panel(void **state)
{
	struct sample_run run;
	struct summary summary;
	struct error error = {0};
	struct figure_pair *pairs;
	size_t count;

	(void)state;
	boots(&run, &usual);
	assert_int_equal(summary_load(&summary, &run.store, NULL, &error), 0);
	pairs = figure_pairs(&summary, "metal", &count);
	assert_int_equal(count, 1);
	assert_string_equal(pairs[0].base, "aerokernel@metal");
	assert_string_equal(pairs[0].other, "linux@host");
	free(pairs);
	assert_true(figure_is_on(&run.store.plan, "linux@host", "metal"));
	assert_true(figure_is_on(&run.store.plan, "aerokernel@metal", "metal"));
	assert_false(figure_is_on(&run.store.plan, "linux@host", "qemu"));
	assert_true(figure_is_elsewhere(&run.store.plan, "host"));
	assert_false(figure_is_elsewhere(&run.store.plan, "metal"));
	summary_free(&summary);
	sample_run_close(&run);
	sample_run_open(&run, "aerokernel@qemu linux@host", 1);
	assert_false(figure_is_elsewhere(&run.store.plan, "host"));
	assert_false(figure_is_on(&run.store.plan, "linux@host", "qemu"));
	sample_run_close(&run);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(facts_of_both_systems_that_agree_are_one_computer),
	    cmocka_unit_test(each_fact_that_differs_is_another_computer_and_is_named),
	    cmocka_unit_test(what_is_not_told_shows_nothing),
	    cmocka_unit_test(microcode_is_read_whatever_its_zeros_and_two_linux_may_differ_in_it),
	    cmocka_unit_test(microcode_that_linux_has_loaded_is_told_and_no_other_computer),
	    cmocka_unit_test(facts_of_any_kind_are_read_without_harm),
	    cmocka_unit_test(virtual_machines_are_asked_for_no_computer),
	    cmocka_unit_test(what_the_aerokernel_says_of_its_fitness_is_the_verdict_of_metal),
	    cmocka_unit_test(figures_pair_metal_with_the_host_in_one_panel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
