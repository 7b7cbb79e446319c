/* SPDX-License-Identifier: MIT */
/*
 * Where a checker may look at locks. Here nobody does: the struct has no size and the functions no code. The image
 * aerokernel-lockcheck.elf is compiled with another file of this name (kernel/lockcheck/core/), which CMake puts first in
 * the search for headers.
 */
#pragma once

/* Part of each spin lock. */
struct lock_hooks {
};

/* The lock begins its life. One in zeroed static memory may do without. */
static inline void lock_hook_init(struct lock_hooks *hooks)
{
	(void)hooks;
}

/* The caller is about to wait for the lock. */
static inline void lock_hook_wait(struct lock_hooks *hooks)
{
	(void)hooks;
}

/* The caller has it now. */
static inline void lock_hook_taken(struct lock_hooks *hooks)
{
	(void)hooks;
}

/* The caller is about to give it back. */
static inline void lock_hook_release(struct lock_hooks *hooks)
{
	(void)hooks;
}
