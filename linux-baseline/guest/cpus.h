/* SPDX-License-Identifier: MIT */
/*
 * Brings the guest's other CPUs up from user space, on a machine where Linux's own way hangs.
 */
#pragma once

/*
 * For a kernel booted with maxcpus=1. Under icount with one thread, the CPU that starts another one waits for it in a
 * loop that never executes PAUSE, and so the other virtual CPU gets no turn (measuring.md §4). That loop calls the
 * scheduler, though: a process that executes PAUSE all the time gets the CPU, and each PAUSE hands over.
 * Returns 0, or -errno of the first CPU that did not come up.
 */
int cpus_bring_up(void);
