/* SPDX-License-Identifier: MIT */
/*
 * What the machine's registers mean: made-up machines after the manuals, and one whose registers all fault.
 */
#include "x86/power.h"

#include "core/ktest.h"
#include "core/string.h"

struct machine {
	const struct machine_leaf {
		uint32_t number;
		struct cpuid out;
	} * leaves; /* ends with leaf UINT32_MAX */
	const struct machine_msr {
		uint32_t number;
		uint64_t value;
	} * msrs; /* the same; all others fault */
};

static const struct machine *machine;

static struct cpuid machine_leaf(uint32_t leaf, uint32_t subleaf)
{
	for (const struct machine_leaf *at = machine->leaves; at->number != UINT32_MAX; at++)
		if (at->number == leaf && subleaf == 0)
			return at->out;
	return (struct cpuid){0};
}

static bool machine_msr(uint32_t msr, uint64_t *value)
{
	for (const struct machine_msr *at = machine->msrs; at->number != UINT32_MAX; at++) {
		if (at->number == msr) {
			*value = at->value;
			return true;
		}
	}
	return false;
}

static struct power decode(const struct machine *made_up)
{
	struct power power = {0};

	machine = made_up;
	power_decode(&power, machine_leaf, machine_msr);
	return power;
}

static bool known(const struct power *power, enum power_fact fact, uint64_t value)
{
	return power->absent[fact] == NULL && power->value[fact] == value;
}

static bool absent(const struct power *power, enum power_fact fact, const char *why)
{
	char text[POWER_TEXT_BYTES];

	power_text(power, fact, text);
	return power->absent[fact] != NULL && strcmp(power->absent[fact], why) == 0 && text[0] == '\0';
}

#define INTEL_NAME                                                      \
	{                                                               \
		0,                                                      \
		{                                                       \
			6, 0x756e6547, 0x6c65746e, 0x49656e69 /* EDX */ \
		}                                                       \
	}
#define AMD_NAME                                               \
	{                                                      \
		0,                                             \
		{                                              \
			13, 0x68747541, 0x444d4163, 0x69746e65 \
		}                                              \
	}
#define LAST                         \
	{                            \
		.number = UINT32_MAX \
	}

/* A server with turbo off by the firmware, HWP off, C1E on, package C-states limited and locked, hot a while ago. */
static const struct machine_leaf server_leaves[] = {
    INTEL_NAME,
    {1, {0x50654, 0, 1u << 7, 1u << 22}},
    {6, {1u << 1 | 1u << 2 | 1u << 6 | 1u << 7, 0, 1u << 3 | 1, 0}},
    {7, {0, 0, 0, 1u << 26 | 1u << 29}},
    LAST,
};
static const struct machine_msr server_msrs[] = {
    {0x8b, 0x0200006500000000},
    {0x34, 0xffffffff00000123},
    {0x1a0, 1ull << 38 | 1 << 16},
    {0x770, 0},
    {0x1b0, 6},
    {0x198, 0x1800},
    {0xce, 0x1500},
    {0xe2, 1 << 15 | 2},
    {0x1fc, 2},
    {0x19c, 0x88000000 | 2},
    {0x1b1, 0x88000000 | 1},
    {0x48, 1},
    {0x10a, 0x2b},
    LAST,
};
static const struct machine server = {server_leaves, server_msrs};

KERNEL_TEST(power_of_an_intel_server_is_read)
{
	struct power power = decode(&server);

	CHECK(known(&power, POWER_MICROCODE, 0x02000065));
	CHECK(known(&power, POWER_TURBO, 0) && known(&power, POWER_SPEEDSTEP, 1) && known(&power, POWER_HWP, 0));
	CHECK(known(&power, POWER_ENERGY_BIAS, 6) && known(&power, POWER_RATIO, 24) &&
	      known(&power, POWER_RATIO_BASE, 21));
	CHECK(known(&power, POWER_C_STATE_LIMIT, 2) && known(&power, POWER_C_STATE_LOCKED, 1) &&
	      known(&power, POWER_C1E, 1));
	CHECK(known(&power, POWER_TIMER_ALWAYS, 1) && known(&power, POWER_SMI_COUNT, 0x123));
	CHECK(known(&power, POWER_THROTTLED, 0) && known(&power, POWER_THROTTLED_EVER, 1));
	CHECK(known(&power, POWER_PACKAGE_THROTTLED, 1) && known(&power, POWER_PACKAGE_THROTTLED_EVER, 0));
	CHECK(known(&power, POWER_SPEC_CTRL, 1) && known(&power, POWER_ARCH_CAPABILITIES, 0x2b));
	CHECK(absent(&power, POWER_HWP_REQUEST, "the register cannot be read")); /* faults while HWP is off */
	CHECK(absent(&power, POWER_C6, "not of this vendor's CPUs") &&
	      absent(&power, POWER_P_STATE, "not of this vendor's CPUs"));
}

