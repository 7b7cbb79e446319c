/* SPDX-License-Identifier: MIT */
/* Doctor's stored verdict: see verdict.h. */
#include "verdict.h"

#include <stdio.h>
#include <string.h>

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

char *verdict_text(const json_t *run, const char *machine)
{
	const json_t *doctor = json_object_get(run, "doctor"), *reasons;
	const char *word, *measures;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (machine != NULL)
		doctor = json_object_get(json_object_get(doctor, "machines"), machine);
	word = json_string_value(json_object_get(doctor, "verdict"));
	measures = json_string_value(json_object_get(doctor, "measures"));
	verdict_of(run, machine, &reasons);
	fputs(word != NULL ? word : "fitness unknown", out);
	if (word != NULL && measures != NULL && measures[0] != '\0')
		fprintf(out, " for %s", measures);
	for (size_t i = 0; i < json_array_size(reasons); i++) {
		const char *reason = json_string_value(json_array_get(reasons, i));

		fprintf(out, "%s%s", i == 0 ? ": " : "; ", reason != NULL ? reason : "?");
	}
	fclose(out);
	return text;
}
