/* SPDX-License-Identifier: MIT */
/* Sizes of ELF files: known ones, and files that are none. */
#include "elf_size.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct image {
	Elf64_Ehdr header;
	Elf64_Phdr segments[4];
};

static struct image sample(void)
{
	struct image image = {
	    .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB},
		       .e_phoff = offsetof(struct image, segments),
		       .e_phentsize = sizeof(Elf64_Phdr),
		       .e_phnum = 4},
	    .segments = {{.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_filesz = 1000, .p_memsz = 1000},
			 {.p_type = PT_LOAD, .p_flags = PF_R, .p_filesz = 200, .p_memsz = 200},
			 {.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_filesz = 30, .p_memsz = 4000},
			 {.p_type = PT_NOTE, .p_flags = PF_R, .p_filesz = 50, .p_memsz = 50}},
	};

	return image;
}

static bool size_of(const void *bytes, size_t len_bytes, struct elf_size *size)
{
	char path[] = "/tmp/aerobench_elf_XXXXXX";
	int fd = mkstemp(path);
	bool read;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len_bytes), len_bytes);
	close(fd);
	read = elf_size_read(size, path);
	unlink(path);
	return read;
}

static void text_is_what_can_be_executed_and_the_image_what_is_loaded(void **state)
{
	struct image image = sample();
	struct elf_size size;

	(void)state;
	assert_true(size_of(&image, sizeof(image), &size));
	assert_int_equal(size.text_bytes, 1000);
	assert_int_equal(size.image_bytes, 1230);
}

static void what_is_no_whole_elf_file_has_no_size(void **state)
{
	struct image image = sample();
	struct elf_size size;

	(void)state;
	for (size_t len = 0; len < sizeof(image); len += 8)
		assert_false(size_of(&image, len, &size));
	image.header.e_ident[EI_CLASS] = ELFCLASS32;
	assert_false(size_of(&image, sizeof(image), &size));
	image = sample();
	image.header.e_phoff = UINT64_MAX;
	assert_false(size_of(&image, sizeof(image), &size));
	image = sample();
	image.header.e_phentsize = 1;
	assert_false(size_of(&image, sizeof(image), &size));
	assert_false(elf_size_read(&size, "/nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(text_is_what_can_be_executed_and_the_image_what_is_loaded),
	    cmocka_unit_test(what_is_no_whole_elf_file_has_no_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