KERNEL_TEST(power_of_an_amd_server_is_read)
{
	static const struct machine_leaf leaves[] = {
	    AMD_NAME,
	    {1, {0xa20f10, 0, 0, 0}}, /* family 19H */
	    {6, {1u << 2, 0, 1, 0}},
	    {0x80000007, {0, 0, 0, 1u << 9 | 1u << 8 | 1u << 7}},
	    {0x80000008, {0, 1u << 14, 0, 0}},
	    LAST,
	};
	static const struct machine_msr boosts[] = {
	    {0x8b, 0x0a20120a}, {0xc0010015, 0x109000010}, {0xc0010063, 1}, {0xc0010296, 0x404040}, {0x48, 0}, LAST};
	static const struct machine_msr steady[] = {{0xc0010015, 1u << 25}, {0xc0010296, 0}, LAST};
	struct power power = decode(&(struct machine){leaves, boosts});

	CHECK(known(&power, POWER_MICROCODE, 0x0a20120a) && known(&power, POWER_TURBO, 1) &&
	      known(&power, POWER_P_STATE, 1));
	CHECK(known(&power, POWER_C6, 1) && known(&power, POWER_SPEC_CTRL, 0) && known(&power, POWER_TIMER_ALWAYS, 1));
	CHECK(absent(&power, POWER_SMI_COUNT, "not of this vendor's CPUs"));
	power = decode(&(struct machine){leaves, steady});
	CHECK(known(&power, POWER_TURBO, 0) && known(&power, POWER_C6, 0));
	CHECK(absent(&power, POWER_P_STATE, "the register cannot be read"));
}

KERNEL_TEST(power_survives_machines_without_any_such_register)
{
	static const struct machine_leaf old[] = {INTEL_NAME, LAST}, other[] = {LAST}, amd[] = {AMD_NAME, LAST};
	static const struct machine_msr none[] = {LAST};
	static const struct machine_leaf *const all[] = {old, other, amd, server_leaves};

	for (unsigned at = 0; at < sizeof(all) / sizeof(all[0]); at++) {
		struct power power = decode(&(struct machine){all[at], none});

		for (unsigned fact = 0; fact < POWER_FACTS; fact++)
			CHECK(power.absent[fact] != NULL || fact == POWER_TIMER_ALWAYS); /* that is CPUID itself */
	}
}

KERNEL_TEST(power_has_a_key_of_its_own_for_each_fact)
{
	for (unsigned fact = 0; fact < POWER_FACTS; fact++) {
		CHECK(power_key(fact) != NULL && strlen(power_key(fact)) > 1);
		for (unsigned other = 0; other < fact; other++)
			CHECK(strcmp(power_key(fact), power_key(other)) != 0);
	}
}

KERNEL_TEST(power_text_is_yes_no_or_a_number)
{
	struct power power = decode(&server);
	char text[POWER_TEXT_BYTES];

	power_text(&power, POWER_TURBO, text);
	CHECK(strcmp(text, "no") == 0);
	power_text(&power, POWER_SPEEDSTEP, text);
	CHECK(strcmp(text, "yes") == 0);
	power_text(&power, POWER_MICROCODE, text);
	CHECK(strcmp(text, "0x2000065") == 0);
	power_text(&power, POWER_SMI_COUNT, text);
	CHECK(strcmp(text, "291") == 0);
	power.value[POWER_HWP_REQUEST] = UINT64_MAX; /* the longest */
	power.absent[POWER_HWP_REQUEST] = NULL;
	power_text(&power, POWER_HWP_REQUEST, text);
	CHECK(strcmp(text, "0xffffffffffffffff") == 0);
}
