/* SPDX-License-Identifier: MIT */
/* The kernel's words that the harness knows are those that the kernel's own headers document, with their values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel_words.h"
#include "memory.h"
#include "paths.h"

static bool is_known(const char *key)
{
	for (size_t i = 0; kernel_words_key(i) != NULL; i++)
		if (strcmp(kernel_words_key(i), key) == 0)
			return true;
	return false;
}

/* "idle=halt|poll": each of these values is taken. In capitals stands what a value is. */
static void assert_values(const char *key, char *values)
{
	char *value;

	if (strspn(values, "abcdefghijklmnopqrstuvwxyz|") != strlen(values))
		return;
	while (values[0] != '\0' && (value = strsep(&values, "|")) != NULL) {
		char *word = memory_format("%s=%s", key, value);

		if (kernel_words_check("words", word, NULL) != 0)
			fail_msg("%s is refused", word);
		free(word);
		if (values == NULL)
			break;
	}
}

/* A line of the list: " *   KEY=VALUE KEY=VALUE   what it does"; marks each key as documented. */
static void documented_take(char *line, bool *documented)
{
	char *end, *word;

	if (strncmp(line, " *   ", 5) != 0 || line[5] < 'a' || line[5] > 'z')
		return;
	line += 5;
	end = strstr(line, "  ");
	if (end == NULL || strchr(line, '=') == NULL || strchr(line, '=') > end)
		return;
	*end = '\0';
	while ((word = strsep(&line, " ")) != NULL) {
		char *key = strsep(&word, "=");

		if (word == NULL)
			continue;
		word[strcspn(word, ",")] = '\0';
		if (!is_known(key))
			fail_msg("'%s=' is documented and unknown here", key);
		assert_values(key, word);
		for (size_t i = 0; kernel_words_key(i) != NULL; i++)
			documented[i] |= strcmp(kernel_words_key(i), key) == 0;
	}
}

static void the_list_is_that_of_the_kernels_headers(void **state)
{
	static const char *const headers[] = {"bench/runner.h", "kernel/core/settings.h"};
	bool documented[64] = {false};

	(void)state;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		char *path = paths_in_root(headers[i]), line[256];
		FILE *file = fopen(path, "r");

		assert_non_null(file);
		while (fgets(line, sizeof(line), file) != NULL)
			documented_take(line, documented);
		fclose(file);
		free(path);
	}
	for (size_t i = 0; kernel_words_key(i) != NULL; i++)
		if (!documented[i])
			fail_msg("'%s=' is known here and not documented", kernel_words_key(i));
}

static void words_that_the_kernel_takes_are_taken(void **state)
{
	static const char *const good[] = {
	    "",
	    "idle=poll  quantum_us=50 test=a.b ",
	    "samples=1000000 warmup=0 seed=9223372036854775807",
	    "quantum_us=0",
	    "serial=mmio32:0xfe034000:57600 results=0x10000000+64M rsdp=0xf5a20",
	    "serial=none screen=no after=linux mode=doctor",
	    "events=r5300c0/instructions,s2/switches bench=yield_pair:place=same",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct error error = {0};

		if (kernel_words_check("words", good[i], &error) != 0)
			fail_msg("'%s': %s", good[i], error.text);
	}
}

/* bench/options.h, which the harness does not include. */
static void the_most_samples_are_as_many_as_the_runner_takes(void **state)
{
	char *path = paths_in_root("bench/options.h"), line[256], word[64];
	FILE *file = fopen(path, "r");
	unsigned long most = 0;

	(void)state;
	assert_non_null(file);
	while (most == 0 && fgets(line, sizeof(line), file) != NULL) {
		const char *at = strstr(line, "OPTIONS_SAMPLES_MAX = ");

		most = at != NULL ? strtoul(strchr(at, '=') + 1, NULL, 10) : 0;
	}
	fclose(file);
	free(path);
	assert_int_equal(most, KERNEL_SAMPLES_MAX);
	for (unsigned i = 0; i < 2; i++) {
		snprintf(word, sizeof(word), "%s=%lu", i == 0 ? "samples" : "warmup", most);
		assert_int_equal(kernel_words_check("words", word, NULL), 0);
		snprintf(word, sizeof(word), "%s=%lu", i == 0 ? "samples" : "warmup", most + 1);
		assert_int_equal(kernel_words_check("words", word, NULL), STATUS_USAGE);
	}
}

