/* SPDX-License-Identifier: MIT */
/*
 * Starting the other CPUs.
 */
#pragma once

/* Starts all CPUs that the firmware lists, all at once; returns when those that came are ready and cpu_count is final. */
void smp_start(void);
/* Gives the boot CPU its number, its stacks and its tables. */
void smp_init_boot_cpu(void);
/* Entered from boot.S on the CPU's own boot stack. */
_Noreturn void ap_main(unsigned slot);
