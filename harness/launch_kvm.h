/* SPDX-License-Identifier: MIT */
/*
 * How the virtual machine of kvm is made: which processor a guest sees, and which extras take variance out of it. What is
 * wanted follows from facts alone, so it is the same for both systems; what this computer grants is found out by booting a
 * small guest with exactly these options. What was left out is told with its reason and recorded with every boot.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "launch.h"
#include "probe.h"

/* In the order in which they are tried one by one, when all together do not work. */
enum kvm_extra {
	/* The TSC is told to be invariant, so that Linux keeps it for its clock: CPUID 8000_0007H:EDX[8]. */
	KVM_INVTSC,
	/* The guest's memory is there before the guest runs: no page fault of the host in a measured interval. */
	KVM_PREALLOC,
	/* The same in pages of 2 MiB: fewer misses of the nested TLB, and no splitting or joining of pages meanwhile. */
	KVM_HUGE,
	/* None of QEMU's memory is paged out or moved. */
	KVM_LOCK,
	/*
	 * HLT, MWAIT and PAUSE are executed by the processor without an exit. Takes out of every wake from idle: the exit,
	 * the host's scheduler or its halt polling (whose length adapts to the past), the entry; and out of spinning the exits of
	 * pause-loop detection. Only where each virtual CPU has a core of its own and one CPU is left over, because a virtual
	 * CPU that sleeps in HLT keeps its CPU. The guest is told that it is never preempted (KVM_HINTS_REALTIME: Linux,
	 * Documentation/virt/kvm/x86/cpuid.rst).
	 */
	KVM_DEDICATED,
	KVM_EXTRAS
};

enum { KVM_WHY_MAX = 160 };

/* What the choice depends on. */
struct kvm_facts {
	bool invariant_tsc, halt_without_exit;
	bool nested;               /* this computer is a virtual machine: its CPUs are not its own */
	bool may_lock;             /* memory, without a limit */
	unsigned vcpus;            /* of the guest */
	unsigned cpus, cores;      /* that the harness may use */
	uint64_t guest_bytes;      /* the guest's memory */
	uint64_t available_bytes;  /* of memory, without swapping */
	uint64_t huge_pages_bytes; /* free pages of 2 MiB, together */
};

struct kvm_choice {
	const char *model; /* for -cpu, without the extras; NULL: nothing works */
	bool with[KVM_EXTRAS];
	char why_not[KVM_EXTRAS][KVM_WHY_MAX]; /* "" for those that it has */
	char why_not_first[KVM_WHY_MAX];       /* why the first model was not taken; "" if it was */
};

/* The choice that the facts allow, with the best model. Pure. */
void launch_kvm_wanted(struct kvm_choice *choice, const struct kvm_facts *facts);

/* Whether a guest ran to its end with a choice; else *why, KVM_WHY_MAX bytes, says what went wrong. */
typedef bool launch_kvm_try(void *context, const struct kvm_choice *choice, char *why);
/*
 * What works of a choice: all of it, or the first model that works and those extras that each work with it. False: no model
 * works; why says what went wrong with the last one.
 */
bool launch_kvm_reduce(struct kvm_choice *choice, launch_kvm_try *works, void *context, char *why);

/* The processor, for -cpu. */
void launch_kvm_cpu(struct launch_argv *argv, const struct kvm_choice *choice);
/* The other words of QEMU's command line. */
void launch_kvm_args(struct launch_argv *argv, const struct kvm_choice *choice);
/* {"cpu": …, "with": […], "left_out": {name: why}}: a new reference. */
json_t *launch_kvm_json(const struct kvm_choice *choice);

/*
 * The variable that lets kvm boot guests where KVM only emulates: AEROBENCH_KVM=functional. For tests of the way there: its
 * times mean nothing, and every verdict stays "unfit" and says so.
 */
bool launch_kvm_functional(void);
/* Whether kvm may boot anything: on hardware, or for a functional test. */
bool launch_kvm_usable(const struct probe_kvm *kvm);

/* --- launch_kvm_trial.c ------------------------------------------------------------------------------------------------- */

void launch_kvm_facts(struct kvm_facts *facts, unsigned vcpus);
/*
 * The choice for guests of a number of CPUs, tried once per process by a guest: aerokernel.elf of this build. NULL with the
 * error set: STATUS_UNSUPPORTED if QEMU does not get as far as the guest, STATUS_FAILED if the guest fails.
 */
const struct kvm_choice *launch_kvm_choose(unsigned vcpus, struct error *error);
