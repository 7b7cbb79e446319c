/* SPDX-License-Identifier: MIT */
/*
 * The busy delay of bench/os.h. A file of its own, because it is linked as a part of the programs (kernel.ld): it holds
 * nothing of the kernel's, so a thread may be preempted in it.
 */
#include "os.h"

#include "core/timer.h"

/* "Calls the spin hint about once a microsecond." */
void os_delay_ns(uint64_t ns)
{
	uint64_t now = clock_now(), end = now + timer_ticks(ns), hint = now;

	for (; now < end; now = clock_now()) {
		if (now >= hint) {
			cpu_relax();
			hint = now + clock_hz / 1000000;
		}
	}
}
