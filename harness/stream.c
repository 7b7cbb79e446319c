/* SPDX-License-Identifier: MIT */
/*
 * The reading end of bench/wire.h: see stream.h. One pass over the lines. Each record is cut into words by
 * stream_record.c and handled by its function below, which knows where in a stream it may stand. What was read is in the
 * stream from the first record on; when anything is wrong, everything that is a number is thrown away at the end.
 */
#include "stream.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "../bench/wire.h"
#include "memory.h"
#include "stream_record.h"

/* Where the reader is: which records may come next. */
enum stream_state { STREAM_START, STREAM_TOP, STREAM_WARMUP, STREAM_SAMPLES, STREAM_COUNTS, STREAM_DONE };

struct stream_reader {
	struct stream *stream;
	struct error *error;
	enum stream_state state;
	unsigned line;       /* of the current record, from 1 */
	uint32_t crc_stream; /* of all records before the current one */
	uint32_t crc_run;    /* of the records of the current run before the current one */
	uint32_t crc_head;   /* what the CRCs of runs continue */
	struct stream_run *run;
	uint64_t n, warmup; /* what the current @run promises */
	bool content;       /* something that is not @env has been read */
	bool results;       /* something that is neither @env, @bench nor @head has been read */
	bool headed;        /* @head has been read */
	uint64_t failures;  /* as @done says */
};

static int broken(struct stream_reader *reader, const char *what)
{
	return error_set(reader->error, STATUS_USAGE,
			 "line %u of the stream: %s; the log is broken: measure this boot again", reader->line, what);
}

/* --- Records ------------------------------------------------------------------------------------------------------ */

static int read_aero(struct stream_reader *reader, struct stream_record *record)
{
	uint64_t version;

	if (!record_number(record, UINT32_MAX, &version) || !record_at_end(record))
		return broken(reader, "@aero without a version");
	if (version != WIRE_VERSION) {
		return error_set(reader->error, STATUS_USAGE,
				 "line %u of the stream: version %" PRIu64
				 " where this program reads %d: build both from one tree",
				 reader->line, version, WIRE_VERSION);
	}
	reader->state = STREAM_TOP;
	return 0;
}

static int read_env(struct stream_reader *reader, struct stream_record *record)
{
	struct stream *stream = reader->stream;

	if (reader->content)
		return broken(reader, "@env after the first result");
	while (!record_at_end(record)) {
		stream->env = memory_grow(stream->env, stream->env_count, sizeof(*stream->env));
		if (!record_pair(record, &stream->env[stream->env_count]))
			return broken(reader, "an @env pair is not KEY=VALUE");
		stream->env_count++;
	}
	return 0;
}

static int read_run(struct stream_reader *reader, struct stream_record *record)
{
	struct stream *stream = reader->stream;
	struct stream_run *run;
	uint64_t per;

	stream->runs = memory_grow(stream->runs, stream->run_count, sizeof(*stream->runs));
	run = &stream->runs[stream->run_count++];
	*run = (struct stream_run){.line = reader->line};
	if (!record_word(record, &run->point.benchmark) || !record_key(record, "unit", &run->unit) ||
	    !record_key_number(record, "per", UINT32_MAX, &per) ||
	    !record_key_number(record, "n", STREAM_SAMPLES_MAX, &reader->n) ||
	    !record_key_number(record, "warmup", STREAM_SAMPLES_MAX, &reader->warmup) ||
	    !record_params(record, &run->point, NULL))
		return broken(reader, "@run is not NAME unit= per= n= warmup= PARAM=VALUE …");
	if (per == 0 || reader->n == 0 || run->unit[0] == '\0')
		return broken(reader, "@run with per=0, n=0 or no unit");
	run->per = (unsigned)per;
	reader->run = run;
	reader->crc_run = reader->crc_head;
	reader->content = reader->results = true;
	reader->state = STREAM_WARMUP;
	return 0;
}

