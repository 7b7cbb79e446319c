/* SPDX-License-Identifier: MIT */
/*
 * What can be proved of a damaged stream: see salvage.h. One walk over the records gathers parts into a list that keeps
 * the order of the stream: a part that came before only moves the place where the next one goes, so that a stream that was
 * sent twice, with other gaps each time, becomes one.
 */
#include "salvage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "../bench/wire.h"
#include "memory.h"
#include "salvage_block.h"
#include "salvage_seed.h"
#include "stream.h"
#include "stream_record.h"

/* More than any suite has, and few enough to compare each with each. */
enum { PARTS_MAX = 1 << 14 };

static const char aero[] = "@aero 1\n";

struct walk {
	struct salvage *salvage;
	const struct salvage_line *lines;
	size_t count;
	size_t cursor;    /* where the next part goes */
	size_t head_from; /* the first record of what may be a head */
	uint32_t seed;    /* what the CRCs of runs continue here */
	struct salvage_seeds seeds;
};

/* --- Parts -------------------------------------------------------------------------------------------------------- */

static bool keyed_as(const struct salvage_part *part, enum salvage_kind kind, const char *key)
{
	return part->kind == kind && part->key != NULL && key != NULL && strcmp(part->key, key) == 0;
}

const struct salvage_part *salvage_find(const struct salvage *salvage, enum salvage_kind kind, const char *key)
{
	for (size_t i = 0; i < salvage->part_count; i++) {
		if (keyed_as(&salvage->parts[i], kind, key))
			return &salvage->parts[i];
	}
	return NULL;
}

size_t salvage_runs(const struct salvage *salvage)
{
	size_t count = 0;

	for (size_t i = 0; i < salvage->part_count; i++)
		count += salvage->parts[i].kind == SALVAGE_RUN && !salvage->parts[i].differs;
	return count;
}

static void refuse(struct salvage *salvage, char *name, char *reason)
{
	if (salvage->refusal_count == PARTS_MAX) {
		free(name);
		free(reason);
		return;
	}
	salvage->refusals = memory_grow(salvage->refusals, salvage->refusal_count, sizeof(*salvage->refusals));
	salvage->refusals[salvage->refusal_count++] = (struct salvage_refusal){name, reason};
}

static void insert(struct walk *walk, struct salvage_part part)
{
	struct salvage *salvage = walk->salvage;

	if (salvage->part_count == PARTS_MAX) {
		free(part.key);
		free(part.text);
		return;
	}
	salvage->parts = memory_grow(salvage->parts, salvage->part_count, sizeof(*salvage->parts));
	memmove(&salvage->parts[walk->cursor + 1], &salvage->parts[walk->cursor],
		(salvage->part_count - walk->cursor) * sizeof(*salvage->parts));
	salvage->parts[walk->cursor++] = part;
	salvage->part_count++;
}

/* Takes key and text. What is there already is not put there again; the same point with other samples is marked. */
static void add(struct walk *walk, enum salvage_kind kind, char *key, char *text, size_t len_bytes)
{
	struct salvage *salvage = walk->salvage;
	bool known = false;

	for (size_t i = 0; i < salvage->part_count && !known; i++) {
		struct salvage_part *part = &salvage->parts[i];
		bool same =
		    part->kind == kind && part->len_bytes == len_bytes && memcmp(part->text, text, len_bytes) == 0;

		known = same || (part->seed == walk->seed && keyed_as(part, kind, key));
		if (!known)
			continue;
		if (!same && !part->differs)
			refuse(salvage, memory_text(key), memory_text("it came twice, with other samples each time"));
		part->differs |= !same;
		walk->cursor = i + 1;
	}
	if (!known) {
		insert(walk, (struct salvage_part){kind, key, text, len_bytes, walk->seed, false});
		return;
	}
	free(key);
	free(text);
}

static void add_line(struct walk *walk, enum salvage_kind kind, const struct salvage_line *line)
{
	add(walk, kind, NULL, memory_format("%.*s", (int)line->len_bytes, line->text), line->len_bytes);
}

/* --- Proofs ------------------------------------------------------------------------------------------------------- */

