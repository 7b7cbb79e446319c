/* SPDX-License-Identifier: MIT */
/*
 * A serial line behind a UART of the 16550 family, by I/O ports or in memory, without interrupts: 8 bits, no parity, one
 * stop bit. A line that is stuck costs one wait, and then its bytes: it never stops the machine.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SERIAL_CLOCK_HZ = 1843200, SERIAL_SPEED_DEFAULT = 115200 };

/* Where the registers are. */
struct serial_place {
	bool memory;          /* else I/O ports */
	uint8_t stride_bytes; /* from one register to the next: 1, 2, 4 */
	uint8_t access_bytes; /* 1, 2, 4; I/O: 1 */
	uint64_t base;        /* physical address, or port */
};

struct serial {
	struct serial_place place;
	unsigned divisor;    /* 0: the firmware's speed is kept */
	unsigned fifo_bytes; /* 1: no FIFO */
	bool stuck;          /* the last wait was in vain: bytes are dropped until the line moves again */
};

/* Why no registers can be there, or NULL. */
const char *serial_place_defect(const struct serial_place *place);
/* What divides the UART's clock (1.8432 MHz on a PC) to 16 times this speed; 0: nothing within 2 %, or no 16 bits. */
unsigned serial_divisor(uint32_t uart_hz, uint32_t speed);
/*
 * Sets the line up; place and divisor are the caller's, and registers in memory are mapped. False: nothing is there, and
 * nothing will be written. told: somebody who should know says that it is there, so that a missing scratch register, which
 * some lines over a network do not have, is no proof of the contrary; a bus on which nobody answers is.
 */
bool serial_open(struct serial *serial, bool told);
void serial_write(struct serial *serial, const char *bytes, size_t len_bytes);
