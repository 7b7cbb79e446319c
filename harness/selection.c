/* SPDX-License-Identifier: MIT */
/* What a stream measured against what it was told to: see selection.h. */
#include "selection.h"

#include <stdlib.h>
#include <string.h>

#include "boot_words.h"
#include "memory.h"

/* Measured first whatever was selected (bench/runner.h). */
static const char control[] = "clock_read";

/* One NAME[:PARAM=VALUE…] of the value of bench=; not terminated. */
struct selector {
	const char *at;
	size_t len, name_len;
};

/* The selector behind *rest, which moves on; false: there is none. */
static bool selector_next(const char **rest, const char *end, struct selector *selector)
{
	if (*rest == NULL || *rest >= end)
		return false;
	selector->at = *rest;
	selector->len = strcspn(*rest, ", ");
	selector->name_len = strcspn(*rest, ":, ");
	*rest += selector->len + 1;
	return true;
}

static bool is(const char *text, const char *at, size_t len)
{
	return strlen(text) == len && memcmp(text, at, len) == 0;
}

/* The value that the selector wants of a parameter, or NULL: any. */
static const char *selector_value(const struct selector *selector, const char *key, size_t *len)
{
	const char *end = selector->at + selector->len, *at = selector->at + selector->name_len;

	while (at < end) {
		size_t key_len = strcspn(++at, "=:, ");

		*len = at[key_len] == '=' ? strcspn(at + key_len + 1, ":, ") : 0;
		if (is(key, at, key_len) && at[key_len] == '=')
			return at + key_len + 1;
		at += strcspn(at, ":, ");
	}
	return NULL;
}

static bool selector_takes(const struct selector *selector, const struct stream_point *point)
{
	size_t len;

	if (!is(point->benchmark, selector->at, selector->name_len))
		return false;
	for (size_t i = 0; i < point->param_count; i++) {
		const char *wanted = selector_value(selector, point->params[i].key, &len);

		if (wanted != NULL && !is(point->params[i].value, wanted, len))
			return false;
	}
	return true;
}

/* --- Points ------------------------------------------------------------------------------------------------------- */

static bool is_first_series(const struct stream *stream, size_t run)
{
	return run == 0 || !stream_point_same(&stream->runs[run - 1].point, &stream->runs[run].point);
}

/* Whether the skip is of a point that nothing before it was of: the second pass, for counting, skips points again. */
static bool is_first_skip(const struct stream *stream, size_t skip)
{
	const struct stream_point *point = &stream->skips[skip].point;

	for (size_t i = 0; i < stream->run_count; i++)
		if (stream_point_same(&stream->runs[i].point, point))
			return false;
	for (size_t i = 0; i < skip; i++)
		if (stream_point_same(&stream->skips[i].point, point))
			return false;
	return true;
}

/* Each point of a whole stream once: the next one from *at on, or NULL. */
static const struct stream_point *point_next(const struct stream *stream, size_t *at)
{
	while (*at < stream->run_count + stream->skip_count) {
		size_t own = (*at)++;

		if (own < stream->run_count && is_first_series(stream, own))
			return &stream->runs[own].point;
		if (own >= stream->run_count && is_first_skip(stream, own - stream->run_count))
			return &stream->skips[own - stream->run_count].point;
	}
	return NULL;
}

static size_t count_points(const struct stream *stream, const struct selector *selector)
{
	const struct stream_point *point;
	size_t at = 0, count = 0;

	while ((point = point_next(stream, &at)) != NULL)
		count += selector == NULL || selector_takes(selector, point);
	return count;
}

/* Points of the grid that the selector takes; as a real number, because a stream may say anything. */
static double count_wanted(const struct stream_bench *bench, const struct selector *selector)
{
	double count = 1;

	for (size_t i = 0; i < bench->point.param_count; i++) {
		const struct stream_pair *param = &bench->point.params[i];
		size_t len, values = 1;

		if (selector_value(selector, param->key, &len) != NULL)
			continue;
		for (const char *at = strchr(param->value, '|'); at != NULL; at = strchr(at + 1, '|'))
			values++;
		count *= (double)values;
	}
	return count;
}

/* --- Differences -------------------------------------------------------------------------------------------------- */

static const struct stream_bench *find_bench(const struct stream *stream, const struct selector *selector)
{
	for (size_t i = 0; i < stream->bench_count; i++)
		if (is(stream->benches[i].point.benchmark, selector->at, selector->name_len))
			return &stream->benches[i];
	return NULL;
}