/* Ends a stream whose records so far are text, with so many runs and failures. Takes text. */
static char *sealed(char *text, size_t runs, size_t failures, size_t *len_bytes)
{
	char *done = memory_format("@done %zu runs=%zu", failures, runs), *whole;
	uint32_t crc = (uint32_t)crc32_z(0, (const Bytef *)text, strlen(text));

	crc = (uint32_t)crc32_z(crc, (const Bytef *)done, strlen(done));
	whole = memory_format("%s%s crc=%" PRIu32 "\n", text, done, crc);
	*len_bytes = strlen(whole);
	free(done);
	free(text);
	return whole;
}

static char *key_of(const struct stream_point *point)
{
	char *params = stream_point_params(point);
	char *key = memory_format("%s%s%s", point->benchmark, params[0] != '\0' ? " " : "", params);

	free(params);
	return key;
}

/* A proved run or repeat as it would stand in a stream without @head. Allocated. */
static char *unheaded(const char *text)
{
	const char *crc = text;

	for (const char *next = text; (next = strstr(next, " crc=")) != NULL; next++)
		crc = next;
	return memory_format("%.*s crc=%" PRIu32 "\n", (int)(crc - text), text,
			     (uint32_t)crc32_z(0, (const Bytef *)text, (size_t)(crc - text)));
}

/* The key of a run whose CRC fits, if the strict reader takes it too; else NULL. run: of a repeat, the run before it. */
static char *proved_key(const char *text, const char *run)
{
	struct stream stream;
	size_t len;
	char *own = unheaded(text), *before = run != NULL ? unheaded(run) : memory_text("");
	char *whole = sealed(memory_format("%s%s%s", aero, before, own), run != NULL ? 2 : 1, 0, &len);
	char *key = stream_parse(&stream, whole, len, NULL) == 0 ? key_of(&stream.runs[0].point) : NULL;

	stream_free(&stream);
	free(whole);
	free(before);
	free(own);
	return key;
}

/* The name of a block for people: its point, if its first record can be read. */
static char *block_name(const struct salvage_line *line)
{
	struct stream_point point = {0};
	struct stream_record record;
	char *skipped[4] = {NULL}, *name = NULL;
	bool good = record_split(&record, line->text, line->len_bytes) && record_word(&record, &point.benchmark);
	struct stream_pair pair;

	for (size_t i = 0; good && i < sizeof(skipped) / sizeof(skipped[0]); i++) {
		good = record_pair(&record, &pair);
		if (good) {
			free(pair.key);
			free(pair.value);
		}
	}
	if (good && record_params(&record, &point, NULL))
		name = key_of(&point);
	for (size_t i = 0; i < point.param_count; i++) {
		free(point.params[i].key);
		free(point.params[i].value);
	}
	free(point.benchmark);
	return name != NULL ? name : memory_format("line %u", line->number);
}

/* --- The walk ----------------------------------------------------------------------------------------------------- */

static size_t samples_in(const struct salvage_line *lines, size_t count, const char *record)
{
	size_t samples = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t at = 0; salvage_line_is(&lines[i], record) && at < lines[i].len_bytes; at++)
			samples += lines[i].text[at] == ' ';
	}
	return samples;
}

/* Why a block is not proved. */
static char *block_reason(const struct salvage_line *lines, size_t count, bool ended)
{
	size_t got = samples_in(lines, count, "s");
	uint64_t n = 0;

	salvage_line_number(&lines[0], "n", &n);
	if (got < n)
		return memory_format("%zu of %" PRIu64 " samples arrived", got, n);
	if (!ended)
		return memory_text("its @end did not arrive");
	return memory_text("garbled, or of another boot: its CRC does not match");
}

/*
 * The text of a block whose CRC fits, by the seed of the boot that is being read, or by that of another one in this log, which
 * is then being read. Allocated; NULL: none fits.
 */
static char *block_of_boot(struct walk *walk, const struct salvage_line *lines, size_t count, size_t surplus,
			   size_t *len)
{
	char *text = salvage_block(lines, count, walk->seed, "", surplus, len);

	for (size_t i = 0; i < walk->seeds.count && text == NULL; i++) {
		uint32_t seed = walk->seeds.seeds[i];

		text = seed != walk->seed ? salvage_block(lines, count, seed, "", surplus, len) : NULL;
		if (text != NULL)
			walk->seed = seed;
	}
	return text;
}

