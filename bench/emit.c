/* SPDX-License-Identifier: MIT */
/*
 * The records of a stream, from what the runner knows. Only called between points: nothing here runs while a benchmark
 * measures.
 */
#include "emit.h"

static void pair_word(struct wire *wire, const char *key, struct word value)
{
	char string[GRID_TEXT_MAX];
	size_t at;

	for (at = 0; at < value.len_bytes && at < GRID_TEXT_MAX - 1; at++)
		string[at] = value.at[at];
	string[at] = '\0';
	wire_pair(wire, key, string);
}

static void emit_params(struct wire *wire, const struct grid_point *point)
{
	for (unsigned i = 0; i < bench_params(point->bench); i++) {
		const struct bench_param *param = &point->bench->params[i];

		pair_word(wire, param->name, param_value(param, point->value[i]));
	}
}

void emit_header(struct wire *wire, const struct options *options, const struct benches *benches, size_t points,
		 uint64_t boot_stamp)
{
	wire_begin(wire, "aero");
	wire_number(wire, WIRE_VERSION);
	wire_end(wire);

	wire_begin(wire, "env");
	wire_pair_number(wire, "cpus", os_cpu_count());
	wire_pair_number(wire, "clock_hz", (int64_t)os_clock_hz());
	wire_pair_number(wire, "benches", (int64_t)benches->count);
	wire_pair_number(wire, "points", (int64_t)points);
	wire_pair(wire, "selection", options->bench.at == NULL ? "all" : "named");
	wire_pair_number(wire, "samples", (int64_t)options->samples);
	if (options->warmup_given)
		wire_pair_number(wire, "warmup", (int64_t)options->warmup);
	else
		wire_pair(wire, "warmup", "rule");
	wire_pair_number(wire, "seed", (int64_t)options->seed);
	wire_pair_number(wire, "boot_stamp", (int64_t)boot_stamp);
	wire_end(wire);
}

void emit_reason(struct wire *wire, const char *record, const struct grid_point *point, const char *reason)
{
	wire_begin(wire, record);
	wire_word(wire, point->bench->name);
	emit_params(wire, point);
	wire_pair(wire, "reason", reason);
	wire_end(wire);
}

void emit_count_fail(struct wire *wire, const struct grid_point *point, const char *reason)
{
	wire_begin(wire, "fail");
	wire_word(wire, point->bench->name);
	emit_params(wire, point);
	wire_pair(wire, "pass", "counting");
	wire_pair(wire, "reason", reason);
	wire_end(wire);
}

void emit_machine_fail(struct wire *wire, const char *reason)
{
	wire_begin(wire, "fail");
	wire_word(wire, "machine");
	wire_pair(wire, "reason", reason);
	wire_end(wire);
}

static void emit_end(struct wire *wire, const struct bench_run *run, unsigned samples, const struct emit_taken *taken)
{
	wire_begin(wire, "end");
	wire_word(wire, run->bench->name);
	wire_pair_number(wire, "n", samples);
	wire_pair_number(wire, "overflow", run->overflow);
	wire_pair_number(wire, "irqs", taken->interrupts);
	if (taken->smis >= 0)
		wire_pair_number(wire, "smis", taken->smis);
	wire_end_crc_run(wire);
}

static void emit_series(struct wire *wire, const struct options *options, const struct grid_point *point,
			const struct bench_run *run, unsigned series, const struct emit_taken *taken)
{
	const struct bench *bench = point->bench;
	unsigned warmup = options_warmup(options, bench);
	unsigned samples = run->total - warmup;

	wire_run_crc_reset(wire);
	wire_begin(wire, "run");
	wire_word(wire, bench->name);
	wire_pair(wire, "unit", options_unit(options, bench));
	wire_pair_number(wire, "per", bench_per(bench));
	wire_pair_number(wire, "n", samples);
	wire_pair_number(wire, "warmup", warmup);
	emit_params(wire, point);
	if (bench->series[0] != NULL)
		wire_pair(wire, "series", bench->series[series]);
	wire_end(wire);

	wire_samples(wire, "w", run->samples[series], warmup);
	wire_samples(wire, "s", run->samples[series] + warmup, samples);
	emit_end(wire, run, samples, taken);
}