/* Whether the last @run is of this point, without another @repeat since. */
static bool is_of_last_run(const struct stream *stream, const struct stream_run *repeat)
{
	const struct stream_run *run = stream->run_count > 0 ? &stream->runs[stream->run_count - 1] : NULL;
	char *own, *others;
	bool same;

	if (run == NULL || strcmp(run->point.benchmark, repeat->point.benchmark) != 0)
		return false;
	if (stream->repeat_count > 1 && stream->repeats[stream->repeat_count - 2].line > run->line)
		return false;
	own = stream_point_params(&repeat->point);
	others = stream_point_params(&run->point);
	same = strcmp(own, others) == 0 && strcmp(run->unit, repeat->unit) == 0 && run->per == repeat->per;
	free(own);
	free(others);
	return same;
}

static int read_repeat(struct stream_reader *reader, struct stream_record *record)
{
	struct stream *stream = reader->stream;
	struct stream_run *repeat;
	uint64_t per, copies;

	stream->repeats = memory_grow(stream->repeats, stream->repeat_count, sizeof(*stream->repeats));
	repeat = &stream->repeats[stream->repeat_count++];
	*repeat = (struct stream_run){.line = reader->line};
	if (!record_word(record, &repeat->point.benchmark) || !record_key(record, "unit", &repeat->unit) ||
	    !record_key_number(record, "per", UINT32_MAX, &per) ||
	    !record_key_number(record, "n", STREAM_SAMPLES_MAX, &reader->n) ||
	    !record_key_number(record, "copies", UINT32_MAX / 2, &copies) ||
	    !record_params(record, &repeat->point, NULL))
		return broken(reader, "@repeat is not NAME unit= per= n= copies= PARAM=VALUE …");
	if (reader->n == 0 || reader->n % 2 != 0 || copies == 0)
		return broken(reader, "@repeat with copies=0, or without pairs of samples");
	repeat->per = (unsigned)per;
	repeat->copies = (unsigned)copies;
	if (!is_of_last_run(stream, repeat))
		return broken(reader, "@repeat of another point than the @run before");
	reader->warmup = 0;
	reader->run = repeat;
	reader->crc_run = reader->crc_head;
	reader->state = STREAM_WARMUP;
	return 0;
}

/* Appends the samples of one @w or @s to an array that may hold at most limit of them. */
static int read_samples(struct stream_reader *reader, struct stream_record *record, uint32_t **samples, size_t *count,
			uint64_t limit)
{
	unsigned in_line = 0;

	while (!record_at_end(record)) {
		uint64_t sample;

		if (!record_number(record, UINT32_MAX, &sample))
			return broken(reader, "a sample is not a number of 32 bits");
		if (*count >= limit || ++in_line > WIRE_PER_LINE)
			return broken(reader, "more samples than @run promises");
		*samples = memory_grow(*samples, *count, sizeof(**samples));
		(*samples)[(*count)++] = (uint32_t)sample;
	}
	return in_line == 0 ? broken(reader, "a record of samples without any") : 0;
}

static int read_warmup(struct stream_reader *reader, struct stream_record *record)
{
	return read_samples(reader, record, &reader->run->warmup, &reader->run->warmup_count, reader->warmup);
}

static int read_sample(struct stream_reader *reader, struct stream_record *record)
{
	reader->state = STREAM_SAMPLES;
	return read_samples(reader, record, &reader->run->samples, &reader->run->n, reader->n);
}

/* Only where SMIs can be counted. */
static bool read_smis(struct stream_record *record, int64_t *smis)
{
	uint64_t number;

	*smis = -1;
	if (!record_next_is(record, "smis"))
		return true;
	if (!record_key_number(record, "smis", INT64_MAX, &number))
		return false;
	*smis = (int64_t)number;
	return true;
}

