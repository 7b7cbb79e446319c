/* SPDX-License-Identifier: MIT */
/*
 * Contexts. A saved context is a stack pointer; on the stack lie, upwards, r15 r14 r13 r12 rbx rbp and a return address:
 * the registers that a function must preserve (System V AMD64 ABI §3.2.1). The ABI's other state that survives a call,
 * MXCSR and the x87 control word, belongs to the vector state. context_prepare() (cpu.h) makes the first context of a stack.
 */
	.text

/* void context_switch(void **save, void *load); its bounds: extern const char context_switch_begin[], context_switch_end[]; */
	.globl context_switch
	.globl context_switch_begin
	.globl context_switch_end
	.type context_switch, @function
	.balign 64
context_switch:
context_switch_begin:
	pushq %rbp
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, (%rdi)
	movq %rsi, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	ret
context_switch_end:
	.size context_switch, . - context_switch

/* _Noreturn void context_exit(void *load, void (*after)(void *arg), void *arg); */
	.globl context_exit
	.type context_exit, @function
	.balign 64
context_exit:
	movq %rdi, %rsp
	movq %rdi, %rbx
	movq %rdx, %rdi
	xorl %ebp, %ebp		/* the backtrace of after() ends here */
	andq $-16, %rsp		/* ABI §3.2.2: 16-aligned at a call */
	call *%rsi
	movq %rbx, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	ret
	.size context_exit, . - context_exit

/* _Noreturn void context_resume(void *load); */
	.globl context_resume
	.type context_resume, @function
	.balign 64
context_resume:
	movq %rdi, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	ret
	.size context_resume, . - context_resume
