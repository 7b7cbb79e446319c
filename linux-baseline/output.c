/* SPDX-License-Identifier: MIT */
/*
 * One static buffer: nothing is allocated after the start. The first error ends all further writing, so that a stream
 * with a hole never gets its end.
 */
#include "output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "debug_port.h"

enum { BUFFER_BYTES = 16 * 1024 };

static enum output_way output_way;
static char buffer[BUFFER_BYTES];
static size_t used_bytes;
static size_t line_begin; /* in buffer: where the line that is being written begins */
static bool broken;

static bool stdout_write(const char *bytes, size_t len_bytes)
{
	while (len_bytes > 0) {
		ssize_t done = write(STDOUT_FILENO, bytes, len_bytes);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		len_bytes -= (size_t)done;
	}
	return true;
}

static void flush(void)
{
	if (!broken && used_bytes > 0)
		broken = !(output_way == OUTPUT_DEBUGCON ? debug_port_write : stdout_write)(buffer, used_bytes);
	used_bytes = 0;
	line_begin = 0;
}

/* A line of samples, which more lines follow. */
static bool line_is_samples(void)
{
	return used_bytes - line_begin >= 2 && buffer[line_begin] == '@' &&
	       (buffer[line_begin + 1] == 's' || buffer[line_begin + 1] == 'w');
}

bool output_open(enum output_way way)
{
	output_way = way;
	return way == OUTPUT_STDOUT || debug_port_present();
}

void output_write(void *context, const char *bytes, size_t len_bytes)
{
	(void)context;
	for (size_t i = 0; i < len_bytes; i++) {
		buffer[used_bytes++] = bytes[i];
		if (bytes[i] == '\n') {
			if (line_is_samples())
				line_begin = used_bytes;
			else
				flush();
		}
		if (used_bytes == BUFFER_BYTES)
			flush();
	}
}

bool output_close(void)
{
	flush();
	return !broken;
}
