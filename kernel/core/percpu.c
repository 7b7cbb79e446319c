/* SPDX-License-Identifier: MIT */
/*
 * A static table: it exists before anything can be allocated, and the address of any CPU's struct is arithmetic.
 */
#include "core/percpu.h"

struct percpu percpu_table[CPU_MAX];

struct percpu *percpu_of(unsigned cpu)
{
	return &percpu_table[cpu];
}

void percpu_init(void)
{
	for (unsigned i = 0; i < cpu_count; i++) {
		struct percpu *cpu = &percpu_table[i];

		cpu->cpu = i;
		cpu->run_tail = &cpu->run_head;
		cpu->idle.home = cpu;
		cpu->idle.id = THREAD_IDLE + i;
		cpu->idle.group = &cpu->idle.own_group;
		cpu->current = &cpu->idle;
	}
}
