/* SPDX-License-Identifier: MIT */
/* Whose work an image holds: what is read of others' words and files. That it is on the media is ci/image_test's business. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "image_notices.h"
#include "image_tool.h"
#include "memory.h"
#include "store_file.h"

static void assert_names(char **names, const char *const *expected)
{
	size_t i;

	for (i = 0; expected[i] != NULL && names[i] != NULL; i++)
		assert_string_equal(names[i], expected[i]);
	assert_null(expected[i]);
	assert_null(names[i]);
	image_notices_free(names);
}

static void each_owner_is_named_once_and_nobody_else(void **state)
{
	(void)state;
	assert_names(image_notices_owners("dash: /bin/sh\n"
					  "diversion by dash from: /bin/sh\n"
					  "diversion by dash to: /bin/sh.distrib\n"
					  "libc6:amd64: /lib/x86_64-linux-gnu/libc.so.6\n"
					  "coreutils: /bin/dd\n"
					  "coreutils: /bin/cat\n"
					  "base-files, libc6:i386: /lib\n"
					  "dpkg-query: no path found matching pattern /usr/bin/dd\n"),
		     (const char *[]){"base-files", "coreutils", "dash", "libc6", NULL});
	assert_names(image_notices_owners(""), (const char *[]){NULL});
	assert_names(image_notices_owners(": /bin/sh\n, ,: /x\nno end: /y"), (const char *[]){NULL});
}

static void licences_are_found_wherever_a_text_names_them(void **state)
{
	(void)state;
	assert_names(
	    image_notices_licences("see /usr/share/common-licenses/GPL-3. Or `/usr/share/common-licenses/LGPL-2.1'"
				   ", or /usr/share/common-licenses/GPL-3, /usr/share/common-licenses/"),
	    (const char *[]){"GPL-3", "LGPL-2.1", NULL});
	assert_names(image_notices_licences("nothing"), (const char *[]){NULL});
}

/* An image's first kilobytes: the mark, where the text is, the text. */
static char *kernel_make(size_t len_bytes, unsigned version_at, const char *version)
{
	char *bytes = memory_new(len_bytes, 1);

	memcpy(bytes + 0x202, "HdrS", 4);
	bytes[0x20e] = (char)(version_at & 0xff);
	bytes[0x20f] = (char)(version_at >> 8);
	memcpy(bytes + 0x200 + version_at, version, strlen(version));
	return bytes;
}

static void a_kernel_says_its_version_and_every_cut_of_it_nothing(void **state)
{
	static const char version[] = "6.1.0-56-amd64 (who@where) #1 SMP Debian 6.1.192-2";
	enum { LEN = 0x500, AT = 0x280, END = 0x200 + AT + sizeof(version) };
	char *bytes = kernel_make(LEN, AT, version), *said;

	(void)state;
	said = image_notices_kernel(bytes, LEN);
	assert_string_equal(said, version);
	free(said);
	for (size_t len = 0; len < END; len++) {
		char *cut = memory_new(len, 1); /* of its own, so that a read behind it is seen */

		memcpy(cut, bytes, len);
		assert_null(image_notices_kernel(cut, len));
		free(cut);
	}
	bytes[0x20f] = (char)0xff; /* far behind the end */
	assert_null(image_notices_kernel(bytes, LEN));
	bytes[0x202] = 'h';
	assert_null(image_notices_kernel(bytes, LEN));
	free(bytes);
}

/* A place without packages: GRUB's modules are elsewhere, and a kernel whose package left no documents. */
static void what_no_package_owns_is_told_all_the_same(void **state)
{
	char *directory = image_scratch_make(NULL, NULL), *kernel = memory_format("%s/vmlinuz", directory), *text,
	     *path;
	struct image_make make = {.bios = true, .linux_kernel = kernel, .modules = directory};
	char *bytes = kernel_make(0x500, 0x280, "9.9.9-test (nobody) #1");
	struct error error = {0};
	size_t len_bytes;

	(void)state;
	setenv("AEROBENCH_GRUB", directory, 1);
	assert_int_equal(store_file_write(kernel, bytes, 0x500, &error), 0);
	assert_int_equal(image_notices_write(&make, directory, NULL, &error), 0);
	path = memory_format("%s" IMAGE_NOTICES, directory);
	assert_int_equal(store_file_read(path, 1 << 24, &text, &len_bytes, &error), 0);
	for (const char *const *says =
		 (const char *[]){"Aerobench: /boot/aerokernel.elf", "Permission is hereby granted",
				  "It says of itself: 9.9.9-test (nobody) #1", "linux-image-9.9.9-test",
				  "version 2 only", "apt-get source", "Spleen", "BSD", "Frederic Cambus", NULL};
	     *says != NULL; says++) {
		if (strstr(text, *says) == NULL)
			fail_msg("'%s' in: %s", *says, text);
	}
	unsetenv("AEROBENCH_GRUB");
	free(text);
	free(path);
	free(bytes);
	free(kernel);
	image_scratch_remove(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_owner_is_named_once_and_nobody_else),
	    cmocka_unit_test(licences_are_found_wherever_a_text_names_them),
	    cmocka_unit_test(a_kernel_says_its_version_and_every_cut_of_it_nothing),
	    cmocka_unit_test(what_no_package_owns_is_told_all_the_same),
	};

	return cmocka_run_group_tests_name("image_notices", tests, NULL, NULL);
}
