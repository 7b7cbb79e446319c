/* SPDX-License-Identifier: MIT */
/*
 * Measured facts about this computer. Each probe does the thing instead of asking for a flag, takes a bounded time, and
 * says why when it cannot. Ticks are those of the TSC. All of them together take about two seconds.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROBE_REASON_MAX = 256, PROBE_CPUS_MAX = 1024 };

/* --- Hardware virtualisation: probe_kvm.c ------------------------------------------------------------------------------ */

enum probe_kvm_state {
	PROBE_KVM_ABSENT,   /* no /dev/kvm */
	PROBE_KVM_DENIED,   /* may not be opened */
	PROBE_KVM_BROKEN,   /* a guest of four instructions did not run to its end */
	PROBE_KVM_EMULATES, /* runs guests, but interprets them */
	PROBE_KVM_REAL
};

struct probe_kvm {
	enum probe_kvm_state state;
	double ticks_per_iteration;    /* of dec/jnz in the guest; NaN if nothing ran */
	uint64_t iterations;           /* that were timed */
	char reason[PROBE_REASON_MAX]; /* one line, for REAL too */
};

/* Runs a real guest in a child, once per process; the result is kept. */
const struct probe_kvm *probe_kvm(void);
