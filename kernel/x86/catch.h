/* SPDX-License-Identifier: MIT */
/*
 * The machine's half of program_catch() (cpu.h).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Makes the second map. CPU 0, when the boot structures are mapped and the other CPUs are up, before core_main(). */
void catch_init(void);
/* A page fault at rip. True: it was no error; the timer's interrupt comes next. */
bool catch_end(uintptr_t rip);