/* Whether a selector takes the point; or, without one, whether any is of that benchmark. */
static bool is_wanted(const char *benchmark, const struct stream_point *point, const char *list, const char *end)
{
	struct selector selector;
	bool wanted = strcmp(benchmark, control) == 0;

	while (!wanted && selector_next(&list, end, &selector))
		wanted =
		    point != NULL ? selector_takes(&selector, point) : is(benchmark, selector.at, selector.name_len);
	return wanted;
}

/* A point, or a benchmark, that was not asked for; as selection_difference(). */
static char *find_surplus(const struct stream *stream, const char *list, const char *end, bool whole)
{
	const struct stream_point *point;
	char *params, *text;
	size_t at = 0;

	for (size_t i = 0; i < stream->bench_count; i++)
		if (!is_wanted(stream->benches[i].point.benchmark, NULL, list, end))
			return memory_format("it measured %s, which was not asked for",
					     stream->benches[i].point.benchmark);
	while (whole && (point = point_next(stream, &at)) != NULL) {
		if (is_wanted(point->benchmark, point, list, end))
			continue;
		params = stream_point_params(point);
		text = memory_format("it measured %s %s, which was not asked for", point->benchmark, params);
		free(params);
		return text;
	}
	return NULL;
}

/* What was asked for and has not come; as above. */
static char *find_lack(const struct stream *stream, const char *list, const char *end, bool whole)
{
	struct selector selector;

	while (selector_next(&list, end, &selector)) {
		const struct stream_bench *bench = find_bench(stream, &selector);
		double wanted = bench != NULL ? count_wanted(bench, &selector) : 1;
		size_t came = whole ? count_points(stream, &selector) : 0;

		if (stream->bench_count > 0 && bench == NULL)
			return memory_format("it did not measure %.*s", (int)selector.len, selector.at);
		if (whole && (double)came < wanted)
			return memory_format("it measured %zu of the %.0f points of %.*s", came, wanted,
					     (int)selector.len, selector.at);
	}
	return NULL;
}

/* Against what the stream itself promised. */
static char *find_loss(const struct stream *stream)
{
	const char *said = stream_env(stream, "points");
	unsigned long points = said != NULL ? strtoul(said, NULL, 10) : 0;
	size_t came = count_points(stream, NULL);

	if (said == NULL || came == points)
		return NULL;
	return memory_format("it has %zu points, and says that they are %lu", came, points);
}

char *selection_word_difference(const struct stream *stream, const char *words, const char *key)
{
	const char *said = stream_env(stream, key);
	size_t len = 0;
	const char *wanted = boot_words_value(words, key, &len);

	if (said == NULL || wanted == NULL || is(said, wanted, len))
		return NULL;
	return memory_format("%s=%s instead of %.*s", key, said, (int)len, wanted);
}

/* The same of the warm-up, for which words that do not say leave the runner's rule (bench/runner.h). */
static char *warmup_difference(const struct stream *stream, const char *words)
{
	const char *said = stream_env(stream, "warmup");
	size_t len;

	if (boot_words_value(words, "warmup", &len) != NULL)
		return selection_word_difference(stream, words, "warmup");
	return said == NULL || strcmp(said, "rule") == 0
		   ? NULL
		   : memory_format("warmup=%s instead of the runner's rule", said);
}

static char *points_difference(const struct stream *stream, const char *words, bool whole)
{
	const char *said = stream_env(stream, "selection");
	size_t len = 0;
	const char *list = boot_words_value(words, "bench", &len), *end = list != NULL ? list + len : NULL;
	char *difference = NULL;

	if (said != NULL && list == NULL && strcmp(said, "all") != 0)
		return memory_text("it measured some benchmarks by name, not the whole suite");
	if (said != NULL && list != NULL && strcmp(said, "all") == 0)
		return memory_format("it measured the whole suite, not %.*s", (int)len, list);
	if (list != NULL)
		difference = find_surplus(stream, list, end, whole);
	if (difference == NULL && list != NULL)
		difference = find_lack(stream, list, end, whole);
	if (difference == NULL && whole)
		difference = find_loss(stream);
	return difference;
}

char *selection_difference(const struct stream *stream, const char *words, bool whole)
{
	char *difference = selection_word_difference(stream, words, "samples");

	if (difference == NULL)
		difference = warmup_difference(stream, words);
	return difference != NULL ? difference : points_difference(stream, words, whole);
}
