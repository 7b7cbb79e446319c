/* SPDX-License-Identifier: MIT */
/* Conformance for the gate: see gate_conform.h. */
#include "gate_conform.h"

#include <stdlib.h>
#include <string.h>

#include "launch.h"
#include "memory.h"
#include "record.h"
#include "subject.h"

/* Detects hangs, measures nothing: on two busy CPUs it takes a few seconds. */
static const uint64_t CONFORM_TIMEOUT_NS = 300ULL * 1000 * 1000 * 1000;

/* --- KTAP --------------------------------------------------------------------------------------------------------- */

/* Takes text; the first problem stays. */
static void problem_set(struct gate_ktap *ktap, char *text)
{
	if (ktap->problem == NULL)
		ktap->problem = text;
	else
		free(text);
}

/* "1..N" */
static void read_plan(struct gate_ktap *ktap, const char *line)
{
	char *end;
	unsigned long planned = strtoul(line + 3, &end, 10);

	if (end == line + 3 || *end != '\0' || planned == 0)
		return;
	if (ktap->planned > 0)
		problem_set(ktap, memory_text("it has two plans: it began again"));
	ktap->planned = planned;
}

/* "ok N name", "ok N name # SKIP why", "not ok N name" */
static void read_result(struct gate_ktap *ktap, const char *line, bool good)
{
	size_t number = ktap->passed + ktap->skipped + ktap->failed + 1;
	char *name;
	unsigned long said = strtoul(line, &name, 10);

	if (name == line)
		return;
	name += strspn(name, " -");
	if (said != number)
		problem_set(ktap, memory_format("test %lu came as number %zu", said, number));
	if (!good)
		problem_set(ktap, memory_format("not ok: %s", name));
	ktap->failed += !good;
	ktap->skipped += good && strstr(name, "# SKIP") != NULL;
	ktap->passed += good && strstr(name, "# SKIP") == NULL;
}

void gate_ktap_parse(struct gate_ktap *ktap, char *text)
{
	*ktap = (struct gate_ktap){0};
	for (char *rest = text, *line; (line = strsep(&rest, "\n")) != NULL;) {
		line[strcspn(line, "\r")] = '\0';
		if (strncmp(line, "1..", 3) == 0)
			read_plan(ktap, line);
		else if (strncmp(line, "ok ", 3) == 0)
			read_result(ktap, line + 3, true);
		else if (strncmp(line, "not ok ", 7) == 0)
			read_result(ktap, line + 7, false);
	}
	if (ktap->planned == 0)
		problem_set(ktap, memory_text("it reported no tests"));
	else if (ktap->passed + ktap->skipped + ktap->failed != ktap->planned)
		problem_set(ktap, memory_format("%zu of %zu tests reported",
						ktap->passed + ktap->skipped + ktap->failed, ktap->planned));
}

/* --- Booting ------------------------------------------------------------------------------------------------------ */

static void tell(struct gate *gate, const char *name, struct launch_result *result)
{
	struct gate_ktap ktap;
	bool ended = result->end == LAUNCH_SUCCEEDED;

	if (result->stream == NULL) {
		gate_check_add(gate, name, "conformance", GATE_UNTESTED, memory_text(result->error.text));
		return;
	}
	gate_ktap_parse(&ktap, result->stream);
	/* A test that failed says more than the exit status that follows from it. */
	if (ktap.failed == 0 && !ended) {
		free(ktap.problem);
		ktap.problem = memory_text(result->error.text);
	}
	gate_check_add(gate, name, "conformance", ktap.problem == NULL ? GATE_HOLDS : GATE_BROKEN,
		       ktap.problem == NULL
			   ? memory_format("%zu tests passed, %zu skipped", ktap.passed, ktap.skipped)
			   : memory_format("%s (%zu of %zu passed)", ktap.problem, ktap.passed, ktap.planned));
	gate->correct &= ktap.problem == NULL;
	free(ktap.problem);
}

int gate_conform(struct gate *gate, const char *subject_name, struct error *error)
{
	struct launch_request request = {.words = "mode=conform", .timeout_ns = CONFORM_TIMEOUT_NS};
	const char *cpus = summary_env(gate->summary, subject_name, "cpus");
	struct launch_result result;
	struct subject subject;
	int status = record_take_builds(gate->summary->store->run, error);

	if (status == 0)
		status = record_same_programs(gate->summary->store->run, error);
	if (status != 0)
		return error_prefix(error, "conformance would test another program than run %s",
				    gate->summary->store->id);
	status = subject_parse(&subject, subject_name, error);
	if (status != 0)
		return status;
	request.subject = &subject;
	request.cpus = cpus != NULL ? (unsigned)strtoul(cpus, NULL, 10) : 0;
	launch_boot(&request, &result);
	gate->timed_out |= result.end == LAUNCH_TIMED_OUT;
	tell(gate, subject_name, &result);
	launch_result_free(&result);
	return 0;
}