/* A @run or @repeat at lines[at]. Returns where the next record is. */
static size_t walk_run(struct walk *walk, size_t at)
{
	const struct salvage_line *lines = walk->lines + at;
	enum salvage_kind kind = salvage_line_is(lines, "run") ? SALVAGE_RUN : SALVAGE_REPEAT;
	const struct salvage_part *before = walk->cursor > 0 ? &walk->salvage->parts[walk->cursor - 1] : NULL;
	size_t len = 0, expected;
	char *text = NULL, *key = NULL;
	bool ended;
	size_t count = salvage_run_lines(lines, walk->count - at, &ended, &expected);

	if (ended && count >= expected)
		text = block_of_boot(walk, lines, count, count - expected, &len);
	if (text != NULL && kind == SALVAGE_RUN)
		key = proved_key(text, NULL);
	else if (text != NULL && before != NULL && before->kind == SALVAGE_RUN)
		key = proved_key(text, before->text);
	if (key != NULL) {
		add(walk, kind, key, text, len);
		return at + count;
	}
	free(text);
	refuse(walk->salvage, block_name(lines), block_reason(lines, count, ended));
	return at + count;
}

/* An @end without its @run; the same line once more says nothing. */
static void walk_end(struct walk *walk, size_t at)
{
	const struct salvage_line *line = &walk->lines[at];
	struct stream_record record;
	char *name = NULL;

	if (at > 0 && line[-1].len_bytes == line->len_bytes && memcmp(line[-1].text, line->text, line->len_bytes) == 0)
		return;
	if (record_split(&record, line->text, line->len_bytes) && record_word(&record, &name))
		refuse(walk->salvage, memory_format("%s, line %u", name, line->number),
		       memory_text("its @run did not arrive"));
	free(name);
}

/* Takes the text of an environment with its @head if the strict reader does, too. False: it does not. */
static bool head_take(struct walk *walk, char *text, size_t len)
{
	struct stream stream;
	size_t whole_bytes;
	char *whole = sealed(memory_text(text), 0, 0, &whole_bytes);
	bool good = stream_parse(&stream, whole, whole_bytes, NULL) == 0;

	stream_free(&stream);
	free(whole);
	for (size_t i = 0; good && i < walk->salvage->part_count; i++) {
		const struct salvage_part *part = &walk->salvage->parts[i];

		walk->salvage->two_heads |= part->kind == SALVAGE_HEAD && strcmp(part->text, text) != 0;
	}
	if (good)
		add(walk, SALVAGE_HEAD, NULL, text, len);
	else
		free(text);
	return good;
}

/* A @head at lines[at]: what stands before it, from @aero on, is proved or not. */
static bool walk_head(struct walk *walk, size_t at)
{
	const struct salvage_line *lines = walk->lines + walk->head_from;
	size_t count = at + 1 - walk->head_from, len;
	char *text = salvage_block(lines, count, 0, salvage_line_is(lines, "aero") ? "" : aero, 0, &len);

	return text != NULL && head_take(walk, text, len);
}

/* The records of an environment that end before lines[at], without a @head that says so: proved by the runs that continue it. */
static void walk_head_lost(struct walk *walk, size_t at)
{
	const struct salvage_line *lines = walk->lines + walk->head_from;
	size_t count = at - walk->head_from, len;
	uint32_t seed = salvage_seed_after(lines, count);
	char *text = NULL;
	FILE *file;

	if (!salvage_seeds_have(&walk->seeds, seed))
		return;
	file = open_memstream(&text, &len);
	fputs(count == 0 || !salvage_line_is(lines, "aero") ? aero : "", file);
	for (size_t i = 0; i < count; i++)
		fwrite(lines[i].text, 1, lines[i].len_bytes, file);
	fprintf(file, "@head crc=%" PRIu32 "\n", seed);
	fclose(file);
	walk->seed = seed;
	head_take(walk, text, len);
}

