/* SPDX-License-Identifier: MIT */
/*
 * Exceptions. Five kinds go on: a first vector instruction, an MSR access that was expected to fail, a CPU that was to be
 * caught on its way into a program, an NMI, an interrupt that nobody asked for. All others are the end: a report with everything the CPU knows, and core's panic.
 */
#include "trap.h"

#include "core_hooks.h"
#include "cpu_local.h"
#include "apic.h"
#include "catch.h"
#include "fpu.h"
#include "layout.h"
#include "machine_check.h"
#include "msr.h"
#include "paging.h"
#include "symbols.h"

enum { HLT = 0xf4 }; /* SDM vol. 2, HLT */

enum { MESSAGE_BYTES = 400, REGISTERS_BYTES = 1400 };

/* SDM vol. 3 table 6-1. */
static const char *const exception_names[] = {
    "divide error",
    "debug exception",
    "NMI",
    "breakpoint",
    "overflow",
    "bound range exceeded",
    "invalid opcode",
    "no FPU",
    "double fault",
    "coprocessor segment overrun",
    "invalid TSS",
    "segment not present",
    "stack fault",
    "general protection fault",
    "page fault",
    "reserved exception 15",
    "x87 error",
    "alignment check",
    "machine check",
    "SIMD error",
    "virtualization exception",
    "control protection exception",
};

static void page_fault_message(struct text *text, const struct trap_frame *frame)
{
	uintptr_t address = cr2_read();
	const char *thread = thread_describe_fault(address);
	unsigned slot;
	const char *stack = stacks_describe_guard(address, &slot);

	if (thread != NULL) {
		text_string(text, thread);
		text_string(text, ": ");
	} else if (stack != NULL) {
		text_string(text, "overflow of the ");
		text_string(text, stack);
		text_string(text, " of CPU slot ");
		text_decimal(text, slot);
		text_string(text, ": ");
	}
	/* error code bits: SDM vol. 3 figure 4-12 */
	text_string(text, "page fault: ");
	text_string(text, frame->error & 16 ? "execution of " : frame->error & 2 ? "write to " : "read of ");
	text_hex(text, address, 16);
	text_string(text, frame->error & 1 ? " (not allowed)" : " (not mapped)");
}

static void exception_message(struct text *text, const struct trap_frame *frame)
{
	const char *board = frame->vector == TRAP_NMI ? machine_check_nmi() : NULL;

	if (frame->vector == TRAP_PAGE_FAULT) {
		page_fault_message(text, frame);
		return;
	}
	if (frame->vector < sizeof(exception_names) / sizeof(exception_names[0])) {
		text_string(text, exception_names[frame->vector]);
	} else {
		text_string(text, "unexpected interrupt ");
		text_decimal(text, frame->vector);
	}
	if (frame->vector == TRAP_MACHINE_CHECK)
		machine_check_text(text);
	if (board != NULL)
		text_string(text, board);
	if (frame->error != 0) {
		text_string(text, ", error code ");
		text_hex(text, frame->error, 1);
	}
}

static void register_text(struct text *text, const char *name, uint64_t value, char after)
{
	char end[2] = {after, '\0'};

	text_string(text, "  ");
	text_string(text, name);
	text_string(text, " ");
	text_hex(text, value, 16);
	text_string(text, end);
}

static void registers_text(struct text *text, const struct trap_frame *frame)
{
	register_text(text, "rax", frame->rax, ' ');
	register_text(text, "rbx", frame->rbx, ' ');
	register_text(text, "rcx", frame->rcx, '\n');
	register_text(text, "rdx", frame->rdx, ' ');
	register_text(text, "rsi", frame->rsi, ' ');
	register_text(text, "rdi", frame->rdi, '\n');
	register_text(text, "rbp", frame->rbp, ' ');
	register_text(text, "rsp", frame->rsp, ' ');
	register_text(text, "r8 ", frame->r8, '\n');
	register_text(text, "r9 ", frame->r9, ' ');
	register_text(text, "r10", frame->r10, ' ');
	register_text(text, "r11", frame->r11, '\n');
	register_text(text, "r12", frame->r12, ' ');
	register_text(text, "r13", frame->r13, ' ');
	register_text(text, "r14", frame->r14, '\n');
	register_text(text, "r15", frame->r15, ' ');
	register_text(text, "flg", frame->rflags, ' ');
	register_text(text, "cr2", cr2_read(), '\n');
	register_text(text, "cr0", cr0_read(), ' ');
	register_text(text, "cr3", cr3_read(), ' ');
	register_text(text, "cr4", cr4_read(), '\n');
}

