/* SPDX-License-Identifier: MIT */
/* Steal, switches, migrations and exits of a virtual machine: see kvm_stats.h. */
#include "kvm_stats.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "sysfile.h"

static const double NS_PER_S = 1e9;

int kvm_stats_vcpu_number(const char *thread_name)
{
	int vcpu = -1;

	return sscanf(thread_name, "CPU %d/", &vcpu) == 1 && vcpu >= 0 ? vcpu : -1;
}

/* --- Threads ------------------------------------------------------------------------------------------------------------- */

/* Finds the virtual CPUs' threads. */
static void find_threads(struct kvm_stats *stats, const char *proc, pid_t pid)
{
	char path[300], name[64];
	DIR *tasks;

	snprintf(path, sizeof(path), "%s/%d/task", proc, (int)pid);
	tasks = opendir(path);
	if (tasks == NULL)
		return;
	for (struct dirent *entry; (entry = readdir(tasks)) != NULL;) {
		int vcpu;

		snprintf(path, sizeof(path), "%s/%d/task/%.32s/comm", proc, (int)pid, entry->d_name);
		if (!sysfile_line(path, name, sizeof(name)))
			continue;
		vcpu = kvm_stats_vcpu_number(name);
		if (vcpu < 0 || vcpu >= KVM_STATS_VCPUS_MAX || (unsigned)vcpu >= stats->expected)
			continue;
		stats->vcpus += stats->vcpu[vcpu].thread == 0;
		stats->vcpu[vcpu].thread = (pid_t)atoi(entry->d_name);
	}
	closedir(tasks);
}

/* /proc/PID/schedstat: Linux, Documentation/scheduler/sched-stats.rst: time on a CPU, time waiting for one, slices. */
static void look_at_steal(struct kvm_stats *stats, struct kvm_stats_vcpu *vcpu, const char *task)
{
	char path[300], line[128];
	unsigned long long run_ns, delay_ns;

	snprintf(path, sizeof(path), "%s/schedstat", task);
	if (sysfile_line(path, line, sizeof(line)) && sscanf(line, "%llu %llu", &run_ns, &delay_ns) == 2) {
		vcpu->run_ns = run_ns;
		vcpu->delay_ns = delay_ns;
	} else if (stats->looks == 0) {
		snprintf(stats->no_steal, sizeof(stats->no_steal), "this kernel has no /proc/PID/schedstat");
	}
}

static void look_at_switches(struct kvm_stats *stats, struct kvm_stats_vcpu *vcpu, const char *task)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/status", task);
	sysfile_key(path, "voluntary_ctxt_switches:", &vcpu->voluntary);
	sysfile_key(path, "nonvoluntary_ctxt_switches:", &vcpu->involuntary);
	snprintf(path, sizeof(path), "%s/sched", task);
	if (!sysfile_key(path, "se.nr_migrations", &vcpu->migrations) && stats->looks == 0)
		snprintf(stats->no_migrations, sizeof(stats->no_migrations),
			 "this kernel has no /proc/PID/sched (CONFIG_SCHED_DEBUG)");
}

/* --- Exits --------------------------------------------------------------------------------------------------------------- */

static int exit_order(const void *left, const void *right)
{
	return strcmp(left, right);
}

/* Each file of a virtual machine's directory that holds one number is a counter; histograms hold many. Returns how many. */
static unsigned read_counters(struct kvm_stats_exit *exits, const char *directory)
{
	DIR *files = opendir(directory);
	unsigned count = 0;

	if (files == NULL)
		return 0;
	for (struct dirent *entry; (entry = readdir(files)) != NULL && count < KVM_STATS_EXITS_MAX;) {
		char path[600];

		if (entry->d_name[0] == '.' || strlen(entry->d_name) >= KVM_STATS_NAME_MAX)
			continue;
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		if (!sysfile_number(path, &exits[count].count) || exits[count].count == 0)
			continue;
		snprintf(exits[count++].name, KVM_STATS_NAME_MAX, "%.39s", entry->d_name);
	}
	closedir(files);
	qsort(exits, count, sizeof(exits[0]), exit_order);
	return count;
}

/*
 * Takes new counters. When the virtual machine goes away, its files do one by one: a list that lacks a counter that was
 * there before is such a rest, and the last whole one stays.
 */
static void take_counters(struct kvm_stats *stats, const struct kvm_stats_exit *exits, unsigned count)
{
	for (unsigned i = 0; i < stats->exits; i++)
		if (bsearch(&stats->exit[i], exits, count, sizeof(exits[0]), exit_order) == NULL)
			return;
	memcpy(stats->exit, exits, count * sizeof(exits[0]));
	stats->exits = count;
}

