/* SPDX-License-Identifier: MIT */
/* Claims against a run: see figure_expect.h. */
#include "figure_expect.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figure_term.h"
#include "figure_match.h"
#include "memory.h"
#include "output.h"
#include "subject.h"
#include "verdict.h"

enum expect_relation { RELATION_LESS, RELATION_AT_MOST, RELATION_GREATER, RELATION_AT_LEAST, RELATION_IN, RELATIONS };

static const char *const relation_names[RELATIONS] = {"<", "<=", ">", ">=", "in"};

struct claim {
	char *machine; /* one word, or NULL: every machine of the run */
	struct figure_term left, right;
	enum expect_relation relation;
	double low, high; /* of RELATION_IN */
};

const char *figure_expect_verdict(enum expect_verdict verdict)
{
	static const char *const names[] = {"held", "broken", "unchecked"};

	return names[verdict];
}

/* --- Reading ---------------------------------------------------------------------------------------------------------- */

static void claim_free(struct claim *claim)
{
	free(claim->machine);
	figure_term_free(&claim->left);
	figure_term_free(&claim->right);
}

/* "LOW..HIGH" */
static int claim_range(struct claim *claim, const char *text, struct error *error)
{
	const char *dots = text != NULL ? strstr(text, "..") : NULL;
	char *end = NULL;

	if (dots != NULL) {
		claim->low = strtod(text, &end);
		/* strtod() takes "1." of "1..5": then the range begins at its first dot. */
		if (end == dots || end == dots + 1)
			claim->high = strtod(dots + 2, &end);
	}
	if (dots == NULL || *end != '\0' || end == dots + 2 || !(claim->low <= claim->high))
		return error_set(error, STATUS_USAGE, "'in' wants LOW..HIGH, not '%s'", text != NULL ? text : "");
	return 0;
}

/* "on MACHINE:" at the beginning is optional. */
static int claim_machine(struct claim *claim, char **rest, struct error *error)
{
	char *colon;

	if (strncmp(*rest, "on ", 3) != 0)
		return 0;
	colon = strchr(*rest, ':');
	if (colon == NULL || memchr(*rest + 3, ' ', (size_t)(colon - *rest - 3)) != NULL)
		return error_set(error, STATUS_USAGE, "'on' wants a machine and a colon: on sim: …");
	claim->machine = memory_format("%.*s", (int)(colon - *rest - 3), *rest + 3);
	for (int i = 0; i < SUBJECT_MACHINES; i++) {
		if (strcmp(claim->machine, subject_machine_name((enum subject_machine)i)) == 0) {
			*rest = colon + 1;
			return 0;
		}
	}
	return error_set(error, STATUS_USAGE, "no machine is called '%s'", claim->machine);
}

static int claim_relation(struct claim *claim, const char *word, struct error *error)
{
	for (int i = 0; i < RELATIONS; i++) {
		if (word != NULL && strcmp(word, relation_names[i]) == 0) {
			claim->relation = (enum expect_relation)i;
			return 0;
		}
	}
	return error_set(error, STATUS_USAGE, "after the left side comes <, <=, >, >= or in, not '%s'",
			 word != NULL ? word : "the end");
}

static int claim_read(struct claim *claim, char *text, struct error *error)
{
	char *word;
	int status;

	*claim = (struct claim){0};
	status = claim_machine(claim, &text, error);
	if (status == 0)
		status = figure_term_read(&claim->left, &text, &word, error);
	if (status == 0)
		status = claim_relation(claim, word, error);
	if (status != 0)
		return status;
	if (claim->relation == RELATION_IN) {
		word = figure_term_word(&text);
		status = claim_range(claim, word, error);
		word = figure_term_word(&text);
	} else {
		status = figure_term_read(&claim->right, &text, &word, error);
	}
	if (status == 0 && word != NULL)
		return error_set(error, STATUS_USAGE, "'%s' is too much", word);
	return status;
}

/* --- Checking --------------------------------------------------------------------------------------------------------- */

static bool relation_holds(const struct claim *claim, double left, double right)
{
	switch (claim->relation) {
	case RELATION_LESS:
		return left < right;
	case RELATION_AT_MOST:
		return left <= right;
	case RELATION_GREATER:
		return left > right;
	case RELATION_AT_LEAST:
		return left >= right;
	default:
		return left >= claim->low && left <= claim->high;
	}
}

