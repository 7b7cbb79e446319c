/* SPDX-License-Identifier: MIT */
/*
 * The serial line: what the firmware's table says of it, what the command line says of it, and a UART that is memory.
 */
#include "core/ktest.h"
#include "core/string.h"
#include "x86/acpi.h"
#include "x86/cpu.h"
#include "x86/serial.h"
#include "x86/serial_word.h"
#include "x86/spcr.h"

enum { SPCR_BYTES = 88 };

/* As a server's firmware has it: COM2 at 57600. Microsoft's table, written down here a second time on purpose. */
static const uint8_t spcr_com2[SPCR_BYTES] = {'S', 'P', 'C',  'R',  80,       0, 0,        0, 2, [36] = 0, [40] = 1, 8,
					      0,   1,   0xf8, 0x02, [52] = 1, 3, [58] = 6, 0, 1, 0,        3};

static struct spcr read_changed(unsigned at, uint8_t value, uint32_t len_bytes)
{
	uint8_t table[SPCR_BYTES];
	struct spcr spcr = {.present = true};

	memcpy(table, spcr_com2, sizeof(table));
	table[at] = value;
	spcr_read(&spcr, table, len_bytes);
	return spcr;
}

KERNEL_TEST(spcr_names_place_and_speed)
{
	struct spcr spcr = read_changed(0, 'S', 80);

	CHECK(spcr.present && !spcr.place.memory && spcr.place.base == 0x2f8 && spcr.place.stride_bytes == 1);
	CHECK(spcr.speed == 57600 && spcr.clock_hz == 1843200);
	CHECK(read_changed(58, 3, 80).speed == 9600 && read_changed(58, 4, 80).speed == 19200);
	CHECK(read_changed(58, 7, 80).speed == 115200 && read_changed(58, 0, 80).speed == 0);
	CHECK(read_changed(36, 1, 80).present && read_changed(36, 0x12, 80).present);
}

KERNEL_TEST(spcr_with_a_wrong_checksum_or_length_is_no_table)
{
	static uint8_t table[SPCR_BYTES];
	uint8_t sum = 0;

	memcpy(table, spcr_com2, sizeof(table));
	for (unsigned at = 0; at < 80; at++)
		sum = (uint8_t)(sum + table[at]);
	table[9] = (uint8_t)-sum;
	CHECK(acpi_table_is_sound((uintptr_t)table));
	table[58] ^= 1;
	CHECK(!acpi_table_is_sound((uintptr_t)table));
	table[58] ^= 1;
	table[9]++;
	table[4]--; /* adds up again, but ends before its last byte, which is 0 */
	CHECK(acpi_table_is_sound((uintptr_t)table));
	memset(table + 4, 0, 4);
	table[9] = (uint8_t)(table[9] + 79);
	CHECK(!acpi_table_is_sound((uintptr_t)table)); /* adds up, and is shorter than its head */
	CHECK(!acpi_table_is_sound(0) && !acpi_table_is_sound(1ul << 60));
}

KERNEL_TEST(spcr_of_another_kind_or_cut_is_no_line)
{
	for (uint32_t len_bytes = 0; len_bytes < 80; len_bytes++)
		CHECK(!read_changed(0, 'S', len_bytes).present);
	CHECK(!read_changed(36, 3, 80).present); /* a PL011 */
	CHECK(!read_changed(40, 2, 80).present); /* PCI configuration space */
	CHECK(!read_changed(47, 1, 80).present); /* an I/O port beyond 64 KiB */
	CHECK(read_changed(45, 0xff, 80).place.base == 0xfff8 && !read_changed(46, 1, 80).present);
}

