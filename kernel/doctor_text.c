/* SPDX-License-Identifier: MIT */
/*
 * What the doctor found, for people as a table and for the record as pairs of @env.
 */
#include "doctor.h"

#include "core/format.h"
#include "core/string.h"
#include "x86/facts.h"
#include "x86/power.h"

/* So that the record fits its line: WIRE_LINE_MAX. */
enum { REASONS_ENCODED_MAX = 900, TEXT_BYTES = 1024 };
enum { GRAIN_BYTES = 32 };

/* Over all CPUs. */
struct sums {
	uint64_t lost_ppm, longest_ticks, gaps; /* of the worst CPU */
	uint64_t hz_least, hz_most;             /* 0: unknown */
};

static struct sums sums_of(const struct doctor_noise *noise)
{
	struct sums sums = {0};

	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		const struct doctor_noise_cpu *one = &noise->cpu[cpu];
		uint64_t ppm = one->watched_ticks > 0 ? one->lost_ticks * 1000000 / one->watched_ticks : 0;

		sums.lost_ppm = ppm > sums.lost_ppm ? ppm : sums.lost_ppm;
		sums.longest_ticks = one->longest_ticks > sums.longest_ticks ? one->longest_ticks : sums.longest_ticks;
		sums.gaps = one->gaps > sums.gaps ? one->gaps : sums.gaps;
		sums.hz_most = one->effective_hz > sums.hz_most ? one->effective_hz : sums.hz_most;
		if (one->effective_hz > 0 && (sums.hz_least == 0 || one->effective_hz < sums.hz_least))
			sums.hz_least = one->effective_hz;
	}
	return sums;
}

static uint64_t ticks_ns(uint64_t ticks)
{
	return ticks * 1000 / (clock_hz / 1000000);
}

static uint64_t smi_per_hour(const struct doctor *doctor)
{
	return doctor->elapsed_ticks > 0 ? doctor->smi_delta * 3600 * clock_hz / doctor->elapsed_ticks : 0;
}

/* How long a text is as a value of a record: bench/wire.h. */
static size_t encoded_bytes(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text <= ' ' || *text > '~' || *text == '%' || *text == '=' || *text == '@' ? 3 : 1;
	return count;
}

/* All reasons that fit one record, and how many do not. */
static void reasons_join(const struct doctor *doctor, char text[static TEXT_BYTES])
{
	size_t at = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < doctor->reason_count; i++) {
		if (encoded_bytes(text) + encoded_bytes(doctor->reasons[i]) > REASONS_ENCODED_MAX) {
			format_text(text + at, TEXT_BYTES - at, "; and %u more", doctor->reason_count - i);
			return;
		}
		at += format_text(text + at, TEXT_BYTES - at, "%s%s", i > 0 ? "; " : "", doctor->reasons[i]);
	}
}

/* "26", "24.45" */
static void grain_text(const struct doctor *doctor, char text[static GRAIN_BYTES])
{
	uint64_t hundredths = doctor->clock.grain_hundredths;

	if (hundredths % 100 == 0)
		format_text(text, GRAIN_BYTES, "%lu", hundredths / 100);
	else
		format_text(text, GRAIN_BYTES, "%lu.%02lu", hundredths / 100, hundredths % 100);
}

static void env_clock(struct wire *wire, const struct doctor *doctor)
{
	char loop[32], grain[GRAIN_BYTES];

	grain_text(doctor, grain);
	format_text(loop, sizeof(loop), "%lu.%02lu", doctor->clock.loop_hundredths / 100,
		    doctor->clock.loop_hundredths % 100);
	wire_pair_number(wire, "clock_read_p50", (int64_t)doctor->clock.read_p50);
	wire_pair_number(wire, "clock_read_p99", (int64_t)doctor->clock.read_p99);
	wire_pair(wire, "clock_grain_ticks", grain);
	wire_pair(wire, "loop_ticks", loop);
	wire_pair_number(wire, "tsc_offset_pairs", doctor->offsets.pairs);
	wire_pair_number(wire, "tsc_offset_failed", doctor->offsets.failed);
	if (doctor->offsets.pairs > doctor->offsets.failed) {
		wire_pair_number(wire, "tsc_offset_bound_ticks", (int64_t)doctor->offsets.bound_ticks);
		wire_pair_number(wire, "tsc_round_trip_ticks", (int64_t)doctor->offsets.round_trip_ticks);
	}
}

