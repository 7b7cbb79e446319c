/* SPDX-License-Identifier: MIT */
/* What the commands that read runs share: see reading.h. */
#include "reading.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "parse.h"
#include "paths.h"
#include "subject.h"
#include "verdict.h"

const char reading_help[] = "  -b, --benchmark NAME[:PARAM=VALUE…]  only these benchmarks or points; may be repeated\n"
			    "  -s, --subject SYSTEM@MACHINE         only these subjects; may be repeated\n"
			    "      --results DIR  where runs are kept (default: $AEROBENCH_RESULTS or results/runs)\n"
			    "      --json         everything as JSON\n"
			    "      --color WHEN   auto, always or never\n"
			    "  -h, --help\n";

const char reading_ns_help[] = "      --ns           ticks as nanoseconds, by the clock's calibrated rate\n";

static void append_list(char ***items, size_t *count, const char *list)
{
	char *copy = memory_text(list), *rest = copy;

	while (rest != NULL)
		memory_texts_add(items, count, strsep(&rest, ","));
	free(copy);
}

/* Subjects are stored under their canonical names. */
static int append_subject(struct reading *reading, const char *text, struct error *error)
{
	struct subject subject;
	int status = subject_parse(&subject, text, error);

	if (status == 0)
		memory_texts_add(&reading->subjects, &reading->select.subject_count, subject.name);
	return status;
}

int reading_option(struct reading *reading, int option, char **argv, struct error *error)
{
	int status = 0;

	switch (option) {
	case 'b':
		append_list(&reading->benchmarks, &reading->select.benchmark_count, optarg);
		break;
	case 's':
		status = append_subject(reading, optarg, error);
		break;
	case READING_RESULTS:
		reading->results = optarg;
		break;
	case READING_JSON:
		reading->json = true;
		break;
	case READING_COLOR:
		status = output_color_parse(optarg, &reading->color, error);
		break;
	case READING_NS:
		reading->select.ns = true;
		break;
	case 'h':
		reading->help = true;
		break;
	default:
		return parse_refused(option, argv, error);
	}
	reading->select.benchmarks = reading->benchmarks;
	reading->select.subjects = reading->subjects;
	return status;
}

void reading_free(struct reading *reading)
{
	memory_texts_free(reading->benchmarks, reading->select.benchmark_count);
	memory_texts_free(reading->subjects, reading->select.subject_count);
	*reading = (struct reading){0};
}

int reading_load(const struct reading *reading, const char *run, struct store *store, struct summary *summary,
		 struct error *error)
{
	int status = store_open(store, paths_results(reading->results), run, error);

	if (status != 0)
		return status;
	status = summary_load(summary, store, &reading->select, error);
	if (status != 0)
		store_close(store);
	return status;
}

int reading_refuse_cut(const struct store *store, const char *subject, struct error *error)
{
	for (size_t i = 0; i < store->boot_count; i++) {
		const struct store_boot *boot = &store->boots[i];

		if (boot->status == STORE_CUT && (subject == NULL || strcmp(boot->subject, subject) == 0))
			return error_set(error, STATUS_USAGE,
					 "boot %u of run %s is no whole boot of %s: %s; collect it again by: aerobench "
					 "collect --into %s --round %u …",
					 boot->index, store->id, boot->subject, boot->reason, store->id,
					 boot->round + 1);
	}
	return 0;
}

void reading_unload(struct store *store, struct summary *summary)
{
	summary_free(summary);
	store_close(store);
}

/* --- Text --------------------------------------------------------------------------------------------------------- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL && text[0] != '\0' ? text : "unknown";
}

/* One line if there is at most one reason, else one line for each. */
static void print_verdict(FILE *file, const struct store *store, const char *subject)
{
	static const char *const words[] = {
	    [VERDICT_UNKNOWN] = "fitness unknown", [VERDICT_FIT] = "fit", [VERDICT_UNFIT] = "UNFIT"};
	const char *at = strchr(subject, '@');
	char *machine = memory_format("%.*s", at != NULL ? (int)strcspn(at + 1, ":") : 0, at != NULL ? at + 1 : "");
	json_t *facts = json_object_get(json_object_get(json_object_get(store->run, "doctor"), "machines"), machine);
	const char *measures = json_string_value(json_object_get(facts, "measures"));
	const json_t *reasons;
	enum verdict_kind kind = verdict_of(store->run, facts != NULL ? machine : NULL, &reasons);
	size_t count = reasons != NULL ? json_array_size(reasons) : 0;

	fprintf(file, "  %-5s %s to measure %s%s", machine, words[kind], measures != NULL ? measures : "time",
		count > 0 ? ":" : "\n");
	for (size_t i = 0; i < count; i++) {
		const char *reason = json_string_value(json_array_get(reasons, i));

		fprintf(file, "%s%s\n", count > 1 ? (i == 0 ? "\n        - " : "        - ") : " ",
			reason != NULL ? reason : "?");
	}
	free(machine);
}

