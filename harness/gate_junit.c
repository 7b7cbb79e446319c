/* SPDX-License-Identifier: MIT */
/*
 * The gate's verdict as JUnit's XML, as CI systems read it: a test case for each check and each point. Only what fails
 * the gate is a failure; what was not judged is skipped, never passed.
 */
#include "gate_junit.h"

#include <stdlib.h>
#include <string.h>

#include "gate.h"
#include "junit.h"
#include "memory.h"

void gate_junit_begin(FILE *file, size_t tests, size_t failures, size_t skipped)
{
	fprintf(file,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
		" <testsuite name=\"aerobench gate\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"%zu\" "
		"time=\"0\">\n",
		tests, failures, skipped);
}

void gate_junit_end(FILE *file)
{
	fputs(" </testsuite>\n</testsuites>\n", file);
}

void gate_junit_case(FILE *file, const char *class, const char *name, const char *kind, const char *message)
{
	junit_case(file, class, name, kind, kind != NULL ? message : NULL);
}

static void put_check(FILE *file, const struct gate_check *check)
{
	static const char *const kinds[GATE_OUTCOMES] = {
	    [GATE_HOLDS] = NULL, [GATE_BROKEN] = "failure", [GATE_UNTESTED] = "skipped"};

	gate_junit_case(file, check->subject, check->name, kinds[check->outcome], check->text);
}

/* strict: what was not judged does not pass either (gate_status). */
static const char *finding_kind(const struct gate_finding *finding, bool strict)
{
	if (finding->verdict == STATS_REGRESSED)
		return "failure";
	if (finding->verdict != STATS_SKIPPED && finding->verdict != STATS_INCONCLUSIVE)
		return NULL;
	return strict ? "failure" : "skipped";
}

static void put_finding(FILE *file, const struct gate_finding *finding, bool strict)
{
	char *name = gate_finding_name(finding), *p50 = gate_change_text(&finding->changes[GATE_P50]);
	char *mean = gate_change_text(&finding->changes[GATE_MEAN]),
	     *max = gate_change_text(&finding->changes[GATE_MAX]);
	char *message =
	    finding->reason[0] != '\0'
		? memory_text(finding->reason)
		: memory_format("executed instructions per operation (sizes: bytes): p50 %s, mean %s, max %s", p50,
				mean, max);

	gate_junit_case(file, finding->subject, name, finding_kind(finding, strict), message);
	free(message);
	free(max);
	free(mean);
	free(p50);
	free(name);
}

char *gate_junit(const struct gate *gate, bool strict)
{
	/* As the exit status: where nothing at all could be compared nothing has failed. */
	bool unjudged_fails = strict && gate_status(gate, true) != STATUS_UNSUPPORTED;
	size_t unjudged = gate->tally.count[STATS_SKIPPED] + gate->tally.count[STATS_INCONCLUSIVE];
	size_t failures = gate->tally.count[STATS_REGRESSED] + (unjudged_fails ? unjudged : 0), size;
	size_t skipped = unjudged_fails ? 0 : unjudged;
	char *text = NULL;
	FILE *file = open_memstream(&text, &size);

	for (size_t i = 0; i < gate->check_count; i++) {
		failures += gate->checks[i].outcome == GATE_BROKEN;
		skipped += gate->checks[i].outcome == GATE_UNTESTED;
	}
	gate_junit_begin(file, gate->check_count + gate->finding_count, failures, skipped);
	for (size_t i = 0; i < gate->check_count; i++)
		put_check(file, &gate->checks[i]);
	for (size_t i = 0; i < gate->finding_count; i++)
		put_finding(file, &gate->findings[i], unjudged_fails);
	gate_junit_end(file);
	fclose(file);
	return text;
}
