/* SPDX-License-Identifier: MIT */
/* One record of the stream, word by word: see stream_record.h. */
#include "stream_record.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "memory.h"

bool record_split(struct stream_record *record, const char *line, size_t len_bytes)
{
	char *words = record->words;
	char *space;

	if (len_bytes < 3 || len_bytes > WIRE_LINE_MAX)
		return false;
	record->line = line;
	record->len_bytes = len_bytes;
	memcpy(words, line + 1, len_bytes - 2);
	words[len_bytes - 2] = '\0';
	for (size_t i = 0; i < len_bytes - 2; i++) {
		if (words[i] < 0x20 || words[i] > 0x7e || words[i] == '@')
			return false;
	}
	if (words[0] == ' ' || words[len_bytes - 3] == ' ' || strstr(words, "  ") != NULL)
		return false;
	space = strchr(words, ' ');
	if (space != NULL)
		*space++ = '\0';
	record->name = words;
	record->next = space;
	return true;
}

bool record_at_end(const struct stream_record *record)
{
	return record->next == NULL;
}

static char *take(struct stream_record *record)
{
	char *word = record->next;
	char *space;

	if (word == NULL)
		return NULL;
	space = strchr(word, ' ');
	if (space != NULL)
		*space++ = '\0';
	record->next = space;
	return word;
}

