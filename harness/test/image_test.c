/* SPDX-License-Identifier: MIT */
/* A boot image's menu: values of options, and what the script for GRUB says. That GRUB obeys it is ci/image_test's business. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image.h"
#include "memory.h"

static const struct image_bench benches[] = {{"clock_read", "control"}, {"yield_pair", "a \"quoted\" $price \\ more"}};

static struct image_options options_default(void)
{
	struct image_options options = {.entry = "suite",
					.timeout_s = 10,
					.screen = true,
					.results = "256M+64M",
					.benches = benches,
					.bench_count = 2};

	assert_int_equal(image_serial_parse(&options.serial, "auto", NULL), 0);
	return options;
}

/* The script holds each of the lines, in this order; "!TEXT": nowhere. */
static void assert_lines(const struct image_options *options, const char *const *lines)
{
	char *config = image_config(options);
	const char *at = config;

	for (; *lines != NULL; lines++) {
		const char *found = (*lines)[0] == '!' ? strstr(config, *lines + 1) : strstr(at, *lines);

		if ((found != NULL) == ((*lines)[0] == '!'))
			fail_msg("'%s' in: %s", *lines, config);
		if (found != NULL)
			at = found;
	}
	free(config);
}

static void serial_lines_are_read_for_both_programs(void **state)
{
	static const struct {
		const char *text;
		int unit;
		unsigned port, speed_baud;
		const char *word;
	} good[] = {{"com1", 0, 0, 115200, "com1"},
		    {"com4:9600", 3, 0, 9600, "com4:9600"},
		    {"0x3e8:57600", -1, 0x3e8, 57600, "0x3e8:57600"},
		    {"0x2f8:2", -1, 0x2f8, 2, "0x2f8:2"},
		    {"0xfff8", -1, 0xfff8, 115200, "0xfff8"},
		    {"mmio:0xfe034000:38400", -1, 0, 38400, "mmio:0xfe034000:38400"},
		    {"mmio32:0x1000", -1, 0, 115200, "mmio32:0x1000"},
		    {"auto", 0, 0, 115200, "auto"},
		    {"auto:57600", 0, 0, 57600, "auto:57600"},
		    {"none", -1, 0, 115200, "none"}};
	static const char *const bad[] = {"",
					  "com0",
					  "com5",
					  "com1:",
					  "com1:230400",
					  "com1:100000",
					  "com1:1",
					  "com1:0",
					  "0xfff9",
					  "0xffff",
					  "mmio:0x10",
					  "mmio:0xfff",
					  "mmio:0x400000000000",
					  "mmio32:0x1002",
					  "mmio32",
					  "mmio64:0x1000",
					  "com1:115200:1",
					  "com1:9600x",
					  "0x10000",
					  "0x",
					  "0x0",
					  "3f8",
					  "mmio:",
					  "mmio:100",
					  "none:9600",
					  "serial",
					  "com1:96 00",
					  "0x3f8;ls"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct image_serial serial;

		assert_int_equal(image_serial_parse(&serial, good[i].text, NULL), 0);
		assert_int_equal(serial.unit, good[i].unit);
		assert_int_equal(serial.port, good[i].port);
		assert_int_equal(serial.speed_baud, good[i].speed_baud);
		assert_string_equal(serial.word, good[i].word);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct image_serial serial;
		struct error error = {0};

		if (image_serial_parse(&serial, bad[i], &error) != STATUS_USAGE || strstr(error.text, bad[i]) == NULL)
			fail_msg("'%s': %s", bad[i], error.text);
	}
}

