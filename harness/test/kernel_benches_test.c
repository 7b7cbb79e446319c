/* SPDX-License-Identifier: MIT */
/* Benchmarks by an image's tables: the build's own image, a made-up one, and what is damaged. */
#include "kernel_benches.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "launch.h"
#include "memory.h"
#include "stats_random.h"

enum { BASE = 0x100000, CHANGES = 20000 };

/* Loaded at BASE as it is: a table of two pointers to structs that begin with pointers to names. */
struct image {
	Elf64_Ehdr header;
	Elf64_Phdr segment;
	Elf64_Shdr sections[3];
	char section_names[16];
	uint64_t table[2];
	uint64_t benches[2];
	char first[8], second[8];
};

static struct image sample(void)
{
	struct image image = {
	    .header = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB},
		       .e_phoff = offsetof(struct image, segment),
		       .e_phentsize = sizeof(Elf64_Phdr),
		       .e_phnum = 1,
		       .e_shoff = offsetof(struct image, sections),
		       .e_shentsize = sizeof(Elf64_Shdr),
		       .e_shnum = 3,
		       .e_shstrndx = 1},
	    .segment = {.p_type = PT_LOAD, .p_vaddr = BASE, .p_filesz = sizeof(struct image)},
	    .sections = {{0},
			 {.sh_offset = offsetof(struct image, section_names)},
			 {.sh_name = 1, .sh_offset = offsetof(struct image, table), .sh_size = 2 * sizeof(uint64_t)}},
	    .section_names = "\0aero_benches",
	    .table = {BASE + offsetof(struct image, benches[0]), BASE + offsetof(struct image, benches[1])},
	    .benches = {BASE + offsetof(struct image, first), BASE + offsetof(struct image, second)},
	    .first = "one",
	    .second = "two_2",
	};

	return image;
}

/* In memory that ends where the file does, so that a sanitizer sees a read behind it. */
static bool parse(const struct image *image, size_t len_bytes, struct kernel_benches *benches)
{
	char *exact = memory_new(len_bytes, 1);
	bool good;

	memcpy(exact, image, len_bytes);
	good = kernel_benches_parse(benches, exact, len_bytes);
	free(exact);
	return good;
}

static void names_come_by_the_tables_pointers(void **state)
{
	struct image image = sample();
	struct kernel_benches benches;

	(void)state;
	assert_true(parse(&image, sizeof(image), &benches));
	assert_int_equal(benches.count, 2);
	assert_string_equal(benches.names[0], "one");
	assert_string_equal(benches.names[1], "two_2");
	kernel_benches_free(&benches);
}

static void a_selection_keeps_what_the_image_has(void **state)
{
	static char *const selections[] = {"two_2:place=same", "on", "oneself", "one"};
	char *names[] = {"one", "two_2"}, *word;
	struct kernel_benches benches = {names, 2};

	(void)state;
	word = kernel_benches_word(&benches, selections, 4);
	assert_string_equal(word, "two_2:place=same,one");
	free(word);
	assert_null(kernel_benches_word(&benches, selections + 1, 2));
}

/* Whatever is damaged: refused, or names that are names. */
static void no_damage_gives_anything_but_names(void **state)
{
	struct stats_random random = {1};
	struct kernel_benches benches;

	(void)state;
	for (size_t len = 0; len < sizeof(struct image); len++) {
		struct image image = sample();

		/* the last name's zero bytes need not all be there */
		assert_int_equal(parse(&image, len, &benches), len > offsetof(struct image, second) + 5);
		kernel_benches_free(&benches);
	}
	for (unsigned i = 0; i < CHANGES; i++) {
		struct image image = sample();
		uint64_t draw = stats_random_next(&random);

		((unsigned char *)&image)[draw % sizeof(image)] = (unsigned char)(draw >> 32);
		if (!parse(&image, sizeof(image), &benches))
			continue;
		for (size_t j = 0; j < benches.count; j++)
			assert_true(strlen(benches.names[j]) > 0 && strpbrk(benches.names[j], " ,:=\n") == NULL);
		kernel_benches_free(&benches);
	}
}

static void a_file_that_is_no_image_is_refused_by_name(void **state)
{
	struct kernel_benches benches;
	struct error error = {STATUS_OK, ""};

	(void)state;
	assert_int_equal(kernel_benches_read(&benches, "/proc/self/exe", &error), STATUS_USAGE);
	error = (struct error){STATUS_OK, ""};
	assert_int_equal(kernel_benches_read(&benches, "/nowhere/aerokernel.elf", &error), STATUS_USAGE);
	assert_non_null(strstr(error.text, "/nowhere/aerokernel.elf"));
}

static void the_builds_own_image_has_what_both_systems_have_and_its_own(void **state)
{
	static char *const selections[] = {"clock_read", "yield_pair", "ipi_round", "futex_wake"};
	struct kernel_benches benches;
	struct error error = {STATUS_OK, ""};
	char *path = launch_path("aerokernel.elf"), *word;

	(void)state;
	if (access(path, R_OK) != 0) {
		free(path);
		skip();
	}
	if (kernel_benches_read(&benches, path, &error) != 0)
		fail_msg("%s", error.text);
	word = kernel_benches_word(&benches, selections, 4);
	assert_string_equal(word, "clock_read,yield_pair,ipi_round");
	free(word);
	kernel_benches_free(&benches);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_come_by_the_tables_pointers),
	    cmocka_unit_test(a_selection_keeps_what_the_image_has),
	    cmocka_unit_test(no_damage_gives_anything_but_names),
	    cmocka_unit_test(a_file_that_is_no_image_is_refused_by_name),
	    cmocka_unit_test(the_builds_own_image_has_what_both_systems_have_and_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
