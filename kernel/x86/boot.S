/* SPDX-License-Identifier: MIT */
/*
 * The way in. Both boot protocols enter in 32-bit protected mode with paging off; so do the other CPUs after their few
 * real-mode instructions. From there one path leads to long mode, on page tables that the assembler made: the first
 * 4 GiB identity mapped by 2 MiB pages. paging.c replaces them.
 */
#include "layout.h"

	.section .note.xen, "a", @note
	/* PVH: the note XEN_ELFNOTE_PHYS32_ENTRY (18) holds the 32-bit entry address: Xen, include/public/elfnote.h */
	.balign 4
	.long 4, 8, 18
	.asciz "Xen"
	.quad boot_pvh

	.section .boot.header, "a"
	/* Multiboot2 specification §3.1: within the first 32768 bytes of the file, aligned to 64 bits. */
	.balign 8
multiboot2_header:
	.long 0xe85250d6, 0, multiboot2_end - multiboot2_header
	.long -(0xe85250d6 + (multiboot2_end - multiboot2_header))
	.short 3, 0		/* entry address tag, §3.1.7 */
	.long 12, boot_multiboot2
	.balign 8
	.short 5, 1		/* framebuffer tag, §3.1.10, optional: where the loader can choose, 128 columns and 48 rows of text */
	.long 20, 1024, 768, 32
	.balign 8
	.short 0, 0		/* end tag */
	.long 8
multiboot2_end:

/* Enters long mode on boot_cr3 and goes on at \next. Destroys EAX, ECX, EDX. SDM vol. 3 §10.8.5. */
	.macro long_mode_enter next
	movl $(CR4_PAE | CR4_MCE), %eax
	movl %eax, %cr4
	movl boot_cr3, %eax
	movl %eax, %cr3
	movl $MSR_EFER, %ecx
	movl boot_efer, %eax
	xorl %edx, %edx
	wrmsr
	movl $CR0_KERNEL, %eax
	movl %eax, %cr0
	ljmpl $SELECTOR_CODE, $\next
	.endm

	.section .boot.text, "ax"
	.code32
/* boot_pvh, from QEMU -kernel, never returns. Machine state: flat 32-bit segments, EBX = struct hvm_start_info: Xen, docs/misc/pvh.pandoc. */
	.globl boot_pvh
boot_pvh:
	movl $BOOT_PVH, %edi
	jmp boot_start

/* boot_multiboot2, from GRUB and, by the ELF header's entry, from kexec-tools, never returns. EAX = 0x36d76289, EBX = boot information: Multiboot2 specification §3.3. */
	.globl boot_multiboot2
boot_multiboot2:
	movl $BOOT_MULTIBOOT2, %edi

boot_start:
	cli
	cld
	rdtsc
	movl %eax, boot_entry_tsc
	movl %edx, boot_entry_tsc + 4
	movl %ebx, %esi
	movl $early_stack_top, %esp
	movl $0x80000000, %eax	/* CPUID 80000001H:EDX[29]: long mode. SDM vol. 2, CPUID */
	cpuid
	cmpl $0x80000001, %eax
	jb boot_refuse
	movl $0x80000001, %eax
	cpuid
	btl $29, %edx
	jnc boot_refuse
	lgdt boot_gdt_pointer
	long_mode_enter boot64

/* A CPU without long mode: says so on both consoles and stops. */
boot_refuse:
	movl $refusal, %esi
1:	lodsb
	testb %al, %al
	jz 4f
	outb %al, $0xe9		/* QEMU's debug console */
	movb %al, %bl
	movw $0x3fd, %dx	/* COM1 as the firmware left it: line status, bit 5: takes a character. NS16550A datasheet, 8.6.3 */
	movl $65536, %ecx	/* some 65 ms of port reads: a character at 300 baud */
2:	inb %dx, %al
	testb $0x20, %al
	loopz 2b
	movb %bl, %al
	movw $0x3f8, %dx
	outb %al, %dx
	jmp 1b
4:	cli
	hlt
	jmp 4b

	.code64
boot64:
	movl $SELECTOR_DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %ebp, %ebp		/* ends the backtrace */
	movl %edi, %edi		/* the upper halves are undefined after the switch */
	movl %esi, %esi
	movl %esp, %esp
	call boot_main
	ud2

/* _Noreturn void stack_enter(uintptr_t top, void (*next)(void)): leaves this stack for good. */
	.text
	.globl stack_enter
	.type stack_enter, @function
stack_enter:
	movq %rdi, %rsp
	xorl %ebp, %ebp
	call *%rsi
	ud2
	.size stack_enter, . - stack_enter

