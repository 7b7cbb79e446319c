/* SPDX-License-Identifier: MIT */
/*
 * The clock's frequency by made-up references, and which made-up CPUs' LFENCE and TSC deadline are trusted.
 */
#include "x86/clock.h"

#include "core/ktest.h"
#include "x86/cpu.h"
#include "x86/timer.h"

enum { REFERENCE_HZ = 20000000, TICKS_LEAST = 40000, TICK_PPM_MAX = 25, ERROR_MAX_PPM = 10000 };

static uint32_t read_first, read_last; /* of the made-up reference */

/* The clock itself, in steps of a twentieth of a microsecond. */
static uint32_t stepped_read(const struct reference *reference)
{
	(void)reference;
	read_last = (uint32_t)(clock_now() / (clock_hz / REFERENCE_HZ));
	read_first = read_first != 0 ? read_first : read_last;
	return read_last;
}

/* A coarse reference is rounded to one of its ticks: two short windows may agree by chance, and both be wrong. */
KERNEL_TEST(clock_watches_a_coarse_reference_for_longer)
{
	const struct reference stepped = {.name = "stepped",
					  .hz = clock_hz / (clock_hz / REFERENCE_HZ),
					  .mask = UINT32_MAX,
					  .window_max_us = 1000000,
					  .read = stepped_read};
	unsigned spread_ppm;
	uint64_t hz, difference;

	read_first = 0;
	hz = clock_calibrate(&stepped, &spread_ppm);
	difference = hz > clock_hz ? hz - clock_hz : clock_hz - hz;
	CHECK(difference < clock_hz / 1000000 * ERROR_MAX_PPM); /* a host may stop us between two readings */
	CHECK(read_last - read_first >= 3 * TICKS_LEAST);       /* a window, and one of twice its length */
}

KERNEL_TEST(clock_windows_are_as_long_as_one_tick_of_their_reference_demands)
{
	static const struct reference references[] = {
	    {.name = "pit", .hz = 1193182, .window_max_us = 40000},
	    {.name = "acpi-pm", .hz = 3579545, .window_max_us = 1000000},
	    {.name = "hpet", .hz = 14318180, .window_max_us = 1000000},
	    {.name = "hpet", .hz = 100000000, .window_max_us = 1000000},
	};

	for (unsigned at = 0; at < sizeof(references) / sizeof(references[0]); at++) {
		unsigned window_us = clock_window_us(&references[at]);

		CHECK(references[at].hz * window_us / 1000000 * TICK_PPM_MAX >= 1000000 - TICK_PPM_MAX);
		CHECK(window_us >= 1000 && window_us < references[at].window_max_us);
	}
}

/* Only these leaves of a made-up CPU matter. */
static uint32_t vendor_ebx, signature, features_1, amd_features_2;

static struct cpuid leaf_of(uint32_t leaf, uint32_t subleaf)
{
	(void)subleaf;
	if (leaf == 0)
		return (struct cpuid){.ebx = vendor_ebx};
	if (leaf == 1)
		return (struct cpuid){.eax = signature, .ecx = features_1};
	return (struct cpuid){.eax = leaf == 0x80000021 ? amd_features_2 : 0};
}

static bool lfence_always(uint32_t vendor, uint32_t eax, uint32_t features)
{
	vendor_ebx = vendor;
	signature = eax;
	amd_features_2 = features;
	return clock_lfence_always(leaf_of);
}

KERNEL_TEST(clock_trusts_the_lfence_of_cpus_that_cannot_be_told_to_serialise)
{
	const uint32_t intel = 0x756e6547, amd = 0x68747541, hygon = 0x6f677948;

	CHECK(lfence_always(intel, 0x000906ea, 0));
	CHECK(lfence_always(amd, 0x00040f12, 0));  /* family 0FH */
	CHECK(lfence_always(amd, 0x00200f31, 0));  /* family 11H */
	CHECK(!lfence_always(amd, 0x00100f43, 0)); /* 10H: by its register */
	CHECK(!lfence_always(amd, 0x00800f11, 0)); /* 17H: the same, unless it says so */
	CHECK(lfence_always(amd, 0x00a60f12, 1 << 2));
	CHECK(!lfence_always(hygon, 0x00900f01, 0));
	CHECK(!lfence_always(0, 0x00000f12, 0));
}

static bool deadline_works(uint32_t vendor, uint32_t eax, bool there, uint64_t tsc_adjust)
{
	vendor_ebx = vendor;
	signature = eax;
	features_1 = there ? 1u << 24 : 0;
	return timer_deadline_works(leaf_of, tsc_adjust);
}

KERNEL_TEST(timer_does_not_trust_the_deadline_of_cpus_with_an_erratum_whose_clock_was_adjusted)
{
	const uint32_t intel = 0x756e6547, amd = 0x68747541, haswell = 0x306c3, kaby_lake = 0x906e9,
		       ivy_bridge = 0x306a9, ice_lake = 0x606a6;

	CHECK(deadline_works(intel, haswell, true, 0) && !deadline_works(intel, haswell, true, 1000));
	CHECK(deadline_works(intel, kaby_lake, true, 0) && !deadline_works(intel, kaby_lake, true, -1000ull));
	CHECK(deadline_works(intel, ivy_bridge, true, 1000) && deadline_works(intel, ice_lake, true, 1000));
	CHECK(deadline_works(amd, haswell, true, 1000));
	CHECK(!deadline_works(intel, haswell, false, 0) && !deadline_works(amd, 0x00a60f12, false, 0));
}