void emit_runs(struct wire *wire, const struct options *options, const struct grid_point *point,
	       const struct bench_run *run, const struct emit_taken *taken)
{
	for (unsigned i = 0; i < bench_series(point->bench); i++)
		emit_series(wire, options, point, run, i, taken);
}

void emit_repeat(struct wire *wire, const struct grid_point *point, const struct bench_run *run)
{
	wire_run_crc_reset(wire);
	wire_begin(wire, "repeat");
	wire_word(wire, point->bench->name);
	wire_pair(wire, "unit", "ticks");
	wire_pair_number(wire, "per", bench_per(point->bench));
	wire_pair_number(wire, "n", run->total);
	wire_pair_number(wire, "copies", run->copies);
	emit_params(wire, point);
	wire_end(wire);
	wire_samples(wire, "s", run->samples[0], run->total);
	emit_end(wire, run, run->total, &(struct emit_taken){-1, -1});
}

void emit_nocount(struct wire *wire, const struct counting_event *event)
{
	wire_begin(wire, "nocount");
	wire_word(wire, event->name);
	wire_pair(wire, "reason", event->absent);
	wire_end(wire);
}

void emit_count(struct wire *wire, const struct grid_point *point, const struct counting_event *event,
		unsigned iterations)
{
	wire_begin(wire, "count");
	wire_word(wire, point->bench->name);
	wire_pair(wire, "event", event->name);
	wire_pair_number(wire, "count", event->count);
	wire_pair_number(wire, "iterations", iterations);
	wire_pair_number(wire, "per", bench_per(point->bench));
	emit_params(wire, point);
	wire_end(wire);
}

static void pair_joined(struct wire *wire, const char *key, const char *const *names, unsigned count)
{
	char string[GRID_TEXT_MAX];
	size_t at = 0;

	for (unsigned i = 0; i < count; i++) {
		struct word name = word_of(names[i]);

		if (i > 0)
			string[at++] = '|';
		for (size_t j = 0; j < name.len_bytes; j++)
			string[at++] = name.at[j];
	}
	string[at] = '\0';
	wire_pair(wire, key, string);
}

void emit_bench(struct wire *wire, const struct bench *bench)
{
	wire_begin(wire, "bench");
	wire_word(wire, bench->name);
	wire_pair(wire, "unit", bench->unit);
	wire_pair_number(wire, "per", bench_per(bench));
	wire_pair_number(wire, "min_cpus", bench->min_cpus);
	wire_pair_number(wire, "max_samples", bench->max_samples);
	wire_pair_number(wire, "extra", bench->extra);
	wire_pair_number(wire, "bare", bench->bare);
	pair_joined(wire, "series", bench->series, bench->series[0] != NULL ? bench_series(bench) : 0);
	wire_pair(wire, "about", bench->about);
	wire_pair(wire, "spread", bench->spread != NULL ? bench->spread : "");
	wire_pair(wire, "spread_at", bench->spread_at != NULL ? bench->spread_at : "");
	for (unsigned i = 0; i < bench_params(bench); i++) {
		char string[GRID_TEXT_MAX];
		struct word values = word_of(bench->params[i].values);
		size_t at;

		for (at = 0; at < values.len_bytes; at++)
			string[at] = values.at[at] == ' ' ? '|' : values.at[at];
		string[at] = '\0';
		wire_pair(wire, bench->params[i].name, string);
	}
	wire_end(wire);
}

void emit_head(struct wire *wire)
{
	wire_begin(wire, "head");
	wire_end_crc_head(wire);
}

void emit_done(struct wire *wire, unsigned failures)
{
	wire_begin(wire, "done");
	wire_number(wire, failures);
	wire_pair_number(wire, "runs", wire->runs);
	wire_end_crc_stream(wire);
}
