/* SPDX-License-Identifier: MIT */
/* The writing end of the stream: its CRC against zlib's, its text against a golden one, its encoding read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "../../bench/wire.h"

static char text[1 << 20];
static size_t text_bytes;

static void collect(void *context, const char *bytes, size_t len_bytes)
{
	assert_ptr_equal(context, text);
	assert_true(len_bytes > 0 && len_bytes <= WIRE_LINE_MAX);
	assert_int_equal(bytes[len_bytes - 1], '\n');
	assert_true(text_bytes + len_bytes < sizeof(text));
	memcpy(text + text_bytes, bytes, len_bytes);
	text_bytes += len_bytes;
	text[text_bytes] = '\0';
}

static int open_wire(void **state)
{
	static struct wire wire;

	memset(&wire, 0xa5, sizeof(wire));
	text_bytes = 0;
	text[0] = '\0';
	wire_open(&wire, collect, text);
	*state = &wire;
	return 0;
}

static uint32_t zlib_crc(const char *bytes, size_t len_bytes)
{
	return (uint32_t)crc32(0, (const unsigned char *)bytes, (uInt)len_bytes);
}

static void crc_of_the_check_string_is_the_published_one(void **state)
{
	(void)state;
	assert_int_equal(wire_crc(0, "123456789", 9), 0xcbf43926);
	assert_int_equal(wire_crc(0, "", 0), 0);
}

static void crc_equals_zlibs_for_random_bytes_in_random_pieces(void **state)
{
	static unsigned char bytes[5000];

	(void)state;
	srand(20240607);
	for (int round = 0; round < 200; round++) {
		size_t len_bytes = (size_t)rand() % sizeof(bytes);
		uint32_t crc = 0;

		for (size_t i = 0; i < len_bytes; i++)
			bytes[i] = (unsigned char)(rand() >> 7);
		for (size_t at = 0; at < len_bytes;) {
			size_t piece = 1 + (size_t)rand() % (len_bytes - at);

			crc = wire_crc(crc, bytes + at, piece);
			at += piece;
		}
		assert_int_equal(crc, crc32(0, bytes, (uInt)len_bytes));
	}
}

static void numbers_are_decimal_to_their_limits(void **state)
{
	struct wire *wire = *state;

	wire_begin(wire, "x");
	wire_number(wire, 0);
	wire_number(wire, 10);
	wire_number(wire, UINT64_MAX);
	wire_pair_number(wire, "zero", 0);
	wire_pair_number(wire, "low", INT64_MIN);
	wire_pair_number(wire, "minus", -1);
	wire_pair_number(wire, "high", INT64_MAX);
	wire_end(wire);
	assert_string_equal(text, "@x 0 10 18446744073709551615 zero=0 low=-9223372036854775808 minus=-1 "
				  "high=9223372036854775807\n");
}

/* Undoes %XX in place. */
static void decode(char *string)
{
	char *to = string;

	for (const char *from = string; *from != '\0'; from++) {
		unsigned byte;

		if (*from == '%') {
			assert_int_equal(sscanf(from + 1, "%2X", &byte), 1);
			*to++ = (char)byte;
			from += 2;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
}

static void every_byte_survives_encoding(void **state)
{
	struct wire *wire = *state;
	char value[256], read[1024];

	for (unsigned i = 0; i < 255; i++)
		value[i] = (char)(i + 1);
	value[255] = '\0';
	wire_begin(wire, "env");
	wire_pair(wire, "all", value);
	wire_end(wire);

	assert_int_equal(sscanf(text, "@env all=%1000s", read), 1);
	assert_null(strpbrk(read, "=@ \t\r"));
	for (const char *at = read; *at != '\0'; at++)
		assert_in_range((unsigned char)*at, 0x21, 0x7e);
	decode(read);
	assert_string_equal(read, value);
}

static void only_what_must_be_is_encoded(void **state)
{
	struct wire *wire = *state;

	wire_begin(wire, "env");
	wire_word(wire, "a b");
	wire_pair(wire, "cpu", "AMD EPYC (R) 100% =@~!/:,|\"");
	wire_pair(wire, "empty", "");
	wire_end(wire);
	assert_string_equal(text, "@env a%20b cpu=AMD%20EPYC%20(R)%20100%25%20%3D%40~!/:,|\" empty=\n");
}

static void samples_come_sixteen_to_a_line(void **state)
{
	static const struct {
		size_t count;
		const char *lines;
	} known[] = {
	    {0, ""},
	    {1, "@s 1\n"},
	    {16, "@s 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"},
	    {17, "@s 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n@s 17\n"},
	};
	uint32_t samples[17];

	for (uint32_t i = 0; i < 17; i++)
		samples[i] = i + 1;
	for (size_t i = 0; i < 4; i++) {
		open_wire(state);
		wire_samples(*state, "s", samples, known[i].count);
		assert_string_equal(text, known[i].lines);
	}
}

static void sixteen_of_the_largest_samples_fit_a_line(void **state)
{
	uint32_t samples[16];

	for (int i = 0; i < 16; i++)
		samples[i] = UINT32_MAX;
	wire_samples(*state, "w", samples, 16);
	assert_int_equal(text_bytes, 2 + 16 * 11 + 1);
}

/* The CRCs of this text were computed by another program (Python's zlib.crc32). */
static const char golden[] = "@aero 1\n"
			     "@env os=test cpu=A%20B\n"
			     "@run yield_pair unit=ticks per=2 n=18 warmup=2 place=same series=each\n"
			     "@w 900 300\n"
			     "@s 100 101 102 103 104 105 106 107 108 109 110 111 112 113 114 115\n"
			     "@s 116 4294967295\n"
			     "@end yield_pair n=18 overflow=0 irqs=-1 crc=2581217810\n"
			     "@skip pingpong_cross reason=needs%202%20CPUs\n"
			     "@done 0 runs=1 crc=122084461\n";

static void write_golden(struct wire *wire)
{
	uint32_t samples[20] = {900, 300};

	for (uint32_t i = 0; i < 17; i++)
		samples[2 + i] = 100 + i;
	samples[19] = UINT32_MAX;

	wire_begin(wire, "aero");
	wire_number(wire, WIRE_VERSION);
	wire_end(wire);
	wire_begin(wire, "env");
	wire_pair(wire, "os", "test");
	wire_pair(wire, "cpu", "A B");
	wire_end(wire);

	wire_run_crc_reset(wire);
	wire_begin(wire, "run");
	wire_word(wire, "yield_pair");
	wire_pair(wire, "unit", "ticks");
	wire_pair_number(wire, "per", 2);
	wire_pair_number(wire, "n", 18);
	wire_pair_number(wire, "warmup", 2);
	wire_pair(wire, "place", "same");
	wire_pair(wire, "series", "each");
	wire_end(wire);
	wire_samples(wire, "w", samples, 2);
	wire_samples(wire, "s", samples + 2, 18);
	wire_begin(wire, "end");
	wire_word(wire, "yield_pair");
	wire_pair_number(wire, "n", 18);
	wire_pair_number(wire, "overflow", 0);
	wire_pair_number(wire, "irqs", -1);
	wire_end_crc_run(wire);

	wire_begin(wire, "skip");
	wire_word(wire, "pingpong_cross");
	wire_pair(wire, "reason", "needs 2 CPUs");
	wire_end(wire);
	wire_begin(wire, "done");
	wire_number(wire, 0);
	wire_pair_number(wire, "runs", wire->runs);
	wire_end_crc_stream(wire);
}

static void known_samples_give_the_golden_text(void **state)
{
	write_golden(*state);
	assert_string_equal(text, golden);
}

static void crcs_cover_what_the_grammar_says(void **state)
{
	const char *run, *run_crc, *stream_crc;

	write_golden(*state);
	run = strstr(text, "@run");
	run_crc = strstr(text, " crc=");
	stream_crc = strstr(run_crc + 1, " crc=");
	assert_int_equal(strtoul(run_crc + 5, NULL, 10), zlib_crc(run, (size_t)(run_crc - run)));
	assert_int_equal(strtoul(stream_crc + 5, NULL, 10), zlib_crc(text, (size_t)(stream_crc - text)));
}

static void second_run_has_a_crc_of_its_own(void **state)
{
	struct wire *wire = *state;
	const char *second, *crc;

	for (int i = 0; i < 2; i++) {
		wire_run_crc_reset(wire);
		wire_begin(wire, "run");
		wire_number(wire, (uint64_t)i);
		wire_end(wire);
		wire_begin(wire, "end");
		wire_end_crc_run(wire);
	}
	assert_int_equal(wire->runs, 2);
	second = strstr(text + 1, "@run");
	crc = strstr(second, " crc=");
	assert_int_equal(strtoul(crc + 5, NULL, 10), zlib_crc(second, (size_t)(crc - second)));
}

static void record_that_is_too_long_is_cut_and_spoils_both_crcs(void **state)
{
	/* the longest record that fits is not cut: its newline is byte number WIRE_LINE_MAX */
	for (size_t over = 0; over < 2; over++) {
		struct wire *wire = *state;
		char value[WIRE_LINE_MAX];
		const char *crc;

		open_wire(state);
		memset(value, 'v', sizeof(value));
		value[WIRE_LINE_MAX - 1 - strlen("@env key=") + over] = '\0';
		wire_run_crc_reset(wire);
		wire_begin(wire, "env");
		wire_pair(wire, "key", value);
		wire_end(wire);
		assert_int_equal(text_bytes, WIRE_LINE_MAX);

		wire_begin(wire, "end");
		wire_end_crc_run(wire);
		crc = strstr(text, " crc=");
		assert_int_equal(strtoul(crc + 5, NULL, 10) == zlib_crc(text, (size_t)(crc - text)), over == 0);
		wire_begin(wire, "done");
		wire_end_crc_stream(wire);
		crc = strstr(crc + 1, " crc=");
		assert_int_equal(strtoul(crc + 5, NULL, 10) == zlib_crc(text, (size_t)(crc - text)), over == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(crc_of_the_check_string_is_the_published_one),
	    cmocka_unit_test(crc_equals_zlibs_for_random_bytes_in_random_pieces),
	    cmocka_unit_test_setup(numbers_are_decimal_to_their_limits, open_wire),
	    cmocka_unit_test_setup(every_byte_survives_encoding, open_wire),
	    cmocka_unit_test_setup(only_what_must_be_is_encoded, open_wire),
	    cmocka_unit_test_setup(samples_come_sixteen_to_a_line, open_wire),
	    cmocka_unit_test_setup(sixteen_of_the_largest_samples_fit_a_line, open_wire),
	    cmocka_unit_test_setup(known_samples_give_the_golden_text, open_wire),
	    cmocka_unit_test_setup(crcs_cover_what_the_grammar_says, open_wire),
	    cmocka_unit_test_setup(second_run_has_a_crc_of_its_own, open_wire),
	    cmocka_unit_test_setup(record_that_is_too_long_is_cut_and_spoils_both_crcs, open_wire),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
