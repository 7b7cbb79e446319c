/* SPDX-License-Identifier: MIT */
/*
 * Which NMIs end the run: those by which the board reports an error that was not there at boot.
 */
#include "x86/machine_check.h"

#include <stddef.h>

#include "core/ktest.h"
#include "core/string.h"

static bool says(const char *text, const char *word)
{
	for (size_t at = 0; text != NULL && text[at] != '\0'; at++) {
		size_t same = 0;

		while (word[same] != '\0' && text[at + same] == word[same])
			same++;
		if (word[same] == '\0')
			return true;
	}
	return false;
}

KERNEL_TEST(machine_check_nmi_of_the_board_is_an_error)
{
	CHECK(says(machine_check_nmi_text(0x30, 0xb0), "SERR#"));
	CHECK(says(machine_check_nmi_text(0x30, 0x70), "IOCHK#"));
}

KERNEL_TEST(machine_check_nmi_of_others_is_none)
{
	CHECK(machine_check_nmi_text(0x20, 0x33) == NULL); /* the timer's bits change all the time */
	CHECK(machine_check_nmi_text(0xa0, 0xb0) == NULL); /* has been there since before */
	CHECK(machine_check_nmi_text(0xff, 0xff) == NULL); /* no such register */
	CHECK(machine_check_nmi() == NULL);
}