static void env_noise(struct wire *wire, const struct doctor *doctor)
{
	struct sums sums = sums_of(&doctor->noise);

	wire_pair_number(wire, "noise_lost_ppm", (int64_t)sums.lost_ppm);
	wire_pair_number(wire, "noise_longest_ns", (int64_t)ticks_ns(sums.longest_ticks));
	wire_pair_number(wire, "noise_gaps", (int64_t)sums.gaps);
	if (sums.hz_least > 0) {
		wire_pair_number(wire, "effective_hz_least", (int64_t)sums.hz_least);
		wire_pair_number(wire, "effective_hz_most", (int64_t)sums.hz_most);
	}
	if (doctor->noise.smi_known) {
		wire_pair_number(wire, "smi_seen", (int64_t)doctor->smi_delta);
		wire_pair_number(wire, "smi_per_hour", (int64_t)smi_per_hour(doctor));
	}
	wire_pair_number(wire, "doctor_ms", (int64_t)(ticks_ns(doctor->elapsed_ticks) / 1000000));
}

void doctor_env(struct wire *wire)
{
	const struct doctor *doctor = doctor_result();
	char reasons[TEXT_BYTES];

	if (!doctor->measured)
		return;
	wire_pair(wire, "doctor", doctor_verdict());
	env_clock(wire, doctor);
	env_noise(wire, doctor);
	wire_end(wire);
	wire_begin(wire, "env");
	reasons_join(doctor, reasons);
	wire_pair(wire, "doctor_reasons", reasons);
}

/* --- The table ---------------------------------------------------------------------------------------------------------- */

static void print_clock(const struct doctor *doctor)
{
	const struct doctor_offsets *offsets = &doctor->offsets;
	const struct doctor_clock *clock = &doctor->clock;
	char grain[GRAIN_BYTES];

	grain_text(doctor, grain);
	format_print("\nclock\n");
	format_print("  %-20s %lu.%03lu MHz (%s; two windows agree within %u ppm), %s\n", "TSC", clock_hz / 1000000,
		     clock_hz / 1000 % 1000, machine_facts.clock_source, machine_facts.clock_spread_ppm,
		     machine_facts.tsc_invariant ? "invariant" : "not invariant");
	format_print("  %-20s %s ticks\n", "grain", grain);
	format_print("  %-20s p50 %lu, p99 %lu ticks\n", "cost of a read", clock->read_p50, clock->read_p99);
	format_print("  %-20s %lu.%02lu ticks per iteration\n", "dec/jnz", clock->loop_hundredths / 100,
		     clock->loop_hundredths % 100);
	if (offsets->pairs == 0)
		format_print("  %-20s one CPU: nothing to compare\n", "offset between CPUs");
	else if (offsets->pairs == offsets->failed)
		format_print("  %-20s %s\n", "offset between CPUs", offsets->reason);
	else
		format_print("  %-20s at most %lu ticks over %u pair%s%s (round trip %lu)\n", "offset between CPUs",
			     offsets->bound_ticks, offsets->pairs, offsets->pairs == 1 ? "" : "s",
			     offsets->all_pairs ? "" : ", each CPU against the first and the next",
			     offsets->round_trip_ticks);
}

static void print_noise(const struct doctor *doctor)
{
	format_print("\nnoise, %lu ms per CPU\n", ticks_ns(doctor->noise.cpu[0].watched_ticks) / 1000000);
	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		const struct doctor_noise_cpu *one = &doctor->noise.cpu[cpu];
		uint64_t lost = one->watched_ticks > 0 ? one->lost_ticks * 100000 / one->watched_ticks : 0;

		format_print("  CPU %-16u %lu.%03lu %% lost, longest gap %lu us, %lu gaps", cpu, lost / 1000,
			     lost % 1000, ticks_ns(one->longest_ticks) / 1000, one->gaps);
		if (one->effective_hz > 0)
			format_print(", at %lu MHz", one->effective_hz / 1000000);
		format_print("\n");
	}
	if (doctor->noise.smi_known)
		format_print("  %-20s %lu in %lu ms\n", "SMIs", doctor->smi_delta,
			     ticks_ns(doctor->elapsed_ticks) / 1000000);
	else
		format_print("  %-20s %s\n", "SMIs", power_of(0)->absent[POWER_SMI_COUNT]);
}

static void print_machine(void)
{
	char text[POWER_TEXT_BYTES];

	format_print("\ncomputer\n  %-20s %s\n  %-20s %u listed, %u up\n  %-20s %s\n", "CPU", machine_facts.cpu_brand,
		     "CPUs", machine_facts.cpus_listed, cpu_count, "machine", doctor_machine());
	for (unsigned fact = 0; fact < POWER_FACTS; fact++) {
		power_text(power_of(0), fact, text);
		if (text[0] != '\0')
			format_print("  %-20s %s\n", power_key(fact), text);
	}
}

void doctor_print(void)
{
	const struct doctor *doctor = doctor_result();

	format_print("%s %s for time\n", doctor_machine(), doctor_verdict());
	for (unsigned i = 0; i < doctor->reason_count; i++)
		format_print("        - %s\n", doctor->reasons[i]);
	print_clock(doctor);
	print_noise(doctor);
	print_machine();
	format_print("\n");
}
