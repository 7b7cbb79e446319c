/* SPDX-License-Identifier: MIT */
/*
 * The I/O APICs and the old interrupt controllers: nobody here wants an interrupt from a device, so all their lines are
 * masked, whatever the firmware or a system before this one has left on.
 */
#pragma once

/* Once, on the boot CPU, after acpi_init(). */
void io_apics_silence(void);
void legacy_silence(void);
