/* SPDX-License-Identifier: MIT */
/*
 * What boot found out about this machine: constant from core_main() on. For the records that say where a number was measured.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct machine_facts {
	char cpu_vendor[13];       /* "GenuineIntel" */
	char cpu_brand[49];        /* "" if the CPU does not say */
	uint32_t cpu_signature;    /* family, model and stepping: CPUID 01H:EAX as it is */
	char hypervisor[13];       /* its vendor string, "?" if it has none, "" on bare metal */
	const char *results;       /* where the console is kept in memory, "BASE+LEN", or "none" */
	const char *boot;          /* protocol: "pvh", "multiboot2" */
	const char *console;       /* "debugcon", "serial", "debugcon+serial", "none" */
	const char *clock_source;  /* where clock_hz comes from: "cpuid-15h", "hypervisor", "hpet", "acpi-pm", "pit" */
	const char *timer;         /* "tsc-deadline", "apic-oneshot" */
	const char *fpu_save;      /* "xsaveopt", "xsave", "fxsave" */
	unsigned clock_spread_ppm; /* difference of the last two calibrations; 0 if the CPU told the frequency */
	unsigned cpus_listed;      /* by the firmware; cpu_count is how many came */
	bool tsc_invariant;        /* CPUID 80000007H:EDX[8] */
	bool tsc_adjust_equal;     /* IA32_TSC_ADJUST the same on all CPUs, or absent on all */
	bool mtrr_copied; /* some CPU's memory type range registers were others than the boot CPU's: made the same */
	bool mtrr_differ; /* and could not be */
	bool lfence_serialises; /* by definition (Intel), or found or set on every CPU (AMD) */
	bool x2apic;
	bool pages_1gib;
	uint64_t entry_tsc; /* stamp of the kernel's first instructions */
};

extern struct machine_facts machine_facts;

/* Where clock_hz comes from. */
const char *clock_source(void);
/* Reads vendor, brand, signature and hypervisor. */
void facts_init(void);
