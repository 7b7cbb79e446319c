/* SPDX-License-Identifier: MIT */
/*
 * Tier 0 of the gate: what a run has to be before its counts are judged. That streams are whole was checked when the
 * summary was loaded; here: all boots are there and good, they repeat exactly, no sample was cut, the control benchmark,
 * whose cost every number contains, is steady, and the kernel's functions take no stack without a bound.
 */
#include "gate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gate_size.h"
#include "memory.h"
#include "reading.h"

static const char gate_control[] = "clock_read";

const char *gate_outcome_word(enum gate_outcome outcome)
{
	static const char *const words[GATE_OUTCOMES] = {
	    [GATE_HOLDS] = "ok", [GATE_BROKEN] = "FAILED", [GATE_UNTESTED] = "untested"};

	return words[outcome];
}

void gate_check_add(struct gate *gate, const char *subject, const char *name, enum gate_outcome outcome, char *text)
{
	gate->checks = memory_grow(gate->checks, gate->check_count, sizeof(*gate->checks));
	gate->checks[gate->check_count++] =
	    (struct gate_check){.subject = memory_text(subject), .name = name, .outcome = outcome, .text = text};
}

static bool check_boots(struct gate *gate, const char *subject)
{
	const struct store *store = gate->summary->store;
	size_t good = 0, planned = summary_planned(store, subject);
	const struct store_boot *bad = NULL;
	char *text;

	for (size_t i = 0; i < store->boot_count; i++) {
		const struct store_boot *boot = &store->boots[i];

		if (strcmp(boot->subject, subject) != 0)
			continue;
		good += boot->status == STORE_OK;
		if (boot->status != STORE_OK && bad == NULL)
			bad = boot;
	}
	if (bad != NULL)
		text = memory_format("boot %u of run %s: %s", bad->index, store->id,
				     bad->reason != NULL ? bad->reason : "no numbers");
	else if (good < planned)
		text = memory_format("%zu of %zu boots: go on by: aerobench run --resume %s", good, planned, store->id);
	else
		text = memory_format("%zu of %zu boots whole and without failures", good, planned);
	gate_check_add(gate, subject, "boots", bad == NULL && good >= planned ? GATE_HOLDS : GATE_BROKEN, text);
	return bad == NULL && good >= planned;
}

static bool check_repeats(struct gate *gate, const char *subject)
{
	size_t rows = 0, single = 0, others = 0;

	for (size_t i = 0; i < gate->summary->row_count; i++) {
		const struct summary_row *row = &gate->summary->rows[i];
		char *name;

		if (strcmp(row->subject, subject) != 0)
			continue;
		if (strcmp(row->unit, "instructions") != 0) {
			others++;
			continue;
		}
		if (!row->exact) {
			name = reading_row_name(row);
			gate_check_add(gate, subject, "repeats", GATE_BROKEN,
				       memory_format("%s differs from boot to boot: this machine does not count "
						     "exactly; see aerobench show %s",
						     name, gate->summary->store->id));
			free(name);
			return false;
		}
		rows++;
		single += row->run_count < 2;
	}
	if (rows == 0) {
		gate_check_add(gate, subject, "repeats", GATE_BROKEN, memory_text("no point has a count to repeat"));
		return false;
	}
	if (single > 0)
		gate_check_add(
		    gate, subject, "repeats", GATE_UNTESTED,
		    memory_format("%zu of %zu points come from one boot only: nothing shows that they repeat", single,
				  rows));
	else
		gate_check_add(gate, subject, "repeats", GATE_HOLDS,
			       memory_format("%zu points equal sample by sample in all boots; %zu that count something "
					     "else are not judged",
					     rows, others));
	return true;
}

static bool check_samples(struct gate *gate, const char *subject)
{
	for (size_t i = 0; i < gate->summary->row_count; i++) {
		const struct summary_row *row = &gate->summary->rows[i];

		if (strcmp(row->subject, subject) == 0 && row->overflow > 0) {
			gate_check_add(gate, subject, "samples", GATE_BROKEN,
				       memory_format("%s: %ju samples were cut at 2^32", row->benchmark,
						     (uintmax_t)row->overflow));
			return false;
		}
	}
	gate_check_add(gate, subject, "samples", GATE_HOLDS, memory_text("none was cut"));
	return true;
}

static bool check_control(struct gate *gate, const char *subject)
{
	const struct summary_row *row = summary_find(gate->summary, gate_control, subject, "");
	bool steady;

	if (row == NULL) {
		gate_check_add(gate, subject, "control", GATE_UNTESTED,
			       memory_format("%s was not measured: add -b %s", gate_control, gate_control));
		return true;
	}
	steady = row->sorted[0] == row->sorted[row->n - 1];
	gate_check_add(gate, subject, "control", steady ? GATE_HOLDS : GATE_BROKEN,
		       memory_format(steady ? "reading the clock is %u instructions in every sample"
					    : "reading the clock is %u to %u instructions: every number contains that",
				     row->sorted[0], row->sorted[row->n - 1]));
	return steady;
}

bool gate_check_subject(struct gate *gate, const char *subject)
{
	/* Each is told, also after one that is broken. */
	bool boots = check_boots(gate, subject), repeats = check_repeats(gate, subject);
	bool samples = check_samples(gate, subject), control = check_control(gate, subject);
	bool stack = gate_size_check(gate, subject);

	return boots && repeats && samples && control && stack;
}