/* KVM keeps a directory PID-DESCRIPTOR for each virtual machine: Linux, virt/kvm/kvm_main.c, kvm_create_vm_debugfs(). */
static void look_at_exits(struct kvm_stats *stats, const char *debug, pid_t pid)
{
	char path[300], prefix[32], found[256] = "";
	struct kvm_stats_exit exits[KVM_STATS_EXITS_MAX];
	DIR *machines;

	snprintf(path, sizeof(path), "%s/kvm", debug);
	snprintf(prefix, sizeof(prefix), "%d-", (int)pid);
	machines = opendir(path);
	if (machines == NULL) {
		if (stats->exits == 0)
			snprintf(stats->no_exits, sizeof(stats->no_exits), "%s",
				 errno == ENOENT ? "debugfs is not mounted: mount -t debugfs debugfs /sys/kernel/debug"
				 : errno == EACCES ? "only root may read KVM's counters in /sys/kernel/debug"
						   : strerror(errno));
		return;
	}
	for (struct dirent *entry; found[0] == '\0' && (entry = readdir(machines)) != NULL;)
		if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
			snprintf(found, sizeof(found), "%s", entry->d_name);
	closedir(machines);
	if (found[0] != '\0') {
		snprintf(path, sizeof(path), "%s/kvm/%.200s", debug, found);
		take_counters(stats, exits, read_counters(exits, path));
	}
	if (stats->exits > 0)
		stats->no_exits[0] = '\0';
	else
		snprintf(stats->no_exits, sizeof(stats->no_exits),
			 "this KVM keeps no counters for the virtual machine");
}

void kvm_stats_look(struct kvm_stats *stats, const char *proc, const char *debug, pid_t pid)
{
	if (stats->vcpus < stats->expected)
		find_threads(stats, proc, pid);
	for (unsigned i = 0; i < stats->expected && i < KVM_STATS_VCPUS_MAX; i++) {
		char task[200];

		if (stats->vcpu[i].thread == 0)
			continue;
		snprintf(task, sizeof(task), "%.100s/%d/task/%d", proc, (int)pid, (int)stats->vcpu[i].thread);
		look_at_steal(stats, &stats->vcpu[i], task);
		look_at_switches(stats, &stats->vcpu[i], task);
	}
	if (debug != NULL)
		look_at_exits(stats, debug, pid);
	else
		snprintf(stats->no_exits, sizeof(stats->no_exits), "only a machine on KVM has exits");
	stats->looks += stats->vcpus > 0;
}

/* --- JSON ---------------------------------------------------------------------------------------------------------------- */

static json_t *count_json(uint64_t count, const char *why_not)
{
	return why_not[0] != '\0' ? json_null() : json_integer((json_int_t)count);
}

static json_t *seconds_json(uint64_t time_ns, const char *why_not)
{
	return why_not[0] != '\0' ? json_null() : json_real((double)time_ns / NS_PER_S);
}

static json_t *vcpu_json(const struct kvm_stats *stats, const struct kvm_stats_vcpu *vcpu)
{
	return json_pack("{s:o, s:o, s:I, s:I, s:o}", "run_s", seconds_json(vcpu->run_ns, stats->no_steal), "steal_s",
			 seconds_json(vcpu->delay_ns, stats->no_steal), "voluntary", (json_int_t)vcpu->voluntary,
			 "involuntary", (json_int_t)vcpu->involuntary, "migrations",
			 count_json(vcpu->migrations, stats->no_migrations));
}

static json_t *missing_json(const struct kvm_stats *stats)
{
	json_t *missing = json_object();

	if (stats->no_steal[0] != '\0')
		json_object_set_new(missing, "steal", output_text_json(stats->no_steal));
	if (stats->no_migrations[0] != '\0')
		json_object_set_new(missing, "migrations", output_text_json(stats->no_migrations));
	if (stats->no_exits[0] != '\0')
		json_object_set_new(missing, "exits", output_text_json(stats->no_exits));
	return missing;
}

json_t *kvm_stats_json(const struct kvm_stats *stats)
{
	json_t *vcpus, *exits;
	struct kvm_stats_vcpu all = {.thread = 0};

	if (stats->looks == 0)
		return NULL;
	vcpus = json_array();
	exits = stats->exits > 0 ? json_object() : json_null();
	for (unsigned i = 0; i < stats->expected && i < KVM_STATS_VCPUS_MAX; i++) {
		const struct kvm_stats_vcpu *vcpu = &stats->vcpu[i];

		json_array_append_new(vcpus, vcpu_json(stats, vcpu));
		all.delay_ns += vcpu->delay_ns;
		all.involuntary += vcpu->involuntary;
		all.migrations += vcpu->migrations;
	}
	for (unsigned i = 0; i < stats->exits; i++)
		json_object_set_new(exits, stats->exit[i].name, json_integer((json_int_t)stats->exit[i].count));
	return json_pack("{s:f, s:o, s:I, s:o, s:o, s:o, s:o}", "looked_at_s", (double)stats->looked_ns / NS_PER_S,
			 "steal_s", seconds_json(all.delay_ns, stats->no_steal), "involuntary",
			 (json_int_t)all.involuntary, "migrations", count_json(all.migrations, stats->no_migrations),
			 "exits", exits, "vcpus", vcpus, "missing", missing_json(stats));
}
