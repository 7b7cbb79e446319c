/* SPDX-License-Identifier: MIT */
/* Words of a kexec: see kexec_words.h. */
#include "kexec_words.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "catalog.h"
#include "counter.h"
#include "kernel_benches.h"
#include "kernel_words.h"
#include "launch.h"
#include "memory.h"
#include "parse.h"

/* --- Benchmarks ------------------------------------------------------------------------------------------------------------- */

struct benches {
	struct kernel_benches image;
	struct catalog catalog;
	bool own; /* the image is this build's, whose systems can be asked */
};

/* NAME:PARAM=VALUE…, asked from Linux first, which costs no boot. */
static int params_check(struct benches *benches, const char *selection, const char *name, struct error *error)
{
	static const enum subject_system systems[] = {SUBJECT_LINUX, SUBJECT_AEROKERNEL};

	for (size_t i = 0; benches->own && i < sizeof(systems) / sizeof(systems[0]); i++) {
		catalog_load(&benches->catalog, systems[i]);
		if (catalog_find(&benches->catalog, systems[i], name) != NULL)
			return catalog_check(&benches->catalog, selection, error);
	}
	error_warn("-b '%s': its parameters are not checked: %s", selection,
		   benches->own ? benches->catalog.error[SUBJECT_AEROKERNEL].text
				: "another build's kernel cannot be queried here");
	return 0;
}

static int name_check(const struct benches *benches, const char *name, struct error *error)
{
	for (size_t i = 0; i < benches->image.count; i++) {
		if (strcmp(benches->image.names[i], name) == 0)
			return 0;
	}
	return error_set(error, STATUS_USAGE,
			 "-b: the Aerokernel has no benchmark '%s', nearest is '%s'; see 'aerobench list'", name,
			 subject_nearest(name, (const char *const *)benches->image.names, benches->image.count));
}

static int selection_check(struct benches *benches, const char *selection, struct error *error)
{
	size_t len = strcspn(selection, ":");
	char *name = memory_format("%.*s", (int)len, selection);
	int status = 0;

	if (selection[0] == '\0' || strpbrk(selection, " \t\n") != NULL)
		status = error_set(error, STATUS_USAGE, "-b '%s' is no name; see 'aerobench list'", selection);
	else
		status = name_check(benches, name, error);
	if (status == 0 && selection[len] == ':')
		status = params_check(benches, selection, name, error);
	free(name);
	return status;
}

/* Each NAME[:PARAM=VALUE…] between commas. */
static int selections_check(struct benches *benches, const char *selections, struct error *error)
{
	char *copy = memory_text(selections), *rest = copy, *one;
	int status = 0;

	while (status == 0 && (one = strsep(&rest, ",")) != NULL)
		status = selection_check(benches, one, error);
	free(copy);
	return status;
}

static int benches_check(const struct kexec_words *words, struct error *error)
{
	char *own = launch_path("aerokernel.elf");
	struct benches benches = {.own = words->image == NULL};
	int status = kernel_benches_read(&benches.image, benches.own ? own : words->image, error);

	for (size_t i = 0; status == 0 && i < words->selection_count; i++)
		status = selections_check(&benches, words->selections[i], error);
	kernel_benches_free(&benches.image);
	catalog_free(&benches.catalog);
	free(own);
	return status;
}

/* --- The line ---------------------------------------------------------------------------------------------------------------- */

static int number_check(const char *option, const char *text, int64_t low, struct error *error)
{
	int64_t number;

	return text == NULL ? 0 : parse_number(option, text, low, KERNEL_SAMPLES_MAX, &number, error);
}

static int options_check(const struct kexec_words *words, struct error *error)
{
	static const struct kernel_words_own own[] = {
	    {"bench", "-b"},        {"samples", "--samples"}, {"warmup", "--warmup"}, {"serial", "--serial"},
	    {"events", "--events"}, {"results", "--place"},   {"after", "--stay"},    {NULL, NULL}};
	struct kernel_serial serial;
	int status = number_check("samples", words->samples, 1, error);

	if (status == 0)
		status = number_check("warmup", words->warmup, 0, error);
	if (status == 0 && words->serial != NULL)
		status = kernel_words_serial("serial", words->serial, &serial, error);
	if (status == 0 && words->more != NULL)
		status = kernel_words_added("words", words->more, own, error);
	return status == 0 && words->selection_count > 0 ? benches_check(words, error) : status;
}

static char *line_print(const struct kexec_words *words, const char *events)
{
	const char *const texts[][2] = {
	    {"samples=", words->samples}, {"warmup=", words->warmup}, {"serial=", words->serial}, {"", events}};
	char *more = kernel_words_over("progress=yes doctor=yes", words->more), *line = NULL;
	size_t len_bytes;
	FILE *file = open_memstream(&line, &len_bytes);

	for (size_t i = 0; i < words->selection_count; i++)
		fprintf(file, "%s%s", i == 0 ? "bench=" : ",", words->selections[i]);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i][1] != NULL)
			fprintf(file, "%s%s%s", ftell(file) > 0 ? " " : "", texts[i][0], texts[i][1]);
	}
	fprintf(file, "%s%s", ftell(file) > 0 && more[0] != '\0' ? " " : "", more);
	fclose(file);
	free(more);
	return line;
}

int kexec_words_make(const struct kexec_words *words, char **line, struct error *error)
{
	char *events = NULL;
	int status = options_check(words, error);

	*line = NULL;
	/* names become codes of this processor, which is the one that will count */
	if (status == 0 && words->events != NULL)
		status = counter_word_make(words->events, NULL, &events, error);
	if (status == 0)
		*line = line_print(words, events);
	free(events);
	return status;
}
