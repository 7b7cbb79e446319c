/* SPDX-License-Identifier: MIT */
/*
 * How fast the CPUs run when Linux is left: what its governors chose last stays in the processor, often the lowest for a CPU
 * that was idle. What a processor takes as a speed differs between models, and Linux's drivers know it, so they are asked for
 * the highest that the limits allow. kernel/x86/power_reset.c does the rest, and for boots that Linux had no part in.
 */
#pragma once

#include "tune_setting.h"

struct kexec_speed {
	struct tune_items governors; /* as they were */
};

/*
 * Sets each online CPU's governor below root ("", or a made-up Linux) to `performance`. Returns NULL, or which CPU has kept
 * another, and why: one line, allocated. Free by kexec_speed_free() in every case.
 */
char *kexec_speed_raise(struct kexec_speed *speed, const char *root);
/* Linux was not left: puts the governors back. */
void kexec_speed_restore(const struct kexec_speed *speed, const char *root);
void kexec_speed_free(struct kexec_speed *speed);
