/* SPDX-License-Identifier: MIT */
/* SMIs by point: see smis.h. */
#include "smis.h"

#include <inttypes.h>
#include <stdlib.h>

#include "memory.h"

enum { NAMED_MAX = 12 }; /* of a boot's points; `show --json` has all */

struct smis {
	uint64_t total;
	size_t points, hit; /* whose SMIs are known; that had one */
};

/* A point's name for people: without its series, which share its SMIs. */
static void name_put(FILE *file, const struct stream_run *run)
{
	struct stream_point point = run->point;
	char *params;

	point.param_count -= stream_point_value(&point, "series") != NULL;
	params = stream_point_params(&point);
	fprintf(file, "%s%s%s (%" PRId64 ")", point.benchmark, params[0] != '\0' ? " " : "", params, run->smis);
	free(params);
}

/* Counts, and puts the names of the first points that were hit, each behind what is to stand before it. */
static struct smis take_points(const struct stream *stream, FILE *names)
{
	struct smis smis = {0};

	for (size_t i = 0; i < stream->run_count; i++) {
		const struct stream_run *run = &stream->runs[i];

		if (run->smis < 0 || (i > 0 && stream_point_same(&run[-1].point, &run->point)))
			continue;
		smis.points++;
		smis.total += (uint64_t)run->smis;
		if (run->smis == 0)
			continue;
		if (smis.hit < NAMED_MAX) {
			fputs(smis.hit > 0 ? ", " : "", names);
			name_put(names, run);
		}
		smis.hit++;
	}
	return smis;
}

char *smis_text(const struct summary *summary, size_t stream)
{
	const struct store_boot *boot = summary->boots[stream];
	char *names = NULL, *more, *text;
	size_t names_bytes;
	FILE *file = open_memstream(&names, &names_bytes);
	struct smis smis = take_points(&summary->streams[stream], file);

	fclose(file);
	more = smis.hit > NAMED_MAX ? memory_format(", and %zu more", smis.hit - NAMED_MAX) : memory_text("");
	if (smis.points == 0)
		text = NULL;
	else if (smis.hit == 0)
		text = memory_format("boot %u of %s: no SMI hit any of its %zu points", boot->index, boot->subject,
				     smis.points);
	else
		text = memory_format("boot %u of %s: %" PRIu64 " SMI%s hit %zu of its %zu points: %s%s", boot->index,
				     boot->subject, smis.total, smis.total == 1 ? "" : "s", smis.hit, smis.points,
				     names, more);
	free(more);
	free(names);
	return text;
}

void smis_print(FILE *file, const struct summary *summary)
{
	bool told = false;

	for (size_t i = 0; i < summary->stream_count; i++) {
		char *text = smis_text(summary, i);

		if (text != NULL)
			fprintf(file, "%s%s.\n", told ? "" : "\n", text);
		told |= text != NULL;
		free(text);
	}
}
