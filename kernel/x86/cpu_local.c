/* SPDX-License-Identifier: MIT */
/*
 * Descriptor tables and segment bases of each CPU.
 */
#include "cpu_local.h"

#include "core_hooks.h"
#include "idt.h"
#include "layout.h"
#include "msr.h"

struct table_pointer {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

_Static_assert(__builtin_offsetof(struct cpu_local, interrupts) == CPU_LOCAL_INTERRUPTS, "used by irq.S");
_Static_assert(sizeof(struct task_state) == 104, "SDM vol. 3 figure 8-11");

struct cpu_local cpu_locals[CPU_MAX];

static uint8_t early_trap_stack[8192] __attribute__((aligned(16)));

static void gdt_fill(struct cpu_local *local)
{
	uint64_t base = (uintptr_t)&local->task, limit = sizeof(local->task) - 1;

	local->gdt[SELECTOR_CODE / 8] = 0x00af9a000000ffff; /* 64-bit code: SDM vol. 3 §3.4.5 */
	local->gdt[SELECTOR_DATA / 8] = 0x00cf92000000ffff;
	/* available 64-bit TSS, present: SDM vol. 3 figure 8-4 */
	local->gdt[SELECTOR_TSS / 8] = limit | (base & 0xffffff) << 16 | 0x89ull << 40 | (base >> 24 & 0xff) << 56;
	local->gdt[SELECTOR_TSS / 8 + 1] = base >> 32;
	local->task.io_map_base = sizeof(local->task); /* no I/O permission map */
}

static void gdt_load(struct cpu_local *local)
{
	struct table_pointer pointer = {.limit = sizeof(local->gdt) - 1, .base = (uintptr_t)local->gdt};

	asm volatile("lgdt %0\n\t"
		     "pushq %1\n\t"
		     "leaq 1f(%%rip), %%rax\n\t"
		     "pushq %%rax\n\t"
		     "lretq\n"
		     "1:\tmovl %2, %%ds\n\t"
		     "movl %2, %%es\n\t"
		     "movl %2, %%ss\n\t"
		     "movl %3, %%fs\n\t"
		     "movl %3, %%gs\n\t"
		     "ltr %w4"
		     :
		     : "m"(pointer), "i"(SELECTOR_CODE), "r"(SELECTOR_DATA), "r"(0), "r"(SELECTOR_TSS)
		     : "rax", "memory");
}

static void bases_load(struct cpu_local *local)
{
	struct percpu *percpu = percpu_of(local->cpu);

	*(struct percpu **)percpu = percpu; /* self, the first field */
	msr_write(MSR_FS_BASE, (uintptr_t)local);
	msr_write(MSR_GS_BASE, (uintptr_t)percpu);
}

static void tables_load(struct cpu_local *local)
{
	gdt_fill(local);
	gdt_load(local);
	bases_load(local);
	idt_load();
}

void cpu_local_init_early(void)
{
	struct cpu_local *local = &cpu_locals[0];

	for (unsigned stack = STACK_DOUBLE_FAULT; stack < CPU_STACKS; stack++)
		local->task.ist[stack - 1] = (uintptr_t)early_trap_stack + sizeof(early_trap_stack);
	tables_load(local);
}

void cpu_local_init(unsigned cpu, unsigned slot)
{
	struct cpu_local *local = &cpu_locals[cpu];

	local->cpu = cpu;
	local->timer_deadline = 0;
	for (unsigned stack = STACK_DOUBLE_FAULT; stack < CPU_STACKS; stack++)
		local->task.ist[stack - 1] = stacks_top(slot, stack);
	tables_load(local);
}

uint64_t cpu_interrupts(unsigned cpu)
{
	return __atomic_load_n(&cpu_locals[cpu].interrupts, __ATOMIC_RELAXED);
}

uint64_t cpu_nmis(unsigned cpu, uintptr_t *place)
{
	uint64_t count =
	    __atomic_load_n(&cpu_locals[cpu].nmis, __ATOMIC_ACQUIRE); /* before the place that belongs to it */

	if (place != NULL)
		*place = __atomic_load_n(&cpu_locals[cpu].nmi_place, __ATOMIC_RELAXED);
	return count;
}

uint64_t cpu_strays(unsigned *vector)
{
	uint64_t sum = 0;

	for (unsigned cpu = 0; cpu < cpu_count; cpu++) {
		uint64_t count = __atomic_load_n(&cpu_locals[cpu].strays, __ATOMIC_RELAXED);

		if (count > 0 && vector != NULL)
			*vector = __atomic_load_n(&cpu_locals[cpu].stray_vector, __ATOMIC_RELAXED);
		sum += count;
	}
	return sum;
}
