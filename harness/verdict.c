/* SPDX-License-Identifier: MIT */
/* Doctor's stored verdict: see verdict.h. */
#include "verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "stream.h"
#include "subject.h"

/* "reason; reason" into an array, each once. */
static void reasons_add(json_t *reasons, const char *text)
{
	char *copy = memory_text(text);

	for (char *at = copy, *end; at != NULL && *at != '\0'; at = end) {
		bool known = false;

		end = strstr(at, "; ");
		if (end != NULL) {
			*end = '\0';
			end += 2;
		}
		for (size_t i = 0; i < json_array_size(reasons); i++)
			known = known || strcmp(json_string_value(json_array_get(reasons, i)), at) == 0;
		if (!known)
			json_array_append_new(reasons, output_text_json(at));
	}
	free(copy);
}

void verdict_take(json_t *run, const struct summary *summary)
{
	json_t *doctor = json_object_get(run, "doctor"), *machines = json_object_get(doctor, "machines");
	json_t *reasons = json_array();
	bool said = false, fit = true;

	for (size_t i = 0; i < summary->stream_count; i++) {
		const struct stream *stream = &summary->streams[i];
		const char *verdict = stream_env(stream, "doctor"), *why = stream_env(stream, "doctor_reasons");

		if (strncmp(summary->boots[i]->subject, "aerokernel@metal", 16) != 0 || verdict == NULL)
			continue;
		said = true;
		fit = fit && strcmp(verdict, "fit") == 0;
		reasons_add(reasons, why != NULL ? why : "");
	}
	if (said && doctor == NULL)
		json_object_set_new(run, "doctor", doctor = json_object());
	if (said && machines == NULL)
		json_object_set_new(doctor, "machines", machines = json_object());
	if (said)
		json_object_set_new(machines, subject_machine_name(SUBJECT_METAL),
				    json_pack("{s:s, s:s, s:O}", "verdict", fit ? "fit" : "unfit", "measures", "time",
					      "reasons", reasons));
	json_decref(reasons);
}

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