/* Whether the summary says anything about this subject. */
static bool subject_shown(const struct summary *summary, const char *subject)
{
	if (summary_first(summary, subject) != NULL)
		return true;
	for (size_t i = 0; i < summary->note_count; i++) {
		if (strcmp(summary->notes[i].subject, subject) == 0)
			return true;
	}
	return false;
}

bool reading_same_machine(const char *a, const char *b)
{
	const char *at_a = strchr(a, '@'), *at_b = strchr(b, '@');

	if (at_a == NULL || at_b == NULL)
		return at_a == at_b;
	return strcspn(at_a, ":") == strcspn(at_b, ":") && strncmp(at_a, at_b, strcspn(at_a, ":")) == 0;
}

/* Whether an earlier subject that is shown is on this machine too. */
static bool machine_seen(const struct summary *summary, size_t place)
{
	char *const *subjects = summary->store->plan.subjects;

	for (size_t i = 0; i < place; i++) {
		if (subject_shown(summary, subjects[i]) && reading_same_machine(subjects[i], subjects[place]))
			return true;
	}
	return false;
}

void reading_heading(FILE *file, const struct summary *summary)
{
	const struct store *store = summary->store;
	json_t *system = json_object_get(json_object_get(store->run, "doctor"), "system");
	json_t *tuned = json_object_get(json_object_get(store->run, "environment"), "tuned");
	size_t failed = 0, cut = 0;

	for (size_t i = 0; i < store->boot_count; i++) {
		failed += store->boots[i].status == STORE_FAILED;
		cut += store->boots[i].status == STORE_CUT;
	}
	fprintf(file, "Run %s of %s: %zu boots", store->id, text_of(store->run, "created"), store->boot_count);
	if (failed > 0)
		fprintf(file, ", %zu FAILED", failed);
	if (cut > 0)
		fprintf(file, ", %zu CUT", cut);
	fprintf(file, "\n");
	if (system != NULL)
		fprintf(file, "On %s, %s, hypervisor %s\n", text_of(system, "cpu_model"), text_of(system, "kernel"),
			text_of(system, "hypervisor"));
	if (json_array_size(tuned) > 0)
		fprintf(file, "With %zu settings changed by aerobench tune\n", json_array_size(tuned));
	for (size_t i = 0; i < store->plan.subject_count; i++) {
		if (!machine_seen(summary, i) &&
		    (store->plan.subject_count == 1 || subject_shown(summary, store->plan.subjects[i])))
			print_verdict(file, store, store->plan.subjects[i]);
	}
}

char *reading_row_name(const struct summary_row *row)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fputs(row->benchmark, file);
	for (size_t i = 0; i < row->point->param_count; i++) {
		const struct stream_pair *param = &row->point->params[i];

		if (strcmp(param->key, "series") == 0)
			fprintf(file, " %s", param->value);
		else
			fprintf(file, " %s=%s", param->key, param->value);
	}
	fclose(file);
	return text;
}

char *reading_runs(const struct summary_row *row)
{
	size_t each = row->exact ? row->n : row->n / row->run_count;

	if (row->run_count < row->planned)
		return memory_format("%zu of %zu×%zu", row->run_count, row->planned, each);
	return memory_format("%zu×%zu", row->run_count, each);
}

static bool same_note(const struct summary_note *a, const struct summary_note *b)
{
	return a->kind == b->kind && strcmp(a->subject, b->subject) == 0 && strcmp(a->reason, b->reason) == 0;
}

void reading_notes(FILE *file, const struct summary *summary)
{
	const struct summary_note *notes = summary->notes;

	for (size_t i = 0; i < summary->note_count; i++) {
		size_t first = 0;

		while (!same_note(&notes[first], &notes[i]))
			first++;
		if (first < i)
			continue;
		fprintf(file, "%s%s %s: %s", i == 0 ? "\n" : "", notes[i].subject, notes[i].kind, notes[i].reason);
		for (size_t j = i, listed = 0; j < summary->note_count; j++) {
			const struct summary_note *note = &notes[j];

			if (note->benchmark == NULL || !same_note(&notes[i], note))
				continue;
			fprintf(file, "%s%s%s%s", listed++ == 0 ? ": " : ", ", note->benchmark,
				note->params[0] != '\0' ? " " : "", note->params);
		}
		fputc('\n', file);
	}
}