KERNEL_TEST(spcr_places_registers_in_memory_by_the_wider_of_its_widths)
{
	static const struct {
		uint8_t bits, access, stride_bytes, access_bytes; /* stride 0: refused */
	} cases[] = {{8, 1, 1, 1}, {8, 0, 1, 1},  {0, 0, 1, 1}, {32, 0, 4, 4}, {32, 3, 4, 4}, {32, 1, 4, 1},
		     {8, 3, 4, 4}, {16, 2, 2, 2}, {8, 4, 0, 0}, {64, 0, 0, 0}, {12, 1, 0, 0}, {8, 200, 0, 0}};
	uint8_t table[SPCR_BYTES];
	struct spcr spcr;

	memcpy(table, spcr_com2, sizeof(table));
	table[40] = 0;
	memcpy(table + 44, &(uint64_t){0xfedc9000}, 8);
	for (unsigned at = 0; at < sizeof(cases) / sizeof(cases[0]); at++) {
		table[41] = cases[at].bits;
		table[43] = cases[at].access;
		spcr_read(&spcr, table, 80);
		CHECK(spcr.present == (cases[at].stride_bytes != 0));
		CHECK(!spcr.present || (spcr.place.memory && spcr.place.base == 0xfedc9000 &&
					spcr.place.stride_bytes == cases[at].stride_bytes &&
					spcr.place.access_bytes == cases[at].access_bytes));
	}
}

KERNEL_TEST(spcr_of_later_revisions_tells_clock_and_speed)
{
	uint8_t table[SPCR_BYTES];
	struct spcr spcr;

	memcpy(table, spcr_com2, sizeof(table));
	memcpy(table + 76, &(uint32_t){48000000}, 4);
	memcpy(table + 80, &(uint32_t){1500000}, 4);
	spcr_read(&spcr, table, SPCR_BYTES);
	CHECK(spcr.clock_hz == 1843200 && spcr.speed == 57600);
	table[8] = 3;
	spcr_read(&spcr, table, SPCR_BYTES);
	CHECK(spcr.clock_hz == 48000000 && spcr.speed == 57600);
	table[8] = 4;
	spcr_read(&spcr, table, SPCR_BYTES);
	CHECK(spcr.clock_hz == 48000000 && spcr.speed == 1500000 && serial_divisor(48000000, 1500000) == 2);
	spcr_read(&spcr, table, 82); /* the speed is cut */
	CHECK(spcr.present && spcr.speed == 57600);
}

KERNEL_TEST(spcr_survives_random_bytes)
{
	uint64_t random = ktest_seed();
	uint8_t table[SPCR_BYTES];
	unsigned present = 0;

	for (unsigned round = 0; round < 3000; round++) {
		struct spcr spcr;

		for (unsigned at = 0; at < SPCR_BYTES; at++)
			table[at] =
			    (uint8_t)(ktest_random(&random, 3) == 0 ? ktest_random(&random, 256) : spcr_com2[at]);
		spcr_read(&spcr, table, (uint32_t)ktest_random(&random, SPCR_BYTES + 1));
		present += spcr.present;
		CHECK(!spcr.present || serial_place_defect(&spcr.place) == NULL);
	}
	CHECK(present > 0);
}

static bool word_is_refused(const char *value)
{
	struct serial_word word;

	return serial_word_parse(&word, value, strlen(value)) != NULL;
}

static bool word_is(const char *value, uint64_t base, unsigned register_bytes, uint32_t speed)
{
	struct serial_word word;

	return serial_word_parse(&word, value, strlen(value)) == NULL && word.where == SERIAL_WORD_PLACE &&
	       word.place.base == base && word.place.memory == (base > 0xffff) &&
	       word.place.stride_bytes == register_bytes && word.speed == speed;
}