static int hex_digit(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

/*
 * Decodes %XX in place. False: a broken escape, or a NUL. What is no text, but moves a terminal's cursor or begins a line, is
 * '?', as in noise: words stand in tables.
 */
static bool decode(char *text)
{
	char *begin = text, *to = text;

	for (; *text != '\0'; text++) {
		if (*text == '%') {
			int high = hex_digit(text[1]), low = high < 0 ? -1 : hex_digit(text[2]);

			if (low < 0 || (high == 0 && low == 0))
				return false;
			*to++ = (char)(high << 4 | low);
			text += 2;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
	for (to = begin; *to != '\0'; to++) {
		if ((unsigned char)*to < 0x20 || *to == 0x7f)
			*to = '?';
	}
	return true;
}

bool record_word(struct stream_record *record, char **word)
{
	char *text = take(record);

	if (text == NULL || strchr(text, '=') != NULL || !decode(text))
		return false;
	*word = memory_text(text);
	return true;
}

static bool parse_number(const char *text, uint64_t max, uint64_t *number)
{
	uint64_t value = 0;

	if (text[0] == '\0' || (text[0] == '0' && text[1] != '\0'))
		return false;
	for (; *text != '\0'; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (*text < '0' || *text > '9' || value > (max - digit) / 10 || digit > max)
			return false;
		value = value * 10 + digit;
	}
	*number = value;
	return true;
}

bool record_number(struct stream_record *record, uint64_t max, uint64_t *number)
{
	char *text = take(record);

	return text != NULL && parse_number(text, max, number);
}

/* The next word cut at its only '='; both halves decoded in place. */
static bool take_pair(struct stream_record *record, char **key, char **value)
{
	char *text = take(record);
	char *equals = text != NULL ? strchr(text, '=') : NULL;

	if (equals == NULL || equals == text || strchr(equals + 1, '=') != NULL)
		return false;
	*equals = '\0';
	*key = text;
	*value = equals + 1;
	return decode(*key) && decode(*value);
}

bool record_pair(struct stream_record *record, struct stream_pair *pair)
{
	char *key, *value;

	if (!take_pair(record, &key, &value))
		return false;
	pair->key = memory_text(key);
	pair->value = memory_text(value);
	return true;
}

static bool take_key(struct stream_record *record, const char *key, char **value)
{
	char *found;

	return take_pair(record, &found, value) && strcmp(found, key) == 0;
}

bool record_key(struct stream_record *record, const char *key, char **value)
{
	char *text;

	if (!take_key(record, key, &text))
		return false;
	*value = memory_text(text);
	return true;
}

bool record_key_number(struct stream_record *record, const char *key, uint64_t max, uint64_t *number)
{
	char *text;

	return take_key(record, key, &text) && parse_number(text, max, number);
}

bool record_key_signed(struct stream_record *record, const char *key, int64_t *number)
{
	char *text;
	uint64_t value;

	if (!take_key(record, key, &text))
		return false;
	if (strcmp(text, "-1") == 0) {
		*number = -1;
		return true;
	}
	if (!parse_number(text, INT64_MAX, &value))
		return false;
	*number = (int64_t)value;
	return true;
}

bool record_next_is(const struct stream_record *record, const char *key)
{
	size_t len = strlen(key);

	return record->next != NULL && strncmp(record->next, key, len) == 0 && record->next[len] == '=';
}

bool record_params(struct stream_record *record, struct stream_point *point, char **reason)
{
	struct stream_pair *pair = NULL;

	while (!record_at_end(record)) {
		if (point->param_count == STREAM_PARAMS_MAX)
			return false;
		pair = &point->params[point->param_count];
		if (!record_pair(record, pair))
			return false;
		point->param_count++;
		for (const struct stream_pair *other = point->params; other < pair; other++) {
			if (strcmp(other->key, pair->key) == 0)
				return false;
		}
	}
	if (reason == NULL)
		return true;
	if (pair == NULL || strcmp(pair->key, "reason") != 0)
		return false;
	*reason = pair->value;
	free(pair->key);
	point->param_count--;
	return true;
}

uint32_t record_crc(const struct stream_record *record, uint32_t crc)
{
	/* crc= has been taken as the last word, so the last space stands before it. */
	const char *space = memrchr(record->line, ' ', record->len_bytes);

	return (uint32_t)crc32(crc, (const Bytef *)record->line, (uInt)(space - record->line));
}

/* --- The whole stream --------------------------------------------------------------------------------------------- */

static int name_order(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;

	return strcmp(*a, *b);
}

/* Sorts names and frees them. Returns 0 or the error for the first that stands there twice. */
static int check_names(char **names, size_t count, const char *what, struct error *error)
{
	int status = 0;

	qsort(names, count, sizeof(*names), name_order);
	for (size_t i = 1; i < count && status == 0; i++) {
		if (strcmp(names[i - 1], names[i]) == 0) {
			status = error_set(error, STATUS_USAGE,
					   "the stream holds %s %s twice; the log is broken: measure this boot again",
					   what, names[i]);
		}
	}
	memory_texts_free(names, count);
	return status;
}

static char *point_name(const struct stream_point *point)
{
	char *params = stream_point_params(point);
	char *name = memory_format("%s %s", point->benchmark, params);

	free(params);
	return name;
}

static char *count_name(const struct stream_count *count)
{
	char *point = point_name(&count->point), *name = memory_format("%s event %s", point, count->event);

	free(point);
	return name;
}

int record_check_unique(const struct stream *stream, struct error *error)
{
	char **names = memory_new(stream->env_count, sizeof(*names));
	size_t count = 0;
	int status;

	for (size_t i = 0; i < stream->env_count; i++)
		names[count++] = memory_text(stream->env[i].key);
	status = check_names(names, count, "the @env key", error);
	if (status != 0)
		return status;
	names = memory_new(stream->run_count + stream->skip_count + stream->fail_count + stream->bench_count +
			       stream->count_count + stream->nocount_count,
			   sizeof(*names));
	count = 0;
	for (size_t i = 0; i < stream->run_count; i++)
		names[count++] = point_name(&stream->runs[i].point);
	for (size_t i = 0; i < stream->skip_count; i++)
		names[count++] = point_name(&stream->skips[i].point);
	for (size_t i = 0; i < stream->fail_count; i++)
		names[count++] = point_name(&stream->fails[i].point);
	for (size_t i = 0; i < stream->bench_count; i++)
		names[count++] = memory_text(stream->benches[i].point.benchmark);
	for (size_t i = 0; i < stream->count_count; i++)
		names[count++] = count_name(&stream->counts[i]);
	for (size_t i = 0; i < stream->nocount_count; i++)
		names[count++] = memory_format("event %s", stream->nocounts[i].point.benchmark);
	return check_names(names, count, "the point", error);
}

char *stream_point_params(const struct stream_point *point)
{
	size_t len = 1;
	char *text, *to;

	for (size_t i = 0; i < point->param_count; i++)
		len += strlen(point->params[i].key) + strlen(point->params[i].value) + 2;
	text = to = memory_new(len, 1);
	for (size_t i = 0; i < point->param_count; i++) {
		to = stpcpy(to, i > 0 ? " " : "");
		to = stpcpy(stpcpy(to, point->params[i].key), "=");
		to = stpcpy(to, point->params[i].value);
	}
	return text;
}

bool stream_point_same(const struct stream_point *a, const struct stream_point *b)
{
	size_t own = a->param_count, others = b->param_count;

	own -= own > 0 && strcmp(a->params[own - 1].key, "series") == 0;
	others -= others > 0 && strcmp(b->params[others - 1].key, "series") == 0;
	if (own != others || strcmp(a->benchmark, b->benchmark) != 0)
		return false;
	for (size_t i = 0; i < own; i++) {
		if (strcmp(a->params[i].key, b->params[i].key) != 0 ||
		    strcmp(a->params[i].value, b->params[i].value) != 0)
			return false;
	}
	return true;
}

const char *stream_point_value(const struct stream_point *point, const char *key)
{
	for (size_t i = 0; i < point->param_count; i++) {
		if (strcmp(point->params[i].key, key) == 0)
			return point->params[i].value;
	}
	return NULL;
}

static void point_free(struct stream_point *point)
{
	free(point->benchmark);
	for (size_t i = 0; i < point->param_count; i++) {
		free(point->params[i].key);
		free(point->params[i].value);
	}
}

static void notes_free(struct stream_note **notes, size_t *count)
{
	for (size_t i = 0; i < *count; i++) {
		point_free(&(*notes)[i].point);
		free((*notes)[i].reason);
	}
	free(*notes);
	*notes = NULL;
	*count = 0;
}

static void runs_free(struct stream_run **runs, size_t *count)
{
	for (size_t i = 0; i < *count; i++) {
		point_free(&(*runs)[i].point);
		free((*runs)[i].unit);
		free((*runs)[i].samples);
		free((*runs)[i].warmup);
	}
	free(*runs);
	*runs = NULL;
	*count = 0;
}

void stream_drop_results(struct stream *stream)
{
	runs_free(&stream->runs, &stream->run_count);
	runs_free(&stream->repeats, &stream->repeat_count);
	notes_free(&stream->skips, &stream->skip_count);
	for (size_t i = 0; i < stream->bench_count; i++) {
		point_free(&stream->benches[i].point);
		free(stream->benches[i].unit);
		free(stream->benches[i].series);
		free(stream->benches[i].about);
		free(stream->benches[i].spread);
		free(stream->benches[i].spread_at);
	}
	free(stream->benches);
	stream->benches = NULL;
	stream->bench_count = 0;
	for (size_t i = 0; i < stream->count_count; i++) {
		point_free(&stream->counts[i].point);
		free(stream->counts[i].event);
	}
	free(stream->counts);
	stream->counts = NULL;
	stream->count_count = 0;
	notes_free(&stream->nocounts, &stream->nocount_count);
}

void stream_free(struct stream *stream)
{
	stream_drop_results(stream);
	notes_free(&stream->fails, &stream->fail_count);
	for (size_t i = 0; i < stream->env_count; i++) {
		free(stream->env[i].key);
		free(stream->env[i].value);
	}
	free(stream->env);
	memory_texts_free(stream->noise, stream->noise_count);
	*stream = (struct stream){0};
}
