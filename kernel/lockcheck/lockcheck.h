/* SPDX-License-Identifier: MIT */
/*
 * The checker of spin locks, linked into aerokernel-lockcheck.elf only. Each of these ends the machine with a panic that says
 * "lockcheck:" and what was wrong:
 *
 *   - two classes of locks are taken in either order (found from the order alone: nothing has to deadlock)
 *   - a lock is taken by its holder, or with another of its class held
 *   - a lock is released by a thread that does not hold it
 *   - a thread blocks, yields, moves or ends with a lock held
 *   - an interrupt handler takes a lock
 *   - a lock of the kernel is held for longer than the word hold_max=TICKS of the command line allows
 *
 * A class is all locks that are initialised in one place, or, of static ones that are not, first taken in one place. At
 * the end each class's number of holds and its longest one are printed. A lock of a program (os_spin) may be held for as long
 * as the program likes, and when a quantum ends. The idea of classes and of checking their order is that of Linux's lockdep
 * (Documentation/locking/lockdep-design.rst).
 *
 * The kernel's functions that matter here are wrapped by the linker (--wrap, kernel/CMakeLists.txt), so their callers in other
 * files come here first; a function's own file calls it directly.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include "core/lock_hooks.h"

/* "lockfault=KIND": breaks one of the rules on purpose, on the first thread. Returns only if KIND is unknown. */
void lockcheck_fault(const char *kind);

void __real_sched_block(void);
void __wrap_sched_block(void);
void __real_sched_yield(void);
void __wrap_sched_yield(void);
void __real_sched_move(unsigned cpu);
void __wrap_sched_move(unsigned cpu);
void __real_context_switch(void **save, void *load);
void __wrap_context_switch(void **save, void *load);
_Noreturn void __real_context_exit(void *load, void (*after)(void *arg), void *arg);
_Noreturn void __wrap_context_exit(void *load, void (*after)(void *arg), void *arg);
bool __real_timer_interrupt(uintptr_t rip);
bool __wrap_timer_interrupt(uintptr_t rip);
void __real_remote_call_interrupt(void);
void __wrap_remote_call_interrupt(void);
void __real_async_interrupt(void);
void __wrap_async_interrupt(void);
void __real_fault_inject(void);
void __wrap_fault_inject(void);
bool __real_settings_word(const char *key, const char *value);
bool __wrap_settings_word(const char *key, const char *value);
_Noreturn void __real_machine_exit(unsigned code);
_Noreturn void __wrap_machine_exit(unsigned code);
