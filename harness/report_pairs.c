/* SPDX-License-Identifier: MIT */
/* The comparisons of a run: see report_pairs.h. */
#include "report_pairs.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "figure_match.h"
#include "figure_ratio.h"
#include "memory.h"
#include "subject.h"

/* The smallest margin of measuring.md §6: as in the section of the comparison. */
static const double pairs_margin = 0.03;

void report_pairs_free(struct report_pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++)
		compare_free(&pairs->compares[i]);
	free(pairs->compares);
}

static int pairs_add(struct report_pairs *pairs, const struct summary *summary, const struct figure_pair *pair,
		     struct error *error)
{
	int status;

	pairs->compares = memory_grow(pairs->compares, pairs->count, sizeof(*pairs->compares));
	status = compare_make(&pairs->compares[pairs->count], (struct compare_side){summary, pair->base},
			      (struct compare_side){summary, pair->other}, pairs_margin, error);
	pairs->count += status == 0;
	return status;
}

int report_pairs_load(struct report_pairs *pairs, const struct summary *summary, struct error *error)
{
	const char *machine;
	int status = 0;

	*pairs = (struct report_pairs){0};
	for (size_t m = 0; (machine = figure_machine_at(m)) != NULL && status == 0; m++) {
		size_t count;
		struct figure_pair *found = figure_pairs(summary, machine, &count);

		for (size_t i = 0; i < count && status == 0; i++) {
			if (figure_pair_has_rows(summary, &found[i]))
				status = pairs_add(pairs, summary, &found[i], error);
		}
		free(found);
	}
	return status;
}

/* A build with the same subject of the programs that measured: as `aerobench compare` pairs them. */
static bool pairs_are_builds(const char *a, const char *b)
{
	struct subject own, other;

	if (subject_parse(&own, a, NULL) != 0 || subject_parse(&other, b, NULL) != 0)
		return false;
	if (own.build[0] != '\0' || other.build[0] == '\0')
		return false;
	subject_set_build(&other, "");
	return strcmp(own.name, other.name) == 0;
}

int report_pairs_load_builds(struct report_pairs *pairs, const struct summary *summary, struct error *error)
{
	const struct store_plan *plan = &summary->store->plan;
	int status = 0;

	*pairs = (struct report_pairs){0};
	for (size_t i = 0; i < plan->subject_count; i++) {
		for (size_t j = 0; j < plan->subject_count && status == 0; j++) {
			struct figure_pair pair = {.base = plan->subjects[i], .other = plan->subjects[j]};

			if (pairs_are_builds(pair.base, pair.other) && figure_pair_has_rows(summary, &pair))
				status = pairs_add(pairs, summary, &pair, error);
		}
	}
	return status;
}

char *report_pair_name(const struct compare *compare)
{
	const char *a = strchr(compare->subject_a, '@') + 1, *b = strchr(compare->subject_b, '@') + 1;
	size_t a_len = strcspn(a, ":"), b_len = strcspn(b, ":");

	/* Linux on the host of an Aerokernel on metal: the hardware is named once, by the Aerokernel's machine. */
	if (a[a_len] == '\0' && (a_len != b_len || strncmp(a, b, a_len) != 0))
		return memory_format("%s%s", a, b + b_len);
	return strchr(a, ':') == NULL || strcmp(a, b) == 0 ? memory_text(b) : memory_format("%s against %s", b, a);
}
