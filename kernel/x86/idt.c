/* SPDX-License-Identifier: MIT */
/*
 * Gates: SDM vol. 3 §6.14.1. All are interrupt gates: handlers begin with interrupts off.
 */
#include "idt.h"

#include "cpu_local.h"
#include "layout.h"
#include "trap.h"

struct gate {
	uint16_t offset_low, selector;
	uint8_t ist, type;
	uint16_t offset_middle;
	uint32_t offset_high, reserved;
};

enum { VECTORS = 256, GATE_INTERRUPT = 0x8e /* present, 64-bit interrupt gate: SDM vol. 3 table 3-2 */ };

extern const char trap_stubs[]; /* trap.S: one stub every TRAP_STUB_BYTES */

static struct gate idt[VECTORS] __attribute__((aligned(64)));

static void gate_set(unsigned vector, uintptr_t address, enum cpu_stack ist)
{
	idt[vector] = (struct gate){
	    .offset_low = (uint16_t)address,
	    .selector = SELECTOR_CODE,
	    .ist = ist,
	    .type = GATE_INTERRUPT,
	    .offset_middle = (uint16_t)(address >> 16),
	    .offset_high = (uint32_t)(address >> 32),
	};
}

static enum cpu_stack exception_stack(unsigned vector)
{
	switch (vector) {
	case TRAP_NMI:
		return STACK_NMI;
	case TRAP_NO_FPU:
		return 0; /* stays on the current one: core allocates there */
	case TRAP_DOUBLE_FAULT:
		return STACK_DOUBLE_FAULT;
	case TRAP_PAGE_FAULT:
		return STACK_PAGE_FAULT;
	case TRAP_MACHINE_CHECK:
		return STACK_MACHINE_CHECK;
	default:
		return STACK_FAULT;
	}
}

void idt_init(void)
{
	for (unsigned vector = 0; vector < VECTORS; vector++)
		gate_set(vector, (uintptr_t)&trap_stubs[vector * TRAP_STUB_BYTES], exception_stack(vector));
}

void idt_set(unsigned vector, void (*stub)(void))
{
	gate_set(vector, (uintptr_t)stub, 0);
}

void idt_load(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) pointer = {.limit = sizeof(idt) - 1, .base = (uintptr_t)idt};

	asm volatile("lidt %0" : : "m"(pointer) : "memory");
}
