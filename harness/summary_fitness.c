/* SPDX-License-Identifier: MIT */
/* What booted images say of their machine: see summary_fitness.h. */
#include "summary_fitness.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "output.h"
#include "subject.h"
#include "summary.h"

static void add_reason(json_t *reasons, const char *reason)
{
	for (size_t i = 0; i < json_array_size(reasons); i++) {
		if (strcmp(json_string_value(json_array_get(reasons, i)), reason) == 0)
			return;
	}
	json_array_append_new(reasons, output_text_json(reason));
}

/* Each of the reasons that stand behind each other in text. */
static void add_reasons(json_t *reasons, const char *text)
{
	while (*text != '\0') {
		const char *end = strstr(text, "; ");
		size_t len = end != NULL ? (size_t)(end - text) : strlen(text);
		char *reason = memory_format("%.*s", (int)len, text);

		add_reason(reasons, reason);
		free(reason);
		text += end != NULL ? len + 2 : len;
	}
}

static void judge(json_t *reasons, const struct stream *stream)
{
	const char *verdict = stream_env(stream, "doctor"), *told = stream_env(stream, "doctor_reasons");

	if (stream->env_count == 0)
		add_reason(reasons, "unknown: what the machine said of itself was cut off");
	else if (verdict == NULL)
		add_reason(reasons, "unknown: the machine did not check itself (doctor=yes)");
	else if (strcmp(verdict, "fit") != 0 && (told == NULL || told[0] == '\0'))
		add_reason(reasons, "the machine says so, without a reason");
	else if (strcmp(verdict, "fit") != 0)
		add_reasons(reasons, told);
}

json_t *fitness_of(const struct stream *const *streams, size_t count)
{
	json_t *reasons = json_array();

	for (size_t i = 0; i < count; i++)
		judge(reasons, streams[i]);
	if (count == 0)
		add_reason(reasons, "unknown: no boot arrived whole");
	return json_pack("{s:s, s:s, s:o}", "verdict", json_array_size(reasons) == 0 ? "fit" : "unfit", "measures",
			 "time", "reasons", reasons);
}

static bool is_metal(const char *name)
{
	struct subject subject;

	return subject_parse(&subject, name, NULL) == 0 && subject.machine == SUBJECT_METAL;
}

static json_t *member(json_t *object, const char *key)
{
	if (!json_is_object(json_object_get(object, key)))
		json_object_set_new(object, key, json_object());
	return json_object_get(object, key);
}

void summary_fitness_apply(struct summary *summary)
{
	const struct store *store = summary->store;
	const struct stream **streams = memory_new(summary->stream_count, sizeof(*streams));
	size_t count = 0, planned = 0;
	json_t *doctor;

	for (size_t i = 0; i < store->plan.subject_count; i++)
		planned += is_metal(store->plan.subjects[i]);
	for (size_t i = 0; i < summary->stream_count; i++) {
		if (is_metal(summary->boots[i]->subject))
			streams[count++] = &summary->streams[i];
	}
	if (planned > 0) {
		doctor = member(store->run, "doctor");
		json_object_set_new(member(doctor, "machines"), "metal", fitness_of(streams, count));
	}
	/* Of a run of nothing else it is the verdict of the run. */
	if (planned > 0 && planned == store->plan.subject_count) {
		const json_t *metal = json_object_get(json_object_get(doctor, "machines"), "metal");

		json_object_set(doctor, "verdict", json_object_get(metal, "verdict"));
		json_object_set(doctor, "reasons", json_object_get(metal, "reasons"));
	}
	free(streams);
}
