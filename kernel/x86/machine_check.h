/* SPDX-License-Identifier: MIT */
/*
 * Machine checks: errors that the processor finds in itself, its caches or memory. Turned on, so that one ends the run with
 * what the processor says about it, and not in a wrong number or a reset.
 */
#pragma once

#include <stdint.h>

#include "text.h"

/* On every CPU: has every bank report; the boot CPU warns of what is logged from before. */
void machine_check_init_cpu(unsigned cpu);
/* The banks that hold an error, for a report; safe in the exception's handler. */
void machine_check_text(struct text *text);
/*
 * What an NMI is of, by the board's status register: an error of the hardware that was not there at boot; NULL: none, it is a
 * watchdog's, a button's or our own. Safe in the NMI's handler.
 */
const char *machine_check_nmi(void);
/* The same of what the register held at boot, and holds now. Pure. */
const char *machine_check_nmi_text(uint8_t at_boot, uint8_t now);
