/* SPDX-License-Identifier: MIT */
/* From probes to a verdict: see host.h. */
#include "host.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <build_info.h>

#include "cpus.h"
#include "error.h"
#include "launch.h"
#include "launch_kvm.h"
#include "launch_machine.h"
#include "process.h"

/* Limits of measuring.md §2, "Fitness to measure"; those of the noise probe are this project's choice. */
static const double READ_MAX_TICKS = 200, LOOP_MAX_TICKS = 3, BUSY_MAX = 0.1, LOST_MAX = 0.01, GAP_MAX_S = 0.001,
		    DISAGREEMENT_MAX_PPM = 50;

/* --- Probing ----------------------------------------------------------------------------------------------------------------- */

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");
	char *copy = strdup(path != NULL ? path : "/usr/bin:/bin"), *rest = copy, file[1024];
	bool found = false;

	for (const char *directory; !found && (directory = strsep(&rest, ":")) != NULL;) {
		snprintf(file, sizeof(file), "%s/%s", directory, program);
		found = access(file, X_OK) == 0;
	}
	free(copy);
	return found;
}

static bool in_bin(const char *name)
{
	char *path = launch_path(name);
	bool found = access(path, R_OK) == 0;

	free(path);
	return found;
}

static void need(struct host *host, bool there, const char *what, const char *for_what, const char *remedy)
{
	if (!there && host->missing_count < HOST_MISSING_MAX)
		host->missing[host->missing_count++] = (struct host_missing){what, for_what, remedy};
}

static void look_for_tools(struct host *host)
{
	static const char build[] = "cmake --preset release && cmake --build --preset release";
	struct error error = {STATUS_OK, ""};

	if (launch_qemu_probe(host->qemu_version, &error) != 0)
		snprintf(host->qemu_problem, sizeof(host->qemu_problem), "%.*s", PROBE_REASON_MAX - 1, error.text);
	need(host, error.status == STATUS_OK, "qemu-system-x86_64 7.0 or newer", "subjects @qemu, @sim and @kvm",
	     "apt-get install qemu-system-x86");
	need(host, in_path("gnuplot"), "gnuplot", "figures", "apt-get install gnuplot-nox");
	need(host, in_bin("aerokernel.elf"), "aerokernel.elf", "subjects aerokernel@…", build);
	need(host, in_bin("linux-baseline"), "linux-baseline", "linux@host", build);
	need(host, in_bin("guest.cpio.gz"), "guest.cpio.gz", "Linux guests", build);
	need(host, in_bin("vmlinuz"), "vmlinuz", "Linux guests", "ci/fetch_guest_kernel build/release/bin");
}

void host_probe(struct host *host)
{
	unsigned cpus[PROBE_CPUS_MAX], count = cpus_choose(cpus, PROBE_CPUS_MAX);
	uint64_t begin_ns = process_now_ns();

	memset(host, 0, sizeof(*host));
	probe_system(&host->system); /* first: the other probes are load themselves */
	probe_tsc(&host->tsc);
	probe_offsets(&host->offsets, cpus, count);
	probe_noise(&host->noise, cpus, count, host->tsc.hz);
	probe_pmu(&host->pmu);
	host->kvm = probe_kvm();
	look_for_tools(host);
	host->probe_seconds = (double)(process_now_ns() - begin_ns) / 1e9;
}

/* --- Judging ----------------------------------------------------------------------------------------------------------------- */