static void a_wrong_word_is_named_with_what_would_be_right(void **state)
{
	static const struct {
		const char *words, *says;
	} bad[] = {{"foo=bar", "'foo'"},
		   {"idle=halt scren=no", "nearest is 'screen'"},
		   {"poll", "KEY=VALUE"},
		   {"=poll", "''"},
		   {"idle=", "halt|poll"},
		   {"idle=hal", "halt|poll"},
		   {"idle=halt|poll", "halt|poll"},
		   {"idle=halt spin=none idle=halt", "'idle=halt', 'idle=halt': one word twice"},
		   {" idle=halt  idle=poll", "'idle=halt', 'idle=poll': one word twice"},
		   {"samples=0", "1 to 1000000"},
		   {"samples=1000001", "1 to 1000000"},
		   {"warmup=-1", "0 to 1000000"},
		   {"seed=9223372036854775808", "2^63"},
		   {"quantum_us=9", "10 to 1000000"},
		   {"serial=com1:230400", "divides 115200"},
		   {"results=256M", "BASE+LEN"},
		   {"results=256M+64T", "BASE+LEN"},
		   {"results=256m+64m", "BASE+LEN"},
		   {"results=99999999999999999G+1", "BASE+LEN"},
		   {"rsdp=99999999999999999G", "address"},
		   {"rsdp=f5a20", "address"},
		   {"test=", "part of"}};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error error = {0};

		if (kernel_words_check("append", bad[i].words, &error) != STATUS_USAGE ||
		    strstr(error.text, bad[i].says) == NULL || strncmp(error.text, "--append", 8) != 0)
			fail_msg("'%s': %s", bad[i].words, error.text);
	}
}

static void a_word_that_the_command_says_itself_names_the_option(void **state)
{
	static const struct kernel_words_own own[] = {{"samples", "--samples N"}, {"after", "--stay"}, {NULL, NULL}};
	struct error error = {0};

	(void)state;
	assert_int_equal(kernel_words_added("words", "idle=poll seed=5", own, &error), 0);
	assert_int_equal(kernel_words_added("words", "idle=poll after=halt", own, &error), STATUS_USAGE);
	assert_string_equal(error.text, "--words 'after=halt': use --stay for that");
	assert_int_equal(kernel_words_added("words", "afte=halt", own, &error), STATUS_USAGE);
}

static void defaults_give_way_to_words(void **state)
{
	static const struct {
		const char *words, *all;
	} cases[] = {{NULL, "progress=yes doctor=yes"},
		     {"", "progress=yes doctor=yes"},
		     {"doctor=no", "progress=yes doctor=no"},
		     {"idle=poll progress=no", "doctor=yes idle=poll progress=no"},
		     {"doctor=no progress=no", "doctor=no progress=no"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *all = kernel_words_over("progress=yes doctor=yes", cases[i].words);

		assert_string_equal(all, cases[i].all);
		free(all);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_list_is_that_of_the_kernels_headers),
	    cmocka_unit_test(words_that_the_kernel_takes_are_taken),
	    cmocka_unit_test(the_most_samples_are_as_many_as_the_runner_takes),
	    cmocka_unit_test(a_wrong_word_is_named_with_what_would_be_right),
	    cmocka_unit_test(a_word_that_the_command_says_itself_names_the_option),
	    cmocka_unit_test(defaults_give_way_to_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
