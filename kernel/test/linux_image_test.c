/* SPDX-License-Identifier: MIT */
/*
 * What Linux is booted from and what it is told, byte by byte: Linux, Documentation/arch/x86/boot.rst, zero-page.rst.
 */
#include "x86/linux_image.h"

#include "core/ktest.h"
#include "core/string.h"

enum { FILE_BYTES = 0x1000, SETUP_BYTES = 0x600 };

static uint8_t file[FILE_BYTES];

static void put(uint8_t *bytes, unsigned at, unsigned len_bytes, uint64_t value)
{
	for (unsigned byte = 0; byte < len_bytes; byte++)
		bytes[at + byte] = (uint8_t)(value >> 8 * byte);
}

static uint64_t get(const uint8_t *bytes, unsigned at, unsigned len_bytes)
{
	uint64_t value = 0;

	for (unsigned byte = len_bytes; byte-- > 0;)
		value = value << 8 | bytes[at + byte];
	return value;
}

/* Two setup sectors, and a kernel of 0xa00 bytes. */
static void file_make(void)
{
	memset(file, 0xee, sizeof(file));
	file[0x1f1] = 2;
	put(file, 0x1f4, 4, 0xa00 / 16);
	put(file, 0x1fe, 2, 0xaa55);
	put(file, 0x200, 2, 0x66eb); /* the header ends at 0x268 */
	memcpy(&file[0x202], "HdrS", 4);
	put(file, 0x206, 2, 0x20f);
	put(file, 0x230, 4, 0x200000);
	file[0x234] = 1;
	put(file, 0x236, 2, 0x3f);
	put(file, 0x238, 4, 2047);
	put(file, 0x258, 8, 0x1000000);
	put(file, 0x260, 4, 0x3000000);
}

static const char *refusal(uint64_t file_bytes)
{
	struct linux_image image;

	return linux_image_read(&image, file, file_bytes);
}

KERNEL_TEST(linux_image_is_found_behind_its_setup)
{
	struct linux_image image;

	file_make();
	CHECK(linux_image_read(&image, file, sizeof(file)) == NULL);
	CHECK(image.kernel == file + SETUP_BYTES && image.kernel_bytes == 0xa00);
	CHECK(image.align_bytes == 0x200000 && image.memory_bytes == 0x3000000 && image.preferred == 0x1000000);
	CHECK(image.command_line_bytes == 2047);
}

/* Each change alone makes it one that cannot be booted. */
KERNEL_TEST(linux_image_that_cannot_be_booted_is_refused)
{
	static const struct {
		unsigned at, len_bytes;
		uint64_t value;
	} changes[] = {
	    {0x1fe, 2, 0},        {0x202, 1, 'h'},   {0x206, 2, 0x20b},      {0x236, 2, 1},
	    {0x236, 2, 2},        {0x234, 1, 0},     {0x1f4, 4, 0xa10 / 16}, {0x1f1, 1, 0xff},
	    {0x230, 4, 0x300000}, {0x260, 4, 0x9ff}, {0x1f4, 4, 0x10 / 16},  {0x1f4, 4, UINT32_MAX},
	};

	for (unsigned at = 0; at < sizeof(changes) / sizeof(changes[0]); at++) {
		file_make();
		CHECK(refusal(sizeof(file)) == NULL);
		put(file, changes[at].at, changes[at].len_bytes, changes[at].value);
		CHECK(refusal(sizeof(file)) != NULL);
	}
	file_make();
	for (uint64_t len = 0; len < sizeof(file); len += 0x10)
		CHECK(refusal(len) != NULL);
}

KERNEL_TEST(linux_is_told_by_its_zero_page)
{
	static uint8_t params[LINUX_PARAMS_BYTES];
	static const struct linux_memory memory[] = {{0x1000, 0x9e000, 1}, {0x100000000, 0x80000000, 1}};
	static const struct boot_screen text = {.kind = BOOT_SCREEN_TEXT, .width = 80, .height = 25};
	struct linux_told told = {.command_line = 0x123456789a,
				  .initrd = 0xabcd000,
				  .initrd_bytes = 0x1234567,
				  .rsdp = 0x7ffe0014,
				  .screen = &text,
				  .memory = memory,
				  .memory_count = 2};
	struct linux_image image;

	file_make();
	CHECK(linux_image_read(&image, file, sizeof(file)) == NULL);
	memset(params, 0xff, sizeof(params));
	linux_params_fill(params, &image, &told);
	CHECK(memcmp(&params[0x202], "HdrS", 4) == 0 && get(params, 0x206, 2) == 0x20f && params[0x210] == 0xff);
	CHECK(get(params, 0x228, 4) == 0x3456789a && get(params, 0xc8, 4) == 0x12);
	CHECK(get(params, 0x218, 4) == 0xabcd000 && get(params, 0x21c, 4) == 0x1234567);
	CHECK(get(params, 0xc0, 8) == 0 && get(params, 0x250, 8) == 0);
	CHECK(get(params, 0x70, 8) == 0x7ffe0014);
	CHECK(params[0x0f] == 1 && params[7] == 80 && params[0x0e] == 25);
	CHECK(params[0x1e8] == 2 && get(params, 0x2d0, 8) == 0x1000 && get(params, 0x2d8, 8) == 0x9e000);
	CHECK(get(params, 0x2e0, 4) == 1 && get(params, 0x2e4, 8) == 0x100000000 && get(params, 0x2f4, 4) == 1);
	/* the sentinel, and what lies behind the header: not the file's */
	CHECK(params[0x1ef] == 0 && params[0x268] == 0 && params[0x28f] == 0);
}