static char *detail_numbers(const struct claim *claim, double left, double right)
{
	char a[32], b[32];

	output_number(a, sizeof(a), left);
	if (claim->relation == RELATION_IN)
		return memory_text(a);
	return memory_format("%s against %s", a, output_number(b, sizeof(b), right));
}

/* Why numbers of this machine prove nothing, or NULL. */
static char *machine_objection(const struct summary *summary, const char *machine)
{
	const json_t *reasons;

	if (verdict_of(summary->store->run, machine, &reasons) == VERDICT_FIT)
		return NULL;
	return memory_text("the machine was not fit to measure");
}

static void claim_check(const struct claim *claim, const struct summary *summary, struct figure_claim *result)
{
	double left, right = NAN;
	char *objection = machine_objection(summary, result->machine);

	result->verdict = EXPECT_UNCHECKED;
	result->detail = objection;
	if (objection != NULL)
		return;
	left = figure_term_value(&claim->left, summary, result->machine, &result->detail);
	if (claim->relation != RELATION_IN && result->detail == NULL)
		right = figure_term_value(&claim->right, summary, result->machine, &result->detail);
	if (result->detail != NULL)
		return;
	result->verdict = relation_holds(claim, left, right) ? EXPECT_HELD : EXPECT_BROKEN;
	result->detail = detail_numbers(claim, left, right);
}

static void claims_add(struct figure_expect *expect, const struct claim *claim, const char *text, unsigned line,
		       const struct summary *summary, const char *machine)
{
	struct figure_claim *result;

	expect->results = memory_grow(expect->results, expect->count, sizeof(*expect->results));
	result = &expect->results[expect->count++];
	*result = (struct figure_claim){.text = memory_text(text), .machine = memory_text(machine), .line = line};
	claim_check(claim, summary, result);
}

/* On its machine, or on each for which the plan has the systems that it names. */
static void claims_add_claim(struct figure_expect *expect, const struct claim *claim, const char *text, unsigned line,
			     const struct summary *summary)
{
	const struct store_plan *plan = &summary->store->plan;
	char machine[SUBJECT_NAME_MAX], other[SUBJECT_NAME_MAX];

	if (claim->machine != NULL) {
		claims_add(expect, claim, text, line, summary, claim->machine);
		return;
	}
	for (size_t s = 0; s < plan->subject_count; s++) {
		bool first = true;

		figure_machine(plan->subjects[s], machine, sizeof(machine));
		if (!figure_term_possible(&claim->left, plan, machine) ||
		    !figure_term_possible(&claim->right, plan, machine))
			continue;
		for (size_t k = 0; k < s && first; k++)
			first = strcmp(figure_machine(plan->subjects[k], other, sizeof(other)), machine) != 0;
		if (first)
			claims_add(expect, claim, text, line, summary, machine);
	}
}

static int claims_line(struct figure_expect *expect, char *line, unsigned number, const struct summary *summary,
		       struct error *error)
{
	struct claim claim;
	char *text;
	int status;

	line += strspn(line, " \t");
	if (line[0] == '#' || line[0] == '\0')
		return 0;
	text = memory_text(line);
	status = claim_read(&claim, line, error);
	if (claim.machine != NULL) {
		/* Results name their machine themselves. */
		char *bare = strchr(text, ':') + 1;

		bare += strspn(bare, " ");
		memmove(text, bare, strlen(bare) + 1);
	}
	if (status == 0)
		claims_add_claim(expect, &claim, text, number, summary);
	claim_free(&claim);
	free(text);
	return status;
}

int figure_expect_check(struct figure_expect *expect, const char *path, const struct summary *summary,
			struct error *error)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	unsigned number = 0;
	int status = 0;

	*expect = (struct figure_expect){0};
	if (file == NULL && errno == ENOENT)
		return 0;
	if (file == NULL)
		return error_set_errno(error, STATUS_USAGE, "cannot read", path);
	while (status == 0 && getline(&line, &size, file) >= 0) {
		number++;
		line[strcspn(line, "\r\n")] = '\0';
		status = claims_line(expect, line, number, summary, error);
		if (status != 0)
			error_prefix(error, "%s:%u", path, number);
	}
	free(line);
	fclose(file);
	return status;
}

void figure_expect_free(struct figure_expect *expect)
{
	for (size_t i = 0; i < expect->count; i++) {
		free(expect->results[i].text);
		free(expect->results[i].machine);
		free(expect->results[i].detail);
	}
	free(expect->results);
	*expect = (struct figure_expect){0};
}
