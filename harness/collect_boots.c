/* SPDX-License-Identifier: MIT */
/* The boots of a capture: see collect_boots.h. */
#include "collect_boots.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "salvage.h"
#include "stream.h"
#include "stream_clean.h"
#include "stream_salvage.h"

/* A piece of the cleaned capture that can only be of one boot: from an @aero up to the next. */
struct piece {
	const char *text;
	size_t len_bytes;
	struct salvage salvage;
	char *whole; /* the stream, if it is whole; its records without noise */
	size_t whole_bytes;
	size_t joined; /* the piece that holds this one's log too, or itself */
	bool again;    /* holds nothing that another does not */
};

/* --- Pieces ------------------------------------------------------------------------------------------------------- */

static bool line_is(const char *line, const char *end, const char *record)
{
	size_t len = strlen(record);

	return (size_t)(end - line) > len && memcmp(line, record, len) == 0;
}

/* Whether the line at text stands between from and text too. */
static bool came_before(const char *from, const char *text, const char *end)
{
	const char *newline = memchr(text, '\n', (size_t)(end - text));
	size_t len = (size_t)((newline != NULL ? newline + 1 : end) - text);

	return memmem(from, (size_t)(text - from), text, len) != NULL;
}

/* Where the next piece begins: an @aero, or another environment behind results (its @aero was lost). */
static const char *piece_end(const char *text, const char *end)
{
	const char *from = text;
	bool content = false, results = false;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		bool env = line_is(text, end, "@env ");

		if ((content && line_is(text, end, "@aero ")) || (results && env && !came_before(from, text, end)))
			return text;
		content |= text[0] == '@';
		results |= line_is(text, end, "@run ") || line_is(text, end, "@end ") || line_is(text, end, "@done ");
		text = newline != NULL ? newline + 1 : end;
	}
	return end;
}

static void piece_read(struct piece *piece)
{
	salvage_read(&piece->salvage, piece->text, piece->len_bytes);
	piece->whole = salvage_whole(&piece->salvage, &piece->whole_bytes);
}

static struct piece *pieces_read(const char *text, size_t len_bytes, size_t *count)
{
	struct piece *pieces = NULL;

	*count = 0;
	for (size_t at = 0; at < len_bytes;) {
		const char *end = piece_end(text + at, text + len_bytes);
		struct piece *piece;

		pieces = memory_grow(pieces, *count, sizeof(*pieces));
		piece = &pieces[*count];
		*piece = (struct piece){.text = text + at, .len_bytes = (size_t)(end - text) - at, .joined = *count};
		piece_read(piece);
		(*count)++;
		at = (size_t)(end - text);
	}
	return pieces;
}

static void pieces_free(struct piece *pieces, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		salvage_free(&pieces[i].salvage);
		free(pieces[i].whole);
	}
	free(pieces);
}

/* --- The same again ----------------------------------------------------------------------------------------------- */

static const struct salvage_part *head_of(const struct salvage *salvage)
{
	for (size_t i = 0; i < salvage->part_count; i++) {
		if (salvage->parts[i].kind == SALVAGE_HEAD)
			return &salvage->parts[i];
	}
	return NULL;
}

/* How many runs both have with the same samples; -1: they cannot be of one boot. */
static long shared(const struct salvage *a, const struct salvage *b)
{
	const struct salvage_part *head_a = head_of(a), *head_b = head_of(b);
	long runs = 0;

	if (head_a != NULL && head_b != NULL && strcmp(head_a->text, head_b->text) != 0)
		return -1;
	for (size_t i = 0; i < a->part_count; i++) {
		const struct salvage_part *part = &a->parts[i], *other;

		if (part->kind != SALVAGE_RUN || part->differs)
			continue;
		other = salvage_find(b, SALVAGE_RUN, part->key);
		if (other == NULL || other->differs)
			continue;
		if (strcmp(other->text, part->text) != 0)
			return -1;
		runs++;
	}
	return runs;
}

/* Whether each record of the environment that came in piece came in other too. */
static bool same_head(const struct piece *other, const struct piece *piece)
{
	bool any = false;

	for (size_t i = 0; i < piece->salvage.part_count; i++) {
		const struct salvage_part *part = &piece->salvage.parts[i];

		if (part->kind != SALVAGE_LOOSE_HEAD)
			continue;
		if (memmem(other->text, other->len_bytes, part->text, part->len_bytes) == NULL)
			return false;
		any = true;
	}
	return any;
}