/* Where the environment ends that stands before lines[at]: at its @head, if there is one. */
static size_t head_end(const struct walk *walk, size_t at)
{
	size_t end = walk->head_from;

	while (end < at && !salvage_line_is(&walk->lines[end], "head"))
		end++;
	return end;
}

/* A record of the head at lines[at]. */
static void walk_header(struct walk *walk, size_t at)
{
	if (salvage_line_is(&walk->lines[at], "aero")) {
		walk->cursor = 0;
		walk->head_from = at;
		walk->salvage->begun = true;
	} else if (walk->head_from == SIZE_MAX) {
		walk->head_from = at;
	}
	add_line(walk, SALVAGE_LOOSE_HEAD, &walk->lines[at]);
	if (!salvage_line_is(&walk->lines[at], "head"))
		return;
	if (salvage_seed_of_head(&walk->lines[at], &walk->seed) && walk_head(walk, at))
		walk->head_from = SIZE_MAX;
}

static size_t walk_record(struct walk *walk, size_t at)
{
	static const char *const headers[] = {"aero", "env", "bench", "head"};
	static const char *const loose[] = {"skip", "fail", "nocount", "count"};
	const struct salvage_line *line = &walk->lines[at];
	struct stream_record record;

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		if (salvage_line_is(line, headers[i])) {
			walk_header(walk, at);
			return at + 1;
		}
	}
	if (walk->head_from != SIZE_MAX)
		walk_head_lost(walk, head_end(walk, at));
	walk->head_from = SIZE_MAX;
	if (salvage_line_is(line, "run") || salvage_line_is(line, "repeat"))
		return walk_run(walk, at);
	for (size_t i = 0; i < sizeof(loose) / sizeof(loose[0]); i++) {
		if (salvage_line_is(line, loose[i]) && record_split(&record, line->text, line->len_bytes))
			add_line(walk, SALVAGE_LOOSE, line);
	}
	if (salvage_line_is(line, "done"))
		add_line(walk, SALVAGE_DONE, line);
	if (salvage_line_is(line, "end"))
		walk_end(walk, at);
	return at + 1;
}

static void refusal_free(struct salvage_refusal *refusal)
{
	free(refusal->name);
	free(refusal->reason);
}

/* What came whole another time is not missing, and what is missing twice is missing. */
static void drop_mended(struct salvage *salvage)
{
	size_t kept = 0;

	for (size_t i = 0; i < salvage->refusal_count; i++) {
		struct salvage_refusal *refusal = &salvage->refusals[i];
		const struct salvage_part *part = salvage_find(salvage, SALVAGE_RUN, refusal->name);
		bool drop = part != NULL && !part->differs;

		for (size_t j = 0; j < kept && !drop; j++)
			drop = strcmp(salvage->refusals[j].name, refusal->name) == 0;
		if (drop)
			refusal_free(refusal);
		else
			salvage->refusals[kept++] = *refusal;
	}
	salvage->refusal_count = kept;
}

/* The proved head, or NULL. */
static const struct salvage_part *head_of(const struct salvage *salvage)
{
	for (size_t i = 0; i < salvage->part_count && !salvage->two_heads; i++) {
		if (salvage->parts[i].kind == SALVAGE_HEAD)
			return &salvage->parts[i];
	}
	return NULL;
}

static bool is_block(const struct salvage_part *part)
{
	return part->kind == SALVAGE_RUN || part->kind == SALVAGE_REPEAT;
}

static size_t blocks_of(const struct salvage *salvage, uint32_t seed)
{
	size_t count = 0;

	for (size_t i = 0; i < salvage->part_count; i++)
		count += is_block(&salvage->parts[i]) && salvage->parts[i].seed == seed;
	return count;
}

/* What the runs of this boot continue: its proved head's, without one what most runs do. */
static uint32_t own_seed(const struct salvage *salvage)
{
	const struct salvage_part *head = head_of(salvage);
	size_t most = 0;
	uint32_t seed = head != NULL ? head->seed : 0;

	for (size_t i = 0; i < salvage->part_count && head == NULL; i++) {
		size_t blocks = is_block(&salvage->parts[i]) ? blocks_of(salvage, salvage->parts[i].seed) : 0;

		if (blocks > most) {
			most = blocks;
			seed = salvage->parts[i].seed;
		}
	}
	return seed;
}

