/* SPDX-License-Identifier: MIT */
/*
 * Measured facts about this computer. Each probe does the thing instead of asking for a flag, takes a bounded time, and
 * says why when it cannot. Ticks are those of the TSC. All of them together take about a second and a half.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROBE_REASON_MAX = 256, PROBE_TEXT_MAX = 512, PROBE_CPUS_MAX = 256 };

/* --- Hardware virtualisation: probe_kvm.c -------------------------------------------------------------------------- */

enum probe_kvm_state {
	PROBE_KVM_ABSENT,   /* no /dev/kvm */
	PROBE_KVM_DENIED,   /* may not be opened */
	PROBE_KVM_BROKEN,   /* a guest of three instructions did not run to its end */
	PROBE_KVM_EMULATES, /* runs guests, but interprets them */
	PROBE_KVM_REAL
};

enum probe_kvm_capability {
	PROBE_KVM_IRQCHIP, /* local APICs and I/O APIC in the kernel */
	PROBE_KVM_TSC_CONTROL,
	PROBE_KVM_TSC_KHZ,
	PROBE_KVM_ADJUST_CLOCK,
	PROBE_KVM_HALT_WITHOUT_EXIT, /* a guest's HLT may be left to the processor */
	PROBE_KVM_STATS_FD,
	PROBE_KVM_CAPABILITIES
};

struct probe_kvm {
	enum probe_kvm_state state;
	double ticks_per_iteration;    /* of dec/jnz in the guest; NaN if nothing ran */
	uint64_t iterations;           /* that were timed */
	char reason[PROBE_REASON_MAX]; /* one line, for REAL too */
	char module[128];           /* that serves /dev/kvm: "kvm_intel", "kvm_amd", else all that are called kvm_… */
	char parameters[256];       /* of the modules, those that change times: "npt=Y halt_poll_ns=200000" */
	bool shadow_paging;         /* paging of two dimensions (EPT, NPT) is off: a guest's page tables cost exits */
	bool nested;                /* this computer is a virtual machine itself */
	bool invariant_tsc;         /* and a guest may be told so */
	int api_version, max_vcpus; /* 0: not asked */
	bool can[PROBE_KVM_CAPABILITIES];
};

/* Runs a real guest in a child, once per process; the result is kept. */
const struct probe_kvm *probe_kvm(void);
/* module, parameters, shadow_paging from a tree like /sys: probe_kvm_module.c. */
void probe_kvm_module(struct probe_kvm *kvm, const char *sys);
/* nested, invariant_tsc: CPUID. */
void probe_kvm_processor(struct probe_kvm *kvm);
/*
 * The most ticks per iteration of dec/jnz that a guest may take on hardware, where the same loop takes own_ticks without one:
 * the clock may run slower than the TSC. nested: as in struct probe_kvm.
 */
double probe_kvm_limit_ticks(double own_ticks, bool nested);
/* What an open /dev/kvm says of itself. */
void probe_kvm_capabilities(struct probe_kvm *kvm, int device);
/* Why QEMU could not use it although it runs guests, or NULL. */
const char *probe_kvm_lacks(const struct probe_kvm *kvm);
/* As KVM's documentation has it, without KVM_CAP_, in small letters. */
const char *probe_kvm_capability_name(enum probe_kvm_capability capability);

/* --- The clock: probe_tsc.c ------------------------------------------------------------------------------------------ */

struct probe_tsc {
	bool invariant;            /* CPUID 8000_0007H:EDX[8] */
	bool rdtscp;               /* CPUID 8000_0001H:EDX[27] */
	double hz;                 /* against CLOCK_MONOTONIC_RAW, two windows of 200 ms */
	double disagreement_ppm;   /* of the two windows */
	double grain_ticks;        /* of fenced pairs (stats_grain.h); 0: unknown */
	double read_p50, read_p99; /* ticks between the two stamps of an empty measurement */
	double loop_ticks;         /* per iteration of 10^6 dec/jnz on this CPU */
};

void probe_tsc(struct probe_tsc *tsc);

