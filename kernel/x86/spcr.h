/* SPDX-License-Identifier: MIT */
/*
 * The firmware's word on where its own console is: Microsoft's Serial Port Console Redirection Table, revision 1 to 4. A
 * reader of bytes and nothing else: any bytes are survived, and a line that this kernel cannot drive counts as none.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "serial.h"

struct spcr {
	bool present; /* a line of the 16550 family is described */
	struct serial_place place;
	uint32_t speed;    /* 0: as the firmware left it */
	uint32_t clock_hz; /* of the UART */
};

/* Reads a table of len_bytes bytes, its header included, whose checksum has been checked. */
void spcr_read(struct spcr *spcr, const void *table, uint32_t len_bytes);
