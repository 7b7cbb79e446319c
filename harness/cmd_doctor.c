/* SPDX-License-Identifier: MIT */
/*
 * `aerobench doctor`: is this computer fit to measure, what is missing, and what to do about it. Exit 0 when the probes
 * ran; with --strict 1 when this Linux is unfit for time.
 */
#include "command.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "counter.h"
#include "host.h"
#include "output.h"
#include "parse.h"
#include "tune.h"

static void help(const char *program)
{
	printf("Usage: %s [--json] [--strict] | --events [--json]\n"
	       "Probes this computer for about two seconds and says what it is fit to measure.\n\n"
	       "      --json    all facts and verdicts, schema aerobench.doctor/1\n"
	       "      --events  what 'aerobench run --events' can count on this processor, one name a line\n"
	       "      --strict  exit status 1 if it is unfit to measure time\n"
	       "  -h, --help\n",
	       program);
}

static void print_verdicts(const struct host *host)
{
	for (int machine = 0; machine < SUBJECT_MACHINES; machine++) {
		struct host_verdict verdict;

		host_judge(host, (enum subject_machine)machine, &verdict);
		printf("@%-6s %s%s%s\n", subject_machine_name((enum subject_machine)machine),
		       host_verdict_word(&verdict), verdict.supported ? " for " : "",
		       verdict.supported ? verdict.measures : "");
		for (unsigned i = 0; i < verdict.reason_count; i++)
			printf("        - %s\n", verdict.reasons[i]);
	}
}

static void fact(const char *name, const char *value)
{
	printf("  %-20s %s\n", name, value[0] != '\0' ? value : "-");
}

static void print_clock(const struct host *host)
{
	const struct probe_tsc *tsc = &host->tsc;
	const struct probe_offsets *offsets = &host->offsets;

	printf("\nclock\n");
	printf("  %-20s %.3f MHz (two windows agree within %.1f ppm), %s\n", "TSC", tsc->hz / 1e6,
	       tsc->disagreement_ppm, tsc->invariant ? "invariant" : "not invariant");
	printf("  %-20s %.4g ticks\n", "grain", tsc->grain_ticks);
	printf("  %-20s p50 %.0f, p99 %.0f ticks\n", "cost of a read", tsc->read_p50, tsc->read_p99);
	printf("  %-20s %.2f ticks per iteration\n", "dec/jnz", tsc->loop_ticks);
	if (isnan(offsets->bound_ticks))
		fact("offset between CPUs", offsets->reason);
	else
		printf("  %-20s at most %.0f ticks over %u pair%s%s (round trip %.0f)\n", "offset between CPUs",
		       offsets->bound_ticks, offsets->pairs, offsets->pairs == 1 ? "" : "s",
		       offsets->all_pairs ? "" : ", each CPU against the first", offsets->round_trip_ticks);
	fact("Linux's clock source", host->system.clocksource);
}

static void print_noise(const struct host *host)
{
	printf("\nnoise, %.2f s per CPU\n", host->noise.seconds);
	for (unsigned i = 0; i < host->noise.cpus; i++) {
		const struct probe_noise_cpu *cpu = &host->noise.cpu[i];

		printf("  CPU %-16u %.3f %% lost, longest gap %.0f us, %.0f gaps/s\n", cpu->cpu,
		       cpu->lost_fraction * 100, cpu->max_ticks / host->tsc.hz * 1e6, cpu->per_second);
	}
}

static const char *tuned_text(char *text, size_t text_bytes)
{
	struct tune tune;
	json_t *changes;
	size_t count;

	tune_init(&tune, NULL, NULL);
	changes = tune_in_force(&tune);
	count = json_array_size(changes);
	snprintf(text, text_bytes,
		 count > 0 ? "%zu settings, until 'aerobench tune --restore'" : "no: see 'aerobench tune'", count);
	json_decref(changes);
	tune_free(&tune);
	return text;
}

