/* SPDX-License-Identifier: MIT */
/*
 * Interrupts that nobody asked for, as a device sends them that firmware has left on: they are counted, and all goes on.
 */
#include "core/ktest.h"
#include "x86/apic.h"
#include "x86/cpu.h"

enum {
	COMMAND = 0x300, /* local APIC, SDM vol. 3 figure 11-12: vector, to the sender itself */
	COMMAND_SELF = 0x40000,
	COMMAND_ASSERT = 0x4000,
	VECTOR_LOW = 0x31,  /* of a lower class than the kernel's own */
	VECTOR_HIGH = 0xe5, /* of a higher one: until it is ended, no timer comes */
};

static void stray_expect(unsigned vector)
{
	uint64_t strays = cpu_strays(NULL), interrupts = cpu_interrupts(0);
	uint64_t begin = clock_now();
	unsigned last = 0;

	apic_write(COMMAND, COMMAND_SELF | COMMAND_ASSERT | vector);
	while (cpu_strays(&last) == strays && clock_now() - begin < clock_hz)
		cpu_relax();
	CHECK(cpu_strays(&last) == strays + 1 && last == vector);
	CHECK(cpu_interrupts(0) >= interrupts + 1);
}

KERNEL_TEST(an_interrupt_that_nobody_asked_for_is_counted_and_ended)
{
	for (unsigned round = 0; round < 3; round++) {
		stray_expect(VECTOR_HIGH);
		stray_expect(VECTOR_LOW); /* waits for ever behind one of a higher class that was not ended */
	}
}
