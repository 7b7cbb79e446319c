/* SPDX-License-Identifier: MIT */
/*
 * From the assembly entry to core_main().
 */
#pragma once

#include <stdint.h>

/* Entered from boot.S in long mode on the early stack; protocol is BOOT_PVH or BOOT_MULTIBOOT2. */
_Noreturn void boot_main(unsigned protocol, uintptr_t information);
/* One line on the console: something is not as it should be, but the kernel can run. number may be NULL. */
void boot_warn(const char *message, const uint32_t *number);
/* The same where it cannot: one line that says why, and the end of the machine, as of a run that has failed. */
_Noreturn void boot_refuse(const char *message);
