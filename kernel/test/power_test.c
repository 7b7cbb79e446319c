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

enum { WRITES_MAX = 4 };
static struct machine_msr written[WRITES_MAX], refusing; /* refusing: a register that keeps what it has */
static unsigned writes;

static bool machine_written(uint32_t msr, uint64_t *value)
{
	bool there = machine_msr(msr, value);

	for (unsigned at = 0; at < writes; at++)
		if (written[at].number == msr)
			*value = written[at].value;
	if (msr == 0xc0010063 && there) /* AMD's P-state status follows its control */
		return machine_written(0xc0010062, value);
	return there;
}

static bool machine_write(uint32_t msr, uint64_t value)
{
	uint64_t was;

	if (msr == refusing.number || !machine_msr(msr, &was))
		return false;
	CHECK(writes < WRITES_MAX);
	written[writes++] = (struct machine_msr){msr, value};
	return true;
}

static struct power reset(const struct machine *made_up)
{
	struct power power = {0};

	machine = made_up;
	writes = 0;
	power_reset(&power, machine_leaf, machine_written, machine_write);
	return power;
}

static bool was_written(uint32_t msr, uint64_t value)
{
	for (unsigned at = 0; at < writes; at++)
		if (written[at].number == msr)
			return written[at].value == value;
	return false;
}

/* Now value, and the record says that it was found otherwise. */
static bool changed(const struct power *power, enum power_fact fact, uint64_t found, uint64_t value)
{
	return power->absent[fact] == NULL && power->value[fact] == value && power->changed[fact] &&
	       power->found[fact] == found;
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

KERNEL_TEST(power_mitigations_and_bias_that_were_left_are_reset_and_recorded)
{
	struct power power = reset(&server);
	char text[POWER_TEXT_BYTES];

	CHECK(writes == 2 && was_written(0x48, 0) && was_written(0x1b0, 0));
	CHECK(changed(&power, POWER_SPEC_CTRL, 1, 0) && changed(&power, POWER_ENERGY_BIAS, 6, 0));
	power_found_text(&power, POWER_ENERGY_BIAS, text);
	CHECK(strcmp(text, "6") == 0);
	/* what has no meaning in an architecture's manual stays, and so do limits */
	CHECK(!power.changed[POWER_C1E] && known(&power, POWER_C1E, 1) && known(&power, POWER_TURBO, 0));
	power_found_text(&power, POWER_C1E, text);
	CHECK(text[0] == '\0');
	CHECK(known(&power, POWER_MICROCODE, 0x02000065)); /* all else is read as without */
}

/* A server whose Linux has HWP on: performance 8 to 40, 21 guaranteed. */
static struct power hwp_reset(uint64_t request)
{
	static const struct machine_leaf leaves[] = {
	    INTEL_NAME, {1, {0x50654, 0, 1u << 7, 0}}, {6, {1u << 7, 0, 0, 0}}, {7, {0, 0, 0, 1u << 31}}, LAST};
	struct machine_msr msrs[] = {{0x770, 1}, {0x771, 0x080a1528}, {0x774, request}, {0x48, 4}, LAST};

	return reset(&(struct machine){leaves, msrs});
}

KERNEL_TEST(power_hwp_asks_for_all_that_is_allowed)
{
	struct power power = hwp_reset(0x80002808); /* all of it, EPP 128: Linux's powersave */

	CHECK(was_written(0x774, 0x2828) && changed(&power, POWER_HWP_REQUEST, 0x80002808, 0x2828));
	CHECK(was_written(0x48, 0) && changed(&power, POWER_SPEC_CTRL, 4, 0)); /* SSBD alone */
	hwp_reset(0x80001508);                                                 /* no_turbo: a limit of its owner's */
	CHECK(was_written(0x774, 0x1515));
	hwp_reset(0xff000808); /* switched off by Linux: its lowest for ever */
	CHECK(was_written(0x774, 0x2828));
	hwp_reset(0x8000ff01); /* as after a reset */
	CHECK(was_written(0x774, 0x2828));
	power = hwp_reset(0x2828);
	CHECK(!power.changed[POWER_HWP_REQUEST] && known(&power, POWER_HWP_REQUEST, 0x2828));
}

static struct power amd_reset(uint32_t signature, const struct machine_msr *msrs)
{
	const struct machine_leaf leaves[] = {
	    AMD_NAME,
	    {1, {signature, 0, 0, 0}},
	    {0x80000007, {0, 0, 0, 1u << 7}},
	    {0x80000008, {0, 1u << 27 | 1u << 15, 0, 0}},
	    LAST,
	};

	return reset(&(struct machine){leaves, msrs});
}

KERNEL_TEST(power_amd_asks_for_all_that_is_allowed)
{
	static const struct machine_msr slow[] = {{0xc0010062, 2}, {0xc0010063, 2}, {0x48, 2}, {0xc00102b1, 0}, LAST};
	static const struct machine_msr cppc[] = {{0xc00102b0, 0xc8643214}, {0xc00102b1, 1}, {0xc00102b3, 0x800014c8},
						  {0xc0010062, 0},          {0xc0010063, 1}, LAST};
	static const struct machine_msr limited[] = {
	    {0xc00102b0, 0xc8643214}, {0xc00102b1, 1}, {0xc00102b3, 0x80001464}, LAST};
	struct power power = amd_reset(0xa20f10, slow);

	CHECK(was_written(0xc0010062, 0) && changed(&power, POWER_P_STATE, 2, 0));
	CHECK(was_written(0x48, 0) && changed(&power, POWER_SPEC_CTRL, 2, 0));
	CHECK(known(&power, POWER_CPPC, 0));
	power = amd_reset(0xa20f10, cppc);
	CHECK(writes == 1 && was_written(0xc00102b3, 0xc8c8) &&
	      changed(&power, POWER_CPPC_REQUEST, 0x800014c8, 0xc8c8));
	CHECK(absent(&power, POWER_P_STATE, "without effect while CPPC is on") && known(&power, POWER_CPPC, 1));
	amd_reset(0xa20f10, limited); /* boost off: a limit */
	CHECK(was_written(0xc00102b3, 0x6464));
}

KERNEL_TEST(power_amd_sleep_that_stops_the_timer_is_switched_off)
{
	static const struct machine_msr on[] = {{0xc0010055, 0x2345678 | 3u << 27}, LAST},
					off[] = {{0xc0010055, 1}, LAST};
	struct power power = amd_reset(0x100f42, on); /* family 10H */

	CHECK(was_written(0xc0010055, 0x2345678));
	CHECK(changed(&power, POWER_C1E, 1, 0));
	power = amd_reset(0x100f42, off);
	CHECK(writes == 0 && known(&power, POWER_C1E, 0));
	power = amd_reset(0xa20f10, on); /* the register means something else there */
	CHECK(writes == 0 && absent(&power, POWER_C1E, "not of this model"));
	refusing.number = 0xc0010055;
	power = amd_reset(0x100f42, on);
	refusing.number = 0;
	CHECK(known(&power, POWER_C1E, 1) && !power.changed[POWER_C1E]); /* so that idle CPUs poll */
}

KERNEL_TEST(power_reset_of_a_machine_without_any_such_register_writes_nothing)
{
	static const struct machine_msr none[] = {LAST};

	reset(&(struct machine){server_leaves, none});
	CHECK(writes == 0);
	amd_reset(0x100f42, none);
	CHECK(writes == 0);
}
