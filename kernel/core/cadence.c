/* SPDX-License-Identifier: MIT */
/*
 * All numbers stay within 64 bits for clocks up to 18 GHz.
 */
#include "core/cadence.h"

#include "x86/cpu.h"

enum { NS_PER_S = 1000000000 };

void cadence_init(struct cadence *cadence, uint64_t first_tsc, uint64_t period_ns)
{
	uint64_t product = period_ns % NS_PER_S * clock_hz;

	cadence->next_tsc = first_tsc;
	cadence->whole = period_ns / NS_PER_S * clock_hz + product / NS_PER_S;
	cadence->part = (uint32_t)(product % NS_PER_S);
	cadence->rest = 0;
}

static void cadence_advance(struct cadence *cadence, uint32_t periods)
{
	uint64_t parts = (uint64_t)periods * cadence->part + cadence->rest;

	cadence->next_tsc += periods * cadence->whole + parts / NS_PER_S;
	cadence->rest = (uint32_t)(parts % NS_PER_S);
}

/* Both parts are below NS_PER_S: one tick at most is carried. Without a branch and a division, so that no period costs more. */
void cadence_step(struct cadence *cadence)
{
	uint32_t rest = cadence->rest + cadence->part, carry = rest >= NS_PER_S;

	cadence->next_tsc += cadence->whole + carry;
	cadence->rest = rest - (-carry & NS_PER_S);
}

/* Nearly always one step; after a long pause of the machine as many as fit for certain, and then the same again. */
uint64_t cadence_pass(struct cadence *cadence, uint64_t now_tsc)
{
	uint64_t passed = 0;

	while (cadence->next_tsc <= now_tsc) {
		uint64_t periods = (now_tsc - cadence->next_tsc) / (cadence->whole + 1);

		if (periods == 0)
			periods = 1;
		if (periods > UINT32_MAX)
			periods = UINT32_MAX;
		cadence_advance(cadence, (uint32_t)periods);
		passed += periods;
	}
	return passed;
}
