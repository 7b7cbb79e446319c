/* SPDX-License-Identifier: MIT */
/*
 * The region of memory that outlives the kernel: what the word says, and at every moment a prefix of what was written.
 */
#include "x86/region.h"

#include "core/ktest.h"
#include "core/page.h"
#include "core/string.h"
#include "wire.h"

static bool place_is(const char *text, uint64_t base, uint64_t len_bytes)
{
	uint64_t found_base, found_bytes;

	return region_place(text, strlen(text), &found_base, &found_bytes) && found_base == base &&
	       found_bytes == len_bytes;
}

static bool place_is_refused(const char *text)
{
	uint64_t base, len_bytes;

	return !region_place(text, strlen(text), &base, &len_bytes);
}

KERNEL_TEST(region_words_are_read_with_units_and_nothing_else)
{
	uint64_t number;

	CHECK(place_is("256M+64M", 256ul << 20, 64ul << 20));
	CHECK(place_is("0x10000000+0x4000000", 256ul << 20, 64ul << 20));
	CHECK(place_is("1G+1048576", 1ul << 30, 1ul << 20));
	CHECK(place_is("0xA000K+4K", 0xa000ul << 10, 4096));
	CHECK(region_place("256M+64Mx", 8, &number, &number)); /* only so many bytes are its text */
	CHECK(place_is_refused(""));
	CHECK(place_is_refused("256M"));
	CHECK(place_is_refused("256M+"));
	CHECK(place_is_refused("+64M"));
	CHECK(place_is_refused("256M+64M+"));
	CHECK(place_is_refused("256M 64M"));
	CHECK(place_is_refused("256MM+64M"));
	CHECK(place_is_refused("-1+64M"));
	CHECK(place_is_refused("0x+64M"));
	CHECK(place_is_refused("18446744073709551616+64M"));
	CHECK(place_is_refused("17179869184G+64M"));
	CHECK(region_number("18446744073709551615", 20, &number) && number == UINT64_MAX);
}

enum { ORDER = 2, REGION_BYTES = PAGE_BYTES << ORDER };

static struct region region;

/* A region in fresh memory that holds somebody else's bytes; NULL: no memory. */
static struct wire_region *region_made(void)
{
	void *memory = page_alloc(ORDER);

	if (memory == NULL) {
		ktest_skip("no memory");
		return NULL;
	}
	memset(memory, 0xa5, REGION_BYTES);
	region_open(&region, memory, REGION_BYTES, 42);
	return memory;
}

KERNEL_TEST(region_begins_with_a_header_that_says_where_and_how_much)
{
	struct wire_region *header = region_made();

	if (header == NULL)
		return;
	CHECK(memcmp(header->magic, WIRE_REGION_MAGIC, sizeof(header->magic)) == 0);
	CHECK(header->version == WIRE_REGION_VERSION && header->state == WIRE_REGION_WRITING);
	CHECK(header->base == (uintptr_t)header && header->boot == 42);
	CHECK(header->capacity_bytes == REGION_BYTES - WIRE_REGION_HEADER_BYTES);
	CHECK(header->fixed_crc == wire_crc(0, &header->base, 24));
	CHECK(region_is_there(header));
	header->boot++;
	CHECK(!region_is_there(header));
	CHECK(header->len_bytes == 0 && header->flags == 0 && header->code == 0 && header->seen == 0);
	page_free(header);
}

KERNEL_TEST(region_counts_what_is_there_and_stops_where_there_is_no_room)
{
	struct wire_region *header = region_made();
	const char *bytes;
	char line[100];

	if (header == NULL)
		return;
	bytes = (const char *)header + WIRE_REGION_HEADER_BYTES;
	for (unsigned at = 0; at < sizeof(line); at++)
		line[at] = (char)('!' + at % 64);
	for (uint64_t len = 0; len + sizeof(line) <= header->capacity_bytes; len += sizeof(line)) {
		CHECK(header->len_bytes == len);
		region_write(&region, line, sizeof(line));
		CHECK(memcmp(bytes + len, line, sizeof(line)) == 0);
	}
	CHECK(header->len_bytes == header->capacity_bytes / sizeof(line) * sizeof(line));
	CHECK(header->flags == 0);
	region_write(&region, line, sizeof(line));
	CHECK(header->flags == WIRE_REGION_FULL);
	/* what would fit again is not there: the bytes are a prefix of what was said */
	region_write(&region, line, 1);
	CHECK(header->len_bytes == header->capacity_bytes / sizeof(line) * sizeof(line));
	CHECK(header->state == WIRE_REGION_WRITING);
	region_close(&region, MACHINE_EXIT_PANIC);
	CHECK(header->state == WIRE_REGION_ENDED && header->code == MACHINE_EXIT_PANIC);
	page_free(header);
}

KERNEL_TEST(region_takes_as_much_as_there_is_to_the_last_byte)
{
	struct wire_region *header = region_made();
	char *bytes;

	if (header == NULL)
		return;
	bytes = (char *)header + WIRE_REGION_HEADER_BYTES;
	region_write(&region, bytes, header->capacity_bytes);
	CHECK(header->len_bytes == header->capacity_bytes && header->flags == 0);
	page_free(header);
}

/* A writer that was stopped in the middle keeps the lock: the panic that stopped it must be heard. */
KERNEL_TEST(region_is_written_though_its_lock_is_never_given_back)
{
	struct wire_region *header = region_made();

	if (header == NULL)
		return;
	region.lock = 1;
	region_write(&region, "panic: ", 7);
	CHECK(header->len_bytes == 7 && region.lock == 0);
	page_free(header);
}
