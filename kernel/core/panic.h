/* SPDX-License-Identifier: MIT */
/*
 * The end of a kernel that can no longer be trusted: message, backtrace, failing exit. Never silence and never a number
 * afterwards: the other CPUs are stopped first, so no sample can follow. ASSERT is always on and guards what a wrong
 * caller or a broken structure would corrupt; DEBUG_ASSERT is compiled always and executed only in a debug build.
 */
#pragma once

#include <build_info.h>

/* BUILD_ASSERTS is "on" or "off" (ci/build_info.cmake): told apart by their length, so that it is a constant. */
enum { DEBUG_ASSERTS = sizeof(BUILD_ASSERTS) == sizeof("on") };

/* Prints the message (core/format.h) with CPU and thread and a backtrace, then ends the machine with MACHINE_EXIT_PANIC. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2), cold));
_Noreturn void panic_assert(const char *expression, const char *file, int line) __attribute__((cold));

#define ASSERT(expression)                                             \
	do {                                                           \
		if (__builtin_expect(!(expression), 0))                \
			panic_assert(#expression, __FILE__, __LINE__); \
	} while (0)

#define DEBUG_ASSERT(expression)            \
	do {                                \
		if (DEBUG_ASSERTS)          \
			ASSERT(expression); \
	} while (0)