KERNEL_TEST(linux_is_told_of_the_screen_as_it_is)
{
	static uint8_t params[LINUX_PARAMS_BYTES];
	static const struct boot_screen pixels = {.kind = BOOT_SCREEN_RGB,
						  .base = 0x8c0000000,
						  .pitch_bytes = 4096,
						  .width = 1024,
						  .height = 768,
						  .bits = 32,
						  .red_at = 16,
						  .red_bits = 8,
						  .green_at = 8,
						  .green_bits = 8,
						  .blue_bits = 8};
	struct linux_told told = {.screen = &pixels};
	struct linux_image image;

	file_make();
	CHECK(linux_image_read(&image, file, sizeof(file)) == NULL);
	linux_params_fill(params, &image, &told);
	CHECK(params[0x0f] == 0x70 && get(params, 0x12, 2) == 1024 && get(params, 0x14, 2) == 768);
	CHECK(get(params, 0x16, 2) == 32 && get(params, 0x18, 4) == 0xc0000000 && get(params, 0x3a, 4) == 8);
	CHECK(get(params, 0x1c, 4) == 4096 * 768 && get(params, 0x24, 2) == 4096 && get(params, 0x36, 4) == 2);
	CHECK(params[0x26] == 8 && params[0x27] == 16 && params[0x28] == 8 && params[0x29] == 8);
	CHECK(params[0x2a] == 8 && params[0x2b] == 0);
	CHECK(get(params, 0x218, 8) == 0 && params[0x1e8] == 0);
}

/* How much of [base, base + len_bytes) has this type; ~0 if a byte is in two pieces. */
static uint64_t covered(const struct linux_memory *list, unsigned count, uint64_t base, uint64_t len_bytes,
			uint32_t type)
{
	uint64_t sum = 0;

	for (uint64_t at = base; at < base + len_bytes; at++) {
		unsigned pieces = 0;

		for (unsigned i = 0; i < count; i++) {
			bool inside = list[i].base <= at && at - list[i].base < list[i].len_bytes;

			pieces += inside;
			sum += inside && list[i].type == type;
		}
		if (pieces > 1)
			return ~0ul;
	}
	return sum;
}

KERNEL_TEST(linux_memory_is_cut_where_something_else_lies)
{
	static struct linux_memory list[LINUX_MEMORY_MAX];
	unsigned count = 0;

	CHECK(linux_memory_set(list, &count, (struct linux_memory){100, 100, 1}));
	CHECK(linux_memory_set(list, &count, (struct linux_memory){300, 100, 1}));
	CHECK(linux_memory_set(list, &count, (struct linux_memory){120, 30, 2}));
	CHECK(covered(list, count, 0, 500, 1) == 170 && covered(list, count, 0, 500, 2) == 30);
	/* over two pieces and the gap between them; a whole piece; nothing; what is there already */
	CHECK(linux_memory_set(list, &count, (struct linux_memory){190, 120, 3}));
	CHECK(covered(list, count, 0, 500, 1) == 150 && covered(list, count, 0, 500, 3) == 120);
	CHECK(linux_memory_set(list, &count, (struct linux_memory){310, 90, 2}));
	CHECK(covered(list, count, 0, 500, 1) == 60 && covered(list, count, 0, 500, 2) == 120);
	CHECK(linux_memory_set(list, &count, (struct linux_memory){150, 0, 4}));
	CHECK(covered(list, count, 0, 500, 4) == 0 && covered(list, count, 0, 500, 1) == 60);
	CHECK(linux_memory_set(list, &count, (struct linux_memory){0, 500, 5}));
	CHECK(count == 1 && covered(list, count, 0, 500, 5) == 500);
	count = 0;
	for (unsigned at = 0; at < LINUX_MEMORY_MAX; at++)
		CHECK(linux_memory_set(list, &count, (struct linux_memory){10 * at, 5, 1}));
	CHECK(!linux_memory_set(list, &count, (struct linux_memory){10 * LINUX_MEMORY_MAX, 5, 1}));
	CHECK(!linux_memory_set(list, &count, (struct linux_memory){1, 1, 2}));
	CHECK(count == LINUX_MEMORY_MAX);
}
