/* SPDX-License-Identifier: MIT */
/*
 * Port numbers are those of the machine's command line: debugcon's default, and isa-debug-exit's iobase=0xf4.
 */
#include "debug_port.h"

#include <stdint.h>
#include <sys/io.h>
#include <termios.h>
#include <unistd.h>

enum { DEBUGCON_PORT = 0xe9, EXIT_PORT = 0xf4, EXIT_PORTS = 4 };

bool debug_port_present(void)
{
	bool present;

	if (ioperm(DEBUGCON_PORT, 1, 1) != 0)
		return false;
	present = inb(DEBUGCON_PORT) == DEBUGCON_PORT;
	ioperm(DEBUGCON_PORT, 1, 0);
	return present;
}

bool debug_port_write(const char *bytes, size_t len_bytes)
{
	if (ioperm(DEBUGCON_PORT, 1, 1) != 0)
		return false;
	asm volatile("rep outsb" : "+S"(bytes), "+c"(len_bytes) : "d"((uint16_t)DEBUGCON_PORT) : "memory");
	ioperm(DEBUGCON_PORT, 1, 0);
	return true;
}

void debug_port_exit(unsigned char code)
{
	if (ioperm(EXIT_PORT, EXIT_PORTS, 1) != 0)
		return;
	/* a serial console still has the last lines in its queue */
	tcdrain(STDOUT_FILENO);
	tcdrain(STDERR_FILENO);
	outb(code, EXIT_PORT);
	ioperm(EXIT_PORT, EXIT_PORTS, 0);
}
