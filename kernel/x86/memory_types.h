/* SPDX-License-Identifier: MIT */
/*
 * How memory is cached, the same on every CPU: what the page tables' bits mean, and what the firmware has said of each range
 * of memory on the boot CPU.
 */
#pragma once

/* On every CPU, the boot CPU first: the page attribute table as after reset, which paging.c relies on; the boot CPU's MTRRs. */
void memory_types_init_cpu(unsigned cpu);
