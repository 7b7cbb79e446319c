/* SPDX-License-Identifier: MIT */
/*
 * The word serial=WHERE[:SPEED] of the command line: com1 … com4, 0xPORT (I/O), mmio:0xADDRESS (registers of 8 bits side by
 * side), mmio32:0xADDRESS (32 bits apart and accessed so), auto, none. SPEED in bits a second divides 115200.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "serial.h"

struct serial_word {
	enum { SERIAL_WORD_AUTO, SERIAL_WORD_NONE, SERIAL_WORD_PLACE } where;
	struct serial_place place; /* of SERIAL_WORD_PLACE */
	uint32_t speed;            /* 0: not said */
};

/* Reads the value, which need not end. Returns what is wrong with it, as one line with the remedy, or NULL. */
const char *serial_word_parse(struct serial_word *word, const char *value, size_t len_bytes);
