/* SPDX-License-Identifier: MIT */
/*
 * Exception entry. Each vector has a stub of TRAP_STUB_BYTES = 16 bytes that makes all stacks look alike; the common path
 * saves every general register, so that a report is complete and an expected fault can go on.
 */
	.text
	/* extern char trap_stubs[256][TRAP_STUB_BYTES] */
	.globl trap_stubs
	.type trap_stubs, @function
	.balign 16
trap_stubs:
	.set vector, 0
	.rept 256
	.balign 16
	/* with an error code of their own: SDM vol. 3 table 6-1 */
	.if vector != 8 && vector != 10 && vector != 11 && vector != 12 && vector != 13 && vector != 14 && vector != 17 && vector != 21 && vector != 29 && vector != 30
	pushq $0
	.endif
	pushq $vector
	jmp trap_entry
	.set vector, vector + 1
	.endr
	.size trap_stubs, . - trap_stubs

/* struct trap_frame. RSP is 16-aligned by the CPU before it pushes 5 words; with vector, error and 15 registers: 22. */
	.type trap_entry, @function
	.balign 16
trap_entry:
	pushq %rax
	pushq %rcx
	pushq %rdx
	pushq %rbx
	pushq %rbp
	pushq %rsi
	pushq %rdi
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	cld
	movq %rsp, %rdi
	call trap_handle
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rdi
	popq %rsi
	popq %rbp
	popq %rbx
	popq %rdx
	popq %rcx
	popq %rax
	addq $16, %rsp		/* vector, error */
	iretq
	.size trap_entry, . - trap_entry
