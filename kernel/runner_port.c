/* SPDX-License-Identifier: MIT */
/*
 * The Aerokernel under the benchmark runner: where records go, what the environment is, how many interrupts there were.
 */
#include "core/main.h"

#include <build_info.h>
#include "runner.h"
#include "core/fault.h"
#include "core/format.h"
#include "core/page.h"
#include "core/percpu.h"
#include "core/preempt.h"
#include "core/progress.h"
#include "core/remote_call.h"
#include "core/result_screen.h"
#include "core/sched.h"
#include "core/settings.h"
#include "core/string.h"
#include "core/topology_text.h"
#include "counting_port.h"
#include "doctor.h"
#include "emit.h"
#include "hardware_env.h"
#include "word.h"
#include "x86/facts.h"
#include "x86/power.h"

static uint64_t port_begin; /* stamp of the first thread's arrival here: boot is over */

static void port_write(void *context, const char *bytes, size_t len_bytes)
{
	(void)context;
	console_write(bytes, len_bytes);
	fault_inject_record();
}

static const char *port_flag(bool flag)
{
	return flag ? "yes" : "no";
}

/* What was built, and how it runs. */
static void port_env_kernel(struct wire *wire)
{
	wire_pair(wire, "os", "aerokernel");
	wire_pair(wire, "build", BUILD_TYPE);
	wire_pair(wire, "asserts", BUILD_ASSERTS);
	wire_pair(wire, "compiler", BUILD_COMPILER);
	wire_pair(wire, "commit", BUILD_COMMIT);
	wire_pair(wire, "idle", sched_idle_polls ? "poll" : "halt");
	wire_pair(wire, "spin", cpu_relax_pauses ? "pause" : "none");
	wire_pair_number(wire, "quantum_us", (int64_t)(preempt_quantum_ns() / 1000));
	wire_pair(wire, "boot", machine_facts.boot);
	wire_pair(wire, "results", machine_facts.results);
	wire_pair(wire, "fpu_save", machine_facts.fpu_save);
	wire_pair_number(wire, "boot_ticks", (int64_t)(port_begin - machine_facts.entry_tsc));
}

/* What it runs on. */
static void port_env_machine(struct wire *wire)
{
	char signature[sizeof("0x12345678")];

	format_text(signature, sizeof(signature), "0x%x", machine_facts.cpu_signature);
	wire_pair(wire, "clock", "rdtsc");
	wire_pair(wire, "clock_source", machine_facts.clock_source);
	wire_pair_number(wire, "clock_spread_ppm", machine_facts.clock_spread_ppm);
	wire_pair(wire, "timer", machine_facts.timer);
	wire_pair(wire, "tsc_invariant", port_flag(machine_facts.tsc_invariant));
	wire_pair(wire, "tsc_adjust_equal", port_flag(machine_facts.tsc_adjust_equal));
	wire_pair(wire, "mtrr", machine_facts.mtrr_differ ? "differ" : machine_facts.mtrr_copied ? "copied" : "equal");
	wire_pair(wire, "lfence_serialises", port_flag(machine_facts.lfence_serialises));
	wire_pair(wire, "x2apic", port_flag(machine_facts.x2apic));
	wire_pair(wire, "cpu_vendor", machine_facts.cpu_vendor);
	wire_pair(wire, "cpu_model", machine_facts.cpu_brand);
	wire_pair(wire, "cpu_signature", signature);
	wire_pair(wire, "hypervisor", machine_facts.hypervisor);
	wire_pair_number(wire, "cpus_listed", machine_facts.cpus_listed);
	wire_pair(wire, "page_bytes", machine_facts.pages_1gib ? "1073741824" : "2097152");
	wire_pair_number(wire, "memory_bytes", (int64_t)page_total_count() * PAGE_BYTES);
}

/* Who shares what with whom, and how far it is. */
static void port_env_topology(struct wire *wire)
{
	char text[TOPOLOGY_TEXT_BYTES];

	for (unsigned kind = 0; kind < TOPOLOGY_KINDS; kind++) {
		if (kind == TOPOLOGY_NODE_MIB) { /* all in one could be longer than a record */
			wire_end(wire);
			wire_begin(wire, "env");
		}
		topology_text(kind, text);
		wire_pair(wire, topology_kind_name(kind), text);
	}
}

static void port_env(struct wire *wire)
{
	port_env_kernel(wire);
	wire_end(wire);
	wire_begin(wire, "env");
	port_env_machine(wire);
	wire_end(wire);
	wire_begin(wire, "env");
	port_env_topology(wire);
	wire_end(wire);
	wire_begin(wire, "env");
	hardware_env(wire);
	if (doctor_result()->measured) {
		wire_end(wire);
		wire_begin(wire, "env");
		doctor_env(wire);
	}
}

static int64_t port_interrupts(void)
{
	uint64_t interrupts = 0;

	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		interrupts += cpu_interrupts(cpu);
	return (int64_t)interrupts;
}

