/* SPDX-License-Identifier: MIT */
/*
 * Select, warm up, measure, emit. Nothing is written, allocated or computed while a point is being measured: samples go
 * to memory that was touched before, and the records of a point are written when it is over. A point whose samples are
 * not exactly those that were asked for has failed, and none of its numbers is written.
 */
#include "runner.h"

#include "conform/conform.h"
#include "emit.h"
#include "grid.h"
#include "options.h"
#include "splitmix.h"
#include "watch.h"

/*
 * Differencing (measuring.md §2, "Below the grain"): 100 pairs, of samples so long that the clock's step is 0.4 % of one;
 * trials that find how many copies that takes, and a bound of it.
 */
enum { REPEAT_SAMPLES = 200, REPEAT_STEPS = 256, REPEAT_TRIALS = 6, REPEAT_COPIES_MAX = 4096, STEP_READS = 100 };

struct runner {
	const struct runner_port *port;
	struct options options;
	struct benches benches;
	struct grid grid;
	uint32_t *memory; /* of one point: all samples of all its series */
	uint32_t repeated[REPEAT_SAMPLES];
	unsigned failures;
	struct wire wire;
};

static bool complain(struct complaint *complaint, const char *word, const char *problem)
{
	complaint->word = word_of(word);
	complaint->problem = problem;
	return false;
}

static void say(const struct runner_port *port, struct word word)
{
	port->write(port->context, word.at, word.len_bytes);
}

/* One line of console noise. */
static int refuse(const struct runner_port *port, const struct complaint *complaint)
{
	say(port, word_of("aerobench: "));
	say(port, complaint->word);
	say(port, word_of(": "));
	say(port, word_of(complaint->problem));
	say(port, word_of("\n"));
	return -RUNNER_EINVAL;
}

/* The rule of runner.h; 0: no word is there twice. Out of line, because runner_main() has the largest frame of all. */
static __attribute__((noinline)) int refuse_twice(const struct runner_port *port, int count, char *const words[])
{
	const char *pair[2];

	if (!word_twice(count, words, pair))
		return 0;
	say(port, word_of("aerobench: "));
	say(port, word_of(pair[0]));
	say(port, word_of(", "));
	say(port, word_of(pair[1]));
	say(port, word_of(": " RUNNER_TWICE "\n"));
	return -RUNNER_EINVAL;
}

/* --- One point ---------------------------------------------------------------------------------------------------- */

static int64_t count_now(int64_t (*count)(void))
{
	return count != NULL ? count() : -1;
}

/* How many came between two readings; -1: unknown, or the counter was set back. */
static int64_t count_between(int64_t before, int64_t after)
{
	return before < 0 || after < before ? -1 : after - before;
}

/* Why the samples of a run that ended by itself cannot be used, or NULL. */
static const char *defect_of(const struct bench_run *run)
{
	if (run->backward > 0)
		return "a stop stamp lies before its start stamp";
	if (run->overflow > 0)
		return "a sample does not fit 32 bits";
	for (unsigned i = 0; i < bench_series(run->bench); i++) {
		if (run->recorded[i] < run->total)
			return "recorded fewer samples than it was granted";
		if (run->recorded[i] > run->total)
			return "recorded more samples than it was granted";
	}
	return NULL;
}

/* The same random numbers for a point whatever else is measured, and in whatever order. */
static uint64_t point_seed(uint64_t seed, const struct grid_point *point)
{
	struct word name = word_of(point->bench->name);
	uint64_t state = seed + ((uint64_t)wire_crc(0, name.at, name.len_bytes) << 32);

	for (unsigned i = 0; i < bench_params(point->bench); i++) {
		state += point->value[i];
		state = splitmix_next(&state);
	}
	return state;
}

static unsigned point_total(const struct options *options, const struct bench *bench)
{
	return options_warmup(options, bench) + options_samples(options, bench);
}

static struct bench_run point_run(const struct runner *runner, const struct grid_point *point)
{
	struct bench_run run = {.bench = point->bench};

	run.total = point_total(&runner->options, point->bench);
	run.random = point_seed(runner->options.seed, point);
	for (unsigned i = 0; i < BENCH_PARAMS_MAX; i++)
		run.value[i] = point->value[i];
	for (unsigned i = 0; i < bench_series(point->bench); i++)
		run.samples[i] = runner->memory + (size_t)i * run.total;
	return run;
}

/* What failed, or NULL. */
static const char *point_defect(const struct bench_run *run)
{
	return run->failed != NULL ? run->failed : run->skipped != NULL ? NULL : defect_of(run);
}

/* The shortest interval of two stamps that is not 0: one step of the clock at least, and few. */
static uint64_t clock_step(void)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < STEP_READS; i++) {
		uint64_t start = os_clock_start(), ticks = os_clock_stop() - start;

		if (ticks > 0 && ticks < least)
			least = ticks;
	}
	return least;
}