/* Runs that are proved, but of another boot than the environment or the first run. */
static void drop_strangers(struct salvage *salvage)
{
	uint32_t seed = own_seed(salvage);
	size_t kept = 0;

	for (size_t i = 0; i < salvage->part_count; i++) {
		struct salvage_part part = salvage->parts[i];

		if (!is_block(&part) || part.seed == seed) {
			salvage->parts[kept++] = part;
			continue;
		}
		refuse(salvage, part.key, memory_text("it is of another boot"));
		free(part.text);
	}
	salvage->part_count = kept;
}

void salvage_read(struct salvage *salvage, const char *bytes, size_t len_bytes)
{
	struct walk walk = {.salvage = salvage, .head_from = SIZE_MAX};
	struct salvage_line *lines = salvage_lines(bytes, len_bytes, &walk.count);

	*salvage = (struct salvage){0};
	walk.lines = lines;
	salvage_seeds_read(&walk.seeds, lines, walk.count);
	for (size_t at = 0; at < walk.count;)
		at = walk_record(&walk, at);
	drop_strangers(salvage);
	drop_mended(salvage);
	salvage_seeds_free(&walk.seeds);
	free(lines);
}

void salvage_free(struct salvage *salvage)
{
	for (size_t i = 0; i < salvage->part_count; i++) {
		free(salvage->parts[i].key);
		free(salvage->parts[i].text);
	}
	for (size_t i = 0; i < salvage->refusal_count; i++)
		refusal_free(&salvage->refusals[i]);
	free(salvage->parts);
	free(salvage->refusals);
	*salvage = (struct salvage){0};
}

/* --- Streams again ------------------------------------------------------------------------------------------------ */

char *salvage_whole(const struct salvage *salvage, size_t *len_bytes)
{
	const struct salvage_part *head = head_of(salvage);
	char *text = NULL;
	struct error error = {0};
	struct stream stream;
	FILE *file = open_memstream(&text, len_bytes);

	fputs(head != NULL ? head->text : "", file);
	for (size_t i = 0; i < salvage->part_count; i++) {
		const struct salvage_part *part = &salvage->parts[i];

		if (part->kind != SALVAGE_HEAD && (part->kind != SALVAGE_LOOSE_HEAD || head == NULL))
			fwrite(part->text, 1, part->len_bytes, file);
	}
	fclose(file);
	/* A whole stream that tells of failures of its own is whole. */
	stream_parse(&stream, text, *len_bytes, &error);
	stream_free(&stream);
	if (error.status == STATUS_OK || error.status == STATUS_FAILED)
		return text;
	free(text);
	return NULL;
}

static bool is_fail(const struct salvage_part *part)
{
	return part->kind == SALVAGE_LOOSE && strncmp(part->text, "@fail ", 6) == 0;
}

char *salvage_proved(const struct salvage *salvage, size_t *len_bytes)
{
	const struct salvage_part *run = NULL, *head = head_of(salvage);
	char *text = NULL;
	size_t runs = 0, failures = 0;
	FILE *file = open_memstream(&text, len_bytes);

	fputs(head != NULL ? head->text : aero, file);
	for (size_t i = 0; i < salvage->part_count; i++) {
		const struct salvage_part *part = &salvage->parts[i];
		bool use = is_fail(part);

		if (part->kind == SALVAGE_RUN && !part->differs) {
			run = part;
			use = true;
		}
		/* Behind its own run only: never behind another's. */
		if (part->kind == SALVAGE_REPEAT && !part->differs && run != NULL &&
		    keyed_as(run, SALVAGE_RUN, part->key)) {
			run = NULL;
			use = true;
			runs++;
		}
		runs += part->kind == SALVAGE_RUN && use;
		failures += is_fail(part);
		if (use && head == NULL && is_block(part)) {
			char *own = unheaded(part->text);

			fputs(own, file);
			free(own);
		} else if (use) {
			fwrite(part->text, 1, part->len_bytes, file);
		}
	}
	fclose(file);
	return sealed(text, runs, failures, len_bytes);
}
