/* SPDX-License-Identifier: MIT */
/*
 * QEMU's two debug devices as seen by a guest's process: debugcon, which takes bytes, and isa-debug-exit, which ends the
 * virtual machine. Needs CAP_SYS_RAWIO. The right to the ports is held only inside a call: a thread that owns an I/O
 * bitmap, and every thread it creates, pays for it at each context switch.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Whether a debugcon answers at its port: it reads as its own number (QEMU, hw/char/debugcon.c). */
bool debug_port_present(void);
/* False: the right to the port was refused. */
bool debug_port_write(const char *bytes, size_t len_bytes);
/* The kernel's MACHINE_EXIT_OK and MACHINE_EXIT_FAILED (kernel/x86/cpu.h): exit status 33 and 35. */
enum { DEBUG_PORT_OK = 0x10, DEBUG_PORT_FAILED = 0x11 };
/* Ends the virtual machine with QEMU's exit status 2 * code + 1. Returns if there is no such device. */
void debug_port_exit(unsigned char code);
