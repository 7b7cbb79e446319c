/* SPDX-License-Identifier: MIT */
/*
 * One row for each register's fact: for whom it is, which CPUID bit promises it, where its bits lie. Intel: SDM vol. 4
 * tables 2-2 and 2-3 ff. AMD: APM vol. 2 and the Processor Programming References of families 17H and 19H, §2.1.16.
 */
#include "power.h"

#include <stddef.h>

#include "core/format.h"
#include "cpu.h"
#include "facts.h"

enum {
	MSR_MICROCODE = 0x8b, /* IA32_BIOS_SIGN_ID; AMD: PATCH_LEVEL */
	MSR_SMI_COUNT = 0x34, /* Nehalem and later */
	MSR_MPERF = 0xe7,     /* and APERF next to it; AMD has them at the same place: APM vol. 2 §17.2 */
	MSR_APERF = 0xe8,
	MSR_MISC_ENABLE = 0x1a0,
	MSR_AMD_HWCR = 0xc0010015,
	MISC_ENABLE_NO_TURBO = 38,
	HWCR_NO_BOOST = 25,
	/* vendors, as bits */
	INTEL = 1,
	AMD = 2,
	/* a gate that is always open */
	ALWAYS = 0,
};

enum form { FORM_NUMBER, FORM_HEX, FORM_YES };
enum reg { EAX, EBX, ECX, EDX };

/* A fact and one register that holds it; a fact may have a row for each vendor, and for each bit that promises it. */
static const struct row {
	enum power_fact fact;
	unsigned vendors;
	uint32_t leaf; /* CPUID bit that says that the register is there; ALWAYS: none does, and a read may fault */
	enum reg reg;
	unsigned bit;
	uint32_t msr; /* 0: the CPUID bit itself is the fact */
	uint64_t mask;
	unsigned shift;
} rows[] = {
    {POWER_MICROCODE, INTEL, ALWAYS, EAX, 0, MSR_MICROCODE, 0xffffffff, 32}, /* SDM vol. 3 §10.11.7.1 */
    {POWER_MICROCODE, AMD, ALWAYS, EAX, 0, MSR_MICROCODE, 0xffffffff, 0},
    {POWER_SPEEDSTEP, INTEL, 1, ECX, 7, MSR_MISC_ENABLE, 1, 16},
    {POWER_HWP, INTEL, 6, EAX, 7, 0x770, 1, 0},                      /* IA32_PM_ENABLE */
    {POWER_HWP_REQUEST, INTEL, 6, EAX, 7, 0x774, UINT64_MAX, 0},     /* IA32_HWP_REQUEST: faults while HWP is off */
    {POWER_ENERGY_BIAS, INTEL, 6, ECX, 3, 0x1b0, 0xf, 0},            /* IA32_ENERGY_PERF_BIAS */
    {POWER_RATIO, INTEL, 1, ECX, 7, 0x198, 0xff, 8},                 /* IA32_PERF_STATUS */
    {POWER_RATIO_BASE, INTEL, ALWAYS, EAX, 0, 0xce, 0xff, 8},        /* MSR_PLATFORM_INFO */
    {POWER_P_STATE_REQUEST, INTEL, 1, ECX, 7, 0x199, UINT64_MAX, 0}, /* IA32_PERF_CTL */
    {POWER_P_STATE, AMD, 0x80000007, EDX, 7, 0xc0010063, 7, 0},      /* P-state Status */
    {POWER_CPPC, AMD, 0x80000008, EBX, 27, 0xc00102b1, 1, 0},        /* CPPC_ENABLE: until reset */
    {POWER_CPPC_REQUEST, AMD, 0x80000008, EBX, 27, 0xc00102b3, UINT64_MAX, 0},
    {POWER_C_STATE_LIMIT, INTEL, ALWAYS, EAX, 0, 0xe2, 0xf, 0}, /* MSR_PKG_CST_CONFIG_CONTROL */
    {POWER_C_STATE_LOCKED, INTEL, ALWAYS, EAX, 0, 0xe2, 1, 15},
    {POWER_C1E, INTEL, ALWAYS, EAX, 0, 0x1fc, 1, 1}, /* MSR_POWER_CTL */
    {POWER_TIMER_ALWAYS, INTEL | AMD, 6, EAX, 2, 0, 1, 2},
    /* IA32_THERM_STATUS: status bits of heat, PROCHOT#, critical heat, power and current; each has its log above it */
    {POWER_THROTTLED, INTEL, 1, EDX, 22, 0x19c, 0x1415, 0},
    {POWER_THROTTLED_EVER, INTEL, 1, EDX, 22, 0x19c, 0x282a, 0},
    {POWER_PACKAGE_THROTTLED, INTEL, 6, EAX, 6, 0x1b1, 0x415, 0}, /* IA32_PACKAGE_THERM_STATUS */
    {POWER_PACKAGE_THROTTLED_EVER, INTEL, 6, EAX, 6, 0x1b1, 0x82a, 0},
    /* IA32_SPEC_CTRL is there where one of its first bits is: IBRS, STIBP, SSBD. SDM vol. 2, CPUID 07H; APM vol. 3 */
    {POWER_SPEC_CTRL, INTEL, 7, EDX, 26, 0x48, UINT64_MAX, 0},
    {POWER_SPEC_CTRL, INTEL, 7, EDX, 27, 0x48, UINT64_MAX, 0},
    {POWER_SPEC_CTRL, INTEL, 7, EDX, 31, 0x48, UINT64_MAX, 0},
    {POWER_SPEC_CTRL, AMD, 0x80000008, EBX, 14, 0x48, UINT64_MAX, 0},
    {POWER_SPEC_CTRL, AMD, 0x80000008, EBX, 15, 0x48, UINT64_MAX, 0},
    {POWER_SPEC_CTRL, AMD, 0x80000008, EBX, 24, 0x48, UINT64_MAX, 0},
    {POWER_ARCH_CAPABILITIES, INTEL, 7, EDX, 29, 0x10a, UINT64_MAX, 0}, /* IA32_ARCH_CAPABILITIES */
    {POWER_SMI_COUNT, INTEL, ALWAYS, EAX, 0, MSR_SMI_COUNT, 0xffffffff, 0},
};