/*
 * ap_trampoline … ap_trampoline_end: the other CPUs. This code is copied to a page below 1 MiB and entered in real mode at CS:0 (SDM vol. 3 §9.4.4). Each CPU
 * finds its own APIC ID in the list of those that were called and takes the stack of that place, so that all can
 * come at once.
 */
	.section .rodata
	.code16
	.globl ap_trampoline, ap_trampoline_end
ap_trampoline:
	cli
	cld
	movw %cs, %ax
	movw %ax, %ds
	lgdtl boot_gdt_pointer - ap_trampoline
	movl $(CR0_PE | CR0_ET), %eax
	movl %eax, %cr0
	ljmpl $SELECTOR_CODE32, $ap_start32
	.balign 4
	.globl boot_gdt_pointer
boot_gdt_pointer:
	.word boot_gdt_end - boot_gdt - 1
	.long boot_gdt
ap_trampoline_end:

	.section .boot.text, "ax"
	.code32
ap_start32:
	movl $SELECTOR_DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	/* own APIC ID to EDI: leaf 0BH if it holds one (x2APIC), else leaf 1. SDM vol. 3 §9.4.5 */
	xorl %eax, %eax
	cpuid
	cmpl $0x0b, %eax
	jb 1f
	movl $0x0b, %eax
	xorl %ecx, %ecx
	cpuid
	movl %edx, %edi
	testl %ebx, %ebx
	jnz 2f
1:	movl $1, %eax
	cpuid
	shrl $24, %ebx
	movl %ebx, %edi
2:	xorl %ebp, %ebp
ap_search:
	xorl %esi, %esi
3:	cmpl ap_slots, %esi
	jae 4f
	cmpl %edi, ap_apic_id(, %esi, 4)
	je 5f
	incl %esi
	jmp 3b
	/*
	 * Nobody called this one by the ID that it was made with. Firmware may have written another into its ID register, which
	 * is what it is called by: in xAPIC mode it is in memory. SDM vol. 3 §11.4.6, figure 11-26; offset 20H: table 11-1
	 */
4:	btsl $0, %ebp
	jc 6f
	movl $0x1b, %ecx	/* IA32_APIC_BASE; bit 10: x2APIC mode. SDM vol. 4 table 2-2 */
	rdmsr
	btl $10, %eax
	jc 6f
	andl $~0xfff, %eax
	movl 0x20(%eax), %edi
	shrl $24, %edi
	jmp ap_search
6:	cli
	hlt
	jmp 6b
5:	long_mode_enter ap_start64

	.code64
ap_start64:
	movl %esi, %edi
	movq ap_stack_top(, %rdi, 8), %rsp
	xorl %ebp, %ebp
	call ap_main
	ud2

	.section .data
	/* extern uint64_t boot_pml4[]: the first 4 GiB, read, write and execute */
	.globl boot_pml4
	.balign 4096
boot_pml4:
	.quad boot_pdpt + 3	/* present, writable: SDM vol. 3 §4.5 */
	.fill 511, 8, 0
boot_pdpt:
	.quad boot_pd + 3, boot_pd + 0x1003, boot_pd + 0x2003, boot_pd + 0x3003
	.fill 508, 8, 0
boot_pd:
	.set page, 0
	.rept 2048
	.quad (page << 21) + 0x83	/* 2 MiB page, present, writable */
	.set page, page + 1
	.endr

	/* extern uint32_t boot_cr3, boot_efer: for the other CPUs; extern uint64_t boot_entry_tsc: the first act */
	.globl boot_cr3, boot_efer, boot_entry_tsc
	.balign 8
boot_entry_tsc:
	.quad 0
boot_cr3:
	.long boot_pml4
boot_efer:
	.long EFER_LME

	.section .rodata
	.balign 8
boot_gdt:			/* SDM vol. 3 §3.4.5, §5.2.1 */
	.quad 0
	.quad 0x00af9a000000ffff	/* SELECTOR_CODE: 64 bit */
	.quad 0x00cf92000000ffff	/* SELECTOR_DATA */
	.quad 0, 0			/* SELECTOR_TSS: each CPU's own table has one */
	.quad 0x00cf9a000000ffff	/* SELECTOR_CODE32: 32 bit, flat */
boot_gdt_end:
refusal:
	.asciz "aerokernel: this CPU has no 64-bit mode\n"

	.section .bss
	.balign 16
early_stack:
	.skip EARLY_STACK_BYTES
	/* extern char early_stack_top[] */
	.globl early_stack_top
early_stack_top:
