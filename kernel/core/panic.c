/* SPDX-License-Identifier: MIT */
/*
 * Assumes as little as possible of what has just failed: no lock, no allocation, text on the stack.
 */
#include "core/panic.h"

#include <stdarg.h>
#include <stdbool.h>
#include "core/format.h"
#include "core/percpu.h"
#include "core/string.h"

/* The CPU that panics, + 1: the first one wins. Atomic. */
static unsigned panic_cpu;
static unsigned panic_depth; /* of that CPU */

/*
 * Makes the caller the only one that still runs. A second panic of the same CPU, from inside the first one's message,
 * gets one line and no backtrace, which may be what failed; a third gets nothing but the exit.
 */
static void panic_begin(const char *message)
{
	unsigned self = this_cpu->cpu + 1, nobody = 0;

	irq_disable();
	if (__atomic_compare_exchange_n(&panic_cpu, &nobody, self, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
		cpu_stop_others();
		return;
	}
	while (__atomic_load_n(&panic_cpu, __ATOMIC_RELAXED) != self) /* until the first one's NMI ends this */
		cpu_relax();
	if (++panic_depth == 1) {
		console_write("\npanic inside panic: ", 21);
		console_write(message, strlen(message));
		console_write("\n", 1);
	}
	machine_exit(MACHINE_EXIT_PANIC);
}

static _Noreturn void panic_end(const char *message, const char *registers, const void *frame)
{
	const struct thread *thread = this_cpu->current;
	char where[64];

	panic_begin(message);
	if (thread == NULL)
		format_text(where, sizeof(where), "cpu %u, before its first thread", this_cpu->cpu);
	else if (thread->id >= THREAD_IDLE)
		format_text(where, sizeof(where), "cpu %u, idle thread", this_cpu->cpu);
	else
		format_text(where, sizeof(where), "cpu %u, thread %u", this_cpu->cpu, thread->id);
	console_status("stopped by a panic: the lines above say all that is known");
	console_tone(CONSOLE_ALERT);
	format_print("\npanic: %s\n%s\n", message, where);
	if (registers != NULL)
		console_write(registers, strlen(registers));
	backtrace_print(frame);
	machine_exit(MACHINE_EXIT_PANIC);
}

void panic(const char *format, ...)
{
	char message[256];
	va_list arguments;

	irq_disable();
	va_start(arguments, format);
	format_list(message, sizeof(message), format, arguments);
	va_end(arguments);
	panic_end(message, NULL, __builtin_frame_address(0));
}

void panic_assert(const char *expression, const char *file, int line)
{
	panic("%s:%d: assertion failed: %s", file, line, expression);
}

void panic_trap(const char *message, const char *registers, const void *frame)
{
	panic_end(message, registers, frame);
}
