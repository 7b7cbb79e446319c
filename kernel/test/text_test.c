/* SPDX-License-Identifier: MIT */
/*
 * The formatter and the string functions, on the machine that they are for.
 */
#include "core/format.h"
#include "core/ktest.h"
#include "core/settings.h"
#include "core/string.h"

static bool text_is(const char *expected, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool text_is(const char *expected, const char *format, ...)
{
	char text[64];
	va_list arguments;
	size_t len_bytes;

	va_start(arguments, format);
	len_bytes = format_list(text, sizeof(text), format, arguments);
	va_end(arguments);
	return strcmp(text, expected) == 0 && strlen(text) == len_bytes;
}

KERNEL_TEST(format_writes_what_printf_would)
{
	CHECK(text_is("a b% c", "a %s%% %c", "b", 'c'));
	CHECK(text_is("0 -1 2147483647 -2147483648", "%d %d %d %d", 0, -1, 2147483647, -2147483647 - 1));
	CHECK(text_is("18446744073709551615 ffffffffffffffff", "%lu %lx", UINT64_MAX, UINT64_MAX));
	CHECK(text_is("-9223372036854775808", "%ld", INT64_MIN));
	CHECK(text_is("  42|42  |0042|-042", "%4d|%-4d|%04d|%04d", 42, 42, 42, -42));
	CHECK(text_is("ab|  ab|ab  ", "%.2s|%4.2s|%-4.2s", "abc", "abc", "abc"));
	CHECK(text_is("0x1000 7", "%p %zu", (void *)0x1000, (size_t)7));
}

KERNEL_TEST(format_cuts_what_does_not_fit)
{
	char text[8] = "xxxxxxx";

	CHECK(format_text(text, 4, "%d", 123456) == 3);
	CHECK(strcmp(text, "123") == 0 && text[4] == 'x');
	CHECK(format_text(text, 1, "abc") == 0 && text[0] == '\0');
	text[0] = 'y';
	CHECK(format_text(text, 0, "abc") == 0 && text[0] == 'y');
}

KERNEL_TEST(memory_functions_work_for_all_lengths_and_offsets)
{
	static unsigned char from[80], to[80];

	for (unsigned i = 0; i < sizeof(from); i++)
		from[i] = (unsigned char)(i + 1);
	for (unsigned offset = 0; offset < 9; offset++) {
		for (unsigned len_bytes = 0; len_bytes < 60; len_bytes++) {
			memset(to, 0xee, sizeof(to));
			CHECK(memcpy(to + offset, from, len_bytes) == to + offset);
			CHECK(memcmp(to + offset, from, len_bytes) == 0);
			CHECK(to[offset + len_bytes] == 0xee && (offset == 0 || to[offset - 1] == 0xee));
			memset(to + offset, 7, len_bytes);
			CHECK(to[offset + len_bytes] == 0xee && (len_bytes == 0 || to[offset + len_bytes - 1] == 7));
		}
	}
}

KERNEL_TEST(memmove_works_for_all_overlaps)
{
	static unsigned char bytes[64];

	for (unsigned to = 0; to < 20; to++) {
		for (unsigned from = 0; from < 20; from++) {
			for (unsigned i = 0; i < sizeof(bytes); i++)
				bytes[i] = (unsigned char)i;
			memmove(bytes + to, bytes + from, 40);
			for (unsigned i = 0; i < 40; i++)
				CHECK(bytes[to + i] == from + i);
		}
	}
}

KERNEL_TEST(string_functions_compare_and_search)
{
	CHECK(strlen("") == 0 && strlen("abc") == 3);
	CHECK(strcmp("a", "a") == 0 && strcmp("a", "b") < 0 && strcmp("\xff", "a") > 0 && strcmp("ab", "a") > 0);
	CHECK(strncmp("abc", "abd", 2) == 0 && strncmp("abc", "abd", 3) < 0 && strncmp("a", "a", 9) == 0);
	CHECK(*strchr("a=b", '=') == '=' && strchr("ab", '=') == NULL && *strchr("ab", '\0') == '\0');
}

KERNEL_TEST(an_unknown_word_is_not_obeyed)
{
	CHECK(!settings_word("idle", "sleep") && !settings_word("idel", "halt") && !settings_word("", ""));
	CHECK(!settings_word("panic", "") && settings_panic == PANIC_NONE);
}
