/* SPDX-License-Identifier: MIT */
/* Follows a stream: see collect_watch.h. */
#include "collect_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stream_clean.h"

static bool is(const char *line, const char *record)
{
	return strncmp(line, record, strlen(record)) == 0;
}

/* "NAME PARAM=VALUE …" of a @run without what is the same everywhere; the series of a point are one. */
static void point_name(const char *line, char *name, size_t name_bytes)
{
	static const char *const left_out[] = {"unit=", "per=", "n=", "warmup=", "copies=", "series=", "reason="};
	const char *word = strchr(line, ' ');
	size_t used = 0;

	name[0] = '\0';
	while (word != NULL && word[1] != '\0') {
		size_t len = strcspn(word + 1, " ");
		bool use = true;

		for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
			use = use && !is(word + 1, left_out[i]);
		if (use && used + len + 2 < name_bytes)
			used += (size_t)snprintf(name + used, name_bytes - used, "%s%.*s", used > 0 ? " " : "",
						 (int)len, word + 1);
		word = strchr(word + 1, ' ');
	}
}

static void take_record(struct collect_watch *watch, const char *line)
{
	char name[sizeof(watch->now)];
	const char *points = strstr(line, " points=");

	if (is(line, "@aero ")) {
		watch->begun++;
		watch->points = watch->ended = 0;
		watch->now[0] = '\0';
	} else if (is(line, "@env ") && points != NULL) {
		watch->points = (unsigned)strtoul(points + strlen(" points="), NULL, 10);
	} else if (is(line, "@fail machine ")) {
		watch->now[0] = '\0'; /* of the whole run: no point */
	} else if (is(line, "@run ") || is(line, "@skip ") || is(line, "@fail ")) {
		point_name(line, name, sizeof(name));
		watch->ended += strcmp(name, watch->now) != 0;
		memcpy(watch->now, name, sizeof(name));
	} else if (is(line, "@done ")) {
		watch->done++;
	}
}

static void line_end(struct collect_watch *watch)
{
	size_t len;
	char *text = stream_clean(watch->line, watch->line_bytes, &len), *rest = text, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (line[0] == '@')
			take_record(watch, line);
		else if (line[0] != '\0' && watch->noise != NULL)
			watch->noise(watch->context, line);
	}
	watch->line_bytes = 0;
	free(text);
}

void collect_watch_feed(struct collect_watch *watch, const char *bytes, size_t len_bytes)
{
	for (size_t i = 0; i < len_bytes; i++) {
		if (bytes[i] == '\n' || bytes[i] == '\r')
			line_end(watch);
		else if (watch->line_bytes < sizeof(watch->line) - 1)
			watch->line[watch->line_bytes++] = bytes[i];
	}
}
