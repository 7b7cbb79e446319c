/* SPDX-License-Identifier: MIT */
/*
 * The checked image's version of core/lock_hooks.h: each lock knows its class, each step is told to the checker
 * (lockcheck/lockcheck.h). The functions are not inline: where they return to is the place that takes the lock.
 */
#pragma once

struct lock_class;

struct lock_hooks {
	struct lock_class *class; /* NULL: not known yet */
};

void lock_hook_init(struct lock_hooks *hooks);
void lock_hook_wait(struct lock_hooks *hooks);
void lock_hook_taken(struct lock_hooks *hooks);
void lock_hook_release(struct lock_hooks *hooks);
