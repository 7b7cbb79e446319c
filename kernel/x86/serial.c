/* SPDX-License-Identifier: MIT */
/*
 * Registers: TI/National PC16550D data sheet, table 2.
 */
#include "serial.h"

#include "cpu.h"
#include "io.h"

enum {
	UART_DATA = 0,
	UART_DIVISOR_LOW = 0,
	UART_INTERRUPTS = 1,
	UART_DIVISOR_HIGH = 1,
	UART_FIFO = 2,     /* written */
	UART_IDENTITY = 2, /* read */
	UART_LINE = 3,
	UART_MODEM = 4,
	UART_STATUS = 5,
	UART_SCRATCH = 7,
	UART_REGISTERS = 8,
	FIFO_ON = 0x07,       /* on, both sides cleared */
	IDENTITY_FIFO = 0xc0, /* both bits: a FIFO that works; one alone is the 16550's broken one */
	LINE_8N1 = 0x03,      /* 8 bits, no parity, one stop bit */
	LINE_DIVISOR = 0x80,  /* divisor latch open */
	MODEM_READY = 0x03,   /* DTR, RTS */
	STATUS_EMPTY = 0x20,  /* transmitter holding register (with FIFO: the whole FIFO) is empty */
	STATUS_IDLE = 0x40,   /* and the last bit has left */
	STATUS_NOBODY = 0xff, /* a bus that floats; a UART cannot report all of this at once */
	SCRATCH_PATTERN = 0x5a,
	FIFO_BYTES = 16,
	PORT_END = 0x10000,
	/*
	 * One read of a register takes 0.1 us at least: the wait is at least 0.1 s, and ten times what a full FIFO takes
	 * at this divisor (16 bytes of 10 bits; 8.7 us a bit at divisor 1).
	 */
	SPINS_MIN = 1000000,
	SPINS_DIVISOR = 150000,
};

#define ADDRESS_END (1ul << 46) /* paging.c: what the identity map can hold */

const char *serial_place_defect(const struct serial_place *place)
{
	if (!place->memory)
		return place->base == 0 || place->base > PORT_END - UART_REGISTERS ? "I/O ports are 0x1 to 0xfff8"
										   : NULL;
	if (place->base < PAGE_BYTES || place->base > ADDRESS_END - UART_REGISTERS * sizeof(uint32_t) ||
	    place->base % place->access_bytes != 0)
		return "no device can be at this address";
	return NULL;
}

unsigned serial_divisor(uint32_t uart_hz, uint32_t speed)
{
	uint64_t wanted = 16ul * speed, divisor;

	if (speed == 0 || uart_hz < wanted / 2)
		return 0;
	divisor = (uart_hz + wanted / 2) / wanted;
	if (divisor == 0 || divisor > UINT16_MAX)
		return 0;
	/* a PC's clock gives the usual speeds exactly, others are refused: 2 % is what the two ends of a line forgive */
	if (divisor * wanted * 50 > (uint64_t)uart_hz * 51 || divisor * wanted * 50 < (uint64_t)uart_hz * 49)
		return 0;
	return (unsigned)divisor;
}

static uint8_t register_read(const struct serial *serial, unsigned number)
{
	uintptr_t at = serial->place.base + number * serial->place.stride_bytes;

	if (!serial->place.memory)
		return io_read8((uint16_t)at);
	if (serial->place.access_bytes == 4)
		return (uint8_t)mmio_read32(at);
	return serial->place.access_bytes == 2 ? (uint8_t)mmio_read16(at) : mmio_read8(at);
}

static void register_write(const struct serial *serial, unsigned number, uint8_t value)
{
	uintptr_t at = serial->place.base + number * serial->place.stride_bytes;

	if (!serial->place.memory)
		io_write8((uint16_t)at, value);
	else if (serial->place.access_bytes == 4)
		mmio_write32(at, value);
	else if (serial->place.access_bytes == 2)
		mmio_write16(at, value);
	else
		mmio_write8(at, value);
}

/* Whether the line takes bytes. A stuck one is asked once only, however much there is to write. */
static bool serial_wait(struct serial *serial, uint8_t wanted)
{
	unsigned spins = serial->stuck ? 1 : SPINS_MIN + SPINS_DIVISOR * serial->divisor;

	for (; spins > 0; spins--) {
		if (register_read(serial, UART_STATUS) & wanted) {
			serial->stuck = false;
			return true;
		}
		cpu_relax();
	}
	serial->stuck = true;
	return false;
}

bool serial_open(struct serial *serial, bool told)
{
	serial->stuck = false;
	serial->fifo_bytes = 1;
	if (register_read(serial, UART_STATUS) == STATUS_NOBODY)
		return false;
	register_write(serial, UART_SCRATCH, SCRATCH_PATTERN);
	if (!told && register_read(serial, UART_SCRATCH) != SCRATCH_PATTERN)
		return false;
	serial_wait(serial, STATUS_IDLE); /* what the firmware said last goes out at the speed it was meant for */
	register_write(serial, UART_LINE, LINE_8N1);
	register_write(serial, UART_INTERRUPTS, 0);
	if (serial->divisor != 0) {
		register_write(serial, UART_LINE, LINE_8N1 | LINE_DIVISOR);
		register_write(serial, UART_DIVISOR_LOW, (uint8_t)serial->divisor);
		register_write(serial, UART_DIVISOR_HIGH, (uint8_t)(serial->divisor >> 8));
		register_write(serial, UART_LINE, LINE_8N1);
	}
	register_write(serial, UART_FIFO, FIFO_ON);
	if ((register_read(serial, UART_IDENTITY) & IDENTITY_FIFO) == IDENTITY_FIFO)
		serial->fifo_bytes = FIFO_BYTES;
	register_write(serial, UART_MODEM, MODEM_READY);
	return true;
}

void serial_write(struct serial *serial, const char *bytes, size_t len_bytes)
{
	for (size_t at = 0; at < len_bytes; at++) {
		if (at % serial->fifo_bytes == 0 && !serial_wait(serial, STATUS_EMPTY))
			return;
		register_write(serial, UART_DATA, (uint8_t)bytes[at]);
	}
}
