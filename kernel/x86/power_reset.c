/* SPDX-License-Identifier: MIT */
/*
 * Settings that survive INIT and a kexec (SDM vol. 3 table 10-1: model-specific registers are not changed by INIT), so that
 * a CPU would measure at the speed and with the mitigations that an earlier system last happened to choose. The state that
 * this kernel measures in, on every CPU and whoever booted it:
 *
 * - No mitigation in IA32_SPEC_CTRL: one address space protects nobody from anybody.
 * - The greatest performance within the limits that were set, as Linux's governor `performance` asks for: a limit (turbo,
 *   the largest performance of a request) is its owner's choice and stays; what a governor chose below it goes.
 * - No sleep state that stops the timer.
 *
 * Written is only what an architecture's manual defines, and only where CPUID promises it. What IA32_PERF_CTL takes differs
 * between models (a ratio, or a ratio and a voltage) and is said by the firmware's byte code alone, so it is left:
 * `aerobench kexec` has Linux's own driver set it. That it is low is seen by effective_hz of the doctor.
 */
#include "power.h"

#include <stddef.h>

enum {
	MSR_SPEC_CTRL = 0x48, /* SDM vol. 4 table 2-2; AMD: APM vol. 2, "Speculation Control MSRs" */
	MSR_ENERGY_PERF_BIAS = 0x1b0,
	MSR_HWP_CAPABILITIES = 0x771,
	MSR_HWP_REQUEST = 0x774,
	MSR_AMD_PSTATE_CONTROL = 0xc0010062, /* APM vol. 2, "P-State Control" */
	MSR_AMD_PSTATE_STATUS = 0xc0010063,
	MSR_AMD_CPPC_CAPABILITY_1 = 0xc00102b0, /* APM vol. 2, "Collaborative Processor Performance Control" */
	MSR_AMD_CPPC_REQUEST = 0xc00102b3,
	P_STATE_READS_MAX = 20000, /* a change takes up to some 100 us; a limit may keep it from coming at all */
};

struct registers {
	bool (*read)(uint32_t msr, uint64_t *value);
	bool (*write)(uint32_t msr, uint64_t value);
};

/* What a request says that the settings allow. One whose limit is the lowest is of a CPU that Linux had switched off. */
static uint64_t limit_of(uint64_t limit, uint64_t lowest, uint64_t highest)
{
	return limit <= lowest || limit > highest ? highest : limit;
}

/*
 * SDM vol. 3 §15.4.4: minimum in bits 7:0, maximum in 15:8; desired 0: the processor's choice; preference 0: performance; the
 * package's request, in bit 42, is not asked. Capabilities, §15.4.3: highest in bits 7:0, lowest in 31:24.
 */
static void hwp_reset(const struct power *power, const struct registers *registers)
{
	uint64_t capabilities, limit, highest;

	if (power->absent[POWER_HWP] != NULL || !power->value[POWER_HWP] || power->absent[POWER_HWP_REQUEST] != NULL ||
	    !registers->read(MSR_HWP_CAPABILITIES, &capabilities))
		return;
	highest = capabilities & 0xff;
	limit = limit_of(power->value[POWER_HWP_REQUEST] >> 8 & 0xff, capabilities >> 24 & 0xff, highest);
	if (highest > 0)
		registers->write(MSR_HWP_REQUEST, limit << 8 | limit);
}

/* The other way round: maximum in bits 7:0, minimum in 15:8; highest in bits 31:24, lowest in 7:0. */
static void cppc_reset(const struct power *power, const struct registers *registers)
{
	uint64_t capabilities, limit, highest;

	if (power->absent[POWER_CPPC] != NULL || !power->value[POWER_CPPC] ||
	    power->absent[POWER_CPPC_REQUEST] != NULL || !registers->read(MSR_AMD_CPPC_CAPABILITY_1, &capabilities))
		return;
	highest = capabilities >> 24 & 0xff;
	limit = limit_of(power->value[POWER_CPPC_REQUEST] & 0xff, capabilities & 0xff, highest);
	if (highest > 0)
		registers->write(MSR_AMD_CPPC_REQUEST, limit << 8 | limit);
}

/* P-state 0 is the fastest without boost, and boosts where that is allowed; the status says when it is there. */
static void p_state_reset(const struct power *power, const struct registers *registers)
{
	uint64_t request, status = 1;

	if (power->absent[POWER_P_STATE] != NULL || !registers->read(MSR_AMD_PSTATE_CONTROL, &request) ||
	    ((request & 7) == 0 && power->value[POWER_P_STATE] == 0) || !registers->write(MSR_AMD_PSTATE_CONTROL, 0))
		return;
	for (unsigned reads = 0; reads < P_STATE_READS_MAX && (status & 7) != 0; reads++) {
		if (!registers->read(MSR_AMD_PSTATE_STATUS, &status))
			return;
	}
}

/* The register is read again for the bits that are no C1E. Erratum 400: the timer stops in it. */
static void amd_c1e_reset(const struct power *power, const struct registers *registers, uint32_t name)
{
	uint64_t value;

	if (name != 0x756e6547 && power->absent[POWER_C1E] == NULL && power->value[POWER_C1E] && /* not GenuineIntel */
	    registers->read(MSR_AMD_INTERRUPT_PENDING, &value))
		registers->write(MSR_AMD_INTERRUPT_PENDING, value & ~(uint64_t)AMD_C1E_ENABLES);
}

static void zero(const struct power *power, enum power_fact fact, uint32_t msr, const struct registers *registers)
{
	if (power->absent[fact] == NULL && power->value[fact] != 0)
		registers->write(msr, 0);
}

void power_reset(struct power *power, struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf),
		 bool (*read)(uint32_t msr, uint64_t *value), bool (*write)(uint32_t msr, uint64_t value))
{
	static const enum power_fact reset[] = {POWER_HWP_REQUEST,  POWER_ENERGY_BIAS, POWER_P_STATE,
						POWER_CPPC_REQUEST, POWER_C1E,         POWER_SPEC_CTRL};
	const struct registers registers = {read, write};

	power_decode(power, leaf, read);
	for (unsigned fact = 0; fact < POWER_FACTS; fact++) {
		power->found[fact] = power->value[fact];
		power->changed[fact] = false;
	}
	zero(power, POWER_SPEC_CTRL, MSR_SPEC_CTRL, &registers);
	zero(power, POWER_ENERGY_BIAS, MSR_ENERGY_PERF_BIAS, &registers); /* SDM vol. 3 §15.3.4: 0 is performance */
	hwp_reset(power, &registers);
	cppc_reset(power, &registers);
	p_state_reset(power, &registers);
	amd_c1e_reset(power, &registers, leaf(0, 0).ebx);
	power_decode(power, leaf, read);
	for (unsigned at = 0; at < sizeof(reset) / sizeof(reset[0]); at++) {
		enum power_fact fact = reset[at];

		power->changed[fact] = power->absent[fact] == NULL && power->value[fact] != power->found[fact];
	}
}