static void against(struct host_verdict *verdict, bool holds, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds a reason if it holds. */
static void against(struct host_verdict *verdict, bool holds, const char *format, ...)
{
	va_list list;

	if (!holds || verdict->reason_count == HOST_REASONS_MAX)
		return;
	va_start(list, format);
	vsnprintf(verdict->reasons[verdict->reason_count++], PROBE_REASON_MAX, format, list);
	va_end(list);
}

static void judge_clock(const struct host *host, struct host_verdict *verdict)
{
	const struct probe_tsc *tsc = &host->tsc;
	const struct probe_offset_pair *apart;
	double apart_ticks;

	against(verdict, !tsc->invariant, "the TSC is not invariant: its rate may change with power states");
	against(verdict, !tsc->rdtscp, "no RDTSCP: the contract's stop stamp is missing");
	against(verdict, tsc->read_p50 > READ_MAX_TICKS,
		"a clock read takes %.0f ticks, limit %.0f: it is trapped or emulated, or the CPU runs far below its "
		"clock's rate",
		tsc->read_p50, READ_MAX_TICKS);
	against(
	    verdict, tsc->loop_ticks > LOOP_MAX_TICKS,
	    "dec/jnz takes %.1f ticks, limit %.0f: this CPU is emulated, or the CPU runs far below its clock's rate",
	    tsc->loop_ticks, LOOP_MAX_TICKS);
	against(verdict, tsc->disagreement_ppm > DISAGREEMENT_MAX_PPM,
		"two windows of TSC against MONOTONIC_RAW disagree by %.0f ppm, limit %.0f", tsc->disagreement_ppm,
		DISAGREEMENT_MAX_PPM);
	against(verdict, host->offsets.cpus > 1 && (host->offsets.failed > 0 || isnan(host->offsets.bound_ticks)),
		"no bound on the clock offset between CPUs: %s",
		host->offsets.reason[0] != '\0' ? host->offsets.reason : "not measured");
	apart = probe_offsets_apart(&host->offsets, &apart_ticks);
	against(verdict, apart != NULL,
		"the clocks of CPUs %u and %u are at least %.0f ticks apart: no latency between CPUs can be believed",
		apart != NULL ? apart->a : 0, apart != NULL ? apart->b : 0, apart_ticks);
}

static void judge_quiet(const struct host *host, struct host_verdict *verdict)
{
	unsigned chosen[PROBE_CPUS_MAX], count = cpus_choose(chosen, LAUNCH_CPUS_DEFAULT);

	for (unsigned i = 0; i < count; i++)
		against(verdict, chosen[i] < PROBE_CPUS_MAX && host->system.busy_fraction[chosen[i]] > BUSY_MAX,
			"CPU %u is %.0f %% busy with other work, limit %.0f %%: stop it, or wait", chosen[i],
			host->system.busy_fraction[chosen[i]] * 100, BUSY_MAX * 100);
	for (unsigned i = 0; i < PROBE_CPUS_MAX; i++)
		against(verdict, host->system.sibling_of_chosen[i] && host->system.busy_fraction[i] > BUSY_MAX,
			"CPU %u, an SMT sibling of a measured CPU, is busy; switch SMT off: echo off > "
			"/sys/devices/system/cpu/smt/control",
			i);
	for (unsigned i = 0; i < host->noise.cpus; i++) {
		const struct probe_noise_cpu *cpu = &host->noise.cpu[i];
		double longest_s = cpu->max_ticks / host->tsc.hz;

		against(verdict, cpu->lost_fraction > LOST_MAX || longest_s > GAP_MAX_S,
			"noise on CPU %u: %.2f %% of the time lost, longest gap %.0f us; limits %.0f %% and %.0f us",
			cpu->cpu, cpu->lost_fraction * 100, longest_s * 1e6, LOST_MAX * 100, GAP_MAX_S * 1e6);
	}
}

static void judge_time(const struct host *host, struct host_verdict *verdict)
{
	const struct probe_system *system = &host->system;

	judge_clock(host, verdict);
	against(verdict, system->hypervisor[0] != '\0',
		"under a hypervisor (%s) that may stop or move these CPUs; measure on bare metal, or gate on @sim",
		system->hypervisor);
	against(verdict, system->governor[0] != '\0' && strcmp(system->governor, "performance") != 0,
		"frequency governor '%s': fix it by 'aerobench tune --apply'", system->governor);
	judge_quiet(host, verdict);
	against(verdict, strcmp(BUILD_TYPE, "release") != 0, "this build is '%s': measure with preset release",
		BUILD_TYPE);
	against(verdict, strcmp(BUILD_ASSERTS, "off") != 0, "debug assertions are on: measure with preset release");
}

/* What makes times on KVM others than those of the processor. */
static void judge_kvm(const struct probe_kvm *kvm, struct host_verdict *verdict)
{
	against(verdict, kvm->state == PROBE_KVM_EMULATES, "functional test only (AEROBENCH_KVM=functional): %.160s",
		kvm->reason);
	against(
	    verdict, kvm->shadow_paging,
	    "KVM runs without EPT or NPT (%.100s), so a guest's page tables cost exits: load %s with ept=1 or npt=1",
	    kvm->parameters, kvm->module);
	against(
	    verdict, kvm->nested,
	    "KVM is nested in another hypervisor's guest (module %.40s): each exit is several; use the computer itself",
	    kvm->module);
}

/* One line each for machines that launch_check() refuses whatever the system. */
static void judge_absent(enum subject_machine machine, struct host_verdict *verdict)
{
	struct error error = {STATUS_OK, ""};
	struct subject subject;
	char name[SUBJECT_NAME_MAX];

	snprintf(name, sizeof(name), "aerokernel@%s", subject_machine_name(machine));
	if (subject_parse(&subject, name, &error) == 0)
		launch_check(&subject, &error);
	against(verdict, error.status != STATUS_OK, "%.*s", PROBE_REASON_MAX - 1, error.text);
}

const char *host_verdict_word(const struct host_verdict *verdict)
{
	return verdict->fit ? "fit" : verdict->supported ? "unfit" : "unsupported";
}

/* Whether anything can run on a machine; the reason is added if not. */
static bool judge_support(const struct host *host, enum subject_machine machine, struct host_verdict *verdict)
{
	if (machine == SUBJECT_QEMU || machine == SUBJECT_SIM || machine == SUBJECT_KVM)
		against(verdict, host->qemu_problem[0] != '\0', "%s", host->qemu_problem);
	if (machine == SUBJECT_KVM)
		against(verdict, !launch_kvm_usable(host->kvm), "%s", host->kvm->reason);
	if (machine == SUBJECT_METAL || machine == SUBJECT_CORES)
		judge_absent(machine, verdict);
	return verdict->reason_count == 0;
}

void host_judge(const struct host *host, enum subject_machine machine, struct host_verdict *verdict)
{
	memset(verdict, 0, sizeof(*verdict));
	verdict->measures = machine == SUBJECT_SIM ? "instructions" : "time";
	verdict->supported = judge_support(host, machine, verdict);
	if (!verdict->supported)
		return;
	if (machine == SUBJECT_KVM)
		judge_kvm(host->kvm, verdict);
	if (machine == SUBJECT_QEMU)
		against(verdict, true,
			"plain TCG: ticks are host time and include translation; good for shapes, not for ratios of "
			"systems: what traps or halts costs another factor there than what computes");
	else if (machine != SUBJECT_SIM) /* nothing of this computer enters a count of instructions */
		judge_time(host, verdict);
	verdict->fit = verdict->reason_count == 0;
}
