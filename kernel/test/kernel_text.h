/* SPDX-License-Identifier: MIT */
/*
 * Kernel text that programs' tests call: what they want to have happened while a thread was in the kernel.
 */
#pragma once

/* Returns when the quantum of the calling thread has ended in here. Preemption is on, and another thread is ready or comes. */
void kernel_text_until_switch_due(void);
