/* SPDX-License-Identifier: MIT */
/*
 * What a kind of machine must supply to launch.c. One file each: launch_host.c, launch_qemu.c, launch_absent.c.
 */
#pragma once

#include "launch.h"

/*
 * Room for 10,000 threads (create_live, yield_many, wake_all_call) of a Linux that locks its memory (profile tuned), whose
 * stacks are there from the start: more than 1 GiB. The host gives what a guest touches.
 */
enum { LAUNCH_GUEST_MEMORY_MIB = 2048 };

/*
 * What every guest's processor does without: with them a Linux clears and copies by one instruction, whose iterations count
 * as instructions on sim (measuring.md §4). The same everywhere, so that the code that runs is the same on every machine.
 */
#define LAUNCH_CPU_LESS "-erms,-fsrm"

struct kvm_choice; /* launch_kvm.h */

struct launch_machine {
	/* As launch_check(). */
	int (*check)(const struct subject *subject, struct error *error);
	/* Fills in argv for a subject that check() accepted; cpus is never 0. */
	int (*command)(const struct launch_request *request, unsigned cpus, struct launch_argv *argv,
		       struct error *error);
	/* Binds the threads of a running boot. True when there is nothing left to do; placement says what was done. */
	bool (*place)(struct launch *launch);
	/* Looks at what the boot goes through, while it can be seen; NULL: nothing to see. Cheap: called at every poll. */
	void (*look)(struct launch *launch);
	/* What it was and went through, as JSON for its record; NULL: nothing to tell. A new reference, or NULL. */
	json_t *(*facts)(const struct launch *launch);
	enum process_output stream;  /* where the stream comes out */
	enum process_output console; /* where a guest's console comes out; PROCESS_STDERR: there is none */
	int success;                 /* the exit status after success */
};

extern const struct launch_machine launch_host;   /* this Linux */
extern const struct launch_machine launch_qemu;   /* qemu, sim, kvm */
extern const struct launch_machine launch_absent; /* metal, cores: known names that this version cannot run */

/* Appends a word made by format. */
void launch_arg(struct launch_argv *argv, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * QEMU as probed: its version, or why it is not usable. The binary is $AEROBENCH_QEMU, else qemu-system-x86_64.
 * Returns as launch_check(); version (64 bytes) may be NULL.
 */
int launch_qemu_probe(char *version, struct error *error);
const char *launch_qemu_binary(void);
/*
 * The words that make the virtual machine, the same for every subject; what it boots comes behind them. choice: how
 * machine kvm is made; else NULL.
 */
void launch_qemu_machine(struct launch_argv *argv, enum subject_machine machine, const struct kvm_choice *choice,
			 unsigned cpus);
