/* SPDX-License-Identifier: MIT */
/*
 * Is this machine fit to measure? Probes that do the thing instead of asking for a flag, then fixed rules, the same and in
 * the same words as those of `aerobench doctor` on Linux (harness/host.c). About a second; all other CPUs must be idle. The
 * verdict says what the numbers are worth and keeps nobody from taking them: it is recorded with them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"
#include "x86/cpu.h"

enum { DOCTOR_REASONS_MAX = 16, DOCTOR_REASON_BYTES = 192, DOCTOR_PAIRS_MAX = 2 * CPU_MAX };

/* What a tick is worth: doctor_clock.c. */
struct doctor_clock {
	uint64_t read_p50, read_p99; /* ticks between the two stamps of an empty measurement */
	uint64_t grain_hundredths;   /* of a tick: the step that all frequent readings are multiples of; at least 100 */
	uint64_t loop_hundredths;    /* of a tick for each dec/jnz */
};

void doctor_clock_probe(struct doctor_clock *clock);
/* values: ascending; what doctor_clock says of read_p50, read_p99 and grain_hundredths. Pure. */
void doctor_clock_judge(struct doctor_clock *clock, const uint32_t *values, size_t count);

/* The clock of b was ahead of a's by low … high ticks in every round. */
struct doctor_pair {
	unsigned a, b;
	bool answered; /* often enough for a bound */
	int64_t low_ticks, high_ticks;
};

/* Offset between the CPUs' clocks: doctor_offset.c. */
struct doctor_offsets {
	unsigned pairs, failed;    /* failed: without a bound */
	bool all_pairs;            /* else: each CPU against the first and against the next */
	bool contradiction;        /* a pair answered, and no offset fits all its rounds: a clock drifts or was set */
	uint64_t bound_ticks;      /* the largest that any pair allows; 0 if none has a bound */
	uint64_t round_trip_ticks; /* the smallest seen; 0: none */
	char reason[DOCTOR_REASON_BYTES];
	struct doctor_pair pair[DOCTOR_PAIRS_MAX];
};

/*
 * Ping-pong of one cache line between the CPUs of each pair; the offset lies in the intersection of [r - t1, r - t0] over
 * all rounds, whatever the path's asymmetry: local stamps t0, t1, remote stamp r between them.
 */
void doctor_offsets_probe(struct doctor_offsets *offsets);
/* Adds one round's interval. */
void doctor_pair_narrow(struct doctor_pair *pair, uint64_t t0, uint64_t r, uint64_t t1);
/*
 * The clocks of which two CPUs are surely apart, and most so: whatever moves between them took no time or less by one of the
 * two ways. *ticks: by how much at least. NULL: those of any pair may be equal.
 */
const struct doctor_pair *doctor_offsets_apart(const struct doctor_offsets *offsets, uint64_t *ticks);
/* Whether no offset of some pair fits both measurements of it: its clocks have moved apart. Which pair: *moved. */
bool doctor_offsets_moved(const struct doctor_offsets *before, const struct doctor_offsets *after,
			  struct doctor_pair *moved);

struct doctor_noise_cpu {
	uint64_t watched_ticks, lost_ticks, longest_ticks, gaps;
	uint64_t smi;          /* that came meanwhile, if known */
	uint64_t effective_hz; /* cycles per second while it was busy; 0: unknown */
};

/* What takes time from a program that never gives it up, and how fast its CPU runs: doctor_noise.c. */
struct doctor_noise {
	bool smi_known;
	struct doctor_noise_cpu cpu[CPU_MAX];
};

/* Selfish detour on all CPUs at once for 0.2 s: 0.01 s in an emulator, whose gaps are the host's. */
void doctor_noise_probe(struct doctor_noise *noise);

struct doctor {
	bool measured;
	bool fit;
	unsigned reason_count; /* 0 if fit */
	char reasons[DOCTOR_REASONS_MAX][DOCTOR_REASON_BYTES];
	struct doctor_clock clock;
	struct doctor_offsets offsets;
	struct doctor_noise noise;
	uint64_t smi_delta, elapsed_ticks; /* the most SMIs that a CPU took while all this ran */
};

/* Fills in reasons and fit from the probes' results and machine_facts. emulated: as doctor_emulated(). */
void doctor_judge(struct doctor *doctor, bool emulated);
/* Measures and judges; thread context, once before what it is asked about. */
void doctor_run(void);
/*
 * After it and what it was asked about: NULL if the clocks may still be as they were, else why no latency between CPUs can be
 * believed. A pair that does not answer in time (an emulator under load) contradicts nothing. Says what it found on the console.
 */
const char *doctor_run_after(void);
/* What two measurements of the offsets say together: NULL, or the reason in text. Pure. */
const char *doctor_judge_after(const struct doctor_offsets *before, const struct doctor_offsets *after,
			       char text[static DOCTOR_REASON_BYTES]);
/* What the last doctor_run() found. */
const struct doctor *doctor_result(void);
/* "fit", "unfit"; "not measured" without doctor_run(). */
const char *doctor_verdict(void);
/* "metal", or the hypervisor's name. */
const char *doctor_machine(void);
/* Whether the machine is an emulator, whose ticks are no time. */
bool doctor_emulated(void);
/* Its pairs of @env, after a record has been begun; begins more. */
void doctor_env(struct wire *wire);
/* The table, as console lines that are no records. */
void doctor_print(void);
