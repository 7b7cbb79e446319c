/* SPDX-License-Identifier: MIT */
/*
 * A double fault on purpose. The descriptor table is cut behind vector 8, so that a page fault (14) cannot be delivered,
 * nor the general protection fault (13) that this causes; one contributory fault while another is delivered is a double
 * fault: SDM vol. 3 §6.15, table 6-5.
 */
#include "cpu.h"

enum { GATE_BYTES = 16, DOUBLE_FAULT = 8 };

void cpu_double_fault(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) table;

	irq_disable();
	asm volatile("sidt %0" : "=m"(table));
	table.limit = (DOUBLE_FAULT + 1) * GATE_BYTES - 1;
	asm volatile("lidt %0" : : "m"(table) : "memory");
	*(volatile char *)(paging_window_begin + paging_window_bytes - 1) = 1;
	machine_exit(MACHINE_EXIT_FAILED);
}
