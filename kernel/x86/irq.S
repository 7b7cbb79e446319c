/* SPDX-License-Identifier: MIT */
/*
 * Interrupt entry, as short as it can be: only what a C function may destroy is saved, and the end of interrupt is
 * signalled first, so that a handler may switch threads. Each stub exists twice, for either kind of local APIC; the boot
 * CPU puts the right ones into the IDT (apic.c), so that no interrupt has to ask.
 */
#include "layout.h"

/* The memory-mapped register takes any write; RAX must be saved. */
	.macro eoi_xapic
	movq apic_mmio(%rip), %rax
	movl $0, XAPIC_EOI(%rax)
	.endm

/* RAX, RCX and RDX must be saved. */
	.macro eoi_x2apic
	movl $X2APIC_EOI, %ecx
	xorl %eax, %eax
	xorl %edx, %edx
	wrmsr
	.endm

	.macro function name
	.globl \name
	.type \name, @function
	.balign 64
\name:
	.endm

/* Calls handler() with interrupts off. RSP: the CPU pushes 5 words below a multiple of 16, this 9: aligned at the call. */
	.macro interrupt_calling handler, eoi
	pushq %rax
	pushq %rcx
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	cld
	incq %fs:CPU_LOCAL_INTERRUPTS
	\eoi
	call \handler
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rdi
	popq %rsi
	popq %rdx
	popq %rcx
	popq %rax
	iretq
	.endm

/*
 * The timer: the same, with the interrupted address for the handler. If that returns true, the thread is in a program and
 * is to be switched from: core does so in thread context, interrupts on, and the thread goes on here when it runs again.
 * Interrupts that come meanwhile find kernel text below them, so they never come here a second time on one stack.
 */
	.macro interrupt_timer eoi
	pushq %rax
	pushq %rcx
	pushq %rdx
	pushq %rsi
	pushq %rdi
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	cld
	incq %fs:CPU_LOCAL_INTERRUPTS
	\eoi
	movq 72(%rsp), %rdi	/* above the nine registers */
	call timer_expire
	testb %al, %al
	jnz 2f
1:	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rdi
	popq %rsi
	popq %rdx
	popq %rcx
	popq %rax
	iretq
2:	sti
	call preempt_switch
	cli
	jmp 1b
	.endm

	.text
/* All of them: void stub(void), entered through the IDT only. */
	function irq_timer_xapic
	interrupt_timer eoi_xapic
	.size irq_timer_xapic, . - irq_timer_xapic

	function irq_timer_x2apic
	interrupt_timer eoi_x2apic
	.size irq_timer_x2apic, . - irq_timer_x2apic

	function irq_call_xapic
	interrupt_calling remote_call_interrupt, eoi_xapic
	.size irq_call_xapic, . - irq_call_xapic

	function irq_call_x2apic
	interrupt_calling remote_call_interrupt, eoi_x2apic
	.size irq_call_x2apic, . - irq_call_x2apic

	function irq_async_xapic
	interrupt_calling async_interrupt, eoi_xapic
	.size irq_async_xapic, . - irq_async_xapic

	function irq_async_x2apic
	interrupt_calling async_interrupt, eoi_x2apic
	.size irq_async_x2apic, . - irq_async_x2apic

/* The kick: that it came is all. */
	function irq_kick_xapic
	pushq %rax
	incq %fs:CPU_LOCAL_INTERRUPTS
	eoi_xapic
	popq %rax
	iretq
	.size irq_kick_xapic, . - irq_kick_xapic

	function irq_kick_x2apic
	pushq %rax
	pushq %rcx
	pushq %rdx
	incq %fs:CPU_LOCAL_INTERRUPTS
	eoi_x2apic
	popq %rdx
	popq %rcx
	popq %rax
	iretq
	.size irq_kick_x2apic, . - irq_kick_x2apic

/* An interrupt that vanished before it was delivered: no end of interrupt, SDM vol. 3 §11.9. */
	function irq_spurious
	incq %fs:CPU_LOCAL_INTERRUPTS
	iretq
	.size irq_spurious, . - irq_spurious
