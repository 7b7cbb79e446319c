/* SPDX-License-Identifier: MIT */
/*
 * What the machine's own registers say about speed, power, heat and interruption by firmware: what of it would move a
 * number, and what a user can set in the firmware. Every fact is optional: a register that this vendor or model does not
 * have makes an absent fact with a reason, never a number. Under a hypervisor all are absent: its registers are not the
 * machine's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "msr.h"

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
	POWER_P_STATE,        /* AMD: 0 is the fastest */
	POWER_C_STATE_LIMIT,  /* raw: its meaning differs between models */
	POWER_C_STATE_LOCKED, /* until reset: only the firmware can set the limit */
	POWER_C1E,            /* a halt of all CPUs lowers the frequency too */
	POWER_C6,             /* AMD: cores may switch themselves off */
	POWER_TIMER_ALWAYS,   /* the local APIC's timer runs in every sleep state */
	POWER_THROTTLED,      /* slowed down by heat, current or power when asked */
	POWER_THROTTLED_EVER, /* since the log was last cleared, which nobody need have done */
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
};

/* Of this CPU, from these readers: pure but for them, so that made-up machines can be tested. */
void power_decode(struct power *power, struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf),
		  bool (*read)(uint32_t msr, uint64_t *value));
/* On every CPU: reads its facts. */
void power_init_cpu(unsigned cpu);
/* Those of one CPU, as it found them when it started. */
const struct power *power_of(unsigned cpu);
/* Whether a setting, not a state, is another on this CPU than on CPU 0. */
bool power_differs(unsigned cpu, enum power_fact fact);

/* The record's key. */
const char *power_key(enum power_fact fact);
enum { POWER_TEXT_BYTES = 24 };
/* "yes", "no", a number, or "0x…", with a null byte; "" for an absent fact. */
void power_text(const struct power *power, enum power_fact fact, char text[static POWER_TEXT_BYTES]);

/* System management interrupts that this CPU has taken since reset, modulo 2^32. False: unknown. */
bool power_smi_read(uint64_t *count);
/* Counters of this CPU, for what happens between two readings. */
struct power_counters {
	bool smi_known, clock_known;
	uint64_t smi;          /* system management interrupts since reset */
	uint64_t aperf, mperf; /* cycles at the actual, and at the base frequency, while not asleep */
};

void power_counters_read(struct power_counters *counters);
