/* SPDX-License-Identifier: MIT */
/*
 * The kernel's own words of the command line, and the words themselves.
 *
 *   idle=halt|poll     what a CPU does that has nothing to run (default halt)
 *   spin=pause|none    what a spin loop executes (default pause)
 *   quantum_us=N       lets threads of one CPU preempt each other after N microseconds: 10 to 1000000, or 0, the default:
 *                      never (core/preempt.h)
 *   progress=yes|no    says on the console how far the run is, and its results as a table (core/progress.h; default no)
 *   serial=, screen=   where the console is (x86/console.h): obeyed at boot, only checked here
 *   doctor=yes|no      measures the machine's fitness before anything else and records it (default no); mode=doctor does only
 *                      that (doctor.h)
 *   results=BASE+LEN   a region of memory that gets every byte of the console, for whoever runs next (x86/results.h); numbers
 *                      decimal or 0x…, with K, M or G: obeyed at boot
 *   after=WHAT         halt, reset (the default) or linux: what becomes of a machine without isa-debug-exit (x86/exit.c)
 *   rsdp=0xADDRESS     where ACPI's root pointer is, if the boot loader does not say: obeyed at boot
 *   panic=HOW          fails on purpose, for the tests of failing: assert, pagefault, overflow, fiber (overflow of one),
 *                      fiberleft (at its thread's end), doublefault, hang before anything is measured; mid in the
 *                      middle of the stream; clock makes doctor=yes find at the end that a clock was set
 *
 * One of them twice is an error: the rule for all words is bench/runner.h's.
 */
#pragma once

#include <stdbool.h>

enum settings_panic {
	PANIC_NONE,
	PANIC_ASSERT,
	PANIC_PAGEFAULT,
	PANIC_OVERFLOW,
	PANIC_FIBER,
	PANIC_FIBER_LEFT,
	PANIC_DOUBLEFAULT,
	PANIC_HANG,
	PANIC_MID,
	PANIC_CLOCK
};

extern enum settings_panic settings_panic;
extern bool settings_doctor;

enum { SETTINGS_WORDS_MAX = 64, SETTINGS_LINE_MAX = 2048 };

/* Splits the boot command line into words. -E2BIG: too long or too many; no word is dropped silently. */
int settings_split(char *words[SETTINGS_WORDS_MAX]);
/* Obeys a word of the list above. False: it is none of them, or has no such value. */
bool settings_word(const char *key, const char *value);
/* Obeys all such words among these, and leaves the others to whoever reads them next. */
void settings_obey(int count, char *const words[]);
