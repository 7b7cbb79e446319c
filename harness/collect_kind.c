/* SPDX-License-Identifier: MIT */
/* Boots of one kind: see collect_kind.h. */
#include "collect_kind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "campaign_boot.h"
#include "computer.h"
#include "memory.h"
#include "plan.h"
#include "selection.h"
#include "stream_salvage.h"

void collect_kind_stream(struct stream *stream, enum store_status status, const char *log, size_t len_bytes)
{
	struct stream_cut cut;

	if (status == STORE_OK) {
		stream_parse(stream, log, len_bytes, NULL);
		return;
	}
	stream_salvage(&cut, log, len_bytes, NULL);
	*stream = cut.stream;
	cut.stream = (struct stream){0};
	stream_cut_free(&cut);
}

/* "wake,yield": what the stream says it measures, allocated. */
static char *benchmarks(const struct stream *stream)
{
	char *names = memory_text("");

	for (size_t i = 0; i < stream->bench_count; i++) {
		char *longer = memory_format("%s%s%s", names, i > 0 ? "," : "", stream->benches[i].point.benchmark);

		free(names);
		names = longer;
	}
	return names;
}

static char *benchmarks_difference(const struct stream *stream, const struct stream *other)
{
	char *own = benchmarks(stream), *others = benchmarks(other), *difference = NULL;

	if (own[0] != '\0' && others[0] != '\0' && strcmp(own, others) != 0)
		difference = memory_format("benchmarks %s instead of %s", own, others);
	free(others);
	free(own);
	return difference;
}

/* Whether the subject, "aerokernel@metal", is one of this system. */
static bool is_system(const char *subject, const char *os)
{
	size_t len = strcspn(subject, "@");

	return strlen(os) == len && memcmp(subject, os, len) == 0;
}

const struct collect_boot *collect_kind_stranger(const struct collect_boots *boots, const char *subject, char **os)
{
	*os = NULL;
	for (size_t i = 0; i < boots->count && *os == NULL; i++) {
		const struct collect_boot *boot = &boots->boots[i];
		struct stream stream;
		const char *said;

		collect_kind_stream(&stream, boot->status, boot->log, boot->log_bytes);
		said = stream_env(&stream, "os");
		if (said != NULL && !is_system(subject, said))
			*os = memory_text(said);
		stream_free(&stream);
		if (*os != NULL)
			return boot;
	}
	return NULL;
}

char *collect_kind_difference(const struct stream *stream, const struct stream *other)
{
	static const char *const keys[] = {"commit", "build", "cpus", "samples", "warmup", "selection", "points"};
	struct computer computers[2];
	char *difference;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *said = stream_env(stream, keys[i]), *others = stream_env(other, keys[i]);

		if (said != NULL && others != NULL && strcmp(said, others) != 0)
			return memory_format("%s=%s instead of %s", keys[i], said, others);
	}
	computer_read(&computers[0], stream, NULL);
	computer_read(&computers[1], other, NULL);
	/* On a busy host two calibrations of a virtual clock may lie further apart than the clocks of two computers of one make. */
	if (fabs(computers[0].clock_hz - computers[1].clock_hz) < computers[1].clock_hz / 100)
		computers[0].clock_hz = computers[1].clock_hz;
	if (computer_match(&computers[0], &computers[1], &difference) == COMPUTER_OTHER)
		return difference;
	free(difference);
	return benchmarks_difference(stream, other);
}

/* The streams of boots that are of one kind so far. */
struct alike {
	struct stream *streams;
	size_t count;
};

static void alike_init(struct alike *alike, size_t most)
{
	*alike = (struct alike){.streams = memory_new(most, sizeof(*alike->streams))};
}

static void alike_free(struct alike *alike)
{
	for (size_t i = 0; i < alike->count; i++)
		stream_free(&alike->streams[i]);
	free(alike->streams);
}

