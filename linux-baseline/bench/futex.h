/* SPDX-License-Identifier: MIT */
/*
 * The bare futex system calls, for benchmarks of what every wake-up on Linux is made of. Private: the word belongs to
 * this process alone, which spares the kernel a look at the page.
 */
#pragma once

#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Sleeps if the word still is value. May return without a wake: look at the word again. */
static inline void futex_wait(uint32_t *word, uint32_t value)
{
	syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

/* Wakes one sleeper. Returns how many there were: 0 or 1. */
static inline long futex_wake_one(uint32_t *word)
{
	return syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
