/* SPDX-License-Identifier: MIT */
/*
 * The interrupt descriptor table: one for all CPUs.
 */
#pragma once

#include <stdint.h>

/* Fills in the exceptions, and for every other vector a stub that reports it as unexpected. */
void idt_init(void);
/* Sets the stub of one vector; before other CPUs run. */
void idt_set(unsigned vector, void (*stub)(void));
void idt_load(void);
