/* SPDX-License-Identifier: MIT */
/*
 * What the machine side keeps for each CPU: descriptor tables, the stacks that traps switch to, the interrupt count. The FS
 * base points here, as the GS base points at core's struct percpu: no user mode, so both are always the kernel's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cpu.h"

/* Stacks of a CPU: the one it boots on, and one for each kind of trap that may come when the current one is unusable. */
enum cpu_stack {
	STACK_BOOT,
	/* from here on the numbers of the interrupt stack table: SDM vol. 3 §6.14.5 */
	STACK_DOUBLE_FAULT,
	STACK_NMI,
	STACK_MACHINE_CHECK,
	STACK_PAGE_FAULT,
	STACK_FAULT, /* every other exception but #NM, which runs on the thread's own stack like an interrupt */
	CPU_STACKS
};

/* SDM vol. 3 figure 8-11. */
struct task_state {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_map_base;
} __attribute__((packed, aligned(4)));

struct cpu_local {
	uint64_t interrupts;     /* first: the interrupt stubs count here, CPU_LOCAL_INTERRUPTS */
	uint64_t timer_deadline; /* what core asked for, TIMER_NONE: nothing */
	unsigned cpu;
	bool stopped;             /* by cpu_stop_others(); atomic */
	bool catching;            /* the next instruction of a program faults: catch.c */
	uint64_t nmis, nmi_place; /* how many came, and the instruction that the last one came before */
	uint64_t tsc_adjust;
	uint64_t strays; /* interrupts that nobody here asked for */
	unsigned stray_vector;
	uint64_t gdt[5];
	struct task_state task;
} __attribute__((aligned(64)));

/* This CPU's own, by one instruction each. */
#define this_local ((struct cpu_local __seg_fs *)0)

extern struct cpu_local cpu_locals[CPU_MAX];

/* The boot CPU's first tables, all its trap stacks one and the same; the GS base for percpu_of(0). Traps work from here on. */
void cpu_local_init_early(void);
/* Tables, segment bases, control registers of the CPU that calls, as number cpu, with the stacks of slot. */
void cpu_local_init(unsigned cpu, unsigned slot);

/* Makes the stacks of one slot, each with an unmapped page below; before core_main(). Slots are numbered 0 … CPU_MAX-1. */
void stacks_create(unsigned slot);
/* Where a stack begins (its highest address, exclusive). */
uintptr_t stacks_top(unsigned slot, enum cpu_stack stack);
/* "boot stack", "double fault stack", … if address lies in the page below a stack, else NULL; its slot in *slot. */
const char *stacks_describe_guard(uintptr_t address, unsigned *slot);