/* The stamps of the contract (bench/os.h): lfence; rdtsc; lfence … rdtscp; lfence. */
static inline uint64_t probe_clock_start(void)
{
	uint32_t low, high;

	/* lfence before: older work has retired; after: timed work cannot begin earlier */
	asm volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline uint64_t probe_clock_stop(void)
{
	uint32_t low, high, aux;

	/* rdtscp waits for older work; lfence keeps later work behind the read */
	asm volatile("rdtscp\n\tlfence" : "=a"(low), "=d"(high), "=c"(aux) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* --- Offset between the CPUs' clocks: probe_offset.c ------------------------------------------------------------------- */

/* The clock of b was ahead of a's by low … high ticks in every round. */
struct probe_offset_pair {
	unsigned a, b;
	bool bounded;
	int64_t low_ticks, high_ticks;
	uint64_t round_trip_ticks; /* the smallest */
};

enum { PROBE_PAIRS_MAX = PROBE_CPUS_MAX };

struct probe_offsets {
	unsigned cpus;                 /* that took part */
	unsigned pairs;                /* that were measured */
	unsigned failed;               /* of them without a bound: empty intersection, or no answer in time */
	bool all_pairs;                /* else: each CPU against the first */
	double bound_ticks;            /* largest |offset| that any pair allows; NaN if none was measured */
	double round_trip_ticks;       /* smallest seen */
	char reason[PROBE_REASON_MAX]; /* why something is missing; "" otherwise */
	struct probe_offset_pair pair[PROBE_PAIRS_MAX];
};

/*
 * Ping-pong of one cache line between each pair of CPUs; the offset of a pair lies in the intersection of [r - t1, r - t0]
 * over all rounds, whatever the path's asymmetry (measuring.md §2, "Offset between CPUs").
 */
void probe_offsets(struct probe_offsets *offsets, const unsigned *cpus, unsigned count);
/*
 * The clocks of which two CPUs are surely apart, and most so: whatever moves between them took no time or less by one of the
 * two ways. *ticks: by how much at least. NULL: those of any pair may be equal.
 */
const struct probe_offset_pair *probe_offsets_apart(const struct probe_offsets *offsets, double *ticks);

/* --- Noise: probe_noise.c ---------------------------------------------------------------------------------------------- */

struct probe_noise_cpu {
	unsigned cpu;
	double lost_fraction; /* of the time, in gaps longer than the threshold */
	double max_ticks;     /* the longest gap */
	double per_second;    /* gaps */
};

struct probe_noise {
	struct probe_noise_cpu cpu[PROBE_CPUS_MAX];
	unsigned cpus;
	double seconds; /* that each CPU was watched */
};

/* Selfish detour (measuring.md §7) on all of cpus at once for at least 0.2 s. hz: ticks per second. */
void probe_noise(struct probe_noise *noise, const unsigned *cpus, unsigned count, double hz);

/* --- Performance counters: probe_pmu.c ------------------------------------------------------------------------------------ */

struct probe_pmu {
	bool usable;
	double instructions_per_iteration; /* of dec/jnz: 2 if the counter tells the truth */
	char reason[PROBE_REASON_MAX];
};

void probe_pmu(struct probe_pmu *pmu);

/* --- What the system says about itself: probe_system.c -------------------------------------------------------------------- */

struct probe_system {
	char kernel[PROBE_TEXT_MAX], command_line[PROBE_TEXT_MAX], model[PROBE_TEXT_MAX];
	char microcode[64], clocksource[64], governor[64], smt[64], isolated[PROBE_TEXT_MAX], nohz_full[PROBE_TEXT_MAX];
	char transparent_hugepage[64], boost[64], idle_driver[64];
	char hypervisor[64];             /* "" without one; else its signature, or "unknown" */
	char mitigations[2048];          /* "spectre_v2: …; …" */
	unsigned online, allowed, cores; /* CPUs; physical cores among the allowed */
	double load1;                    /* load average over one minute */
	uint64_t memory_bytes, memory_free_bytes;
	double busy_fraction[PROBE_CPUS_MAX];   /* by CPU number, others' work while we slept; NaN: unknown */
	bool sibling_of_chosen[PROBE_CPUS_MAX]; /* shares a core with a CPU that would be measured on */
};

/* Sleeps for a few hundred milliseconds to see how busy the CPUs are. */
void probe_system(struct probe_system *system);
