/* SPDX-License-Identifier: MIT */
/*
 * The stack swap of fibers, as the kernel's (kernel/x86/context.S): what a function must preserve and nothing else (System V
 * AMD64 ABI §3.2.1). A saved context is a stack pointer; on the stack lie, upwards, r15 r14 r13 r12 rbx rbp and a return address.
 * Shadow stacks would have to be swapped as well: these programs are compiled without them.
 */
	.text

/* void port_fiber_switch(void **save, void *load); */
	.globl port_fiber_switch
	.type port_fiber_switch, @function
	.balign 64
port_fiber_switch:
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
	.size port_fiber_switch, . - port_fiber_switch

/* _Noreturn void port_fiber_resume(void *load); leaves this stack for good. */
	.globl port_fiber_resume
	.type port_fiber_resume, @function
	.balign 64
port_fiber_resume:
	movq %rdi, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	ret
	.size port_fiber_resume, . - port_fiber_resume

	.section .note.GNU-stack, "", @progbits
