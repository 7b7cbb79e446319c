/* SPDX-License-Identifier: MIT */
/* Regions of memory that a system left behind: sound ones, every way to be broken, and where Linux says that they are. */
#include "region.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../bench/wire.h"
#include "../../bench/wire_region.h"

enum { BASE = 0x10000000, CAPACITY = WIRE_REGION_BYTES_MIN - WIRE_REGION_HEADER_BYTES };

static const char said[] = "@aero 1\n@env os=aerokernel\nnoise\n";

static union {
	struct wire_region header;
	char bytes[WIRE_REGION_BYTES_MIN];
} memory;

/* As the kernel would have left it. */
static void seal(void)
{
	memory.header.fixed_crc = wire_crc(0, &memory.header.base, 24);
}

static void made(uint32_t state, uint32_t code)
{
	memset(&memory, 0, sizeof(memory));
	memcpy(memory.header.magic, WIRE_REGION_MAGIC, 16);
	memory.header.version = 1;
	memory.header.base = BASE;
	memory.header.capacity_bytes = CAPACITY;
	memory.header.boot = 77;
	memory.header.len_bytes = strlen(said);
	memory.header.state = state;
	memory.header.code = code;
	memcpy(memory.bytes + WIRE_REGION_HEADER_BYTES, said, strlen(said));
	/* what an earlier boot said behind that is not counted */
	memcpy(memory.bytes + WIRE_REGION_HEADER_BYTES + strlen(said), "@done 0", 7);
	seal();
}

static void expect(int status, const char *text, size_t len_bytes)
{
	struct error error = {0};
	struct region region;

	assert_int_equal(region_parse(&region, &memory, len_bytes, BASE, &error), status);
	assert_int_equal(error.status, status);
	if (strstr(error.text, text) == NULL)
		fail_msg("'%s' is not in '%s'", text, error.text);
}

static void what_was_counted_is_read_and_nothing_behind_it(void **state)
{
	struct error error = {0};
	struct region region;

	(void)state;
	made(WIRE_REGION_ENDED, 0x10);
	assert_int_equal(region_parse(&region, &memory, sizeof(memory), BASE, &error), 0);
	assert_string_equal(region.bytes, said);
	assert_int_equal(region.len_bytes, strlen(said));
	assert_int_equal(region.base, BASE);
	assert_int_equal(region.capacity_bytes, CAPACITY);
	assert_int_equal(region.boot, 77);
	assert_true(region.ended);
	assert_int_equal(region.code, 0x10);
	assert_false(region.full);
	region_free(&region);
	memory.header.seen = 1; /* by a boot loader: nothing of it is what was measured */
	assert_int_equal(region_parse(&region, &memory, sizeof(memory), BASE, &error), 0);
	assert_string_equal(region.bytes, said);
	assert_true(region.ended);
	region_free(&region);
}

static void a_run_that_stopped_without_a_word_is_told_from_one_that_ended(void **state)
{
	struct error error = {0};
	struct region region;

	(void)state;
	made(WIRE_REGION_WRITING, 0x10);
	memory.header.flags = WIRE_REGION_FULL;
	assert_int_equal(region_parse(&region, &memory, sizeof(memory), 0, &error), 0);
	assert_false(region.ended);
	assert_int_equal(region.code, 0);
	assert_true(region.full);
	region_free(&region);
}

static void memory_without_a_region_is_no_broken_region(void **state)
{
	(void)state;
	memset(&memory, 0, sizeof(memory));
	expect(STATUS_FAILED, "cleared memory", sizeof(memory));
	memset(&memory, 0xa5, sizeof(memory));
	expect(STATUS_FAILED, "no results at 0x10000000", sizeof(memory));
	made(WIRE_REGION_ENDED, 0x10);
	memory.header.magic[15] = 0; /* cleared first by whoever writes the next one */
	expect(STATUS_FAILED, "no results", sizeof(memory));
	made(WIRE_REGION_ENDED, 0x10);
	for (size_t len = 0; len < WIRE_REGION_HEADER_BYTES; len += 64)
		expect(STATUS_FAILED, "no results", len);
}

