/* SPDX-License-Identifier: MIT */
/*
 * The threads of a running QEMU: each virtual CPU's on a CPU of its own, the others where no virtual CPU is, if there is
 * room; and their steal, switches, migrations and exits (kvm_stats.h).
 */
#include "launch_qemu_run.h"

#include <dirent.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpus.h"
#include "kvm_stats.h"
#include "launch_kvm.h"
#include "memory.h"
#include "sysfile.h"

static const uint64_t PLACE_GIVE_UP_NS = 10ULL * 1000 * 1000 * 1000;

/* --- Placement ----------------------------------------------------------------------------------------------------------- */

/* The number of the virtual CPU that thread tid of process pid runs, -1 if it runs none. */
static int vcpu_of(pid_t pid, const char *tid)
{
	char path[300], name[32];

	snprintf(path, sizeof(path), "/proc/%d/task/%s/comm", (int)pid, tid);
	return sysfile_line(path, name, sizeof(name)) ? kvm_stats_vcpu_number(name) : -1;
}

/* The CPUs that QEMU's other threads may use; none if the virtual CPUs leave nothing. */
static unsigned spare_cpus(cpu_set_t *set, unsigned vcpus)
{
	unsigned cpus[CPUS_MAX], count = cpus_spare(cpus, CPUS_MAX, vcpus);

	CPU_ZERO(set);
	for (unsigned i = 0; i < count; i++)
		CPU_SET(cpus[i], set);
	return count;
}

/* Binds each virtual CPU's thread to a CPU of its own and the others away from them; returns how many virtual CPUs there were. */
static unsigned bind_threads(const struct launch *launch, const unsigned *cpus, unsigned count)
{
	char path[64];
	unsigned bound = 0, spare;
	cpu_set_t set, others;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)launch->process.pid);
	tasks = opendir(path);
	if (tasks == NULL)
		return 0;
	spare = spare_cpus(&others, count);
	for (struct dirent *entry; (entry = readdir(tasks)) != NULL;) {
		int vcpu = vcpu_of(launch->process.pid, entry->d_name);

		if (vcpu >= 0 && (unsigned)vcpu < count) {
			CPU_ZERO(&set);
			CPU_SET(cpus[vcpu], &set);
			bound += sched_setaffinity(atoi(entry->d_name), sizeof(set), &set) == 0;
		} else if (spare > 0 && entry->d_name[0] != '.') {
			sched_setaffinity(atoi(entry->d_name), sizeof(others), &others);
		}
	}
	closedir(tasks);
	return bound;
}

/* What is good or bad about the CPUs: ", isolated", ", SMT siblings among them". */
static const char *quality(const unsigned *cpus, unsigned count)
{
	unsigned isolated = 0;

	for (unsigned i = 0; i < count; i++)
		isolated += cpus_isolated(cpus[i]);
	if (count > cpus_cores())
		return ", SMT siblings among them";
	return isolated == count ? ", isolated" : "";
}

bool launch_qemu_place(struct launch *launch)
{
	unsigned cpus[CPUS_MAX], count = cpus_choose(cpus, launch->cpus);
	char *list = cpus_text(cpus, count);
	bool done = true;

	if (launch->subject.machine == SUBJECT_SIM)
		snprintf(launch->placement, sizeof(launch->placement), "not bound: instructions do not depend on it");
	else if (count < launch->cpus)
		snprintf(launch->placement, sizeof(launch->placement), "not bound: %u virtual CPUs on %u", launch->cpus,
			 count);
	else if (bind_threads(launch, cpus, count) == launch->cpus)
		snprintf(launch->placement, sizeof(launch->placement), "virtual CPUs bound to %.70s%s", list,
			 quality(cpus, count));
	else if (process_now_ns() - launch->process.started_ns > PLACE_GIVE_UP_NS)
		snprintf(launch->placement, sizeof(launch->placement), "not bound: no threads named 'CPU n'");
	else
		done = false;
	free(list);
	return done;
}

/* --- What it goes through ------------------------------------------------------------------------------------------------ */

bool launch_qemu_stuck(const struct process *process)
{
	char *said = process_read(process, PROCESS_STDERR, NULL);
	bool found = said != NULL && strstr(said, "KVM internal error") != NULL;

	free(said);
	return found;
}

void launch_qemu_look(struct launch *launch)
{
	if (launch->subject.machine == SUBJECT_SIM)
		return;
	if (launch->stats == NULL) {
		launch->stats = memory_new(1, sizeof(*launch->stats));
		launch->stats->expected = launch->cpus;
	}
	kvm_stats_look(launch->stats, "/proc", launch->subject.machine == SUBJECT_KVM ? "/sys/kernel/debug" : NULL,
		       launch->process.pid);
	launch->stats->looked_ns = process_now_ns() - launch->process.started_ns;
	if (launch->subject.machine == SUBJECT_KVM && launch_qemu_stuck(&launch->process))
		kill(launch->process.pid, SIGKILL); /* it would wait until it is called hung */
}

json_t *launch_qemu_facts(const struct launch *launch)
{
	json_t *facts, *seen;

	if (launch->subject.machine == SUBJECT_SIM)
		return NULL;
	facts = launch->stats != NULL ? kvm_stats_json(launch->stats) : NULL;
	seen = facts != NULL ? facts : json_object();
	json_object_set_new(seen, "placement",
			    launch->placement[0] != '\0' ? json_string(launch->placement) : json_null());
	if (launch->subject.machine == SUBJECT_KVM && launch_kvm_choose(launch->cpus, NULL) != NULL)
		json_object_set_new(seen, "kvm", launch_kvm_json(launch_kvm_choose(launch->cpus, NULL)));
	return seen;
}
