/* SPDX-License-Identifier: MIT */
/*
 * Which options of the virtual machine work here: a guest with one short benchmark is booted with them. It brings up all
 * its CPUs, halts them, wakes them by IPI and ends through isa-debug-exit, so an option that only looks accepted is found.
 */
#include "launch_kvm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cpus.h"
#include "launch_machine.h"
#include "launch_qemu_run.h"
#include "memory.h"
#include "process.h"
#include "sysfile.h"

/* A guest ends within a second, an emulated one within a minute; the bounds are for one that never does. */
static const uint64_t TRIAL_TIMEOUT_NS = 60ULL * 1000 * 1000 * 1000,
		      TRIAL_EMULATED_TIMEOUT_NS = 600ULL * 1000 * 1000 * 1000;
enum { TRIAL_POLL_MS = 50, TRIALS_MAX = 8 };

/* What each trial needs. */
struct trial {
	const char *image;
	unsigned vcpus;
	bool spoke; /* the last guest had begun its stream */
};

static bool may_lock(void)
{
	struct rlimit limit;

	return geteuid() == 0 || (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY);
}

void launch_kvm_facts(struct kvm_facts *facts, unsigned vcpus)
{
	const struct probe_kvm *kvm = probe_kvm();
	uint64_t available_kib = 0, huge_pages = 0;

	sysfile_key("/proc/meminfo", "MemAvailable:", &available_kib);
	sysfile_number("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", &huge_pages);
	*facts = (struct kvm_facts){.invariant_tsc = kvm->invariant_tsc,
				    .halt_without_exit = kvm->can[PROBE_KVM_HALT_WITHOUT_EXIT],
				    .nested = kvm->nested,
				    .may_lock = may_lock(),
				    .vcpus = vcpus,
				    .cpus = cpus_allowed(),
				    .cores = cpus_cores(),
				    .guest_bytes = (uint64_t)LAUNCH_GUEST_MEMORY_MIB << 20,
				    .available_bytes = available_kib << 10,
				    .huge_pages_bytes = huge_pages << 21};
}

/* The first line with mark, without control bytes. False: there is none. */
static bool marked_line(const char *text, const char *mark, char *line)
{
	const char *at = strstr(text, mark), *end;
	size_t used = 0;

	if (at == NULL)
		return false;
	while (at > text && at[-1] != '\n')
		at--;
	end = at + strcspn(at, "\r\n");
	for (; at < end && used + 1 < KVM_WHY_MAX; at++)
		line[used++] = *at >= ' ' && *at <= '~' ? *at : '?';
	line[used] = '\0';
	return used > 0;
}

/* The line that says most of what QEMU said, or of the stream of a guest that failed by itself. */
static bool best_line(const char *said, const char *stream, char *line)
{
	return marked_line(said, "rror", line) || marked_line(said, "ssertion", line) || marked_line(said, "", line) ||
	       marked_line(stream, "panic: ", line) || marked_line(stream, "@fail ", line);
}

static void explain(struct trial *trial, const struct process *process, char *why)
{
	char *said = process_read(process, PROCESS_STDERR, NULL), *stream = process_read(process, PROCESS_EXTRA, NULL);
	char line[KVM_WHY_MAX];

	trial->spoke = stream != NULL && stream[0] != '\0';
	if (best_line(said != NULL ? said : "", stream != NULL ? stream : "", line))
		snprintf(why, KVM_WHY_MAX, "%s", line);
	else if (process->end == PROCESS_TIMED_OUT)
		snprintf(why, KVM_WHY_MAX, "a guest did not end in time");
	else if (process->end == PROCESS_SIGNALLED)
		snprintf(why, KVM_WHY_MAX, "QEMU was killed by signal %d", process->status);
	else
		snprintf(why, KVM_WHY_MAX, "QEMU ended with exit status %d", process->status);
	free(stream);
	free(said);
}

static bool try_guest(void *context, const struct kvm_choice *choice, char *why)
{
	struct process_spec spec = {.timeout_ns =
					launch_kvm_functional() ? TRIAL_EMULATED_TIMEOUT_NS : TRIAL_TIMEOUT_NS};
	struct launch_argv argv = {.count = 0};
	struct trial *trial = context;
	struct process process, *waiting = &process;
	bool works;
	int failed;

	launch_qemu_machine(&argv, SUBJECT_KVM, choice, trial->vcpus);
	launch_arg(&argv, "-kernel");
	launch_arg(&argv, "%s", trial->image);
	launch_arg(&argv, "-append");
	launch_arg(&argv, "idle=halt spin=pause unit=ticks bench=wake_cross samples=1 warmup=0");
	spec.argv = argv.words;
	failed = process_start(&process, &spec);
	if (failed != 0) {
		snprintf(why, KVM_WHY_MAX, "cannot start %s: %s", argv.words[0], strerror(-failed));
		launch_argv_free(&argv);
		return false;
	}
	while (!process_poll(&process)) {
		process_sleep(&waiting, 1, TRIAL_POLL_MS);
		if (launch_qemu_stuck(&process))
			process_abort(&process);
	}
	works = process.end == PROCESS_EXITED && process.status == LAUNCH_QEMU_SUCCESS;
	if (!works)
		explain(trial, &process, why);
	process_close(&process);
	launch_argv_free(&argv);
	return works;
}

const struct kvm_choice *launch_kvm_choose(unsigned vcpus, struct error *error)
{
	static struct {
		unsigned vcpus;
		bool spoke;
		char why[KVM_WHY_MAX];
		struct kvm_choice choice;
	} known[TRIALS_MAX];
	static size_t count;
	struct trial trial = {.vcpus = vcpus};
	struct kvm_facts facts;
	size_t i;

	for (i = 0; i < count && known[i].vcpus != vcpus; i++)
		;
	if (i == count) {
		i = count < TRIALS_MAX ? count++ : 0;
		launch_kvm_facts(&facts, vcpus);
		launch_kvm_wanted(&known[i].choice, &facts);
		trial.image = launch_path("aerokernel.elf");
		known[i].vcpus = vcpus;
		launch_kvm_reduce(&known[i].choice, try_guest, &trial, known[i].why);
		known[i].spoke = trial.spoke;
		free((char *)trial.image);
	}
	if (known[i].choice.model != NULL)
		return &known[i].choice;
	error_set(error, known[i].spoke ? STATUS_FAILED : STATUS_UNSUPPORTED, "%s: %s",
		  known[i].spoke ? "a first guest on KVM failed" : "no processor model of QEMU works with this KVM",
		  known[i].why);
	return NULL;
}
