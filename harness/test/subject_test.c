/* SPDX-License-Identifier: MIT */
/* Names of subjects: what is accepted, how it is written, how the rest is refused. */
#include "subject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct subject parsed(const char *text)
{
	struct error error = {STATUS_OK, ""};
	struct subject subject;

	if (subject_parse(&subject, text, &error) != 0)
		fail_msg("%s: %s", text, error.text);
	return subject;
}

static void refused(const char *text, const char *says)
{
	struct error error = {STATUS_OK, ""};
	struct subject subject;

	assert_int_equal(subject_parse(&subject, text, &error), STATUS_USAGE);
	if (strstr(error.text, says) == NULL || strchr(error.text, '\n') != NULL)
		fail_msg("'%s' is refused by '%s', which does not say '%s'", text, error.text, says);
}

static void every_known_and_default_subject_is_its_own_canonical_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < subject_known_count; i++)
		assert_string_equal(parsed(subject_known[i]).name, subject_known[i]);
	for (size_t i = 0; i < subject_defaults_count; i++)
		assert_string_equal(parsed(subject_defaults[i]).name, subject_defaults[i]);
	assert_int_equal(subject_defaults_count, 5);
}

static void options_in_any_order_give_one_name(void **state)
{
	struct subject subject = parsed("linux@qemu:cpus=4,tuned,lean,poll");

	(void)state;
	assert_string_equal(subject.name, "linux@qemu:poll,lean,tuned,cpus=4");
	assert_string_equal(parsed(subject.name).name, subject.name);
	assert_true(subject.poll && subject.lean && subject.tuned && subject.cpus == 4);
	assert_string_equal(parsed("aerokernel@sim:cpus=255").name, "aerokernel@sim:cpus=255");
	assert_string_equal(parsed("linux@qemu:build=v1.2-rc_3,cpus=4").name, "linux@qemu:cpus=4,build=v1.2-rc_3");
}

static void a_build_can_be_set_and_taken_away(void **state)
{
	struct subject subject = parsed("linux@host:tuned,build=base");

	(void)state;
	assert_string_equal(subject.build, "base");
	subject_set_build(&subject, "head");
	assert_string_equal(subject.name, "linux@host:tuned,build=head");
	subject_set_build(&subject, "");
	assert_string_equal(subject.name, "linux@host:tuned");
}

static void the_longest_name_fits(void **state)
{
	static const char longest[] = "linux@qemu:poll,lean,tuned,cpus=255,build=abcdefghijklmno";

	(void)state;
	assert_string_equal(parsed(longest).name, longest);
}

static void only_sim_counts_instructions(void **state)
{
	(void)state;
	for (size_t i = 0; i < subject_known_count; i++) {
		struct subject subject = parsed(subject_known[i]);
		int sim = strstr(subject_known[i], "@sim") != NULL;

		assert_int_equal(subject_is_timed(&subject), !sim);
		assert_string_equal(subject_unit(&subject), sim ? "instructions" : "ticks");
	}
}

static void what_is_wrong_is_named_with_the_nearest_word(void **state)
{
	(void)state;
	refused("", "SYSTEM@MACHINE");
	refused("linux", "linux@");
	refused("linux@", "no machine ''");
	refused("@qemu", "no system ''");
	refused("linxu@qemu", "nearest is 'linux@qemu'");
	refused("aerokernel@simm", "nearest is 'aerokernel@sim'");
	refused("aerokernel@host", "cannot run on host");
	refused("linux@metal", "cannot run on metal");
	refused("linux@host:", "unknown option ''");
	refused("linux@host:tuned,", "unknown option ''");
	refused("linux@host:tune", "nearest is 'tuned'");
	refused("aerokernel@qemu:tuned", "profile of linux");
	refused("linux@host:poll", "linux@qemu:poll");
	refused("aerokernel@metal:poll", "its name is 'aerokernel@metal'");
	refused("linux@host:lean", "linux@qemu:lean");
	refused("aerokernel@sim:lean", "linux@qemu:lean");
	refused("linux@host:build=", "no name for a build");
	refused("linux@host:build=../x", "no name for a build");
	refused("linux@host:build=-x", "no name for a build");
	refused("linux@host:build=abcdefghijklmnop", "at most 15");
	refused("linux@qemu:cpus=", "1 to 255");
	refused("linux@qemu:cpus=0", "1 to 255");
	refused("linux@qemu:cpus=256", "1 to 255");
	refused("linux@qemu:cpus=-1", "1 to 255");
	refused("linux@qemu:cpus=2x", "1 to 255");
	refused("linux@qemu:cpus=99999999999999999999", "1 to 255");
}

static void a_name_of_any_length_is_refused_in_bounds(void **state)
{
	char text[5000];

	(void)state;
	for (size_t len = 0; len < sizeof(text); len += 7) {
		struct error error = {STATUS_OK, ""};
		struct subject subject;

		memset(text, 'x', len);
		text[len] = '\0';
		assert_int_equal(subject_parse(&subject, text, &error), STATUS_USAGE);
	}
}

static void nearest_is_the_least_edit_distance(void **state)
{
	static const char *const words[] = {"yield_pair", "wake_same", "wake_all"};

	(void)state;
	assert_string_equal(subject_nearest("wake_sam", words, 3), "wake_same");
	assert_string_equal(subject_nearest("wakeall", words, 3), "wake_all");
	assert_string_equal(subject_nearest("", words, 3), "wake_all");
	assert_string_equal(subject_nearest("yield", words, 3), "yield_pair");
}

static bool is_pair(const char *a, const char *b)
{
	struct subject one, other;

	assert_int_equal(subject_parse(&one, a, NULL), 0);
	assert_int_equal(subject_parse(&other, b, NULL), 0);
	return subject_is_pair(&one, &other);
}

static void linux_on_the_host_is_the_pair_of_an_aerokernel_on_metal(void **state)
{
	(void)state;
	assert_true(is_pair("aerokernel@metal", "linux@host"));
	assert_true(is_pair("aerokernel@metal", "linux@host:tuned"));
	assert_true(is_pair("aerokernel@cores", "linux@host"));
	assert_true(is_pair("aerokernel@qemu", "linux@qemu"));
	assert_false(is_pair("aerokernel@qemu", "linux@host"));
	assert_false(is_pair("aerokernel@kvm", "linux@qemu"));
	assert_false(is_pair("linux@host", "aerokernel@metal"));
	assert_false(is_pair("aerokernel@metal:cpus=4", "linux@host"));
	assert_true(is_pair("aerokernel@metal:cpus=4", "linux@host:cpus=4"));
	assert_false(is_pair("aerokernel@metal:build=old", "linux@host"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_known_and_default_subject_is_its_own_canonical_name),
	    cmocka_unit_test(options_in_any_order_give_one_name),
	    cmocka_unit_test(a_build_can_be_set_and_taken_away),
	    cmocka_unit_test(the_longest_name_fits),
	    cmocka_unit_test(only_sim_counts_instructions),
	    cmocka_unit_test(what_is_wrong_is_named_with_the_nearest_word),
	    cmocka_unit_test(a_name_of_any_length_is_refused_in_bounds),
	    cmocka_unit_test(linux_on_the_host_is_the_pair_of_an_aerokernel_on_metal),
	    cmocka_unit_test(nearest_is_the_least_edit_distance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
