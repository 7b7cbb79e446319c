/* SPDX-License-Identifier: MIT */
/* Which computer a boot ran on: see computer.h. */
#include "computer.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

static const double CLOCK_FRACTION = 100e-6, MEMORY_FRACTION = 1.0 / 16;
static const double MEMORY_LEAST = 256.0 * 1024 * 1024, MIB = 1024.0 * 1024;

/* --- Reading ------------------------------------------------------------------------------------------------------ */

/* The value of the first of two keys that the stream or the facts have; "" if none. */
static const char *value_of(const struct stream *stream, const json_t *facts, const char *key, const char *other)
{
	const char *value = stream != NULL ? stream_env(stream, key) : NULL;

	if (value == NULL && stream != NULL && other != NULL)
		value = stream_env(stream, other);
	if (value == NULL)
		value = json_string_value(json_object_get(facts, key));
	return value != NULL && strcmp(value, "unknown") != 0 ? value : "";
}

static void text_take(char *text, size_t text_bytes, const char *value)
{
	size_t len = 0;

	for (; *value != '\0' && len + 1 < text_bytes; value++) {
		if (*value == ' ' && (len == 0 || text[len - 1] == ' '))
			continue;
		text[len++] = *value;
	}
	while (len > 0 && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
}

static double number_of(const struct stream *stream, const json_t *facts, const char *key)
{
	const char *value = stream != NULL ? stream_env(stream, key) : NULL;
	double number = value != NULL ? strtod(value, NULL) : json_number_value(json_object_get(facts, key));

	return isfinite(number) && number > 0 && number < 1e18 ? number : 0;
}

void computer_read(struct computer *computer, const struct stream *stream, const json_t *facts)
{
	const char *hypervisor = stream != NULL ? stream_env(stream, "hypervisor") : NULL;
	const char *os = stream != NULL ? stream_env(stream, "os") : "linux";

	*computer = (struct computer){.clock_hz = number_of(stream, facts, "clock_hz"),
				      .linux_read = os != NULL && strcmp(os, "linux") == 0};
	text_take(computer->vendor, sizeof(computer->vendor), value_of(stream, facts, "cpu_vendor", "vendor"));
	text_take(computer->model, sizeof(computer->model), value_of(stream, facts, "cpu_model", "cpu"));
	if (hypervisor != NULL) /* the Aerokernel's "" is Linux's "none" */
		text_take(computer->hypervisor, sizeof(computer->hypervisor),
			  hypervisor[0] != '\0' ? hypervisor : "none");
	else
		text_take(computer->hypervisor, sizeof(computer->hypervisor),
			  value_of(NULL, facts, "hypervisor", NULL));
	computer->signature = strtoull(value_of(stream, facts, "cpu_signature", NULL), NULL, 16);
	computer->microcode = strtoull(value_of(stream, facts, "microcode", NULL), NULL, 16);
	computer->cpus = (unsigned)fmin(number_of(stream, facts, "cpus_listed"), 1e6);
	computer->memory_bytes = (uint64_t)number_of(stream, facts, "memory_bytes");
	if (computer->memory_bytes == 0)
		computer->memory_bytes = (uint64_t)(number_of(stream, facts, "memory_mib") * MIB);
}

/* --- Comparing ---------------------------------------------------------------------------------------------------- */

/* What is alike, what differs, what one side does not tell: each a list. */
struct lists {
	char *alike, *differs, *missing;
};

/* Takes item. */
static void list_add(char **list, char *item)
{
	char *longer = memory_format("%s%s%s", *list, (*list)[0] != '\0' ? ", " : "", item);

	free(*list);
	free(item);
	*list = longer;
}

/* One fact: known on both sides or not, equal or not; the two texts are taken. */
static void fact_add(struct lists *lists, const char *what, bool known, bool equal, char *texts[2])
{
	if (!known)
		list_add(&lists->missing, memory_text(what));
	else if (equal)
		list_add(&lists->alike, memory_format("%s %s", what, texts[0]));
	else
		list_add(&lists->differs, memory_format("%s %s and %s", what, texts[0], texts[1]));
	free(texts[0]);
	free(texts[1]);
}

static void text_add(struct lists *lists, const char *what, const char *a, const char *b)
{
	fact_add(lists, what, a[0] != '\0' && b[0] != '\0', strcmp(a, b) == 0,
		 (char *[]){memory_text(a), memory_text(b)});
}

/* Numbers shown in a unit, equal within tolerance. */
static void number_add(struct lists *lists, const char *what, double a, double b, double tolerance)
{
	bool clock = strcmp(what, "clock") == 0, memory = strcmp(what, "memory") == 0;
	const char *form = clock ? "%.3f MHz" : memory ? "%.0f MiB" : "%.0f";
	double unit = clock ? 1e6 : memory ? MIB : 1;
	char texts[2][48];

	snprintf(texts[0], sizeof(texts[0]), form, a / unit);
	snprintf(texts[1], sizeof(texts[1]), form, b / unit);
	fact_add(lists, what, a > 0 && b > 0, fabs(a - b) <= tolerance,
		 (char *[]){memory_text(texts[0]), memory_text(texts[1])});
}

static void hex_add(struct lists *lists, const char *what, uint64_t a, uint64_t b)
{
	fact_add(lists, what, a != 0 && b != 0, a == b,
		 (char *[]){memory_format("%#jx", (uintmax_t)a), memory_format("%#jx", (uintmax_t)b)});
}

static bool microcode_differs(const struct computer *a, const struct computer *b)
{
	return a->microcode != 0 && b->microcode != 0 && a->microcode != b->microcode;
}

/* What there is to say of two microcodes; allocated, "" where they do not differ. */
static char *microcode_text(const struct computer *a, const struct computer *b)
{
	const struct computer *newer = a->microcode > b->microcode ? a : b, *older = newer == a ? b : a;

	if (!microcode_differs(a, b))
		return memory_text("");
	if (newer->linux_read && !older->linux_read)
		return memory_format("; microcode differs: Linux loaded a newer one: %#jx, the firmware's: %#jx",
				     (uintmax_t)newer->microcode, (uintmax_t)older->microcode);
	return memory_format("; microcode differs: %#jx and %#jx", (uintmax_t)a->microcode, (uintmax_t)b->microcode);
}

static void facts_add(struct lists *lists, const struct computer *a, const struct computer *b)
{
	double memory_most = fmax((double)a->memory_bytes, (double)b->memory_bytes);

	text_add(lists, "CPU", a->model, b->model);
	text_add(lists, "vendor", a->vendor, b->vendor);
	hex_add(lists, "signature", a->signature, b->signature);
	if (!microcode_differs(a, b))
		hex_add(lists, "microcode", a->microcode, b->microcode);
	text_add(lists, "hypervisor", a->hypervisor, b->hypervisor);
	number_add(lists, "CPUs", a->cpus, b->cpus, 0);
	number_add(lists, "memory", (double)a->memory_bytes, (double)b->memory_bytes,
		   fmax(memory_most * MEMORY_FRACTION, MEMORY_LEAST));
	number_add(lists, "clock", a->clock_hz, b->clock_hz, fmax(a->clock_hz, b->clock_hz) * CLOCK_FRACTION);
}

static bool is_told(const struct computer *computer)
{
	return computer->model[0] != '\0' && computer->memory_bytes != 0 && computer->clock_hz > 0;
}

enum computer_match computer_match(const struct computer *a, const struct computer *b, char **text)
{
	struct lists lists = {memory_text(""), memory_text(""), memory_text("")};
	char *microcode = microcode_text(a, b);
	enum computer_match match;

	facts_add(&lists, a, b);
	if (lists.differs[0] != '\0') {
		match = COMPUTER_OTHER;
		*text = memory_format("not the same computer: %s%s", lists.differs, microcode);
	} else if (!is_told(a) || !is_told(b)) {
		match = COMPUTER_UNKNOWN;
		*text = memory_format("not shown to be the same computer: not known on both sides: %s%s", lists.missing,
				      microcode);
	} else {
		match = COMPUTER_SAME;
		*text = memory_format("the same computer by %s%s%s%s", lists.alike,
				      lists.missing[0] != '\0' ? "; not known on both sides: " : "", lists.missing,
				      microcode);
	}
	free(microcode);
	free(lists.alike);
	free(lists.differs);
	free(lists.missing);
	return match;
}

char *computer_difference(const json_t *facts, const struct stream *stream)
{
	struct computer one, other;
	char *text;

	computer_read(&one, NULL, facts);
	computer_read(&other, stream, NULL);
	if (computer_match(&one, &other, &text) == COMPUTER_OTHER)
		return text;
	free(text);
	return NULL;
}

/* What was found of several pairs so far; text NULL: nothing yet. */
struct finding {
	enum computer_match match;
	bool microcode; /* differs */
	char *text;
};

/*
 * Keeps the worse of what was found so far and what two boots say; of equals the later, which is one of two systems, unless
 * only the earlier tells of microcode.
 */
static void keep_worse(struct finding *worst, const struct computer *first, const struct computer *other)
{
	struct finding found = {.microcode = microcode_differs(first, other)};

	found.match = computer_match(first, other, &found.text);
	if (worst->text == NULL || found.match > worst->match ||
	    (found.match == worst->match && (found.microcode || !worst->microcode))) {
		free(worst->text);
		*worst = found;
	} else {
		free(found.text);
	}
}

enum computer_match computer_match_subjects(const struct summary *a, const char *subject_a, const struct summary *b,
					    const char *subject_b, char **text)
{
	const struct {
		const struct summary *summary;
		const char *subject;
	} sides[] = {{a, subject_a}, {b, subject_b}};
	struct finding worst = {.match = COMPUTER_SAME};
	struct computer first, other;
	bool begun = false;

	for (size_t side = 0; side < 2; side++) {
		for (size_t i = 0; i < sides[side].summary->stream_count; i++) {
			const struct store_boot *boot = sides[side].summary->boots[i];

			if (strcmp(boot->subject, sides[side].subject) != 0)
				continue;
			computer_read(begun ? &other : &first, &sides[side].summary->streams[i], boot->environment);
			if (begun)
				keep_worse(&worst, &first, &other);
			begun = true;
		}
	}
	if (worst.text == NULL)
		worst = (struct finding){.match = COMPUTER_UNKNOWN,
					 .text = memory_text("not shown to be the same computer: no boots")};
	*text = worst.text;
	return worst.match;
}

const char *computer_match_name(enum computer_match match)
{
	static const char *const names[] = {"same", "unknown", "other"};

	return names[match];
}
