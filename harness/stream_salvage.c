/* SPDX-License-Identifier: MIT */
/* The log of a boot that was cut or garbled: see stream_salvage.h. */
#include "stream_salvage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "salvage.h"

/* The series of a point stand one behind the other. */
static size_t points_of(const struct stream *stream)
{
	size_t points = 0;

	for (size_t i = 0; i < stream->run_count; i++)
		points += i == 0 || !stream_point_same(&stream->runs[i - 1].point, &stream->runs[i].point);
	return points;
}

static void take_refusals(struct stream_cut *cut, const struct salvage *salvage)
{
	cut->refused = memory_new(salvage->refusal_count, sizeof(*cut->refused));
	for (size_t i = 0; i < salvage->refusal_count; i++) {
		cut->refused[i].name = memory_text(salvage->refusals[i].name);
		cut->refused[i].reason = memory_text(salvage->refusals[i].reason);
	}
	cut->refused_count = salvage->refusal_count;
}

static bool has(const struct salvage *salvage, enum salvage_kind kind)
{
	for (size_t i = 0; i < salvage->part_count; i++) {
		if (salvage->parts[i].kind == kind)
			return true;
	}
	return false;
}

static char *reason_make(const struct stream_cut *cut, const struct salvage *salvage)
{
	char *text = NULL;
	size_t size, more = cut->refused_count > 0 ? cut->refused_count - 1 : 0;
	FILE *file = open_memstream(&text, &size);

	fprintf(file, "cut after %zu", cut->points + cut->points_skipped);
	if (cut->points_planned > 0)
		fprintf(file, " of %zu", cut->points_planned);
	fputs(cut->points_planned == 1 ? " point: " : " points: ", file);
	if (!has(salvage, SALVAGE_DONE))
		fputs("its @done did not arrive", file);
	else
		fputs("@done arrived, but not everything before it", file);
	if (!cut->environment)
		fputs("; environment unverified, so left out", file);
	if (cut->refused_count > 0)
		fprintf(file, "; %s: %s", cut->refused[0].name, cut->refused[0].reason);
	if (more > 0)
		fprintf(file, "; %zu more runs are refused", more);
	fclose(file);
	return text;
}

static int nothing(const struct stream_cut *cut, const struct salvage *salvage, struct error *error)
{
	if (salvage->two_heads)
		return error_set(error, STATUS_USAGE,
				 "the log holds the environments of two boots: collect the capture again");
	if (cut->refused_count > 0)
		return error_set(error, STATUS_USAGE, "no point arrived whole: %s: %s", cut->refused[0].name,
				 cut->refused[0].reason);
	return error_set(error, STATUS_USAGE, "the stream ends before its first point");
}

int stream_salvage(struct stream_cut *cut, const char *bytes, size_t len_bytes, struct error *error)
{
	struct salvage salvage;
	const char *planned;
	size_t len;
	char *proved;
	int status;

	*cut = (struct stream_cut){0};
	salvage_read(&salvage, bytes, len_bytes);
	proved = salvage_proved(&salvage, &len);
	status = salvage.two_heads ? STATUS_USAGE : stream_parse(&cut->stream, proved, len, error);
	free(proved);
	take_refusals(cut, &salvage);
	cut->environment = status == 0 && cut->stream.env_count > 0;
	planned = stream_env(&cut->stream, "points");
	cut->points_planned = planned != NULL ? strtoul(planned, NULL, 10) : 0;
	cut->points = points_of(&cut->stream);
	for (size_t i = 0; i < salvage.part_count; i++)
		cut->points_skipped += strncmp(salvage.parts[i].text, "@skip ", 6) == 0;
	if (status == STATUS_USAGE || (status == 0 && cut->stream.run_count == 0))
		status = nothing(cut, &salvage, error);
	else if (status == 0)
		cut->reason = reason_make(cut, &salvage);
	salvage_free(&salvage);
	return status;
}

void stream_cut_free(struct stream_cut *cut)
{
	stream_free(&cut->stream);
	for (size_t i = 0; i < cut->refused_count; i++) {
		free(cut->refused[i].name);
		free(cut->refused[i].reason);
	}
	free(cut->refused);
	free(cut->reason);
	*cut = (struct stream_cut){0};
}