static void smi_read(void *arg)
{
	int64_t *count = arg;
	uint64_t value;

	*count = power_smi_read(&value) ? (int64_t)value : -1;
}

/*
 * Of the boot CPU. One is enough: a chipset's SMI goes to all processors, each of which enters and leaves the mode (SDM
 * vol. 3, chapter "System Management Mode", "SMM Multiple-Processor Considerations"), and firmware's handler waits until all
 * are there. One that firmware sends to another processor alone by its APIC is in the doctor's last line only, which has
 * the most that any CPU took.
 */
static int64_t port_smis(void)
{
	int64_t count;

	if (this_cpu->cpu == 0)
		smi_read(&count);
	else
		remote_call_wait(0, smi_read, &count);
	return count;
}

static const char *moved; /* what the doctor found when all was measured; NULL: nothing, or nobody asked */

static const char *port_verdict(void)
{
	if (doctor_result()->measured) {
		console_status("measuring whether the clocks have moved");
		moved = doctor_run_after();
	}
	return moved;
}

static bool watch_begin(size_t points, size_t rows, const char *unit)
{
	bool ticks = strcmp(unit, "ticks") == 0;

	return progress_begin(points, rows, unit, ticks ? clock_hz : 0);
}

static void watch_point(const struct runner_point *point)
{
	progress_point(&(struct progress_point){.name = point->name,
						.params = point->params,
						.index = point->index,
						.count = point->count,
						.counting = point->counting});
}

static void watch_row(const struct runner_row *row)
{
	progress_row(&(struct progress_row){
	    .series = row->series, .unit = row->unit, .samples = row->samples, .count = row->count, .per = row->per});
}

/* The machine's fitness, and what comes next, below the table. */
static void watch_end(unsigned failures)
{
	const struct doctor *doctor = doctor_result();
	char note[RESULT_NOTE_BYTES];

	/* the words around a reason, with room to spare: it is told whole */
	_Static_assert(RESULT_NOTE_BYTES >= DOCTOR_REASON_BYTES + 64, "a note has room for a reason");
	if (doctor->measured) {
		format_text(note, sizeof(note), "This machine is %s to measure%s%s%s", doctor_verdict(),
			    doctor->reason_count > 0 ? ": " : "", doctor->reason_count > 0 ? doctor->reasons[0] : "",
			    doctor->reason_count > 1 ? "; ..." : "");
		progress_note(note, !doctor->fit);
	}
	if (moved != NULL) {
		format_text(note, sizeof(note), "No number counts: %s", moved);
		progress_note(note, true);
	}
	progress_note(machine_end_text(), false);
	progress_end(failures);
}

bool runner_port_refuses(int count, char *const words[])
{
	const char *pair[2];

	if (!word_twice(count, words, pair))
		return false;
	format_print("aerobench: %s, %s: " RUNNER_TWICE "\n", pair[0], pair[1]);
	return true;
}

int runner_port_main(int count, char *const words[])
{
	static const struct runner_watch watch = {
	    .begin = watch_begin, .point = watch_point, .row = watch_row, .none = progress_none, .end = watch_end};
	struct runner_port port = {.write = port_write,
				   .env = port_env,
				   .boot_stamp = machine_facts.entry_tsc,
				   .interrupts = port_interrupts,
				   .smis = power_of(0)->absent[POWER_SMI_COUNT] == NULL ? port_smis : NULL,
				   .verdict = port_verdict,
				   .counting = &counting_port,
				   .word = settings_word,
				   .watch = progress_is_seen() ? &watch : NULL};

	port_begin = clock_now();
	if (settings_doctor) {
		console_status("measuring whether this machine is fit to measure");
		doctor_run();
	}
	return runner_main(&port, count, words);
}

/* Words for others than the kernel's own settings have no meaning here: they are errors, as everywhere. */
static bool doctor_words(int count, char *const words[])
{
	for (int i = 0; i < count; i++) {
		char *equals = strchr(words[i], '=');
		bool known = strcmp(words[i], "mode=doctor") == 0;

		if (!known && equals != NULL) {
			*equals = '\0';
			known = settings_word(words[i], equals + 1);
			*equals = '=';
		}
		if (!known) {
			format_print("mode=doctor: '%s' is no word of it; leave it out\n", words[i]);
			return false;
		}
	}
	return true;
}

int runner_port_doctor(int count, char *const words[])
{
	static const struct options options = {.warmup_given = true};
	static const struct benches benches;
	struct wire wire;

	port_begin = clock_now();
	if (!doctor_words(count, words))
		return -RUNNER_EINVAL;
	doctor_run();
	doctor_print();
	wire_open(&wire, port_write, NULL);
	emit_header(&wire, &options, &benches, 0, machine_facts.entry_tsc);
	wire_begin(&wire, "env");
	port_env(&wire);
	wire_end(&wire);
	emit_head(&wire);
	emit_done(&wire, 0);
	return 0;
}
