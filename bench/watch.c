/* SPDX-License-Identifier: MIT */
/*
 * From the runner's structures to the few words that a watch wants.
 */
#include "watch.h"

/* Of a point: "place=other threads=4". */
static char params[RUNNER_PARAMS_MAX];

static size_t append(size_t at, struct word word)
{
	for (size_t i = 0; i < word.len_bytes && at + 1 < sizeof(params); i++)
		params[at++] = word.at[i];
	return at;
}

static void params_write(const struct grid_point *point)
{
	size_t at = 0;

	for (unsigned i = 0; i < bench_params(point->bench); i++) {
		const struct bench_param *param = &point->bench->params[i];

		if (i > 0)
			at = append(at, word_of(" "));
		at = append(at, word_of(param->name));
		at = append(at, word_of("="));
		at = append(at, param_value(param, point->value[i]));
	}
	params[at] = '\0';
}

bool watch_begin(const struct runner_watch *watch, const struct options *options, const struct grid *grid)
{
	size_t rows = 0;

	if (watch == NULL)
		return true;
	for (size_t i = 0; i < grid->count; i++)
		rows += bench_series(grid->points[i].bench);
	return watch->begin(grid->count, rows, options->unit);
}

void watch_point(const struct runner_watch *watch, const struct grid *grid, size_t index, bool counting)
{
	if (watch == NULL)
		return;
	params_write(&grid->points[index]);
	watch->point(&(struct runner_point){.name = grid->points[index].bench->name,
					    .params = params,
					    .index = index,
					    .count = grid->count,
					    .counting = counting});
}

void watch_runs(const struct runner_watch *watch, const struct options *options, const struct bench_run *run)
{
	const struct bench *bench = run->bench;
	unsigned warmup = options_warmup(options, bench);

	if (watch == NULL)
		return;
	for (unsigned i = 0; i < bench_series(bench); i++) {
		watch->row(&(struct runner_row){.series = bench->series[i] != NULL ? bench->series[i] : "",
						.unit = options_unit(options, bench),
						.per = bench_per(bench),
						.samples = run->samples[i] + warmup,
						.count = run->total - warmup});
	}
}

void watch_skip(const struct runner_watch *watch, const char *reason)
{
	if (watch != NULL)
		watch->none(reason, false);
}

void watch_fail(const struct runner_watch *watch, const char *reason)
{
	if (watch != NULL)
		watch->none(reason, true);
}

void watch_end(const struct runner_watch *watch, unsigned failures)
{
	if (watch != NULL)
		watch->end(failures);
}
