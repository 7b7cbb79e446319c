/* SPDX-License-Identifier: MIT */
/* `aerobench run --events`: see run_events.h. */
#include "run_events.h"

#include <stdlib.h>
#include <string.h>

#include "counter.h"
#include "memory.h"
#include "summary.h"

int run_events_check(const struct run_options *options, struct error *error)
{
	struct counter_list list = {0};
	int status = options->events != NULL ? counter_encode(&list, options->events, NULL, error) : 0;

	counter_list_free(&list);
	return status;
}

int run_events_words(const struct run_options *options, char **words, json_t **events, struct error *error)
{
	struct counter_list list = {0};
	char *word;
	int status;

	*words = options->words != NULL ? memory_text(options->words) : NULL;
	*events = NULL;
	if (options->events == NULL)
		return 0;
	status = counter_encode(&list, options->events, NULL, error);
	for (size_t i = 0; status == 0 && i < list.count; i++)
		if (list.events[i].problem != NULL && !options->quiet)
			error_warn("%s is not available here: %s", list.events[i].name, list.events[i].problem);
	word = status == 0 ? counter_word(&list) : NULL;
	if (word != NULL && *words != NULL) {
		char *both = memory_format("%s %s", *words, word);

		free(*words);
		free(word);
		word = both;
	}
	if (word != NULL)
		*words = word;
	if (status == 0)
		*events = counter_json(&list);
	counter_list_free(&list);
	return status;
}

/* The first stream of a subject tells for all: its boots run the same program on the same machine. */
static bool is_first(const struct summary *summary, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(summary->boots[i]->subject, summary->boots[at]->subject) == 0)
			return false;
	return true;
}

void run_events_tell(struct store *store)
{
	struct summary_select all = {0};
	struct error error = {STATUS_OK, ""};
	struct summary summary;

	if (json_object_get(store->run, "events") == NULL || summary_load(&summary, store, &all, &error) != 0)
		return;
	for (size_t i = 0; i < summary.stream_count; i++) {
		const struct stream *stream = &summary.streams[i];

		for (size_t j = 0; is_first(&summary, i) && j < stream->nocount_count; j++)
			error_warn("%s: %s is not available here: %s", summary.boots[i]->subject,
				   stream->nocounts[j].point.benchmark, stream->nocounts[j].reason);
	}
	summary_free(&summary);
}
