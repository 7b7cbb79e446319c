/* SPDX-License-Identifier: MIT */
/*
 * after=linux: when this kernel has ended, Linux runs on the machine again, without its firmware. The boot loader brings it
 * as a module whose string is "linux COMMAND LINE", with its initrd as one whose string is "initrd"; a path before that
 * word, as kexec-tools writes it, is skipped. The memory that Linux needs is set aside at boot, and what cannot work is said
 * there, before anything is measured. Linux finds the region of results (results.h) reserved in its memory map, and on its
 * command line as aerobench.results=BASE+LEN.
 */
#pragma once

/* Finds the modules and takes memory for Linux: after results_reserve(), before anything else takes memory. */
void linux_boot_reserve(void);
/* Panics if Linux cannot be booted at the end. */
void linux_boot_check(void);
/*
 * Leaves the machine to Linux; the boot CPU only, interrupts off. Returns only if linux_boot_reserve() has found nothing.
 */
void linux_boot(void);
