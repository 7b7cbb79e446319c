/* SPDX-License-Identifier: MIT */
/* A command line as text: see sample_argv.h. */
#include "sample_argv.h"

#include <stdlib.h>
#include <string.h>

#include "../memory.h"

char *sample_argv_text(const struct launch_argv *argv)
{
	char *text = memory_text("");

	for (size_t i = 0; i < argv->count; i++) {
		const char *quote =
		    argv->words[i][0] == '\0' || strpbrk(argv->words[i], " \t'\"$\\|&;<>()*?") ? "'" : "";
		char *longer = memory_format("%s%s%s%s%s", text, i > 0 ? " " : "", quote, argv->words[i], quote);

		free(text);
		text = longer;
	}
	return text;
}
