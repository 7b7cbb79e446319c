/* SPDX-License-Identifier: MIT */
/*
 * The console behind console_write(): a list of machines' ends that get every byte (QEMU's debug console, a serial line,
 * whoever else was added), and the screen, which people read, and which gets the lines that are no records of a stream.
 *
 *   serial=WHERE[:SPEED]   serial_word.h. auto, the default: QEMU's debug console if there is one, else the line that the
 *                          firmware's SPCR names, else COM1. A place that is told is written beside the debug console.
 *   screen=yes|no          whether the screen that the boot loader left is used (default yes)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Needs boot_info. What is written before console_choose() goes where that can be without the firmware's tables. */
void console_init(void);
/* The choice, once and for all: after acpi_init(). What cannot be obeyed is a warning. */
void console_choose(void);
/* From now on this function gets every byte too: any context, no lock held. False: too many have been added. */
bool console_add(void (*write)(const char *bytes, size_t len_bytes));
/* "debugcon", "serial", "debugcon+serial" or "none": where machines read. */
const char *console_name(void);
