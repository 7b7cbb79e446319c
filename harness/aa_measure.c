/* SPDX-License-Identifier: MIT */
/* Measuring for an A/A self-check: see aa_measure.h. */
#include "aa_measure.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "memory.h"
#include "subject.h"

void aa_measure_pass(struct aa_measure *measure, const char *option, const char *value)
{
	char *word = memory_format("--%s=%s", option, value);

	memory_texts_add(&measure->passed, &measure->passed_count, word);
	free(word);
}

void aa_measure_free(struct aa_measure *measure)
{
	memory_texts_free(measure->passed, measure->passed_count);
}

/* "NAME" of "NAME=DIR" as a subject's option; NULL: the programs beside this one. Allocated. */
static char *side_name(const char *name, const char *build, struct error *error)
{
	struct subject subject;
	char *build_name;

	if (subject_parse(&subject, name, error) != 0)
		return NULL;
	build_name = memory_format("%.*s", (int)strcspn(build, "="), build);
	subject_set_build(&subject, build_name);
	free(build_name);
	return memory_text(subject.name);
}

/* The words of `aerobench run` that measures one subject, or its two builds. NULL-terminated, allocated. */
static char **run_words(const struct aa_measure *measure, const char *subject, struct error *error)
{
	size_t boots = (measure->build_count > 0 ? 1 : 2) * measure->pairs;
	char **words = NULL;
	size_t count = 0;

	memory_texts_add(&words, &count, "aerobench");
	memory_texts_add(&words, &count, "run");
	if (measure->dry_run)
		memory_texts_add(&words, &count, "--dry-run");
	if (!measure->dry_run || measure->plans != NULL)
		memory_texts_add(&words, &count, "--json");
	memory_texts_add(&words, &count, "-s");
	memory_texts_add(&words, &count, subject);
	for (size_t i = 0; i < measure->build_count; i++) {
		char *side = side_name(subject, measure->builds[i], error);

		if (side == NULL)
			break;
		if (measure->build_count == 2 && i == 0)
			free(words[--count]);
		else
			memory_texts_add(&words, &count, "-s");
		memory_texts_add(&words, &count, side);
		memory_texts_add(&words, &count, "--build");
		memory_texts_add(&words, &count, measure->builds[i]);
		free(side);
	}
	words = memory_grow(words, count, sizeof(*words));
	words[count++] = memory_format("--runs=%zu", boots);
	for (size_t i = 0; i < measure->passed_count; i++)
		memory_texts_add(&words, &count, measure->passed[i]);
	words = memory_grow(words, count, sizeof(*words));
	words[count] = NULL;
	return words;
}

/*
 * What a child writes to its stdout, and its exit status; -1: it could not run. Its stderr is ours. A terminal's SIGINT goes
 * to the child too, which ends its boot and says how to go on: it is waited for. What else ends this program ends the
 * child's boot as well.
 */
static char *child_output(char **words, int *status)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
	pid_t parent = getpid(), child;
	char *text = NULL;
	size_t size = 0;
	int ends[2];
	FILE *out;

	*status = -1;
	if (pipe(ends) != 0)
		return NULL;
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM); /* before the question, so that no death goes unnoticed */
		if (getppid() != parent)
			_exit(127);
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execv("/proc/self/exe", words);
		_exit(127);
	}
	sigaction(SIGINT, &ignore, &old);
	close(ends[1]);
	out = fdopen(ends[0], "r");
	if (out == NULL || getdelim(&text, &size, '\0', out) < 0) {
		free(text);
		text = NULL;
	}
	if (out != NULL)
		fclose(out);
	if (child > 0)
		waitpid(child, status, 0);
	sigaction(SIGINT, &old, NULL);
	return text;
}

int aa_measure(const struct aa_measure *measure, const char *subject, char **run, struct error *error)
{
	char **words = run_words(measure, subject, error), *text = NULL;
	const char *id;
	size_t count = 0;
	json_t *outcome;
	int ended = 0, status = (int)error->status;

	if (status == 0)
		text = child_output(words, &ended);
	while (words[count] != NULL)
		count++;
	memory_texts_free(words, count);
	outcome = text != NULL ? json_loads(text, 0, NULL) : NULL;
	id = json_string_value(json_object_get(outcome, "id"));
	*run = memory_text(id != NULL ? id : "");
	if (measure->plans != NULL && outcome != NULL)
		json_array_append(measure->plans, outcome);
	else if (status == 0 && measure->dry_run && text != NULL)
		fputs(text, stdout);
	json_decref(outcome);
	free(text);
	if (status != 0 || (WIFEXITED(ended) && WEXITSTATUS(ended) == 0))
		return status;
	status = WIFEXITED(ended) && WEXITSTATUS(ended) != 127 ? WEXITSTATUS(ended) : STATUS_FAILED;
	return error_set(error, (enum status)status, "%s was not measured%s%s%s", subject,
			 (*run)[0] != '\0' ? "; when run " : "", *run,
			 (*run)[0] != '\0' ? " is complete: aerobench aa --from it" : "");
}