KERNEL_TEST(serial_word_names_a_place_and_a_speed_or_is_refused)
{
	static const char *const wrong[] = {"",
					    "com5",
					    "com",
					    "com11",
					    "com1:",
					    "com1:0",
					    "com1:56000",
					    "com1:9600x",
					    "com1:230400",
					    "0x",
					    "0x0",
					    "0xfff9",
					    "0x10000",
					    "0xg",
					    "mmio:",
					    "mmio:fe000000",
					    "mmio:0x10",
					    "mmio32:0xfe000001",
					    "none:9600",
					    "automatic",
					    "com1 ",
					    "com1:115200:",
					    "mmio:0xffffffffffffffff"};
	struct serial_word word;

	CHECK(word_is("com1", 0x3f8, 1, 0) && word_is("com2:57600", 0x2f8, 1, 57600) &&
	      word_is("com4:300", 0x2e8, 1, 300));
	CHECK(word_is("0x3e8", 0x3e8, 1, 0) && word_is("0xFFF8:9600", 0xfff8, 1, 9600));
	CHECK(word_is("mmio:0xfe032000", 0xfe032000, 1, 0) &&
	      word_is("mmio32:0xFE032000:115200", 0xfe032000, 4, 115200));
	CHECK(serial_word_parse(&word, "auto:9600", 9) == NULL && word.where == SERIAL_WORD_AUTO && word.speed == 9600);
	CHECK(serial_word_parse(&word, "none", 4) == NULL && word.where == SERIAL_WORD_NONE);
	CHECK(serial_word_parse(&word, "com2 mode=test", 4) == NULL && word.place.base == 0x2f8);
	for (unsigned at = 0; at < sizeof(wrong) / sizeof(wrong[0]); at++)
		CHECK(word_is_refused(wrong[at]));
	CHECK(console_word("serial", "com2:57600") && !console_word("serial", "com9") && console_word("screen", "no"));
	CHECK(!console_word("screen", "maybe") && !console_word("serials", "com1") && !console_word("idle", "poll"));
}

KERNEL_TEST(serial_divisor_is_of_the_clock_or_none)
{
	CHECK(serial_divisor(1843200, 115200) == 1 && serial_divisor(1843200, 9600) == 12 &&
	      serial_divisor(1843200, 2) == 57600);
	CHECK(serial_divisor(1843200, 1) == 0 && serial_divisor(1843200, 230400) == 0 &&
	      serial_divisor(1843200, 0) == 0);
	CHECK(serial_divisor(24000000, 115200) == 13 && serial_divisor(24000000, 1000000) == 0 &&
	      serial_divisor(0, 9600) == 0);
	CHECK(serial_divisor(UINT32_MAX, UINT32_MAX) == 0);
}

/* A UART of registers that do not act: what is written to one is read from it. */
static volatile uint32_t fake_registers[8];

static struct serial fake_serial(unsigned divisor)
{
	for (unsigned at = 0; at < 8; at++)
		fake_registers[at] = 0;
	return (struct serial){
	    .place = {.memory = true, .base = (uintptr_t)fake_registers, .stride_bytes = 4, .access_bytes = 4},
	    .divisor = divisor};
}

KERNEL_TEST(serial_line_in_memory_is_set_up_register_by_register)
{
	struct serial serial = fake_serial(12);

	fake_registers[5] = 0x60;
	CHECK(serial_open(&serial, false) && !serial.stuck && serial.fifo_bytes == 1);
	CHECK(fake_registers[0] == 12 && fake_registers[1] == 0 && fake_registers[3] == 3 && fake_registers[4] == 3);
	CHECK(fake_registers[2] == 7 && fake_registers[7] == 0x5a);
	serial_write(&serial, "abc", 3);
	CHECK(fake_registers[0] == 'c' && !serial.stuck);
	fake_registers[5] = 0xff; /* a bus that floats */
	CHECK(!serial_open(&serial, true));
	serial = fake_serial(0);
	fake_registers[5] = 0x60;
	CHECK(serial_open(&serial, true) && fake_registers[0] == 0 &&
	      fake_registers[1] == 0); /* the firmware's speed */
}

KERNEL_TEST(serial_line_that_is_stuck_is_waited_for_once_and_taken_up_again)
{
	struct serial serial = fake_serial(0);

	CHECK(serial_open(&serial, true) && serial.stuck);
	for (unsigned at = 0; at < 1000; at++) /* a thousand waits would be a thousand million turns */
		serial_write(&serial, "x", 1);
	CHECK(fake_registers[0] == 0 && serial.stuck);
	fake_registers[5] = 0x60;
	serial_write(&serial, "y", 1);
	CHECK(fake_registers[0] == 'y' && !serial.stuck);
}
