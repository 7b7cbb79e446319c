/* SPDX-License-Identifier: MIT */
/*
 * Machine checks: errors that the processor finds in itself, its caches or memory. Turned on, so that one ends the run with
 * what the processor says about it, and not in a wrong number or a reset.
 */
#pragma once

#include "text.h"

/* On every CPU: has every bank report; the boot CPU warns of what is logged from before. */
void machine_check_init_cpu(unsigned cpu);
/* The banks that hold an error, for a report; safe in the exception's handler. */
void machine_check_text(struct text *text);
