/* SPDX-License-Identifier: MIT */
/*
 * From probes to a verdict. The limits and the words are those of harness/host.c, so that a verdict reads the same on both
 * systems; what only this side can know is added.
 */
#include "doctor.h"

#include <build_info.h>
#include "core/fault.h"
#include "core/format.h"
#include "core/percpu.h"
#include "core/remote_call.h"
#include "core/string.h"
#include "x86/facts.h"
#include "x86/power.h"

/* Limits of measuring.md §2, "Fitness to measure"; those of the noise probe are this project's choice. */
enum {
	READ_MAX_TICKS = 200,
	LOOP_MAX_TICKS = 3,
	LOST_MAX_PERCENT = 1,
	GAP_MAX_US = 1000,
	DISAGREEMENT_MAX_PPM = 50,
	SLOWER_MAX_PERCENT = 10, /* this project's choice: more than rounding, less than most steps */
};

static struct doctor found;
static uint64_t smi_before[CPU_MAX]; /* each CPU writes its own */

const struct doctor *doctor_result(void)
{
	return &found;
}

const char *doctor_verdict(void)
{
	return !found.measured ? "not measured" : found.fit ? "fit" : "unfit";
}

const char *doctor_machine(void)
{
	return machine_facts.hypervisor[0] != '\0' ? machine_facts.hypervisor : "metal";
}

bool doctor_emulated(void)
{
	return strcmp(machine_facts.hypervisor, "TCGTCGTCGTCG") == 0;
}

/* --- Judging ------------------------------------------------------------------------------------------------------------ */

/* Adds a reason if it holds. */
static void against(struct doctor *doctor, bool holds, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void against(struct doctor *doctor, bool holds, const char *format, ...)
{
	va_list list;

	if (!holds || doctor->reason_count == DOCTOR_REASONS_MAX)
		return;
	va_start(list, format);
	format_list(doctor->reasons[doctor->reason_count++], DOCTOR_REASON_BYTES, format, list);
	va_end(list);
}

/* What a CPU that is no slower than its clock does in 100 ticks takes this one, which the clock was read on, so many. */
static uint64_t ticks_of_hundred(const struct doctor *doctor)
{
	uint64_t hz = doctor->noise.cpu[0].effective_hz;

	return hz == 0 || hz >= clock_hz ? 100 : clock_hz / 1000 * 100 / (hz / 1000);
}

/* How long reading takes, and a loop: in ticks, so a slow CPU is not taken for an emulated one where its rate is known. */
static void judge_cost(struct doctor *doctor)
{
	const struct doctor_clock *clock = &doctor->clock;
	uint64_t read_max = READ_MAX_TICKS * ticks_of_hundred(doctor) / 100;
	uint64_t loop_max_hundredths = LOOP_MAX_TICKS * ticks_of_hundred(doctor);
	const char *or_slow =
	    doctor->noise.cpu[0].effective_hz == 0 ? ", or the CPU runs far below its clock's rate" : "";

	against(doctor, clock->read_p50 > read_max,
		"a clock read takes %lu ticks, limit %lu: it is trapped or emulated%s", clock->read_p50, read_max,
		or_slow);
	against(doctor, clock->loop_hundredths > loop_max_hundredths,
		"dec/jnz takes %lu.%02lu ticks, limit %lu.%02lu: this CPU is emulated%s", clock->loop_hundredths / 100,
		clock->loop_hundredths % 100, loop_max_hundredths / 100, loop_max_hundredths % 100, or_slow);
}

static void judge_clock(struct doctor *doctor)
{
	const struct doctor_pair *apart;
	uint64_t apart_ticks;

	against(doctor, !machine_facts.tsc_invariant,
		"the TSC is not invariant: its rate may change with power states");
	against(doctor, !machine_facts.tsc_adjust_equal,
		"IA32_TSC_ADJUST differs between the CPUs: the firmware has set their clocks apart");
	against(doctor, machine_facts.mtrr_differ,
		"the CPUs' memory type range registers differ: memory is slower on some CPUs, update the firmware");
	against(doctor, !machine_facts.lfence_serialises,
		"LFENCE does not serialise, and cannot be made to: stamps may move");
	judge_cost(doctor);
	against(doctor, machine_facts.clock_spread_ppm > DISAGREEMENT_MAX_PPM,
		"two windows of TSC against %s disagree by %u ppm, limit %u", machine_facts.clock_source,
		machine_facts.clock_spread_ppm, DISAGREEMENT_MAX_PPM);
	against(doctor, doctor->offsets.failed > 0, "no bound on the clock offset between CPUs: %s",
		doctor->offsets.reason);
	apart = doctor_offsets_apart(&doctor->offsets, &apart_ticks);
	against(doctor, apart != NULL,
		"the clocks of CPUs %u and %u are at least %lu ticks apart: no latency between CPUs can be believed",
		apart != NULL ? apart->a : 0, apart != NULL ? apart->b : 0, apart_ticks);
}

static void judge_noise(struct doctor *doctor)
{
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		const struct doctor_noise_cpu *noise = &doctor->noise.cpu[cpu];
		uint64_t lost = noise->watched_ticks > 0 ? noise->lost_ticks * 10000 / noise->watched_ticks : 0;
		uint64_t longest_us = noise->longest_ticks * 1000 / (clock_hz / 1000);

		against(doctor, lost > LOST_MAX_PERCENT * 100 || longest_us > GAP_MAX_US,
			"noise on CPU %u: %lu.%02lu %% of the time lost, longest gap %lu us, limits %u %% and %u us",
			cpu, lost / 100, lost % 100, longest_us, LOST_MAX_PERCENT, GAP_MAX_US);
	}
}

