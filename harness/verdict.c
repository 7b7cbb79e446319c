/* SPDX-License-Identifier: MIT */
/* Doctor's stored verdict: see verdict.h. */
#include "verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

enum verdict_kind verdict_of(const json_t *run, const char *machine, const json_t **reasons)
{
	const json_t *doctor = json_object_get(run, "doctor");
	const char *word;

	if (machine != NULL)
		doctor = json_object_get(json_object_get(doctor, "machines"), machine);
	word = json_string_value(json_object_get(doctor, "verdict"));
	*reasons = json_object_get(doctor, "reasons");
	if (!json_is_array(*reasons) || json_array_size(*reasons) == 0)
		*reasons = NULL;
	if (word == NULL)
		return VERDICT_UNKNOWN;
	return strcmp(word, "fit") == 0 ? VERDICT_FIT : VERDICT_UNFIT;
}

char *verdict_word(const json_t *run, const char *machine)
{
	const json_t *doctor = json_object_get(run, "doctor");
	const char *word, *measures;

	if (machine != NULL)
		doctor = json_object_get(json_object_get(doctor, "machines"), machine);
	word = json_string_value(json_object_get(doctor, "verdict"));
	measures = json_string_value(json_object_get(doctor, "measures"));
	if (word == NULL)
		return memory_text("fitness unknown");
	return measures != NULL && measures[0] != '\0' ? memory_format("%s for %s", word, measures) : memory_text(word);
}

char *verdict_text(const json_t *run, const char *machine)
{
	const json_t *reasons;
	char *text = NULL, *word = verdict_word(run, machine);
	size_t size;
	FILE *out = open_memstream(&text, &size);

	verdict_of(run, machine, &reasons);
	fputs(word, out);
	free(word);
	for (size_t i = 0; i < json_array_size(reasons); i++) {
		const char *reason = json_string_value(json_array_get(reasons, i));

		fprintf(out, "%s%s", i == 0 ? ": " : "; ", reason != NULL ? reason : "?");
	}
	fclose(out);
	return text;
}