/* Whether all that piece proves is in other; if it proves nothing, whether it is the beginning of other. */
static bool holds(const struct piece *other, const struct piece *piece)
{
	size_t runs = salvage_runs(&piece->salvage);

	return shared(&piece->salvage, &other->salvage) == (long)runs && (runs > 0 || same_head(other, piece));
}

/* Whole streams that came before; pieces of whole streams. */
static size_t mark_again(struct piece *pieces, size_t count)
{
	size_t again = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count && !pieces[i].again; j++) {
			bool earlier = j < i && pieces[i].whole != NULL && pieces[j].whole != NULL &&
				       strcmp(pieces[i].whole, pieces[j].whole) == 0;

			pieces[i].again = earlier || (pieces[i].whole == NULL && pieces[j].whole != NULL &&
						      holds(&pieces[j], &pieces[i]));
		}
		again += pieces[i].again;
	}
	return again;
}

/* --- Boots -------------------------------------------------------------------------------------------------------- */

/* The texts of all pieces that are joined to this one, in their order. */
static char *joined_text(const struct piece *pieces, size_t count, size_t first, size_t *len_bytes)
{
	char *text = memory_text("");

	*len_bytes = 0;
	for (size_t i = first; i < count; i++) {
		if (pieces[i].joined != first)
			continue;
		text = memory_resize(text, *len_bytes + pieces[i].len_bytes + 2, 1);
		memcpy(text + *len_bytes, pieces[i].text, pieces[i].len_bytes);
		*len_bytes += pieces[i].len_bytes;
		if (*len_bytes > 0 && text[*len_bytes - 1] != '\n' && i + 1 < count)
			text[(*len_bytes)++] = '\n';
		text[*len_bytes] = '\0';
	}
	return text;
}

/* Pieces of one stream that was sent several times, none of them whole, are read as one. */
static size_t join(struct piece *pieces, size_t count)
{
	size_t again = 0;

	for (size_t i = 1; i < count; i++) {
		for (size_t j = 0; j < i && pieces[i].joined == i; j++) {
			if (pieces[i].whole == NULL && pieces[j].whole == NULL && !pieces[i].again &&
			    !pieces[j].again && pieces[j].joined == j &&
			    shared(&pieces[j].salvage, &pieces[i].salvage) > 0)
				pieces[i].joined = j;
		}
		again += pieces[i].joined != i;
	}
	return again;
}

/* Whether anything of a measurement is there, or a whole stream without one. */
static bool tells(const struct piece *piece)
{
	return piece->whole != NULL || salvage_runs(&piece->salvage) > 0 || piece->salvage.refusal_count > 0;
}

static void judge_whole(struct collect_boot *boot)
{
	struct error error = {0};
	struct stream stream;

	boot->whole = true;
	if (stream_parse(&stream, boot->log, boot->log_bytes, &error) != 0) {
		boot->status = STORE_FAILED;
		boot->reason = memory_text(error.text);
	}
	boot->runs = stream.run_count;
	stream_free(&stream);
}

static void judge_cut(struct collect_boot *boot)
{
	struct error error = {0};
	struct stream_cut cut;

	boot->status = stream_salvage(&cut, boot->log, boot->log_bytes, &error) == 0 ? STORE_CUT : STORE_FAILED;
	boot->reason = memory_text(boot->status == STORE_CUT ? cut.reason : error.text);
	boot->runs = cut.stream.run_count;
	stream_cut_free(&cut);
}

/* The boot of a piece with all that is joined to it. */
static struct collect_boot boot_make(const struct piece *pieces, size_t count, size_t first)
{
	struct collect_boot boot = {.status = STORE_OK};
	struct salvage salvage;
	struct error error = {0};
	struct stream stream;