/*
 * A core below its base frequency: what the firmware's power profile asks for, or what the system before a kexec left. Over
 * the base frequency is turbo, which is data. The slowest is named, because all may be slow.
 */
static void judge_speed(struct doctor *doctor)
{
	uint64_t least_hz = clock_hz / 100 * (100 - SLOWER_MAX_PERCENT), slowest_hz = UINT64_MAX;
	unsigned slow = 0, slowest = 0;

	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		uint64_t hz = doctor->noise.cpu[cpu].effective_hz;

		if (hz == 0 || hz >= least_hz) /* 0: unknown */
			continue;
		slow++;
		if (hz >= slowest_hz)
			continue;
		slowest_hz = hz;
		slowest = cpu;
	}
	against(doctor, slow > 0,
		"CPU %u runs at %lu MHz while its clock counts %lu: %u of %u CPUs are more than %u %% slower than "
		"their clock",
		slowest, slowest_hz / 1000000, clock_hz / 1000000, slow, cpu_count, SLOWER_MAX_PERCENT);
}

static void judge_power(struct doctor *doctor)
{
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		const struct power *power = power_of(cpu);
		bool hot = power->value[POWER_THROTTLED] != 0 || power->value[POWER_PACKAGE_THROTTLED] != 0;

		against(doctor, hot, "CPU %u was throttled by heat, current or power when it started", cpu);
	}
}

void doctor_judge(struct doctor *doctor, bool emulated)
{
	doctor->reason_count = 0;
	if (emulated) {
		against(doctor, true,
			"QEMU TCG: ticks are host time and include translation, good for shapes and not for ratios "
			"of systems, or they are executed instructions");
	} else {
		judge_clock(doctor);
		against(doctor, machine_facts.hypervisor[0] != '\0',
			"under a hypervisor (%s) that may stop or move these CPUs: measure on bare metal, or gate on "
			"@sim",
			machine_facts.hypervisor);
		judge_noise(doctor);
		judge_speed(doctor);
		judge_power(doctor);
	}
	against(doctor, strcmp(BUILD_TYPE, "release") != 0, "this build is '%s': measure with preset release",
		BUILD_TYPE);
	against(doctor, strcmp(BUILD_ASSERTS, "off") != 0, "debug assertions are on: measure with preset release");
	doctor->fit = doctor->reason_count == 0;
}

/* --- Measuring ---------------------------------------------------------------------------------------------------------- */

static void smi_read(void *arg)
{
	struct power_counters counters;
	uint64_t *smi = arg;

	power_counters_read(&counters);
	smi[this_cpu->cpu] = counters.smi;
}

static void smi_read_all(uint64_t smi[static CPU_MAX])
{
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		if (cpu == this_cpu->cpu)
			smi_read(smi);
		else
			remote_call_wait(cpu, smi_read, smi);
	}
}

/* The most that any CPU has taken since smi_before. */
static uint64_t smi_since(void)
{
	static uint64_t smi_now[CPU_MAX];
	uint64_t most = 0;

	smi_read_all(smi_now);
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		most = smi_now[cpu] - smi_before[cpu] > most ? smi_now[cpu] - smi_before[cpu] : most;
	return most;
}

void doctor_run(void)
{
	uint64_t begin = clock_now();

	smi_read_all(smi_before);
	doctor_clock_probe(&found.clock);
	doctor_offsets_probe(&found.offsets);
	doctor_noise_probe(&found.noise);
	found.smi_delta = smi_since();
	found.elapsed_ticks = clock_now() - begin;
	found.measured = true;
	doctor_judge(&found, doctor_emulated());
}

const char *doctor_judge_after(const struct doctor_offsets *before, const struct doctor_offsets *after,
			       char text[static DOCTOR_REASON_BYTES])
{
	struct doctor_pair moved;

	if (doctor_offsets_moved(before, after, &moved))
		format_text(
		    text, DOCTOR_REASON_BYTES,
		    "the clocks of CPUs %u and %u have moved apart during the run: no latency between CPUs can be "
		    "believed",
		    moved.a, moved.b);
	else if (after->contradiction)
		format_text(text, DOCTOR_REASON_BYTES, "a CPU's clock drifts or was set during the run");
	else
		return NULL;
	return text;
}

const char *doctor_run_after(void)
{
	static struct doctor_offsets after;
	static char text[DOCTOR_REASON_BYTES];
	const char *reason;
	uint64_t smi = smi_since();

	doctor_offsets_probe(&after);
	after.pair[0].low_ticks += fault_clock_ticks();
	after.pair[0].high_ticks += fault_clock_ticks();
	if (found.noise.smi_known)
		format_print("doctor: %lu system management interrupts since it began\n", smi);
	if (after.pairs > 0 && after.failed < after.pairs)
		format_print("doctor: offset between CPUs at the end: at most %lu ticks\n", after.bound_ticks);
	if (after.failed > 0)
		format_print("doctor: no bound on the clock offset between CPUs at the end: %s\n", after.reason);
	reason = doctor_judge_after(&found.offsets, &after, text);
	if (reason != NULL)
		format_print("doctor: FAILED: %s\n", reason);
	return reason;
}