static const struct {
	const char *key;
	enum form form;
	bool setting; /* the same on all CPUs of a machine that is set up well */
} facts[POWER_FACTS] = {
    [POWER_MICROCODE] = {"microcode", FORM_HEX, true},
    [POWER_TURBO] = {"turbo", FORM_YES, true},
    [POWER_SPEEDSTEP] = {"speedstep", FORM_YES, true},
    [POWER_HWP] = {"hwp", FORM_YES, true},
    [POWER_HWP_REQUEST] = {"hwp_request", FORM_HEX, false},
    [POWER_ENERGY_BIAS] = {"energy_bias", FORM_NUMBER, true},
    [POWER_RATIO] = {"ratio", FORM_NUMBER, false},
    [POWER_RATIO_BASE] = {"ratio_base", FORM_NUMBER, false},
    [POWER_P_STATE_REQUEST] = {"p_state_request", FORM_HEX, false},
    [POWER_P_STATE] = {"p_state", FORM_NUMBER, false},
    [POWER_CPPC] = {"cppc", FORM_YES, true},
    [POWER_CPPC_REQUEST] = {"cppc_request", FORM_HEX, false},
    [POWER_C_STATE_LIMIT] = {"c_state_limit", FORM_NUMBER, true},
    [POWER_C_STATE_LOCKED] = {"c_state_locked", FORM_YES, true},
    [POWER_C1E] = {"c1e", FORM_YES, true},
    [POWER_C6] = {"c6", FORM_YES, true},
    [POWER_TIMER_ALWAYS] = {"apic_timer_always", FORM_YES, true},
    [POWER_THROTTLED] = {"throttled", FORM_YES, false},
    [POWER_THROTTLED_EVER] = {"throttled_ever", FORM_YES, false},
    [POWER_PACKAGE_THROTTLED] = {"package_throttled", FORM_YES, false},
    [POWER_PACKAGE_THROTTLED_EVER] = {"package_throttled_ever", FORM_YES, false},
    [POWER_SPEC_CTRL] = {"spec_ctrl", FORM_HEX, true},
    [POWER_ARCH_CAPABILITIES] = {"arch_capabilities", FORM_HEX, true},
    [POWER_SMI_COUNT] = {"smi_count", FORM_NUMBER, false},
};

