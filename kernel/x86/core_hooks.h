/* SPDX-License-Identifier: MIT */
/*
 * What kernel/x86 asks of kernel/core: every function that this side calls and the other side defines, except panic(),
 * which has its own header (core/panic.h). struct percpu's first field is its own address; x86 touches nothing else in it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct percpu;

/* --- Start --------------------------------------------------------------------------------------------------------- */

/*
 * The struct of one CPU: a static array, or memory that exists before core_main(). x86 calls this while it starts
 * each CPU, sets self, and points the GS base there; panic() may be called from then on, with current still NULL.
 */
struct percpu *percpu_of(unsigned cpu);
/* CPU 0, once all CPUs are up and cpu_count is final: on its boot stack, interrupts off. */
_Noreturn void core_main(void);
/*
 * Every other CPU, on its own boot stack, interrupts off. Runs at the same time as core_main(), perhaps before it: waits
 * by itself, with cpu_relax(), for whatever core_main() has to prepare.
 */
_Noreturn void core_ap_main(void);

/* --- Interrupts: all with interrupts off, on the interrupted thread's stack, end of interrupt already signalled ------- */

/* So they may switch threads; the interrupted one resumes when it is switched to again. */
/* These two: at address rip. True: preempt_switch() is called in thread context, rip being in a program. */
bool timer_interrupt(uintptr_t rip);
/* The timer's interrupt came without a deadline that is over: cpu_poke(). */
bool preempt_interrupt(uintptr_t rip);
void preempt_switch(void);
void remote_call_interrupt(void);
void async_interrupt(void);

/* --- Faults --------------------------------------------------------------------------------------------------------- */

/*
 * panic() for a trap: message is one line, registers is text of several lines that end in newlines, to be printed after it;
 * the backtrace begins at frame (backtrace_print(frame)). Can come at any instruction, on a stack of its own, also from
 * inside panic(): takes no lock that the interrupted code could hold.
 */
_Noreturn void panic_trap(const char *message, const char *registers, const void *frame);
/*
 * Text like "stack overflow of thread 7" if address lies in a guard page of core's, else NULL. Called on a page fault, under
 * the same rules as panic_trap().
 */
const char *thread_describe_fault(uintptr_t address);

/* --- The end -------------------------------------------------------------------------------------------------------- */

/* Shows the next page of the results; false: the screen shows all of them, or there is none. Interrupts off. */
bool progress_page(void);

/* --- Memory --------------------------------------------------------------------------------------------------------- */

/* First vector instruction of the current thread (#NM): its new area, see cpu.h. x86 initialises the contents. Not NULL. */
void *thread_fpu_area(void);
/* One page for paging_install()'s tables, contents undefined; 0: none left. Called from whoever calls paging_install(). */
uint64_t page_alloc_phys(void);
/* Takes such a page back: another CPU installed the same table first. */
void page_free_phys(uint64_t page);
