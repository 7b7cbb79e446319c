/* SPDX-License-Identifier: MIT */
/*
 * Every way out of here but the ones that return ends the machine with a failing exit, or hangs it as asked.
 */
#include "core/fault.h"

#include "core/fiber.h"
#include "core/format.h"
#include "core/panic.h"
#include "core/settings.h"
#include "x86/cpu.h"

enum { FAULT_RECORD = 8 }; /* version, three lines of environment, @run, some lines of samples */
/* A thousand seconds at 1 GHz: more than any bound allows. */
static const int64_t fault_clock_set_ticks = 1000000000000;

/* The recursion, which the compiler must neither see through nor turn into a loop. */
static unsigned fault_deeper(unsigned depth) __attribute__((noinline));
static unsigned (*volatile fault_next)(unsigned depth) = fault_deeper;

static unsigned fault_deeper(unsigned depth)
{
	volatile char frame[512];

	frame[depth % sizeof(frame)] = (char)depth;
	return fault_next(depth + 1) + (unsigned)frame[0];
}

static struct fiber fault_fiber;

static void fault_in_fiber(void *arg)
{
	(void)arg;
	fault_deeper(0);
}

static void *fault_leave_fiber(void *arg)
{
	fiber_start(&fault_fiber, fault_in_fiber, NULL);
	return arg;
}

void fault_inject(void)
{
	switch (settings_panic) {
	case PANIC_ASSERT:
		ASSERT(settings_panic != PANIC_ASSERT);
		break;
	case PANIC_PAGEFAULT:
		*(volatile char *)(paging_window_begin + paging_window_bytes - 1) = 1;
		break;
	case PANIC_OVERFLOW:
		fault_deeper(0);
		break;
	case PANIC_FIBER:
		fiber_start(&fault_fiber, fault_in_fiber, NULL);
		fiber_join(&fault_fiber);
		break;
	case PANIC_FIBER_LEFT:
		thread_join(thread_create(0, fault_leave_fiber, NULL));
		break;
	case PANIC_DOUBLEFAULT:
		cpu_double_fault();
		break;
	case PANIC_HANG:
		format_print("hanging, as panic=hang asks\n");
		for (;;)
			cpu_relax();
	case PANIC_MID:
	case PANIC_CLOCK:
	case PANIC_NONE:
		return;
	}
	panic("a fault was injected, and nothing noticed");
}

void fault_inject_record(void)
{
	static unsigned records;

	if (settings_panic == PANIC_MID && ++records == FAULT_RECORD)
		panic("injected after %u records", records);
}

int64_t fault_clock_ticks(void)
{
	return settings_panic == PANIC_CLOCK ? fault_clock_set_ticks : 0;
}