static const char other_vendor[] = "not of this vendor's CPUs", other_model[] = "not of this model",
		  refused[] = "the register cannot be read", by_cppc[] = "without effect while CPPC is on",
		  emulated[] = "a hypervisor's registers are not the machine's";

static struct power powers[CPU_MAX]; /* each CPU writes its own before it is up */

static unsigned vendor_of(struct cpuid leaf_0)
{
	if (leaf_0.ebx == 0x756e6547) /* GenuineIntel */
		return INTEL;
	/* AuthenticAMD, HygonGenuine */
	return leaf_0.ebx == 0x68747541 || leaf_0.ebx == 0x6f677948 ? AMD : 0;
}

static uint32_t reg_of(struct cpuid out, enum reg reg)
{
	return reg == EAX ? out.eax : reg == EBX ? out.ebx : reg == ECX ? out.ecx : out.edx;
}

static void power_set(struct power *power, enum power_fact fact, uint64_t value)
{
	power->value[fact] = facts[fact].form == FORM_YES ? value != 0 : value;
	power->absent[fact] = NULL;
}

static void row_decode(struct power *power, const struct row *row,
		       struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf),
		       bool (*read)(uint32_t msr, uint64_t *value))
{
	uint64_t value = row->leaf == ALWAYS ? 0 : reg_of(leaf(row->leaf, 0), row->reg);

	if (row->msr != 0 && row->leaf != ALWAYS && (value >> row->bit & 1) == 0)
		power->absent[row->fact] =
		    power->absent[row->fact] == other_vendor ? other_model : power->absent[row->fact];
	else if (row->msr != 0 && !read(row->msr, &value))
		power->absent[row->fact] = refused;
	else
		power_set(power, row->fact, value >> row->shift & row->mask);
}

/* Intel: promised by CPUID 06H:EAX[1], which a firmware's choice takes away. AMD: CPUID 8000_0007H:EDX[9]. */
static void turbo_decode(struct power *power, unsigned vendor, struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf),
			 bool (*read)(uint32_t msr, uint64_t *value))
{
	bool there = vendor == INTEL ? leaf(6, 0).eax >> 1 & 1 : leaf(0x80000007, 0).edx >> 9 & 1;
	uint64_t value;

	if (vendor == 0)
		return;
	if (!read(vendor == INTEL ? MSR_MISC_ENABLE : MSR_AMD_HWCR, &value)) {
		power->absent[POWER_TURBO] = refused;
		return;
	}
	power_set(power, POWER_TURBO,
		  there && (value >> (vendor == INTEL ? MISC_ENABLE_NO_TURBO : HWCR_NO_BOOST) & 1) == 0);
}

static unsigned amd_family(struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf))
{
	uint32_t eax = leaf(1, 0).eax;

	return (eax >> 8 & 0xf) + (eax >> 20 & 0xff); /* the second part counts for 0FH only, as all AMD here */
}

/* From family 17H on; before that the bits mean something else. PPR, MSRC001_0296: CCR2_CC6EN, CCR1_CC6EN, CCR0_CC6EN. */
static void c6_decode(struct power *power, struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf),
		      bool (*read)(uint32_t msr, uint64_t *value))
{
	enum { CSTATE_CONFIG = 0xc0010296, ENABLES = 1 << 22 | 1 << 14 | 1 << 6, FAMILY_LEAST = 0x17 };
	uint64_t value;

	if (amd_family(leaf) < FAMILY_LEAST)
		power->absent[POWER_C6] = other_model;
	else if (!read(CSTATE_CONFIG, &value))
		power->absent[POWER_C6] = refused;
	else
		power_set(power, POWER_C6, value & ENABLES);
}

/* Families 0FH to 12H: BKDG of family 10H (31116), MSRC001_0055. */
static void c1e_decode(struct power *power, struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf),
		       bool (*read)(uint32_t msr, uint64_t *value))
{
	unsigned family = amd_family(leaf);
	uint64_t value;

	if (family < AMD_C1E_FAMILY_LEAST || family > AMD_C1E_FAMILY_MOST)
		power->absent[POWER_C1E] = other_model;
	else if (!read(MSR_AMD_INTERRUPT_PENDING, &value))
		power->absent[POWER_C1E] = refused;
	else
		power_set(power, POWER_C1E, value & AMD_C1E_ENABLES);
}