static int read_end(struct stream_reader *reader, struct stream_record *record)
{
	struct stream_run *run = reader->run;
	char *name = NULL;
	uint64_t n, crc;
	bool good, same;

	good = record_word(record, &name) && record_key_number(record, "n", STREAM_SAMPLES_MAX, &n) &&
	       record_key_number(record, "overflow", UINT64_MAX, &run->overflow) &&
	       record_key_signed(record, "irqs", &run->irqs) && read_smis(record, &run->smis) &&
	       record_key_number(record, "crc", UINT32_MAX, &crc) && record_at_end(record);
	same = good && strcmp(name, run->point.benchmark) == 0;
	free(name);
	if (!good)
		return broken(reader, "@end is not NAME n= overflow= irqs= smis= crc=");
	if (!same)
		return broken(reader, "@end of another benchmark than @run");
	if (n != reader->n || run->n != reader->n || run->warmup_count != reader->warmup)
		return broken(reader, "fewer samples than @run promises");
	if (crc != record_crc(record, reader->crc_run))
		return broken(reader, "the run's CRC does not match its samples");
	reader->run = NULL;
	reader->state = STREAM_TOP;
	return 0;
}

static int read_note(struct stream_reader *reader, struct stream_record *record, struct stream_note **notes,
		     size_t *count)
{
	struct stream_note *note;

	*notes = memory_grow(*notes, *count, sizeof(**notes));
	note = &(*notes)[(*count)++];
	*note = (struct stream_note){.line = reader->line};
	reader->content = reader->results = true;
	if (!record_word(record, &note->point.benchmark) || !record_params(record, &note->point, &note->reason))
		return broken(reader, "the record is not NAME PARAM=VALUE … reason=TEXT");
	return 0;
}

static int read_skip(struct stream_reader *reader, struct stream_record *record)
{
	return read_note(reader, record, &reader->stream->skips, &reader->stream->skip_count);
}

static int read_fail(struct stream_reader *reader, struct stream_record *record)
{
	return read_note(reader, record, &reader->stream->fails, &reader->stream->fail_count);
}

static int read_nocount(struct stream_reader *reader, struct stream_record *record)
{
	int status = read_note(reader, record, &reader->stream->nocounts, &reader->stream->nocount_count);

	reader->state = STREAM_COUNTS;
	return status;
}

static int read_count(struct stream_reader *reader, struct stream_record *record)
{
	struct stream *stream = reader->stream;
	struct stream_count *count;

	stream->counts = memory_grow(stream->counts, stream->count_count, sizeof(*stream->counts));
	count = &stream->counts[stream->count_count++];
	*count = (struct stream_count){0};
	if (!record_word(record, &count->point.benchmark) || !record_key(record, "event", &count->event) ||
	    !record_key_signed(record, "count", &count->count) ||
	    !record_key_number(record, "iterations", UINT32_MAX, &count->iterations) ||
	    !record_key_number(record, "per", UINT32_MAX, &count->per) || !record_params(record, &count->point, NULL))
		return broken(reader, "@count is not NAME event= count= iterations= per= PARAM=VALUE …");
	if (count->iterations == 0 || count->per == 0 || count->event[0] == '\0')
		return broken(reader, "@count with iterations=0, per=0 or no event");
	reader->state = STREAM_COUNTS;
	return 0;
}

/* Streams of before this key do not have it. */
static bool read_bare(struct stream_record *record, int *bare)
{
	uint64_t number;

	if (!record_next_is(record, "bare"))
		return true;
	if (!record_key_number(record, "bare", 1, &number))
		return false;
	*bare = (int)number;
	return true;
}