/*
 * Adds a boot that differs from none of them; a boot that tells little is alike to boots that differ, so one of them is not
 * enough. NULL, or in what it differs from the first that it does: allocated.
 */
static char *alike_add(struct alike *alike, const struct collect_boot *boot)
{
	struct stream *stream = &alike->streams[alike->count];
	char *difference = NULL;

	collect_kind_stream(stream, boot->status, boot->log, boot->log_bytes);
	for (size_t i = 0; i < alike->count && difference == NULL; i++)
		difference = collect_kind_difference(stream, &alike->streams[i]);
	if (difference == NULL)
		alike->count++;
	else
		stream_free(stream);
	return difference;
}

bool collect_kind_take(struct collect_boots *boots, struct collect_boots *kind)
{
	struct alike alike;
	size_t stays = 0;

	*kind = (struct collect_boots){0};
	if (boots->count == 0)
		return false;
	kind->boots = memory_new(boots->count, sizeof(*kind->boots));
	alike_init(&alike, boots->count);
	for (size_t i = 0; i < boots->count; i++) {
		char *difference = alike_add(&alike, &boots->boots[i]);

		if (difference == NULL)
			kind->boots[kind->count++] = boots->boots[i];
		else
			boots->boots[stays++] = boots->boots[i];
		free(difference);
	}
	boots->count = stays;
	alike_free(&alike);
	return true;
}

char *collect_kind_mixture(const struct collect_boots *boots)
{
	struct alike alike;
	char *difference = NULL;

	alike_init(&alike, boots->count);
	for (size_t i = 0; i < boots->count && difference == NULL; i++)
		difference = alike_add(&alike, &boots->boots[i]);
	alike_free(&alike);
	return difference;
}

/* --- Boots that a run has ------------------------------------------------------------------------------------------ */

/* In what the stream is not what the run's campaign, if it has one, wants of the subject; allocated, NULL: in nothing. */
static char *plan_difference(const struct store *store, const char *subject, const struct stream *stream, bool whole)
{
	struct plan plan = {0};
	struct campaign campaign = {.plan = &plan};
	char *difference = NULL;

	if (plan_read(&plan, json_object_get(store->run, "campaign"), NULL) == 0) {
		for (size_t i = 0; i < plan.boot_count; i++) {
			char *words;

			if (strcmp(plan.subjects[plan.boots[i].subject].subject.name, subject) != 0)
				continue;
			words = campaign_boot_words(&campaign, &plan.boots[i]);
			difference = selection_difference(stream, words, whole);
			free(words);
			break;
		}
	}
	plan_free(&plan);
	return difference;
}

/* In what the stream is not of the kind of those boots of the subject that the run has; as above. */
static char *kind_difference(const struct store *store, const char *subject, const struct stream *stream)
{
	char *difference = NULL;

	for (size_t i = 0; i < store->boot_count && difference == NULL; i++) {
		const struct store_boot *boot = &store->boots[i];
		struct stream other;
		size_t len_bytes;
		char *log;

		if (boot->log == NULL || strcmp(boot->subject, subject) != 0 ||
		    store_read_log(store, boot, &log, &len_bytes, NULL) != 0)
			continue;
		collect_kind_stream(&other, boot->status, log, len_bytes);
		difference = collect_kind_difference(stream, &other);
		stream_free(&other);
		free(log);
	}
	return difference;
}

char *collect_kind_foreign(const struct store *store, const char *subject, const struct collect_boot *boot)
{
	const json_t *session = json_object_get(store->run, "session");
	struct stream stream;
	char *difference;

	collect_kind_stream(&stream, boot->status, boot->log, boot->log_bytes);
	difference = kind_difference(store, subject, &stream);
	if (difference == NULL)
		difference = plan_difference(store, subject, &stream, boot->status == STORE_OK);
	if (difference == NULL && session != NULL)
		difference = computer_difference(json_object_get(session, "facts"), &stream);
	stream_free(&stream);
	return difference;
}
