/* SPDX-License-Identifier: MIT */
/*
 * The console behind console_write(): QEMU's debug console if it is there, else the first serial line, else nothing.
 */
#pragma once

/* Finds the device; nothing is written before. */
void console_init(void);
/* "debugcon", "serial" or "none". */
const char *console_name(void);