static int read_bench(struct stream_reader *reader, struct stream_record *record)
{
	struct stream *stream = reader->stream;
	struct stream_bench *bench;

	stream->benches = memory_grow(stream->benches, stream->bench_count, sizeof(*stream->benches));
	bench = &stream->benches[stream->bench_count++];
	*bench = (struct stream_bench){.bare = STREAM_BARE_UNKNOWN};
	if (reader->headed)
		return broken(reader, "@bench behind @head");
	reader->content = true;
	if (!record_word(record, &bench->point.benchmark) || !record_key(record, "unit", &bench->unit) ||
	    !record_key_number(record, "per", UINT32_MAX, &bench->per) ||
	    !record_key_number(record, "min_cpus", UINT32_MAX, &bench->min_cpus) ||
	    !record_key_number(record, "max_samples", UINT32_MAX, &bench->max_samples) ||
	    !record_key_number(record, "extra", 1, &bench->extra) || !read_bare(record, &bench->bare) ||
	    !record_key(record, "series", &bench->series) || !record_key(record, "about", &bench->about) ||
	    !record_key(record, "spread", &bench->spread) || !record_key(record, "spread_at", &bench->spread_at) ||
	    !record_params(record, &bench->point, NULL))
		return broken(reader, "@bench is not NAME unit= per= min_cpus= max_samples= extra= bare= series= "
				      "about= spread= spread_at= PARAM=V|V …");
	return 0;
}

static int read_head(struct stream_reader *reader, struct stream_record *record)
{
	uint64_t crc;

	if (!record_key_number(record, "crc", UINT32_MAX, &crc) || !record_at_end(record))
		return broken(reader, "@head is not crc=");
	if (reader->headed || reader->results)
		return broken(reader, "@head twice, or behind the first result");
	if (crc != record_crc(record, reader->crc_stream))
		return broken(reader, "the CRC of the environment does not match");
	reader->content = reader->headed = true;
	reader->crc_head = (uint32_t)crc;
	return 0;
}

static int read_done(struct stream_reader *reader, struct stream_record *record)
{
	uint64_t runs, crc;

	if (!record_number(record, UINT32_MAX, &reader->failures) ||
	    !record_key_number(record, "runs", UINT32_MAX, &runs) ||
	    !record_key_number(record, "crc", UINT32_MAX, &crc) || !record_at_end(record))
		return broken(reader, "@done is not FAILURES runs= crc=");
	if (runs != reader->stream->run_count + reader->stream->repeat_count)
		return broken(reader, "@done counts other runs than the stream holds");
	if (reader->failures != reader->stream->fail_count)
		return broken(reader, "@done counts other failures than the stream holds");
	if (crc != record_crc(record, reader->crc_stream))
		return broken(reader, "the stream's CRC does not match its records");
	reader->state = STREAM_DONE;
	return 0;
}

static const struct {
	const char *name;
	unsigned states; /* bit set of the states in which it may come */
	int (*read)(struct stream_reader *reader, struct stream_record *record);
} stream_records[] = {
    {"aero", 1u << STREAM_START, read_aero},
    {"env", 1u << STREAM_TOP, read_env},
    {"run", 1u << STREAM_TOP, read_run},
    {"repeat", 1u << STREAM_TOP, read_repeat},
    {"w", 1u << STREAM_WARMUP, read_warmup},
    {"s", 1u << STREAM_WARMUP | 1u << STREAM_SAMPLES, read_sample},
    {"end", 1u << STREAM_SAMPLES, read_end},
    {"skip", 1u << STREAM_TOP, read_skip},
    {"fail", 1u << STREAM_TOP | 1u << STREAM_COUNTS, read_fail},
    {"nocount", 1u << STREAM_TOP | 1u << STREAM_COUNTS, read_nocount},
    {"count", 1u << STREAM_TOP | 1u << STREAM_COUNTS, read_count},
    {"bench", 1u << STREAM_TOP, read_bench},
    {"head", 1u << STREAM_TOP, read_head},
    {"done", 1u << STREAM_TOP | 1u << STREAM_COUNTS, read_done},
};

