/* SPDX-License-Identifier: MIT */
/* A serial line as it is: 8 data bits, no parity, 1 stop bit, no flow control, nothing translated (termios(3)). */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>

#include "error.h"

enum { SERIAL_SPEED_DEFAULT = 115200 };

struct serial_line {
	int fd;
	char *path;
	unsigned speed; /* bits in a second */
	struct termios before;
	uint64_t framing_errors; /* when it was opened; of a driver that counts them */
	bool counts;
};

/*
 * Opens "DEV" or "DEV:SPEED" for reading, for this process alone. Returns 0, or STATUS_USAGE: no such device, no serial
 * line, no such speed; STATUS_FAILED: another program has it.
 */
int serial_line_open(struct serial_line *line, const char *text, struct error *error);
/* How many characters came at a wrong speed or were lost since it was opened, as the driver counts; -1: it does not. */
int64_t serial_line_errors(const struct serial_line *line);
/* Sets it back to what it was. */
void serial_line_close(struct serial_line *line);
