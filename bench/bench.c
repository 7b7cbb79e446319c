/* SPDX-License-Identifier: MIT */
/*
 * What benchmarks ask of the point that is being measured. A question about a parameter that the benchmark does not
 * have, or about the number of a value that is none, fails the run: it is never answered with a guess.
 */
#include "bench.h"

#include "grid.h"
#include "splitmix.h"

/* Empty: there is no such parameter. */
static struct word value_of(const struct bench_run *run, const char *name)
{
	const struct bench *bench = run->bench;

	for (unsigned i = 0; i < bench_params(bench); i++) {
		if (word_order(bench->params[i].name, name) == 0)
			return param_value(&bench->params[i], run->value[i]);
	}
	return (struct word){.at = "", .len_bytes = 0};
}

/* The run is the runner's own and never a constant: benchmarks only see it through a pointer to const here. */
static void fail(const struct bench_run *run, const char *reason)
{
	bench_check((struct bench_run *)(uintptr_t)run, false, reason);
}

unsigned bench_int(const struct bench_run *run, const char *name)
{
	uint64_t number;

	if (!word_number(value_of(run, name), &number) || number > UINT32_MAX) {
		fail(run, "the benchmark asks for a number that its parameters do not hold");
		return 0;
	}
	return (unsigned)number;
}

bool bench_is(const struct bench_run *run, const char *name, const char *value)
{
	struct word actual = value_of(run, name);

	if (actual.len_bytes == 0)
		fail(run, "the benchmark asks for a parameter that it does not have");
	return word_is(actual, value);
}

uint64_t bench_random(struct bench_run *run, uint64_t low, uint64_t high)
{
	return low + splitmix_below(&run->random, high - low + 1);
}