/* Where it happened; after a jump to nowhere, also where that came from: the return address on top of the stack. */
static void place_text(struct text *text, const struct trap_frame *frame)
{
	uint64_t offset_bytes;

	text_string(text, "at ");
	text_hex(text, frame->rip, 8);
	text_string(text, " ");
	symbol_text(text, frame->rip);
	text_string(text, "\n");
	if (symbol_find(frame->rip, &offset_bytes) != NULL || frame->rsp % sizeof(uint64_t) != 0 ||
	    !paging_is_mapped(frame->rsp))
		return;
	text_string(text, "called from ");
	symbol_text(text, *(const uint64_t *)frame->rsp - 1);
	text_string(text, "\n");
}

static _Noreturn void trap_report(const struct trap_frame *frame)
{
	char message_bytes[MESSAGE_BYTES], registers_bytes[REGISTERS_BYTES];
	struct text message = {.bytes = message_bytes, .max_bytes = sizeof(message_bytes)};
	struct text registers = {.bytes = registers_bytes, .max_bytes = sizeof(registers_bytes)};

	exception_message(&message, frame);
	registers_text(&registers, frame);
	place_text(&registers, frame);
	panic_trap(text_end(&message), text_end(&registers), (const void *)frame->rbp);
}

/*
 * Between the STI and the HLT of cpu_halt(). STI holds interrupts back for one instruction (SDM vol. 2, STI), so that none is
 * lost before the halt; our IRET ends that, so one that is pending would be taken now, and the halt not end by it. Whoever
 * halts there looks again whatever has ended the halt.
 */
static void nmi_skip_halt(struct trap_frame *frame)
{
	if (text_is_waiting(frame->rip) && *(const uint8_t *)frame->rip == HLT)
		frame->rip++;
}

/*
 * Comes at any instruction, on its own stack, and touches only this CPU's cpu_local. Further NMIs are held back until
 * the IRET that ends it (SDM vol. 3 §6.7.1), so nothing here may fault and return: that fault's IRET would let the next
 * one in, onto the stack in use.
 */
static void nmi_handle(struct trap_frame *frame)
{
	this_local->interrupts++;
	this_local->nmi_place = frame->rip;
	this_local->nmis++; /* after the place: who sees the count sees that */
	nmi_skip_halt(frame);
	if (!cpu_stop_requested()) {
		if (machine_check_nmi() != NULL)
			trap_report(frame); /* does not return: what has been measured may be wrong */
		return;
	}
	this_local->stopped = true;
	machine_stopped();
}

/* A device that some system before this one had turned on, or the firmware: it costs time, so it is counted, and no more. */
static void stray_handle(unsigned vector)
{
	this_local->interrupts++;
	this_local->strays++;
	this_local->stray_vector = vector;
	apic_end_stray(vector);
}

void trap_handle(struct trap_frame *frame)
{
	if (frame->vector >= VECTOR_PIC) {
		stray_handle((unsigned)frame->vector);
		return;
	}
	switch (frame->vector) {
	case TRAP_NMI:
		nmi_handle(frame);
		return;
	case TRAP_NO_FPU:
		if (fpu_trap())
			return;
		break;
	case TRAP_PAGE_FAULT:
		if (catch_end(frame->rip))
			return;
		break;
	case TRAP_GENERAL_PROTECTION:
		if (msr_fixup(frame->rip) != 0) {
			frame->rip = msr_fixup(frame->rip);
			return;
		}
		break;
	default:
		break;
	}
	trap_report(frame);
}
