/* SPDX-License-Identifier: MIT */
/*
 * Console output. No lock, no buffer, no interrupt: a panic may write from anywhere.
 */
#include "console.h"

#include "cpu.h"
#include "io.h"

enum {
	DEBUGCON_PORT = 0xe9, /* QEMU docs/system, -device isa-debugcon: a read returns the port's own number */
	COM1_PORT = 0x3f8,
	/* 16550 registers: TI/National PC16550D data sheet, table 2 */
	UART_DATA = 0,
	UART_DIVISOR_LOW = 0,
	UART_INTERRUPTS = 1,
	UART_DIVISOR_HIGH = 1,
	UART_FIFO = 2,
	UART_LINE = 3,
	UART_MODEM = 4,
	UART_STATUS = 5,
	UART_SCRATCH = 7,
	UART_STATUS_EMPTY = 0x20, /* transmitter holding register (with FIFO: the whole FIFO) is empty */
	UART_FIFO_BYTES = 16,
	UART_SPINS_MAX = 1000000, /* far beyond the 1.4 ms of a full FIFO at 115200: a line that is stuck is given up */
};

static void nothing_write(const char *bytes, size_t len_bytes)
{
	(void)bytes;
	(void)len_bytes;
}

static void debugcon_write(const char *bytes, size_t len_bytes)
{
	asm volatile("rep outsb" : "+S"(bytes), "+c"(len_bytes) : "d"((uint16_t)DEBUGCON_PORT) : "memory");
}

static void serial_wait(void)
{
	for (unsigned spins = 0; spins < UART_SPINS_MAX; spins++) {
		if (io_read8(COM1_PORT + UART_STATUS) & UART_STATUS_EMPTY)
			return;
		cpu_relax();
	}
}

static void serial_write(const char *bytes, size_t len_bytes)
{
	for (size_t at = 0; at < len_bytes; at++) {
		if (at % UART_FIFO_BYTES == 0)
			serial_wait();
		io_write8(COM1_PORT + UART_DATA, (uint8_t)bytes[at]);
	}
}

/* A line at 115200 8N1 without interrupts; false if nothing answers there. */
static bool serial_init(void)
{
	io_write8(COM1_PORT + UART_SCRATCH, 0x5a);
	if (io_read8(COM1_PORT + UART_SCRATCH) != 0x5a)
		return false;
	io_write8(COM1_PORT + UART_INTERRUPTS, 0);
	io_write8(COM1_PORT + UART_LINE, 0x80); /* divisor latch open */
	io_write8(COM1_PORT + UART_DIVISOR_LOW, 1);
	io_write8(COM1_PORT + UART_DIVISOR_HIGH, 0);
	io_write8(COM1_PORT + UART_LINE, 0x03);  /* 8 bits, no parity, one stop bit */
	io_write8(COM1_PORT + UART_FIFO, 0x07);  /* on, both sides cleared */
	io_write8(COM1_PORT + UART_MODEM, 0x03); /* DTR, RTS */
	return true;
}

static void (*console_device)(const char *bytes, size_t len_bytes) = nothing_write;

void console_init(void)
{
	if (io_read8(DEBUGCON_PORT) == DEBUGCON_PORT)
		console_device = debugcon_write;
	else if (serial_init())
		console_device = serial_write;
}

const char *console_name(void)
{
	if (console_device == debugcon_write)
		return "debugcon";
	return console_device == serial_write ? "serial" : "none";
}

void console_write(const char *bytes, size_t len_bytes)
{
	console_device(bytes, len_bytes);
}
