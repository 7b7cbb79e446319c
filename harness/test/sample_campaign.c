/* SPDX-License-Identifier: MIT */
/* A whole run for tests: see sample_campaign.h. */
#include "sample_campaign.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"
#include "sample_stream.h"
#include "store.h"

const char *const sample_campaign_hostile = "<script>alert('1')</script> & \"two\" `three` $four %s \\five";

/* Costs in instructions; elsewhere they are multiplied and get a tail. */
struct sample_row {
	const char *benchmark;
	const char *params;
	double aerokernel, linux_baseline; /* 0: not on this system */
};

static const struct sample_row sample_rows[] = {
    {"clock_read", "", 4, 4},
    {"thread_create", "place=same", 131, 15794},
    {"thread_create", "place=other", 148, 16900},
    {"thread_start", "place=same", 232, 28588},
    {"thread_start", "place=other", 402, 31200},
    {"thread_join", "place=same", 379, 37954},
    {"thread_join", "place=other", 755, 52211},
    {"thread_create_seq", "threads=2", 270, 31600},
    {"thread_create_seq", "threads=4", 540, 63200},
    {"thread_create_seq", "threads=8", 1080, 126400},
    {"thread_create_seq", "threads=16", 2160, 252800},
    {"thread_create_seq", "threads=32", 4320, 505600},
    {"thread_create_seq", "threads=64", 8640, 1011200},
    {"yield_pair", "", 45, 1777},
    {"yield_amortised", "", 41, 1702},
    {"pingpong_same", "", 244, 10624},
    {"pingpong_cross", "", 690, 14768},
    {"wake_same", "", 118, 4100},
    {"wake_cross", "", 246, 4576},
    {"wake_call", "place=same", 71, 1050},
    {"wake_call", "place=other", 78, 1111},
    {"cond_signal", "place=same", 160, 4300},
    {"cond_signal", "place=other", 298, 4801},
    {"wake_all", "waiters=1 place=other series=first", 250, 4600},
    {"wake_all", "waiters=1 place=other series=each", 250, 4600},
    {"wake_all", "waiters=1 place=other series=last", 250, 4600},
    {"wake_all", "waiters=4 place=other series=first", 270, 4900},
    {"wake_all", "waiters=4 place=other series=each", 480, 11000},
    {"wake_all", "waiters=4 place=other series=last", 690, 18522},
    {"cond_broadcast", "waiters=4 place=other series=first", 320, 5300},
    {"cond_broadcast", "waiters=4 place=other series=each", 560, 12500},
    {"cond_broadcast", "waiters=4 place=other series=last", 880, 21301},
    {"barrier_block", "parties=2", 590, 13587},
    {"barrier_block", "parties=4", 1240, 29800},
    {"barrier_spin", "parties=2", 44, 64},
    {"barrier_spin", "parties=4", 97, 130},
    {"sem_uncontended", "", 11, 35.1},
    {"mutex_uncontended", "", 11, 63.1},
    {"spin_uncontended", "", 7, 13.1},
    {"malloc_free", "", 48, 131},
    {"cacheline_pingpong", "", 25, 25},
    {"heartbeat", "interval_us=20 source=alarm", 20000, 20400},
    {"heartbeat", "interval_us=20 source=loop", 20000, 21000},
    {"heartbeat", "interval_us=100 source=alarm", 100000, 100400},
    {"heartbeat", "interval_us=100 source=loop", 100000, 101000},
    {"heartbeat_rate", "interval_us=20 source=alarm", 1000, 1000},
    {"heartbeat_rate", "interval_us=20 source=loop", 1000, 1000},
    {"heartbeat_rate", "interval_us=100 source=alarm", 1000, 1000},
    {"heartbeat_rate", "interval_us=100 source=loop", 1000, 1000},
    {"rt_miss", "period_us=100 slice_percent=10 by=deadline", 1, 2},
    {"rt_miss", "period_us=100 slice_percent=50 by=deadline", 1, 40},
    {"rt_start", "period_us=100 by=deadline", 499, 9000},
    {"rt_start", "period_us=1000 by=deadline", 499, 9000},
    {"create_live", "live=2", 64, 15794},
    {"create_live", "live=1000", 64, 17000},
    {"yield_many", "threads=2", 41, 1702},
    {"yield_many", "threads=1000", 41, 2100},
    {"wake_all_call", "waiters=1", 70, 1111},
    {"wake_all_call", "waiters=1000", 90, 900000},
    {"ipi_oneway", "", 53, 0},
    {"futex_wake", "place=other", 0, 4410},
};