void power_decode(struct power *power, struct cpuid (*leaf)(uint32_t leaf, uint32_t subleaf),
		  bool (*read)(uint32_t msr, uint64_t *value))
{
	unsigned vendor = vendor_of(leaf(0, 0));

	for (unsigned fact = 0; fact < POWER_FACTS; fact++)
		power->absent[fact] = other_vendor;
	for (unsigned at = 0; at < sizeof(rows) / sizeof(rows[0]); at++) {
		if (rows[at].vendors & vendor)
			row_decode(power, &rows[at], leaf, read);
	}
	turbo_decode(power, vendor, leaf, read);
	if (vendor != AMD)
		return;
	c6_decode(power, leaf, read);
	c1e_decode(power, leaf, read);
	if (power->absent[POWER_CPPC] == NULL && power->value[POWER_CPPC])
		power->absent[POWER_P_STATE] = by_cppc;
}

void power_init_cpu(unsigned cpu)
{
	struct power *power = &powers[cpu];

	if (machine_facts.hypervisor[0] != '\0') {
		for (unsigned fact = 0; fact < POWER_FACTS; fact++)
			power->absent[fact] = emulated;
		return;
	}
	if (vendor_of(cpuid_read(0, 0)) == INTEL && msr_write_safe(MSR_MICROCODE, 0))
		cpuid_read(1, 0); /* loads the register: SDM vol. 3 §10.11.7.1 */
	power_reset(power, cpuid_leaf, msr_read_safe, msr_write_safe);
}

bool power_halt_is_deaf(void)
{
	bool deaf = false;

	if (vendor_of(cpuid_read(0, 0)) != AMD)
		return false;
	for (unsigned cpu = 0; cpu < cpu_count; cpu++)
		deaf |= powers[cpu].absent[POWER_C1E] == NULL && powers[cpu].value[POWER_C1E];
	return deaf;
}

const struct power *power_of(unsigned cpu)
{
	return &powers[cpu];
}

bool power_differs(unsigned cpu, enum power_fact fact)
{
	const struct power *first = &powers[0], *other = &powers[cpu];

	return facts[fact].setting &&
	       (first->absent[fact] != other->absent[fact] || first->value[fact] != other->value[fact]);
}

const char *power_key(enum power_fact fact)
{
	return facts[fact].key;
}

static void value_text(enum power_fact fact, unsigned long value, char text[static POWER_TEXT_BYTES])
{
	if (facts[fact].form == FORM_YES)
		format_text(text, POWER_TEXT_BYTES, "%s", value ? "yes" : "no");
	else
		format_text(text, POWER_TEXT_BYTES, facts[fact].form == FORM_HEX ? "0x%lx" : "%lu", value);
}

void power_text(const struct power *power, enum power_fact fact, char text[static POWER_TEXT_BYTES])
{
	text[0] = '\0';
	if (power->absent[fact] == NULL)
		value_text(fact, power->value[fact], text);
}

void power_found_text(const struct power *power, enum power_fact fact, char text[static POWER_TEXT_BYTES])
{
	text[0] = '\0';
	if (power->changed[fact])
		value_text(fact, power->found[fact], text);
}

bool power_smi_read(uint64_t *count)
{
	bool known = machine_facts.hypervisor[0] == '\0' && vendor_of(cpuid_read(0, 0)) == INTEL &&
		     msr_read_safe(MSR_SMI_COUNT, count);

	*count = known ? *count & UINT32_MAX : 0; /* bits 31:0: SDM vol. 4 */
	return known;
}

void power_counters_read(struct power_counters *counters)
{
	bool real = machine_facts.hypervisor[0] == '\0';

	*counters = (struct power_counters){0};
	if (!real)
		return;
	counters->smi_known = power_smi_read(&counters->smi);
	if (cpuid_leaf(6, 0).ecx & 1) /* SDM vol. 2, CPUID 06H: both counters */
		counters->clock_known =
		    msr_read_safe(MSR_MPERF, &counters->mperf) && msr_read_safe(MSR_APERF, &counters->aperf);
}
