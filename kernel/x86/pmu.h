/* SPDX-License-Identifier: MIT */
/*
 * The performance counters of a core. What a processor has is decoded from its CPUID leaves, and what has to be written
 * to which register is computed into a list: both without touching the machine. Only pmu_start() and pmu_stop() do, on the
 * CPU that they are called on, and a register that is missing or refuses its value is an answer there, not a fault.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "x86/msr.h"

enum { PMU_COUNTERS_MAX = 16, PMU_WRITES_MAX = 3 * PMU_COUNTERS_MAX + 2 };

struct pmu {
	const char *absent;   /* why there are none; NULL: there are */
	unsigned counters;    /* general ones of each CPU */
	unsigned width_bits;  /* of a count */
	uint32_t select_msr;  /* of counter 0 */
	uint32_t count_msr;   /* of counter 0 */
	uint32_t msr_step;    /* from a counter to the next */
	uint32_t global_msr;  /* a bit for each counter that may count; 0: no such register */
	uint64_t select_bits; /* those of a selector that choose an event on this processor */
};

struct pmu_write {
	uint32_t msr;
	uint64_t value;
};

/* leaf: CPUID, where leaves beyond the last one are all zeros. */
void pmu_decode(struct pmu *pmu, struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf));
/* Whether code, as the event select register takes it, chooses an event by nothing but bits that this processor has. */
bool pmu_knows(const struct pmu *pmu, uint64_t code);
/*
 * What makes the first count counters count these events from 0, in all privilege levels and without interrupts; the
 * counters begin with the last write if they have a common switch, else one after the other. Returns how many writes.
 */
unsigned pmu_program(const struct pmu *pmu, const uint64_t *codes, unsigned count,
		     struct pmu_write writes[PMU_WRITES_MAX]);
/* What stops them again, in the same order. */
unsigned pmu_silence(const struct pmu *pmu, unsigned count, struct pmu_write writes[PMU_WRITES_MAX]);

/* On this CPU, which the caller does not leave meanwhile. False: the registers do not do what they are told. */
bool pmu_start(const struct pmu *pmu, const uint64_t *codes, unsigned count);
/* Stops the counters and reads them. False: one cannot be read. */
bool pmu_stop(const struct pmu *pmu, unsigned count, uint64_t *counts);
