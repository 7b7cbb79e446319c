/* SPDX-License-Identifier: MIT */
/* Measuring and judging for tier 2 of the gate: see gate_timed_run.h. */
#include "gate_timed_run.h"

#include <stdlib.h>
#include <string.h>

#include "gate_history.h"
#include "gate_timed_measure.h"
#include "gate_timed_report.h"
#include "memory.h"
#include "paths.h"
#include "reading.h"
#include "store_file.h"

/* --- Telling -------------------------------------------------------------------------------------------------------- */

/* Takes text. */
static void write_file(const char *path, char *text, struct error *error)
{
	store_file_write(path, text, strlen(text), error);
	free(text);
}

static int tell_all(const struct gate_timed_command *command, const struct gate_timed *timed, const char *second,
		    const struct gate_advice *advice, struct error *error)
{
	enum status verdict = gate_timed_status(timed, command->strict);
	char *again = gate_timed_again(command, timed->first->store->id, second);
	json_t *json;

	/* Each is tried, whatever became of the one before: a bad path must not hide the verdict. */
	if (command->markdown != NULL)
		write_file(command->markdown, gate_advice_append(advice, gate_timed_markdown(timed, verdict)), error);
	if (command->junit != NULL)
		write_file(command->junit, gate_timed_junit(timed, verdict), error);
	if (command->json) {
		json = gate_timed_json(timed, second, verdict);
		json_object_set_new(json, "history", gate_advice_json(advice));
		output_json(json, error);
	} else {
		reading_heading(stdout, timed->first);
		gate_timed_print(timed, stdout, command->all, output_colored(stdout, command->color));
		gate_advice_print(advice, stdout, "  ");
		gate_timed_print_next(timed, stdout, second, again);
		output_finish(error);
	}
	free(again);
	return error->status != STATUS_OK ? (int)error->status : (int)verdict;
}

static int tell(const struct gate_timed_command *command, const struct gate_timed *timed, const char *second,
		struct error *error)
{
	char **names = memory_new(timed->subject_count, sizeof(*names));
	struct gate_advice advice;
	int status;

	for (size_t i = 0; i < timed->subject_count; i++)
		names[i] = timed->subjects[i].name;
	gate_advice_make(&advice, names, timed->subject_count);
	status = tell_all(command, timed, second, &advice, error);
	gate_advice_free(&advice);
	free(names);
	return status;
}

/* --- The command ---------------------------------------------------------------------------------------------------- */

static int load(const struct gate_timed_command *command, const char *run, struct store *store, struct summary *summary,
		struct error *error)
{
	const struct reading whole = {.results = command->results};

	return reading_load(&whole, run, store, summary, error);
}

/* Holds the findings against a second run, if there is one; else they stay unanswered, which gates nothing. */
static int confirm(const struct gate_timed_command *command, struct gate_timed *timed, const char *run,
		   struct error *error)
{
	const char **bases = memory_new(timed->subject_count, sizeof(*bases));
	struct summary summary;
	struct store store;
	int status = run != NULL ? load(command, run, &store, &summary, error) : 0;

	for (size_t i = 0; i < timed->subject_count; i++)
		bases[i] = timed->subjects[i].base;
	if (status == 0 && run != NULL) {
		status = gate_timed_set_check(timed->first, &summary, bases, timed->subject_count, error);
		if (status == 0)
			gate_timed_confirm(timed, &summary);
		reading_unload(&store, &summary);
	} else if (status == 0) {
		gate_timed_confirm(timed, NULL);
	}
	free(bases);
	return status;
}

/*
 * The second set of what was found: the one that is named, or was made for this run, or is made now. There is one for a
 * run and no other, as a set that is taken again until it agrees says nothing. *second: NULL if none can be made.
 */
static int find_second(const struct gate_timed_command *command, const struct gate_timed *timed, char **second,
		       struct error *error)
{
	struct error problem = {STATUS_OK, ""};
	int status;

	*second = NULL;
	if (command->second != NULL)
		*second = memory_text(command->second);
	else if (command->base == NULL)
		*second = gate_timed_set_find(paths_results(command->results), timed->first->store->id);
	if (*second != NULL || !gate_timed_is_correct(timed) || gate_timed_found(timed) == 0)
		return 0;
	status = gate_timed_measure_second(command, timed, second, &problem);
	if (status == STATUS_UNSUPPORTED) {
		error_warn("%s", problem.text);
		return 0;
	}
	return status != 0 ? error_set(error, problem.status, "%s", problem.text) : 0;
}

static int judge_loaded(const struct gate_timed_command *command, const struct summary *summary, struct error *error)
{
	struct gate_timed timed;
	char *second = NULL;
	int status = gate_timed_judge(&timed, summary, &command->judge, error);

	if (status == 0)
		status = find_second(command, &timed, &second, error);
	if (status == 0)
		status = confirm(command, &timed, second, error);
	if (status == 0) {
		gate_timed_finish(&timed);
		status = tell(command, &timed, second, error);
	}
	free(second);
	gate_timed_free(&timed);
	return status;
}

/* A second set means nothing without its first, which finds it again: *first is then the run to judge, allocated. */
static int judge_or_follow(const struct gate_timed_command *command, const char *run, char **first, struct error *error)
{
	struct summary summary;
	struct store store;
	const char *made_for;
	int status = load(command, run, &store, &summary, error);

	if (status != 0)
		return status;
	made_for = gate_timed_set_first(&store);
	if (made_for != NULL && first != NULL)
		*first = memory_text(made_for);
	else
		status = judge_loaded(command, &summary, error);
	reading_unload(&store, &summary);
	return status;
}

static int judge(const struct gate_timed_command *command, const char *run, struct error *error)
{
	char *first = NULL;
	int status = judge_or_follow(command, run, command->second == NULL ? &first : NULL, error);

	if (first == NULL)
		return status;
	status = judge_or_follow(command, first, NULL, error);
	if (error->status != STATUS_OK)
		error_prefix(error, "run %s is the second set of run %s", run, first);
	free(first);
	return status;
}

int gate_timed_command(const struct gate_timed_command *command, struct error *error)
{
	char *measured = NULL;
	int status = 0;

	if (command->base != NULL)
		status = gate_timed_measure_first(command, &measured, error);
	if (status == 0)
		status = judge(command, measured != NULL ? measured : command->first, error);
	free(measured);
	return status;
}