	boot.log = joined_text(pieces, count, first, &boot.log_bytes);
	stream_parse(&stream, boot.log, boot.log_bytes, &error);
	stream_free(&stream);
	/* As it came, with the noise between, wherever that can be read. */
	if (error.status != STATUS_OK && error.status != STATUS_FAILED) {
		char *whole;
		size_t whole_bytes;

		salvage_read(&salvage, boot.log, boot.log_bytes);
		whole = salvage_whole(&salvage, &whole_bytes);
		salvage_free(&salvage);
		if (whole == NULL) {
			judge_cut(&boot);
			return boot;
		}
		free(boot.log);
		boot.log = whole;
		boot.log_bytes = whole_bytes;
	}
	judge_whole(&boot);
	return boot;
}

static size_t count_records(const char *text, size_t len_bytes)
{
	size_t records = 0;

	for (size_t i = 0; i < len_bytes; i++)
		records += text[i] == '@' && (i == 0 || text[i - 1] == '\n');
	return records;
}

/* The first line of a piece that looks like a record. */
static const char *first_record(const struct piece *piece)
{
	const char *line = piece->text, *end = piece->text + piece->len_bytes;

	while (line < end && line[0] != '@') {
		const char *newline = memchr(line, '\n', (size_t)(end - line));

		line = newline != NULL ? newline + 1 : end;
	}
	return line < end ? line : piece->text;
}

void collect_boots_read(struct collect_boots *boots, const char *capture, size_t len_bytes)
{
	size_t clean_bytes, count;
	char *text = stream_clean(capture, len_bytes, &clean_bytes);
	struct piece *pieces = pieces_read(text, clean_bytes, &count);
	bool others = false; /* beside them, a boot that only began is one too */

	*boots = (struct collect_boots){.records = count_records(text, clean_bytes)};
	boots->again = mark_again(pieces, count);
	boots->again += join(pieces, count);
	for (size_t i = 0; i < count; i++)
		others |= tells(&pieces[i]);
	for (size_t i = 0; i < count; i++) {
		struct collect_boot *boot;

		boots->begun |= pieces[i].salvage.begun;
		if (pieces[i].again || pieces[i].joined != i ||
		    !(tells(&pieces[i]) || (others && pieces[i].salvage.begun)))
			continue;
		boots->boots = memory_grow(boots->boots, boots->count, sizeof(*boots->boots));
		boot = &boots->boots[boots->count];
		*boot = boot_make(pieces, count, i);
		boot->from =
		    boots->count == 0 ? 0 : stream_clean_origin(capture, len_bytes, (size_t)(pieces[i].text - text));
		boot->at = stream_clean_origin(capture, len_bytes, (size_t)(first_record(&pieces[i]) - text));
		boot->to = len_bytes;
		if (boots->count++ > 0)
			boot[-1].to = boot->from;
	}
	pieces_free(pieces, count);
	free(text);
}

static void boot_free(struct collect_boot *boot)
{
	free(boot->log);
	free(boot->reason);
}

void collect_boots_free(struct collect_boots *boots)
{
	for (size_t i = 0; i < boots->count; i++)
		boot_free(&boots->boots[i]);
	for (size_t i = 0; i < boots->left_count; i++)
		boot_free(&boots->left[i]);
	free(boots->boots);
	free(boots->left);
	*boots = (struct collect_boots){0};
}

/* --- Choosing ----------------------------------------------------------------------------------------------------- */

/* Whether a is to go before b: a failed one, then the one that was cut and holds less, then the earlier. */
static bool goes_before(const struct collect_boot *a, const struct collect_boot *b)
{
	static const int ranks[] = {[STORE_OK] = 2, [STORE_CUT] = 1, [STORE_FAILED] = 0};

	if (ranks[a->status] != ranks[b->status])
		return ranks[a->status] < ranks[b->status];
	return a->status == STORE_CUT && a->runs < b->runs;
}

static void leave_one_out(struct collect_boots *boots)
{
	size_t least = 0;

	for (size_t i = 1; i < boots->count; i++)
		least = goes_before(&boots->boots[i], &boots->boots[least]) ? i : least;
	boots->left = memory_grow(boots->left, boots->left_count, sizeof(*boots->left));
	boots->left[boots->left_count++] = boots->boots[least];
	memmove(&boots->boots[least], &boots->boots[least + 1], (boots->count - least - 1) * sizeof(*boots->boots));
	boots->count--;
}