static void each_way_to_be_broken_is_named(void **state)
{
	(void)state;
	made(WIRE_REGION_ENDED, 0x10);
	memory.header.version = 2;
	expect(STATUS_USAGE, "version 2", sizeof(memory));
	made(WIRE_REGION_ENDED, 0x10);
	memory.header.boot++;
	expect(STATUS_USAGE, "check", sizeof(memory));
	made(WIRE_REGION_ENDED, 0x10);
	memory.header.base += 4096;
	seal();
	expect(STATUS_USAGE, "another place", sizeof(memory));
	made(WIRE_REGION_ENDED, 0x10);
	memory.header.len_bytes = CAPACITY + 1;
	expect(STATUS_USAGE, "more bytes than there is room for", sizeof(memory));
	made(WIRE_REGION_ENDED, 0x10);
	memory.header.capacity_bytes = memory.header.len_bytes = UINT64_MAX;
	seal();
	expect(STATUS_USAGE, "more bytes than there is room for", sizeof(memory));
	made(WIRE_REGION_ENDED, 0x10);
	expect(STATUS_USAGE, "ends before the bytes", WIRE_REGION_HEADER_BYTES + strlen(said) - 1);
}

static void a_region_that_is_full_to_its_last_byte_is_read(void **state)
{
	struct error error = {0};
	struct region region;

	(void)state;
	made(WIRE_REGION_ENDED, 0x11);
	memory.header.len_bytes = CAPACITY;
	memory.bytes[sizeof(memory) - 1] = 'z';
	assert_int_equal(region_parse(&region, &memory, sizeof(memory), BASE, &error), 0);
	assert_int_equal(region.bytes[CAPACITY - 1], 'z');
	assert_int_equal(region.bytes[CAPACITY], '\0');
	region_free(&region);
}

/* The status of reading a file that holds len_bytes of the memory. */
static int read_copy(struct region *region, size_t len_bytes, uint64_t base, struct error *error)
{
	char path[] = "/tmp/aerobench_region_XXXXXX";
	int fd = mkstemp(path), status;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, &memory, len_bytes), len_bytes);
	close(fd);
	status = region_read(region, path, base, 0, error);
	unlink(path);
	return status;
}

static void a_copy_in_a_file_is_read_from_its_beginning(void **state)
{
	struct error error = {0};
	struct region region;

	(void)state;
	made(WIRE_REGION_ENDED, 0x10);
	assert_int_equal(read_copy(&region, WIRE_REGION_HEADER_BYTES + strlen(said), 0, &error), 0);
	assert_string_equal(region.bytes, said);
	region_free(&region);
	assert_int_equal(read_copy(&region, WIRE_REGION_HEADER_BYTES + 3, 0, &error), STATUS_USAGE);
	error = (struct error){0};
	assert_int_equal(read_copy(&region, 0, 0, &error), STATUS_FAILED);
	error = (struct error){0};
	assert_int_equal(region_read(&region, "/nonexistent/copy", 0, 0, &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "/nonexistent/copy"));
}

static void memory_that_may_not_be_read_is_told_with_what_to_do(void **state)
{
	static const struct {
		const char *device;
		int reason;
		bool is_root, locked;
		enum status status;
		const char *text;
	} refusals[] = {
	    {"/dev/mem", EACCES, false, false, STATUS_UNSUPPORTED, "/dev/mem is for root: use sudo"},
	    {"/dev/mem", EACCES, false, true, STATUS_UNSUPPORTED, "/dev/mem is for root: use sudo"},
	    {"/dev/mem", EPERM, true, true, STATUS_UNSUPPORTED,
	     "this Linux is locked down and lets nobody read /dev/mem: switch Secure Boot off in the firmware, or boot "
	     "without lockdown="},
	    /* securityfs is not mounted, so that it cannot say so */
	    {"/dev/mem", EPERM, true, false, STATUS_UNSUPPORTED,
	     "/dev/mem cannot be opened: not even root may: this Linux is locked down (switch Secure Boot off in the "
	     "firmware, or boot without lockdown=), or this is a container"},
	    {"/dev/mem", EIO, true, false, STATUS_USAGE, "open /dev/mem: Input/output error"},
	    {"copy", ENOENT, true, true, STATUS_USAGE, "open copy: No such file or directory: check the name"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct error error = {0};

		assert_int_equal(region_refused(refusals[i].device, refusals[i].reason, refusals[i].is_root,
						refusals[i].locked, &error),
				 refusals[i].status);
		assert_string_equal(error.text, refusals[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_counted_is_read_and_nothing_behind_it),
	    cmocka_unit_test(a_run_that_stopped_without_a_word_is_told_from_one_that_ended),
	    cmocka_unit_test(memory_without_a_region_is_no_broken_region),
	    cmocka_unit_test(each_way_to_be_broken_is_named),
	    cmocka_unit_test(a_region_that_is_full_to_its_last_byte_is_read),
	    cmocka_unit_test(a_copy_in_a_file_is_read_from_its_beginning),
	    cmocka_unit_test(memory_that_may_not_be_read_is_told_with_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
