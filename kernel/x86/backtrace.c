/* SPDX-License-Identifier: MIT */
/*
 * Backtrace by frame pointers. Reads only what is mapped, so a broken stack ends it instead of faulting again.
 */
#include "cpu.h"
#include "paging.h"
#include "symbols.h"
#include "text.h"

enum { DEPTH_MAX = 100000, LINES_MAX = 40, LINE_BYTES = 160 };

static bool frame_is_readable(uintptr_t frame)
{
	return frame % sizeof(uintptr_t) == 0 && frame != 0 && paging_is_mapped(frame) &&
	       paging_is_mapped(frame + sizeof(uintptr_t));
}

static void caller_print(uintptr_t return_address)
{
	char bytes[LINE_BYTES];
	struct text line = {.bytes = bytes, .max_bytes = sizeof(bytes)};

	text_string(&line, "  ");
	text_hex(&line, return_address, 8);
	text_string(&line, " ");
	/* a call that never returns may be its function's last instruction: look up the call, not what follows it */
	symbol_text(&line, return_address - 1);
	text_string(&line, "\n");
	console_write(line.bytes, line.len_bytes);
}

/* Calls from one place to itself, as they fill a stack that overflows, become one line. */
static void repetition_print(unsigned times)
{
	char bytes[LINE_BYTES];
	struct text line = {.bytes = bytes, .max_bytes = sizeof(bytes)};

	if (times == 0)
		return;
	text_string(&line, "  and the same ");
	text_decimal(&line, times);
	text_string(&line, times == 1 ? " time more\n" : " times more\n");
	console_write(line.bytes, line.len_bytes);
}

void backtrace_print(const void *from)
{
	uintptr_t frame = (uintptr_t)(from == NULL ? __builtin_frame_address(0) : from), last = 0;
	unsigned lines = 0, repeated = 0;

	for (unsigned depth = 0; depth < DEPTH_MAX && lines < LINES_MAX && frame_is_readable(frame); depth++) {
		const uintptr_t *words = (const uintptr_t *)frame; /* caller's frame, return address */

		if (words[1] == 0)
			break; /* the bottom: context_prepare(), boot.S */
		if (words[1] == last) {
			repeated++;
		} else {
			repetition_print(repeated);
			repeated = 0;
			last = words[1];
			caller_print(last);
			lines++;
		}
		if (words[0] <= frame)
			break; /* callers lie above */
		frame = words[0];
	}
	repetition_print(repeated);
}