static void print_system(const struct host *host)
{
	const struct probe_system *system = &host->system;
	char text[80];

	printf("\ncomputer\n");
	fact("CPU", system->model);
	printf("  %-20s %u online, %u usable on %u cores; SMT %s\n", "CPUs", system->online, system->allowed,
	       system->cores, system->smt[0] != '\0' ? system->smt : "unknown");
	fact("microcode", system->microcode);
	fact("hypervisor", system->hypervisor);
	fact("governor", system->governor[0] != '\0' ? system->governor : "not controllable from here");
	fact("idle driver", system->idle_driver);
	fact("isolated", system->isolated);
	fact("nohz_full", system->nohz_full);
	fact("huge pages", system->transparent_hugepage);
	fact("mitigations", system->mitigations);
	printf("  %-20s %.2f over one minute\n", "load", system->load1);
	printf("  %-20s %.1f GiB, %.1f GiB available\n", "memory", (double)system->memory_bytes / (1 << 30),
	       (double)system->memory_free_bytes / (1 << 30));
	fact("kernel", system->kernel);
	fact("command line, part", system->command_line);
	fact("set up by tune", tuned_text(text, sizeof(text)));
	fact("events encoded for", counter_pmu() != NULL ? counter_pmu() : "libpfm4 does not know this processor");
	fact("PMU", host->pmu.usable ? "usable" : host->pmu.reason);
	fact("KVM", host->kvm->reason);
	fact("KVM's settings", host->kvm->parameters);
	fact("QEMU", host->qemu_problem[0] != '\0' ? host->qemu_problem : host->qemu_version);
}

static void print_missing(const struct host *host)
{
	if (host->missing_count > 0)
		printf("\nmissing\n");
	for (unsigned i = 0; i < host->missing_count; i++)
		printf("  %s, for %s: %s\n", host->missing[i].what, host->missing[i].for_what, host->missing[i].remedy);
}

static int doctor(bool json, bool strict, struct error *error)
{
	static struct host host;
	struct host_verdict verdict;

	host_probe(&host);
	host_judge(&host, SUBJECT_HOST, &verdict);
	if (json) {
		if (output_json(host_json(&host), error) != 0)
			return (int)error->status;
	} else {
		print_verdicts(&host);
		print_clock(&host);
		print_noise(&host);
		print_system(&host);
		print_missing(&host);
		if (output_finish(error) != 0)
			return (int)error->status;
	}
	return strict && !verdict.fit ? STATUS_FAILED : STATUS_OK;
}

static int list_events(bool json, struct error *error)
{
	json_t *catalog;

	if (!json)
		return counter_print(error);
	catalog = counter_catalog(error);
	return catalog != NULL ? output_json(catalog, error) : (int)error->status;
}

static int cmd_doctor(int argc, char **argv)
{
	static const struct option options[] = {{"json", no_argument, NULL, 'j'},
						{"events", no_argument, NULL, 'e'},
						{"strict", no_argument, NULL, 's'},
						{"help", no_argument, NULL, 'h'},
						{0}};
	struct error error = {STATUS_OK, ""};
	bool json = false, strict = false, events = false;
	int option, status;

	opterr = 0;
	optind = 0;
	while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (option == '?') {
			parse_refused(option, argv, &error);
			return error_print(&error);
		}
		json |= option == 'j';
		strict |= option == 's';
		events |= option == 'e';
		if (option == 'h') {
			help(argv[0]);
			return STATUS_OK;
		}
	}
	if (optind < argc) {
		error_set(&error, STATUS_USAGE, "unexpected argument '%s'; see 'aerobench doctor --help'",
			  argv[optind]);
		return error_print(&error);
	}
	if (events)
		status = list_events(json, &error);
	else
		status = doctor(json, strict, &error);
	return error.status != STATUS_OK ? error_print(&error) : status;
}

COMMAND(doctor, .summary = "is this machine fit to measure, what is missing, what to do", .run = cmd_doctor);
