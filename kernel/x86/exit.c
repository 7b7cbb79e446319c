/* SPDX-License-Identifier: MIT */
/*
 * The end of the machine: an exit status where QEMU has a device for that, else a reset, else halted for good.
 */
#include "acpi.h"
#include "cpu.h"
#include "io.h"

enum {
	DEBUG_EXIT_PORT = 0xf4,  /* -device isa-debug-exit,iobase=0xf4,iosize=4: status = value << 1 | 1 */
	KEYBOARD_COMMAND = 0x64, /* 8042: command FEH pulses the reset line */
	KEYBOARD_RESET = 0xfe,
	RESET_WAIT_SPINS = 100000, /* port writes take effect within microseconds */
};

static void reset_wait(void)
{
	for (unsigned spins = 0; spins < RESET_WAIT_SPINS; spins++)
		asm volatile("pause" : : : "memory");
}

static void acpi_reset(void)
{
	if (acpi.reset_space == ACPI_SPACE_IO)
		io_write8((uint16_t)acpi.reset_address, acpi.reset_value);
	else if (acpi.reset_space == ACPI_SPACE_MEMORY && acpi.reset_address != 0)
		*(volatile uint8_t *)acpi.reset_address = acpi.reset_value;
	reset_wait();
}

_Noreturn void machine_exit(unsigned code)
{
	irq_disable();
	io_write32(DEBUG_EXIT_PORT, code);
	reset_wait();
	acpi_reset();
	io_write8(KEYBOARD_COMMAND, KEYBOARD_RESET);
	for (;;)
		asm volatile("cli\n\thlt" : : : "memory");
}
