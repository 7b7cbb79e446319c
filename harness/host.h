/* SPDX-License-Identifier: MIT */
/*
 * Is this computer fit to measure? Facts come from probes (probe.h), the verdict from fixed rules (measuring.md §2,
 * "Fitness to measure"); no option overrides it. Each machine has a verdict of its own: time on this Linux, time in QEMU,
 * instructions in QEMU, time on KVM. The verdict is stored with every run and printed with every table.
 */
#pragma once

#include <stdbool.h>

#include <jansson.h>

#include "probe.h"
#include "subject.h"

enum { HOST_REASONS_MAX = 16, HOST_MISSING_MAX = 8 };

/* Something that would be needed, and how to get it. */
struct host_missing {
	const char *what;
	const char *for_what;
	const char *remedy; /* a command */
};

struct host {
	struct probe_tsc tsc;
	struct probe_offsets offsets;
	struct probe_noise noise;
	struct probe_pmu pmu;
	struct probe_system system;
	const struct probe_kvm *kvm;
	char qemu_version[64];               /* "" if not usable */
	char qemu_problem[PROBE_REASON_MAX]; /* "" if usable */
	struct host_missing missing[HOST_MISSING_MAX];
	unsigned missing_count;
	double probe_seconds;
};

struct host_verdict {
	bool supported; /* something can run there at all */
	bool fit;
	const char *measures; /* "time", "instructions" */
	char reasons[HOST_REASONS_MAX][PROBE_REASON_MAX];
	unsigned reason_count; /* 0 if fit */
};

/* Runs all probes: about a second and a half. */
void host_probe(struct host *host);
/* "fit", "unfit", "unsupported". */
const char *host_verdict_word(const struct host_verdict *verdict);
/* The verdict for subjects of a machine. */
void host_judge(const struct host *host, enum subject_machine machine, struct host_verdict *verdict);
/*
 * Schema "aerobench.doctor/1": verdict ("fit" or "unfit") and reasons of this Linux, those of each machine, all facts,
 * what is missing with its remedy. A new reference.
 */
json_t *host_json(const struct host *host);