/* n and 2n copies in turn, `total` samples in all. Returns what failed, or NULL. */
static const char *repeat_once(struct runner *runner, const struct grid_point *point, unsigned copies, unsigned total,
			       struct bench_run *run)
{
	*run = point_run(runner, point);
	run->samples[0] = runner->repeated;
	run->total = total;
	run->copies = copies;
	point->bench->repeat(run);
	return point_defect(run);
}

/*
 * As many copies as it takes for n of them to last REPEAT_STEPS steps of the clock, then all pairs. Only where ticks are
 * time: a counted instruction is never too short. run->copies is 0 where nothing was repeated.
 */
static const char *point_repeat(struct runner *runner, const struct grid_point *point, struct bench_run *run)
{
	const char *defect = NULL;
	unsigned copies = BENCH_COPIES_STEP;
	uint64_t enough;

	*run = (struct bench_run){.bench = point->bench};
	if (point->bench->repeat == NULL || word_order(runner->options.unit, "ticks") != 0)
		return NULL;
	enough = REPEAT_STEPS * clock_step();
	for (; defect == NULL && copies < REPEAT_COPIES_MAX; copies *= 2) {
		defect = repeat_once(runner, point, copies, REPEAT_TRIALS, run);
		/* The first of n is cold; of the others the shorter, because one may have been interrupted. */
		if (run->skipped != NULL || run->samples[0][2] >= enough || run->samples[0][4] >= enough)
			break;
	}
	return defect != NULL || run->skipped != NULL ? defect
						      : repeat_once(runner, point, copies, REPEAT_SAMPLES, run);
}

static void point_measure(struct runner *runner, const struct grid_point *point)
{
	struct bench_run run = point_run(runner, point), repeated = {.copies = 0};
	struct emit_taken before, after, taken;
	const char *defect;

	/* Interrupts inside: asking another CPU for its SMIs may be one. */
	before.smis = count_now(runner->port->smis);
	before.interrupts = count_now(runner->port->interrupts);
	point->bench->run(&run);
	after.interrupts = count_now(runner->port->interrupts);
	after.smis = count_now(runner->port->smis);
	taken.interrupts = count_between(before.interrupts, after.interrupts);
	taken.smis = count_between(before.smis, after.smis);

	defect = point_defect(&run);
	if (defect == NULL && run.skipped == NULL)
		defect = point_repeat(runner, point, &repeated);
	if (defect != NULL) {
		runner->failures++;
		emit_reason(&runner->wire, "fail", point, defect);
		watch_fail(runner->port->watch, defect);
	} else if (run.skipped != NULL) {
		emit_reason(&runner->wire, "skip", point, run.skipped);
		watch_skip(runner->port->watch, run.skipped);
	} else {
		emit_runs(&runner->wire, &runner->options, point, &run, &taken);
		if (repeated.copies > 0 && repeated.skipped == NULL)
			emit_repeat(&runner->wire, point, &repeated);
		watch_runs(runner->port->watch, &runner->options, &run);
	}
}

static void point_skip(struct runner *runner, const struct grid_point *point)
{
	static const char pattern[] = "needs # CPUs, here are #";
	unsigned numbers[] = {point->bench->min_cpus, os_cpu_count()};
	char reason[sizeof(pattern) + 2 * WORD_NUMBER_MAX];
	size_t at = 0;
	unsigned next = 0;

	for (const char *from = pattern; *from != '\0'; from++) {
		if (*from == '#')
			at += word_decimal(reason + at, numbers[next++]);
		else
			reason[at++] = *from;
	}
	reason[at] = '\0';
	emit_reason(&runner->wire, "skip", point, reason);
	watch_skip(runner->port->watch, reason);
}

/* --- Counting ----------------------------------------------------------------------------------------------------- */

/* One turn of a point that was measured before. Its samples are not those of a point at rest: they are not emitted. */
static void point_count(struct runner *runner, const struct grid_point *point, unsigned turn)
{
	struct counting *counting = &runner->options.counting;
	struct bench_run run = point_run(runner, point);
	const char *defect;

	runner->port->counting->start(counting, turn);
	point->bench->run(&run);
	runner->port->counting->stop(counting, turn);

	defect = point_defect(&run);
	if (defect != NULL) {
		runner->failures++;
		emit_count_fail(&runner->wire, point, defect);
		watch_fail(runner->port->watch, defect);
	}
	for (unsigned i = 0; defect == NULL && run.skipped == NULL && i < counting->count; i++) {
		const struct counting_event *event = &counting->events[i];

		if (event->absent[0] == '\0' && event->turn == turn)
			emit_count(&runner->wire, point, event, run.total);
	}
}

/* The second pass, behind a first one without failures. It ends with the first failure: the stream has failed then. */
static void count_all(struct runner *runner)
{
	struct counting *counting = &runner->options.counting;

	if (runner->port->counting == NULL)
		counting_refuse_all(counting, "this system counts no events");
	else
		runner->port->counting->prepare(counting);
	for (unsigned i = 0; i < counting->count; i++) {
		if (counting->events[i].absent[0] != '\0')
			emit_nocount(&runner->wire, &counting->events[i]);
	}
	for (size_t i = 0; i < runner->grid.count; i++) {
		const struct grid_point *point = &runner->grid.points[i];

		if (point->bench->min_cpus > os_cpu_count())
			continue;
		if (counting->turns > 0 && runner->failures == 0)
			watch_point(runner->port->watch, &runner->grid, i, true);
		for (unsigned turn = 0; turn < counting->turns && runner->failures == 0; turn++)
			point_count(runner, point, turn);
	}
}

/* --- All points --------------------------------------------------------------------------------------------------- */

/* Room for the largest point, touched, so that no sample is the first to use its page. */
static bool memory_prepare(struct runner *runner)
{
	size_t most = 1;

	for (size_t i = 0; i < runner->grid.count; i++) {
		const struct bench *bench = runner->grid.points[i].bench;
		size_t need = (size_t)point_total(&runner->options, bench) * bench_series(bench);

		most = need > most ? need : most;
	}
	runner->memory = os_malloc(most * sizeof(*runner->memory));
	if (runner->memory == NULL)
		return false;
	for (size_t i = 0; i < most; i++)
		((volatile uint32_t *)runner->memory)[i] = 0;
	return true;
}

static void header_emit(struct runner *runner)
{
	emit_header(&runner->wire, &runner->options, &runner->benches, runner->grid.count, runner->port->boot_stamp);
	if (runner->port->env != NULL) {
		wire_begin(&runner->wire, "env");
		runner->port->env(&runner->wire);
		wire_end(&runner->wire);
	}
}

/* What is measured, so that a stream explains itself. */
static void selected_emit(struct runner *runner)
{
	for (size_t i = 0; i < runner->benches.count; i++) {
		if (grid_holds(&runner->grid, runner->benches.sorted[i]))
			emit_bench(&runner->wire, runner->benches.sorted[i]);
	}
}

/* What the port says of the whole run. */
static void judge_all(struct runner *runner)
{
	const char *reason = runner->port->verdict != NULL ? runner->port->verdict() : NULL;

	if (reason == NULL)
		return;
	runner->failures++;
	emit_machine_fail(&runner->wire, reason);
}

static void measure_all(struct runner *runner)
{
	header_emit(runner);
	selected_emit(runner);
	emit_head(&runner->wire);
	for (size_t i = 0; i < runner->grid.count; i++) {
		const struct grid_point *point = &runner->grid.points[i];

		watch_point(runner->port->watch, &runner->grid, i, false);
		if (point->bench->min_cpus > os_cpu_count())
			point_skip(runner, point);
		else
			point_measure(runner, point);
	}
	if (runner->failures == 0)
		count_all(runner);
	judge_all(runner);
	emit_done(&runner->wire, runner->failures);
	watch_end(runner->port->watch, runner->failures);
}

static void list_all(struct runner *runner)
{
	header_emit(runner);
	for (size_t i = 0; i < runner->benches.count; i++)
		emit_bench(&runner->wire, runner->benches.sorted[i]);
	emit_head(&runner->wire);
	emit_done(&runner->wire, 0);
}

/* --- Modes -------------------------------------------------------------------------------------------------------- */

/* The grid and the memory are there. */
static bool prepare(struct runner *runner, struct complaint *complaint)
{
	const struct options *options = &runner->options;

	if (!benches_load(&runner->benches, complaint))
		return false;
	if (!grid_select(&runner->grid, &runner->benches, options->bench, options->seed, complaint))
		return false;
	if (!memory_prepare(runner))
		return complain(complaint, "memory", "not enough for this many samples; give a smaller samples=");
	if (!word_is(options->mode, "list") && !watch_begin(runner->port->watch, options, &runner->grid))
		return complain(complaint, "memory", "not enough for the table of results; name fewer with bench=");
	return true;
}

static void release(struct runner *runner)
{
	os_free(runner->memory);
	grid_free(&runner->grid);
	benches_free(&runner->benches);
}

int runner_main(const struct runner_port *port, int count, char *const words[])
{
	struct runner runner = {.port = port};
	struct complaint complaint;
	int result = refuse_twice(port, count, words);

	if (result != 0)
		return result;
	if (!options_parse(&runner.options, port, count, words, &complaint))
		return refuse(port, &complaint);
	if (word_is(runner.options.mode, "conform"))
		return conform_run(port->write, port->context, runner.options.test);
	wire_open(&runner.wire, port->write, port->context);
	if (!prepare(&runner, &complaint)) {
		result = refuse(port, &complaint);
	} else {
		if (word_is(runner.options.mode, "list"))
			list_all(&runner);
		else
			measure_all(&runner);
		result = (int)runner.failures;
	}
	release(&runner);
	return result;
}