static int read_record(struct stream_reader *reader, const char *line, size_t len_bytes)
{
	struct stream_record record;

	if (!record_split(&record, line, len_bytes))
		return broken(reader, "a record is too long or holds bytes that no record has");
	for (size_t i = 0; i < sizeof(stream_records) / sizeof(stream_records[0]); i++) {
		int status;

		if (strcmp(record.name, stream_records[i].name) != 0)
			continue;
		if ((stream_records[i].states & 1u << reader->state) == 0)
			break;
		status = stream_records[i].read(reader, &record);
		reader->crc_stream = (uint32_t)crc32(reader->crc_stream, (const Bytef *)line, (uInt)len_bytes);
		reader->crc_run = (uint32_t)crc32(reader->crc_run, (const Bytef *)line, (uInt)len_bytes);
		return status;
	}
	if (reader->state == STREAM_START)
		return broken(reader, "a record before @aero");
	if (reader->state == STREAM_DONE)
		return broken(reader, "a record after @done");
	return broken(reader, "an unknown record, or one out of order");
}

/* --- The whole ---------------------------------------------------------------------------------------------------- */

static void keep_noise(struct stream *stream, const char *line, size_t len_bytes)
{
	char *text = memory_new(len_bytes + 1, 1);

	for (size_t i = 0; i < len_bytes; i++) {
		unsigned char byte = (unsigned char)line[i];

		text[i] = (byte < 0x20 && byte != '\t') || byte == 0x7f ? '?' : line[i];
	}
	stream->noise = memory_grow(stream->noise, stream->noise_count, sizeof(*stream->noise));
	stream->noise[stream->noise_count++] = text;
}

static int read_lines(struct stream_reader *reader, const char *bytes, size_t len_bytes)
{
	const char *end = bytes + len_bytes;

	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t len = (size_t)((newline != NULL ? newline : end) - bytes);
		int status = 0;

		reader->line++;
		if (bytes[0] != '@')
			keep_noise(reader->stream, bytes, len);
		else if (newline == NULL)
			return broken(reader, "the last record is cut");
		else
			status = read_record(reader, bytes, len + 1);
		if (status != 0)
			return status;
		bytes += len + 1;
	}
	return 0;
}

/* The stream has ended: was it whole? */
static int check_end(struct stream_reader *reader)
{
	if (reader->state == STREAM_DONE)
		return record_check_unique(reader->stream, reader->error);
	if (reader->state == STREAM_START) {
		return error_set(reader->error, STATUS_USAGE,
				 "the stream is empty: the system under test wrote no record; see its console");
	}
	if (reader->run != NULL) {
		return error_set(
		    reader->error, STATUS_USAGE,
		    "the stream ends after line %u, in the middle of %s: the system stopped or was cut off",
		    reader->line, reader->run->point.benchmark);
	}
	return error_set(reader->error, STATUS_USAGE,
			 "the stream ends after line %u without @done: the system stopped or was cut off",
			 reader->line);
}

static int check_failures(struct stream_reader *reader)
{
	const struct stream_note *fail = reader->stream->fails;
	char *params;

	if (reader->failures == 0)
		return 0;
	params = stream_point_params(&fail->point);
	error_set(reader->error, STATUS_FAILED, "%s%s%s failed its own check: %s (failures in this boot: %" PRIu64 ")",
		  fail->point.benchmark, params[0] != '\0' ? " " : "", params, fail->reason, reader->failures);
	free(params);
	return STATUS_FAILED;
}

int stream_parse(struct stream *stream, const char *bytes, size_t len_bytes, struct error *error)
{
	struct stream_reader reader = {.stream = stream, .error = error};
	int status;

	*stream = (struct stream){0};
	if (len_bytes > STREAM_BYTES_MAX) {
		return error_set(error, STATUS_USAGE, "the stream is larger than %d MiB: take fewer samples",
				 STREAM_BYTES_MAX >> 20);
	}
	status = read_lines(&reader, bytes, len_bytes);
	if (status == 0)
		status = check_end(&reader);
	if (status == 0)
		status = check_failures(&reader);
	if (status != 0)
		stream_drop_results(stream);
	return status;
}

const char *stream_env(const struct stream *stream, const char *key)
{
	for (size_t i = 0; i < stream->env_count; i++) {
		if (strcmp(stream->env[i].key, key) == 0)
			return stream->env[i].value;
	}
	return NULL;
}
