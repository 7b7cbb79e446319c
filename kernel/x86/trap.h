/* SPDX-License-Identifier: MIT */
/*
 * Exceptions: what the assembly stubs hand over, and what becomes of it. Shared with trap.S.
 */
#pragma once

#include <stdint.h>

/* Exception vectors: SDM vol. 3 table 6-1. */
enum {
	TRAP_NMI = 2,
	TRAP_NO_FPU = 7,
	TRAP_DOUBLE_FAULT = 8,
	TRAP_GENERAL_PROTECTION = 13,
	TRAP_PAGE_FAULT = 14,
	TRAP_MACHINE_CHECK = 18,
	TRAP_STUB_BYTES = 16, /* trap.S */
};

/* In the order in which trap.S and the CPU push it, last first. */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rdi, rsi, rbp, rbx, rdx, rcx, rax;
	uint64_t vector, error;
	uint64_t rip, cs, rflags, rsp, ss;
};

/* Called by the stubs. Returns if the interrupted code can go on: #NM, an expected #GP, an NMI that stops nobody, a stray interrupt. */
void trap_handle(struct trap_frame *frame);
