/* SPDX-License-Identifier: MIT */
/*
 * What a virtual machine's threads went through while it ran, seen from this Linux: how long each virtual CPU could run and
 * did not (steal), how often it was taken off its CPU or moved to another, and how often the guest was left (exits). It is
 * looked at while QEMU runs, because most of it ends with the threads; a look is a few reads of /proc by the harness and
 * asks nothing of QEMU. What is not to be had has a reason.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

enum { KVM_STATS_VCPUS_MAX = 256, KVM_STATS_EXITS_MAX = 96, KVM_STATS_NAME_MAX = 40, KVM_STATS_WHY_MAX = 128 };

struct kvm_stats_vcpu {
	pid_t thread;         /* 0: not seen */
	uint64_t run_ns;      /* on a CPU */
	uint64_t delay_ns;    /* runnable, but not on a CPU: steal */
	uint64_t voluntary;   /* context switches because it had nothing to do */
	uint64_t involuntary; /* because another was to run */
	uint64_t migrations;  /* to another CPU */
};

struct kvm_stats_exit {
	char name[KVM_STATS_NAME_MAX];
	uint64_t count;
};

struct kvm_stats {
	struct kvm_stats_vcpu vcpu[KVM_STATS_VCPUS_MAX];
	unsigned expected;  /* how many there are: set before the first look */
	unsigned vcpus;     /* seen so far */
	unsigned looks;     /* 0: all else is unknown */
	uint64_t looked_ns; /* age of the boot at the last look */
	/* KVM's counters that are not 0, in the order of their names. */
	struct kvm_stats_exit exit[KVM_STATS_EXITS_MAX];
	unsigned exits;
	/* "" or why something is missing */
	char no_steal[KVM_STATS_WHY_MAX], no_migrations[KVM_STATS_WHY_MAX], no_exits[KVM_STATS_WHY_MAX];
};

/* The number in the name that QEMU gives a virtual CPU's thread (-name debug-threads=on), -1 if it is none. */
int kvm_stats_vcpu_number(const char *thread_name);
/*
 * Looks at process pid below proc (/proc). debug: /sys/kernel/debug if there is a KVM to be asked, else NULL. Numbers only
 * grow; of threads that have ended the last look's stay.
 */
void kvm_stats_look(struct kvm_stats *stats, const char *proc, const char *debug, pid_t pid);
/*
 * {"looked_at_s", "vcpus": [{"run_s", "steal_s", "voluntary", "involuntary", "migrations"}], "steal_s", "involuntary",
 * "migrations", "exits": {name: count}, "missing": {what: why}}: a new reference. NULL if nothing was seen.
 */
json_t *kvm_stats_json(const struct kvm_stats *stats);
