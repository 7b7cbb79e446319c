/* SPDX-License-Identifier: MIT */
/* A failure of kexec-tools in one line: see kexec_says.h. */
#include "kexec_says.h"

#include <stdlib.h>
#include <string.h>

#include "lockdown.h"
#include "memory.h"

/* What it was about to load: addresses, of no use to who reads this. */
static bool is_dump(const char *line)
{
	static const char *const beginnings[] = {"entry ", "nr_segments ", "segment["};

	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		if (strncmp(line, beginnings[i], strlen(beginnings[i])) == 0)
			return true;
	}
	return false;
}

/* Adds the lines that tell of a failure, or the others. */
static void add_lines(char **text, const char *said, bool failures)
{
	char *copy = memory_text(said), *rest = copy, *line, *longer;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (line[0] == '\0' || is_dump(line) || (strstr(line, "failed") != NULL) != failures)
			continue;
		longer = memory_format("%s%s%s", *text, (*text)[0] != '\0' ? "; " : "", line);
		free(*text);
		*text = longer;
	}
	free(copy);
}

int kexec_says(const char *program, const char *said, bool is_root, struct error *error)
{
	char *text = memory_text("");
	int status = STATUS_FAILED;

	add_lines(&text, said != NULL ? said : "", true);
	if (is_root && strstr(text, "Operation not permitted") != NULL) {
		status = error_set(error, STATUS_UNSUPPORTED, "%s: %s: " LOCKDOWN_LIKELY, program, text);
	} else {
		add_lines(&text, said != NULL ? said : "", false);
		error_set(error, STATUS_FAILED, "%s: %s", program,
			  text[0] != '\0' ? text : "it failed without a reason");
	}
	free(text);
	return status;
}
