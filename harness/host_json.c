/* SPDX-License-Identifier: MIT */
/* The doctor's findings as JSON: see host.h. */
#include "host.h"

#include <math.h>
#include <string.h>

#include "cpus.h"
#include "output.h"

/* NaN and infinity are null. */
static json_t *number(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *reasons_json(const struct host_verdict *verdict)
{
	json_t *reasons = json_array();

	for (unsigned i = 0; i < verdict->reason_count; i++)
		json_array_append_new(reasons, json_string(verdict->reasons[i]));
	return reasons;
}

static json_t *machines_json(const struct host *host)
{
	json_t *machines = json_object();

	for (int machine = 0; machine < SUBJECT_MACHINES; machine++) {
		struct host_verdict verdict;

		host_judge(host, (enum subject_machine)machine, &verdict);
		json_object_set_new(machines, subject_machine_name((enum subject_machine)machine),
				    json_pack("{s:s, s:s, s:o}", "verdict", host_verdict_word(&verdict), "measures",
					      verdict.measures, "reasons", reasons_json(&verdict)));
	}
	return machines;
}

static json_t *tsc_json(const struct probe_tsc *tsc)
{
	return json_pack("{s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "invariant", (int)tsc->invariant, "rdtscp",
			 (int)tsc->rdtscp, "hz", number(tsc->hz), "disagreement_ppm", number(tsc->disagreement_ppm),
			 "grain_ticks", number(tsc->grain_ticks), "read_p50_ticks", number(tsc->read_p50),
			 "read_p99_ticks", number(tsc->read_p99), "loop_ticks_per_iteration", number(tsc->loop_ticks));
}

static json_t *pair_json(const struct probe_offset_pair *pair)
{
	if (!pair->bounded)
		return json_pack("{s:i, s:i, s:n, s:n, s:n}", "a", (int)pair->a, "b", (int)pair->b, "low_ticks",
				 "high_ticks", "round_trip_ticks");
	return json_pack("{s:i, s:i, s:I, s:I, s:I}", "a", (int)pair->a, "b", (int)pair->b, "low_ticks",
			 (json_int_t)pair->low_ticks, "high_ticks", (json_int_t)pair->high_ticks, "round_trip_ticks",
			 (json_int_t)pair->round_trip_ticks);
}

static json_t *offsets_json(const struct probe_offsets *offsets)
{
	json_t *pairs = json_array();

	for (unsigned i = 0; i < offsets->pairs; i++)
		json_array_append_new(pairs, pair_json(&offsets->pair[i]));
	return json_pack("{s:i, s:i, s:i, s:b, s:o, s:o, s:s, s:o}", "cpus", (int)offsets->cpus, "pairs",
			 (int)offsets->pairs, "pairs_without_bound", (int)offsets->failed, "all_pairs",
			 (int)offsets->all_pairs, "bound_ticks", number(offsets->bound_ticks), "round_trip_ticks",
			 number(offsets->round_trip_ticks), "reason", offsets->reason, "bounds", pairs);
}

static json_t *noise_json(const struct host *host)
{
	json_t *cpus = json_array();

	for (unsigned i = 0; i < host->noise.cpus; i++) {
		const struct probe_noise_cpu *cpu = &host->noise.cpu[i];

		json_array_append_new(cpus, json_pack("{s:i, s:o, s:o, s:o}", "cpu", (int)cpu->cpu, "lost_fraction",
						      number(cpu->lost_fraction), "max_us",
						      number(cpu->max_ticks / host->tsc.hz * 1e6), "per_second",
						      number(cpu->per_second)));
	}
	return json_pack("{s:o, s:o}", "seconds", number(host->noise.seconds), "cpus", cpus);
}

static json_t *kvm_json(const struct probe_kvm *kvm)
{
	static const char *const states[] = {"absent", "denied", "broken", "emulates", "real"};

	json_t *can = json_array();

	for (int i = 0; i < PROBE_KVM_CAPABILITIES; i++)
		if (kvm->can[i])
			json_array_append_new(can,
					      json_string(probe_kvm_capability_name((enum probe_kvm_capability)i)));
	return json_pack("{s:s, s:s, s:o, s:I, s:o, s:o, s:b, s:b, s:i, s:i, s:o}", "state", states[kvm->state],
			 "reason", kvm->reason, "ticks_per_iteration", number(kvm->ticks_per_iteration), "iterations",
			 (json_int_t)kvm->iterations, "module", output_text_json(kvm->module), "parameters",
			 output_text_json(kvm->parameters), "nested", (int)kvm->nested, "shadow_paging",
			 (int)kvm->shadow_paging, "api_version", kvm->api_version, "max_vcpus", kvm->max_vcpus,
			 "capabilities", can);
}

static json_t *system_json(const struct probe_system *system)
{
	json_t *busy = json_array();
	json_t *json =
	    json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "kernel",
		      system->kernel, "command_line", system->command_line, "cpu_model", system->model, "microcode",
		      system->microcode, "clocksource", system->clocksource, "governor", system->governor, "smt",
		      system->smt, "isolated", system->isolated, "nohz_full", system->nohz_full, "transparent_hugepage",
		      system->transparent_hugepage, "boost", system->boost, "idle_driver", system->idle_driver,
		      "hypervisor", system->hypervisor, "mitigations", system->mitigations);

	for (unsigned i = 0; i < PROBE_CPUS_MAX && i < system->online; i++)
		json_array_append_new(busy, number(system->busy_fraction[i]));
	json_object_set_new(json, "cpus_online", json_integer(system->online));
	json_object_set_new(json, "cpus_allowed", json_integer(system->allowed));
	json_object_set_new(json, "cores_allowed", json_integer(system->cores));
	json_object_set_new(json, "load1", number(system->load1));
	json_object_set_new(json, "memory_bytes", json_integer((json_int_t)system->memory_bytes));
	json_object_set_new(json, "memory_available_bytes", json_integer((json_int_t)system->memory_free_bytes));
	json_object_set_new(json, "busy_fraction", busy);
	return json;
}

static json_t *missing_json(const struct host *host)
{
	json_t *missing = json_array();

	for (unsigned i = 0; i < host->missing_count; i++)
		json_array_append_new(missing, json_pack("{s:s, s:s, s:s}", "what", host->missing[i].what, "for",
							 host->missing[i].for_what, "remedy", host->missing[i].remedy));
	return missing;
}

json_t *host_json(const struct host *host)
{
	struct host_verdict verdict;

	host_judge(host, SUBJECT_HOST, &verdict);
	return json_pack(
	    "{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:{s:b, s:s, s:o}, s:o, s:o, s:{s:s, s:s}, s:o, s:o}", "schema",
	    "aerobench.doctor/1", "verdict", host_verdict_word(&verdict), "reasons", reasons_json(&verdict), "machines",
	    machines_json(host), "tsc", tsc_json(&host->tsc), "clock_offset", offsets_json(&host->offsets), "noise",
	    noise_json(host), "pmu", "usable", (int)host->pmu.usable, "reason", host->pmu.reason,
	    "instructions_per_iteration", number(host->pmu.instructions_per_iteration), "kvm", kvm_json(host->kvm),
	    "system", system_json(&host->system), "qemu", "version", host->qemu_version, "problem", host->qemu_problem,
	    "missing", missing_json(host), "probe_seconds", number(host->probe_seconds));
}
