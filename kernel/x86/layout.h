/* SPDX-License-Identifier: MIT */
/*
 * Numbers that C and assembly share. Those that describe a C structure are checked against it where it is defined.
 */
#pragma once

/* Selectors: the same in the boot GDT and in every CPU's own. CODE32 exists in the boot GDT only. */
#define SELECTOR_CODE 0x08
#define SELECTOR_DATA 0x10
#define SELECTOR_TSS 0x18
#define SELECTOR_CODE32 0x28

/* Control registers: SDM vol. 3 §2.5. */
#define CR0_PE 0x00000001
#define CR0_MP 0x00000002
#define CR0_TS 0x00000008
#define CR0_ET 0x00000010
#define CR0_NE 0x00000020
#define CR0_WP 0x00010000
#define CR0_PG 0x80000000
/* Caches on (CD and NW clear), FPU errors by #MF, read-only pages bind ring 0 too, first vector use traps. */
#define CR0_KERNEL (CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_TS | CR0_MP | CR0_PE)
#define CR4_TSD 0x00000004
#define CR4_PAE 0x00000020
#define CR4_MCE 0x00000040
#define CR4_OSFXSR 0x00000200
#define CR4_OSXMMEXCPT 0x00000400
#define CR4_OSXSAVE 0x00040000

#define MSR_EFER 0xc0000080 /* SDM vol. 4 table 2-2 */
#define EFER_LME 0x100
#define EFER_NXE 0x800

/* boot_main()'s first argument. */
#define BOOT_PVH 1
#define BOOT_MULTIBOOT2 2

/* Interrupt vectors; 0 … 31 are the exceptions. */
#define VECTOR_PIC 0x20 /* 16 of them, masked: io_apic.c */
#define VECTOR_TIMER 0x40
#define VECTOR_CALL 0x41
#define VECTOR_KICK 0x42
#define VECTOR_ASYNC 0x43
#define VECTOR_SPURIOUS 0xff /* low four bits set, as older local APICs demand: SDM vol. 3 §11.9 */

/* struct cpu_local, reached through the FS base. */
#define CPU_LOCAL_INTERRUPTS 0

/* Local APIC registers for the interrupt stubs: SDM vol. 3 tables 11-1 and 11-6. */
#define XAPIC_EOI 0xb0
#define X2APIC_EOI 0x80b

/* The stack that the boot CPU begins on; later it moves to one with a guard page. */
#define EARLY_STACK_BYTES 16384