static const char *const sample_subjects[] = {"aerokernel@qemu", "linux@qemu", "linux@qemu:tuned", "linux@host",
					      "aerokernel@sim",  "linux@sim",  "aerokernel@kvm"};

static const char *const build_subjects[] = {"linux@qemu", "linux@qemu:build=slow"};
static const char *const growth_subjects[] = {
    "aerokernel@qemu:cpus=1", "aerokernel@qemu:cpus=2", "aerokernel@qemu:cpus=8", "linux@qemu:cpus=1",
    "linux@qemu:cpus=2",      "linux@qemu:cpus=8",      "aerokernel@sim:cpus=2",  "aerokernel@sim:cpus=8"};

/* --- Samples ---------------------------------------------------------------------------------------------------------- */

/* Uniform in (0, 1]: a linear congruential generator (Knuth, MMIX). */
static double sample_uniform(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (double)((*state >> 11) + 1) / 9007199254740992.0;
}

/* On sim constant, or one of three path lengths; elsewhere exponential noise and now and then a detour. */
static uint32_t sample_value(const char *subject, double cost, uint64_t *state)
{
	bool kernel = strncmp(subject, "aerokernel", 10) == 0;
	double spread = kernel ? 0.04 : strstr(subject, "tuned") != NULL ? 0.1 : 0.2;
	double value = cost * (strstr(subject, "@host") != NULL ? 0.45 : 6.2);

	if (strstr(subject, "@sim") != NULL)
		return (uint32_t)(kernel ? cost : cost * (1 + 0.01 * floor(3 * sample_uniform(state))));
	value *= 1 - spread * log(sample_uniform(state));
	if (sample_uniform(state) < 0.01)
		value *= 1 + spread * 5 / pow(sample_uniform(state), 0.6);
	return (uint32_t)fmin(value, 4e9);
}

/* Rates and misses are no ticks on any machine. */
static const char *sample_own_unit(const struct sample_row *row, const char *clock)
{
	if (strcmp(row->benchmark, "heartbeat_rate") == 0)
		return "permille";
	return strcmp(row->benchmark, "rt_miss") == 0 ? "misses" : clock;
}

static void sample_add(struct sample_stream *stream, const char *subject, const struct sample_row *row, size_t n,
		       uint64_t *state)
{
	bool kernel = strncmp(subject, "aerokernel", 10) == 0, sim = strstr(subject, "@sim") != NULL;
	double cost = kernel ? row->aerokernel : row->linux_baseline;
	uint32_t *values = memory_new(n, sizeof(*values));

	if (strstr(subject, "build=slow") != NULL && strcmp(row->benchmark, "thread_create") == 0)
		cost *= 1.5;
	sample_unit = sample_own_unit(row, sim ? "instructions" : "ticks");
	for (size_t i = 0; i < n; i++)
		values[i] = sample_value(subject, cost, state);
	if (cost > 0)
		sample_run(stream, row->benchmark, row->params, values, n, n);
	free(values);
}

static void sample_boot(struct sample_stream *stream, const struct sample_campaign *options, const char *subject,
			unsigned round)
{
	/* A sim repeats itself; elsewhere every boot is another. */
	uint64_t state = strstr(subject, "@sim") != NULL ? 1 : 17 * (round + 1);

	sample_cpus = strstr(subject, "cpus=") != NULL ? (unsigned)atoi(strstr(subject, "cpus=") + 5) : 2;
	for (const char *at = subject; *at != '\0'; at++)
		state = state * 31 + (unsigned char)*at;
	sample_open(stream, strncmp(subject, "linux", 5) == 0 ? "linux" : "aerokernel");
	wire_begin(&stream->wire, "env");
	wire_pair(&stream->wire, "commit", "0123456789ab");
	wire_pair(&stream->wire, "hostile", sample_campaign_hostile);
	wire_end(&stream->wire);
	for (size_t i = 0; i < sizeof(sample_rows) / sizeof(sample_rows[0]); i++) {
		const struct sample_row *row = &sample_rows[i];

		if (i == 0 || options->benchmark == NULL || strcmp(options->benchmark, row->benchmark) == 0)
			sample_add(stream, subject, row, options->n, &state);
	}
	sample_skip(stream, "barrier_block", sample_campaign_hostile);
	sample_done(stream, 0);
}

/* --- The run ------------------------------------------------------------------------------------------------------------ */

static json_t *sample_doctor(void)
{
	json_t *machines =
	    json_pack("{s:{s:s,s:s,s:[]}, s:{s:s,s:s,s:[ss]}, s:{s:s,s:s,s:[s]}, s:{s:s,s:s,s:[s]}}", "sim", "verdict",
		      "fit", "measures", "instructions", "reasons", "qemu", "verdict", "unfit", "measures", "time",
		      "reasons", "plain TCG: a tick is host time", sample_campaign_hostile, "host", "verdict", "unfit",
		      "measures", "time", "reasons", "2.1 % of the time lost to noise, limit 0.1 %", "kvm", "verdict",
		      "unsupported", "measures", "time", "reasons", "/dev/kvm only emulates");

	return json_pack("{s:s, s:[s], s:o, s:{s:s, s:s, s:s}}", "verdict", "unfit", "reasons", "noise", "machines",
			 machines, "system", "cpu_model", "made-up processor", "kernel", "6.1.0-test", "hypervisor",
			 sample_campaign_hostile);
}

static void sample_check(int status, const struct error *error)
{
	if (status == 0)
		return;
	fprintf(stderr, "sample_campaign: %s\n", error->text);
	exit(1);
}

static void sample_append(struct store *store, const struct sample_campaign *options, const char *subject,
			  unsigned round, unsigned index)
{
	bool unsupported = strstr(subject, "@kvm") != NULL;
	struct store_boot boot = {.index = index,
				  .round = round,
				  .subject = (char *)subject,
				  .status = unsupported ? STORE_UNSUPPORTED : STORE_OK,
				  .reason = unsupported ? (char *)sample_campaign_hostile : NULL,
				  .seconds = 1.5};
	struct sample_stream stream = {0};
	struct store_output output = {0};
	struct error error = {0};

	if (!unsupported) {
		sample_boot(&stream, options, subject, round);
		output = (struct store_output){.stream = stream.bytes, .stream_bytes = stream.len_bytes};
	}
	sample_check(store_append(store, &boot, unsupported ? NULL : &output, &error), &error);
	sample_free(&stream);
}

char *sample_campaign_make(const struct sample_campaign *options)
{
	const char *const *names = options->builds   ? build_subjects
				   : options->growth ? growth_subjects
						     : sample_subjects;
	size_t all = options->builds   ? sizeof(build_subjects) / sizeof(build_subjects[0])
		     : options->growth ? sizeof(growth_subjects) / sizeof(growth_subjects[0])
				       : sizeof(sample_subjects) / sizeof(sample_subjects[0]);
	char *subjects[sizeof(growth_subjects) / sizeof(growth_subjects[0])], *path;
	struct store_plan plan = {
	    .subjects = subjects, .samples = (unsigned)options->n, .warmup = 2, .runs = options->rounds, .seed = 1};
	struct store store;
	struct error error = {0};

	for (size_t i = 0; i < all; i++) {
		if (options->machine == NULL || strstr(names[i], options->machine) != NULL)
			subjects[plan.subject_count++] = (char *)names[i];
	}
	sample_check(
	    store_create(&store, options->results, &plan, json_pack("{s:o}", "doctor", sample_doctor()), &error),
	    &error);
	for (unsigned i = 0; i < options->rounds * plan.subject_count; i++)
		sample_append(&store, options, subjects[i % plan.subject_count], i / (unsigned)plan.subject_count, i);
	path = memory_text(store.path);
	store_close(&store);
	return path;
}