static void regions_of_results_are_whole_pages_of_usable_memory(void **state)
{
	static const char *const bad[] = {"",
					  "256M",
					  "256M+",
					  "256M+64M ",
					  "+64M",
					  "256M+64T",
					  "256M+512K",
					  "31M+64M",
					  "256M+1025K1",
					  "4G+64M",
					  "4000M+200M",
					  "257000001+64M",
					  "256M+67108865",
					  "-1M+64M",
					  "99999999999999999999+64M",
					  "256m+64m",
					  "99999999999999999G+64M"};
	unsigned long long begin, end;

	(void)state;
	assert_int_equal(image_results_parse("256M+64M", &begin, &end, NULL), 0);
	assert_int_equal(begin, 256 << 20);
	assert_int_equal(end, 320 << 20);
	assert_int_equal(image_results_parse("0x10000000+1024K", &begin, &end, NULL), 0);
	assert_int_equal(begin, 256 << 20);
	assert_int_equal(end, 257 << 20);
	assert_int_equal(image_results_parse("3G+1G", NULL, NULL, NULL), 0);
	assert_int_equal(image_results_parse("32M+1M", NULL, NULL, NULL), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (image_results_parse(bad[i], &begin, &end, NULL) == 0)
			fail_msg("'%s' is taken", bad[i]);
}

static void words_that_grub_would_take_for_its_own_are_refused(void **state)
{
	(void)state;
	assert_int_equal(image_words_check("words", "idle=poll quantum_us=50 test=a.b", NULL), 0);
	for (const char *at = ";'\"$\\`{}|&<>()[]#\n\t*?!~"; *at != '\0'; at++)
		assert_int_equal(image_words_check("words", (char[]){'a', *at, '\0'}, NULL), STATUS_USAGE);
}

static void the_default_is_an_entry_of_the_menu(void **state)
{
	struct image_options options = options_default();
	struct error error = {0};

	(void)state;
	assert_int_equal(image_entry_check(&options, NULL), 0);
	options.entry = "yield_pair";
	assert_int_equal(image_entry_check(&options, NULL), 0);
	assert_lines(&options, (const char *[]){"set default=\"one>yield_pair\"", NULL});
	options.entry = "one"; /* a submenu starts nothing */
	assert_int_equal(image_entry_check(&options, NULL), STATUS_USAGE);
	options.entry = "docter";
	assert_int_equal(image_entry_check(&options, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "nearest is 'doctor'"));
}

static void the_menu_has_an_entry_for_each_benchmark(void **state)
{
	struct image_options options = options_default();

	(void)state;
	options.samples = "70";
	options.benchmarks = "yield_pair,clock_read";
	assert_lines(&options, (const char *[]){
				   "set words='serial=auto results=256M+64M progress=yes doctor=yes'", "set after=halt",
				   "set timeout=10", "\"Measure: yield_pair,clock_read\" --id suite",
				   "aerobench samples=70 bench=yield_pair,clock_read",
				   "\"Quick, few samples: yield_pair,clock_read\" --id quick",
				   "aerobench samples=200 warmup=20 bench=yield_pair,clock_read", "submenu",
				   "--id clock_read", "aerobench samples=70 bench=clock_read",
				   "a \\\"quoted\\\" \\$price \\\\ more\" --id yield_pair",
				   "aerobench samples=70 bench=yield_pair", "aerobench mode=doctor",
				   "aerobench mode=test", "aerobench mode=conform", "!save_env", "!read_dword", NULL});
	options.benchmarks = NULL;
	assert_lines(&options, (const char *[]){"\"Whole suite\" --id suite", "every benchmark", NULL});
	options.bench_count = 0;
	assert_lines(&options, (const char *[]){"!submenu", "--id quick", NULL});
}

static void a_screen_that_stays_black_has_two_other_entries(void **state)
{
	struct image_options options = options_default();

	(void)state;
	options.benchmarks = "yield_pair";
	assert_lines(&options, (const char *[]){"if multiboot2", "set gfxpayload=$mode", "boot\n", "--id text",
						"set mode=text\n\taerobench bench=yield_pair", "--id noscreen",
						"\taerobench screen=no bench=yield_pair\n", NULL});
	options.entry = "noscreen";
	assert_int_equal(image_entry_check(&options, NULL), 0);
	options.screen = false; /* then no entry has one */
	assert_int_equal(image_entry_check(&options, NULL), STATUS_USAGE);
	assert_lines(&options, (const char *[]){"screen=no", "--id suite", "!--id text", "!--id noscreen", NULL});
}

static void a_serial_line_that_is_not_there_is_no_terminal(void **state)
{
	struct image_options options = options_default();

	(void)state;
	/* by EFI the firmware's console has the line, at its own speed, unless the line is named */
	assert_lines(
	    &options,
	    (const char *[]){"if [ $grub_platform = efi ]; then\n\ttrue\nelif serial --unit=0 --speed=115200; then",
			     "terminal_output --append serial", "terminal_input --append serial", NULL});
	image_serial_parse(&options.serial, "com1", NULL);
	assert_lines(&options, (const char *[]){"\nif serial --unit=0 --speed=115200; then",
						"terminal_output --append serial", NULL});
	image_serial_parse(&options.serial, "0x2e8:9600", NULL);
	options.unattended = true; /* noise is no key */
	assert_lines(&options, (const char *[]){"if serial --port=0x2e8 --speed=9600; then", "!terminal_input", NULL});
	image_serial_parse(&options.serial, "none", NULL);
	assert_lines(&options, (const char *[]){"serial=none", "!terminal_output", NULL});
	image_serial_parse(&options.serial, "mmio:0xfe034000", NULL);
	assert_lines(&options, (const char *[]){"serial=mmio:0xfe034000", "!terminal_output", NULL});
}

static void what_cannot_count_looks_into_memory(void **state)
{
	struct image_options options = options_default();

	(void)state;
	options.unattended = true;
	/* "AERO", little-endian; wire_region.state at 56, wire_region.seen at 68 */
	assert_lines(&options, (const char *[]){"read_dword -v magic 0x10000000", "read_dword -v state 0x10000038",
						"read_dword -v seen 0x10000044", "\"$magic\" = 4f524541",
						"\"$seen\" = 0", "set measured=yes", "write_dword 0x10000044 1",
						"set after=reset", "\"$measured\" = yes", "set default=exit", NULL});
	options.results = NULL;
	assert_lines(&options, (const char *[]){"!read_dword", "!results=", NULL});
}

static void who_leaves_starts_another_disk(void **state)
{
	struct image_options options = options_default();

	(void)state;
	assert_lines(&options, (const char *[]){"regexp --set=1:own",
						"function leave_to {",
						"drivemap -s hd0 $1",
						"chainloader +1",
						"function leave_bios {",
						"(hd*,*)/boot/grub*/i386-pc/normal.mod",
						"(hd*,*)/bootmgr",
						"\"$disk\" != \"$own\"",
						"leave_to $disk",
						"(hd*,*)/EFI/*",
						"probe --set=kind --fs \"$part\"",
						"leave_to $disk",
						"function leave {",
						"= efi",
						"\"$disk\" != \"$own\"",
						"regexp --set=1:root",
						"chainloader \"$file\"",
						"leave_bios",
						"exit\n",
						"exit 1\n}",
						"--id exit {\n\tleave\n}",
						NULL});
	options.unattended = true; /* who finds nothing is seen to be off */
	assert_lines(&options, (const char *[]){"function leave {", "halt\n}", "!exit 1", NULL});
}

static void a_stick_counts_its_boots_and_is_collected_after_each(void **state)
{
	struct image_options options = options_default();

	(void)state;
	options.unattended = true;
	options.boots = 3;
	options.stick = "0123-abcd";
	assert_lines(&options, (const char *[]){"search --no-floppy --fs-uuid --set=stick 0123-abcd",
						"set rounds=xxx\n", "!\tlinux ", "set round=${round}x", "save_env",
						"set after=reset", "= $rounds", "set default=exit", NULL});
	options.collector = true;
	assert_lines(&options, (const char *[]){"= collect", "set next=rest", "save_env", "insmod progress",
						"cutmem 0x10000000 0x14000000", "memmap=0x4000000\\$0x10000000",
						"aerobench=268435456,67108864,0123-abcd", "console=ttyS0,115200",
						"initrd", "boot", "set next=collect", NULL});
	options.boots = 0;
	options.unattended = false;
	assert_lines(&options, (const char *[]){"set next=collect", "set timeout=-1", "!round}x", NULL});
}

/* Where the Aerokernel speaks, so does the Linux that takes its results. */
static void the_collector_speaks_on_the_same_line(void **state)
{
	static const struct {
		const char *word, *console;
	} lines[] = {{"com2:57600", " console=tty0 console=ttyS1,57600\n"},
		     {"0x3e8:9600", " console=tty0 console=uart8250,io,0x3e8,9600\n"},
		     {"0x3e8", " console=tty0 console=uart8250,io,0x3e8,115200\n"},
		     {"mmio:0xfe034000", " console=tty0 console=uart8250,mmio,0xfe034000\n"},
		     {"mmio32:0xfe034000:38400", " console=tty0 console=uart8250,mmio32,0xfe034000,38400\n"},
		     {"none", "!console="}};
	struct image_options options = options_default();

	(void)state;
	options.stick = "0123-abcd";
	options.collector = true;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(image_serial_parse(&options.serial, lines[i].word, NULL), 0);
		assert_lines(&options, (const char *[]){"linux /boot", lines[i].console, NULL});
	}
}