size_t collect_boots_choose(struct collect_boots *boots, size_t wanted)
{
	size_t whole = 0, left_out = 0;

	for (size_t i = 0; i < boots->count; i++)
		whole += boots->boots[i].status == STORE_OK;
	/* Without a number: the whole ones, or what there is. */
	wanted = wanted > 0 ? wanted : whole > 0 ? whole : boots->count;
	for (; boots->count > wanted; left_out++)
		leave_one_out(boots);
	return left_out;
}

/* --- None --------------------------------------------------------------------------------------------------------- */

/* The first line in which the image says why there is no stream, or NULL. Allocated. */
static char *own_words(const char *capture, size_t len_bytes)
{
	static const char *const begins[] = {
	    "aerobench: ", "aerokernel: ", "panic: ", "panic inside panic: ", "KTAP version "};
	size_t clean_bytes;
	char *text = stream_clean(capture, len_bytes, &clean_bytes), *said = NULL;

	for (const char *line = text, *end = text + clean_bytes; line < end && said == NULL;) {
		const char *newline = memchr(line, '\n', (size_t)(end - line)), *to = newline != NULL ? newline : end;

		for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]) && said == NULL; i++) {
			if (line_is(line, to, begins[i]))
				said = memory_format("%.*s", to - line < 300 ? (int)(to - line) : 300, line);
		}
		line = to + 1;
	}
	free(text);
	return said;
}

/* A capture in which the image says itself why it has no stream. */
static int none_by_words(const char *said, const char *source, struct error *error)
{
	if (strncmp(said, "KTAP", 4) == 0)
		return error_set(error, STATUS_USAGE,
				 "%s: no stream: the image ran its self-tests (\"%s\"): boot it without mode=test or "
				 "mode=conform",
				 source, said);
	return error_set(error, STATUS_FAILED, "%s: no stream: the image says \"%s\"", source, said);
}

int collect_boots_interrupted(const struct collect_boots *boots, const char *capture, size_t len_bytes,
			      const char *source, struct error *error)
{
	char *said = own_words(capture, len_bytes);

	if (len_bytes == 0)
		error_set(error, STATUS_INTERRUPTED, "%s: interrupted: nothing had come yet", source);
	else if (said == NULL && boots->records > 0)
		error_set(error, STATUS_INTERRUPTED,
			  "%s: interrupted: of %zu records nothing was whole yet that could be stored", source,
			  boots->records);
	else if (collect_boots_none(boots, capture, len_bytes, source, error) != 0)
		error->status = STATUS_INTERRUPTED;
	free(said);
	return STATUS_INTERRUPTED;
}

int collect_boots_none(const struct collect_boots *boots, const char *capture, size_t len_bytes, const char *source,
		       struct error *error)
{
	size_t strange = 0;
	char *said;

	for (size_t i = 0; i < len_bytes; i++) {
		unsigned char byte = (unsigned char)capture[i];

		strange += byte >= 0x7f || (byte < 0x20 && strchr("\t\n\r\x1b\b", byte) == NULL) || byte == 0;
	}
	if (len_bytes == 0)
		return error_set(error, STATUS_FAILED,
				 "%s: nothing came: wrong port, no null-modem cable, or the machine writes elsewhere "
				 "(serial=)",
				 source);
	if (strange > len_bytes / 4)
		return error_set(error, STATUS_FAILED,
				 "%s: no stream: %zu of %zu bytes are no text: most likely the wrong speed: give the "
				 "one of the machine (serial=WHERE:SPEED)",
				 source, strange, len_bytes);
	said = own_words(capture, len_bytes);
	if (said != NULL) {
		none_by_words(said, source, error);
		free(said);
		return (int)error->status;
	}
	if (boots->begun)
		return error_set(error, STATUS_FAILED,
				 "%s: no stream: nothing came whole behind its beginning (@aero), of %zu records: the "
				 "machine stopped, "
				 "or is still measuring its first point; or the line loses bytes: use a lower speed",
				 source, boots->records);
	if (boots->records > 0)
		return error_set(error, STATUS_FAILED,
				 "%s: no stream: none of its %zu records is whole: it began too late, or the line "
				 "loses bytes: use a lower speed or flow control in the terminal server",
				 source, boots->records);
	return error_set(
	    error, STATUS_USAGE,
	    "%s: no stream: %zu bytes of text without a record (@aero): is this the Aerokernel's line, and "
	    "did it boot?",
	    source, len_bytes);
}
