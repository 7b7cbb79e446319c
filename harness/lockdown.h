/* SPDX-License-Identifier: MIT */
/*
 * Lockdown (kernel_lockdown.7): a Linux, mostly one that was booted by Secure Boot, that keeps even root from reading the
 * machine's memory and from starting another kernel.
 */
#pragma once

#include <stdbool.h>

/*
 * Whether the Linux below root ("", or a directory that a test made) says that it is. False where it is not and where it does
 * not say, because securityfs is not mounted, as in many an initramfs.
 */
bool lockdown_is_on(const char *root);

/* What ends it. */
#define LOCKDOWN_REMEDY "switch Secure Boot off in the firmware, or boot without lockdown="
/* What keeps root from something where Linux does not say why, and what to do. */
#define LOCKDOWN_LIKELY "not even root may: this Linux is locked down (" LOCKDOWN_REMEDY "), or this is a container"