static void a_stick_has_room_for_the_results_of_all_its_boots(void **state)
{
	static const unsigned long long mib = 1 << 20;
	struct image_options options = options_default();
	struct error error = {0};

	(void)state;
	options.boots = 99;
	assert_int_equal(image_stick_bytes(&options, NULL), 4 * mib); /* a count of boots */
	options.collector = true;
	/* README.md: a suite is 8 MB */
	assert_true(image_stick_bytes(&options, NULL) >= 99 * 12 * mib);
	options.boots = 0;
	assert_true(image_stick_bytes(&options, NULL) >= 48 * mib);
	options.boots = 12;
	options.samples = "30000";
	assert_true(image_stick_bytes(&options, NULL) >= 12 * 36 * mib);
	options.samples = "1000000"; /* no more than memory holds */
	assert_int_equal(image_stick_bytes(&options, NULL), (12 * 64 + 1) * mib);
	options.boots = 40;
	assert_int_equal(image_stick_bytes(&options, &error), 0);
	assert_int_equal(error.status, STATUS_USAGE);
	assert_non_null(strstr(error.text, "--boots 40"));
	assert_non_null(strstr(error.text, "at most --boots 31"));
	options.boots = 31;
	assert_int_not_equal(image_stick_bytes(&options, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(serial_lines_are_read_for_both_programs),
	    cmocka_unit_test(regions_of_results_are_whole_pages_of_usable_memory),
	    cmocka_unit_test(words_that_grub_would_take_for_its_own_are_refused),
	    cmocka_unit_test(the_default_is_an_entry_of_the_menu),
	    cmocka_unit_test(the_menu_has_an_entry_for_each_benchmark),
	    cmocka_unit_test(a_screen_that_stays_black_has_two_other_entries),
	    cmocka_unit_test(a_serial_line_that_is_not_there_is_no_terminal),
	    cmocka_unit_test(what_cannot_count_looks_into_memory),
	    cmocka_unit_test(who_leaves_starts_another_disk),
	    cmocka_unit_test(a_stick_counts_its_boots_and_is_collected_after_each),
	    cmocka_unit_test(the_collector_speaks_on_the_same_line),
	    cmocka_unit_test(a_stick_has_room_for_the_results_of_all_its_boots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
