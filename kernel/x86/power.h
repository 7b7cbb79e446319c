/* SPDX-License-Identifier: MIT */
/*
 * What the machine's own registers say about speed, power, heat and interruption by firmware: what of it would move a
 * number, and what a user can set in the firmware. Every fact is optional: a register that this vendor or model does not
 * have makes an absent fact with a reason, never a number. Under a hypervisor all are absent: its registers are not the
 * machine's. Settings that an earlier system may have left are made the same for every boot, and what they were is kept:
 * power_reset.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "msr.h"

/* AMD's families whose sleep state C1E is left to a register of each core: BKDG 32559 (0FH) and 31116 (10H), MSRC001_0055. */
enum {
	AMD_C1E_FAMILY_LEAST = 0xf,
	AMD_C1E_FAMILY_MOST = 0x12,
	MSR_AMD_INTERRUPT_PENDING = 0xc0010055,
	AMD_C1E_ENABLES = 3 << 27, /* SmiOnCmpHalt, C1eOnCmpHalt */
};

/* In the order of the records. */
enum power_fact {
	POWER_MICROCODE,
	POWER_TURBO,       /* allowed to go above the base frequency */
	POWER_SPEEDSTEP,   /* the old way to ask for a frequency is on */
	POWER_HWP,         /* the processor chooses its frequency by itself */
	POWER_HWP_REQUEST, /* raw */
	POWER_ENERGY_BIAS, /* 0: performance … 15: saving */
	POWER_RATIO,       /* of the frequency at boot to the bus clock */
	POWER_RATIO_BASE,
	POWER_P_STATE_REQUEST, /* Intel: raw, and without effect while HWP is on */
	POWER_P_STATE,         /* AMD without CPPC: 0 is the fastest */
	POWER_CPPC,            /* AMD: the processor chooses its frequency by itself */
	POWER_CPPC_REQUEST,    /* raw */
	POWER_C_STATE_LIMIT,   /* raw: its meaning differs between models */
	POWER_C_STATE_LOCKED,  /* until reset: only the firmware can set the limit */
	POWER_C1E,             /* a halt of all CPUs lowers the frequency too; AMD: and stops the local APIC's timer */
	POWER_C6,              /* AMD: cores may switch themselves off */
	POWER_TIMER_ALWAYS,    /* the local APIC's timer runs in every sleep state */
	POWER_THROTTLED,       /* slowed down by heat, current or power when asked */
	POWER_THROTTLED_EVER,  /* since the log was last cleared, which nobody need have done */
	POWER_PACKAGE_THROTTLED,
	POWER_PACKAGE_THROTTLED_EVER,
	POWER_SPEC_CTRL,         /* raw: mitigations in force */
	POWER_ARCH_CAPABILITIES, /* raw: mitigations that are not needed */
	POWER_SMI_COUNT,         /* since reset */
	POWER_FACTS
};

struct power {
	uint64_t value[POWER_FACTS];
	const char *absent[POWER_FACTS]; /* why there is no value; NULL: there is one */
	bool changed[POWER_FACTS];       /* by power_reset(), from found[] */
	uint64_t found[POWER_FACTS];
};

/* Of this CPU, from these readers: pure but for them, so that made-up machines can be tested. */
void power_decode(struct power *power, struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf),
		  bool (*read)(uint32_t msr, uint64_t *value));
/* The same, of a CPU whose settings it first makes what power_reset.c says. */
void power_reset(struct power *power, struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf),
		 bool (*read)(uint32_t msr, uint64_t *value), bool (*write)(uint32_t msr, uint64_t value));
/* On every CPU: resets its settings and reads its facts. */
void power_init_cpu(unsigned cpu);
/* All CPUs are up. Whether a halt of all of them stops the timer that would wake them. */
bool power_halt_is_deaf(void);
/* Those of one CPU, as they were when it had started. */
const struct power *power_of(unsigned cpu);
/* Whether a setting, not a state, is another on this CPU than on CPU 0. */
bool power_differs(unsigned cpu, enum power_fact fact);

/* The record's key. */
const char *power_key(enum power_fact fact);
enum { POWER_TEXT_BYTES = 24 };
/* "yes", "no", a number, or "0x…", with a null byte; "" for an absent fact. */
void power_text(const struct power *power, enum power_fact fact, char text[static POWER_TEXT_BYTES]);
/* The same of what was found; "" where nothing was changed. */
void power_found_text(const struct power *power, enum power_fact fact, char text[static POWER_TEXT_BYTES]);

/* System management interrupts that this CPU has taken since reset, modulo 2^32. False: unknown. */
bool power_smi_read(uint64_t *count);
/* Counters of this CPU, for what happens between two readings. */
struct power_counters {
	bool smi_known, clock_known;
	uint64_t smi;          /* system management interrupts since reset */
	uint64_t aperf, mperf; /* cycles at the actual, and at the base frequency, while not asleep */
};

void power_counters_read(struct power_counters *counters);
