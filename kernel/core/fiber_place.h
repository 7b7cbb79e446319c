/* SPDX-License-Identifier: MIT */
/*
 * A place among the fibers of one thread (core/fiber.h). Each thread has one for its own function.
 */
#pragma once

struct fiber_place {
	void *context; /* stack pointer while it does not run */
	struct fiber_place *next,
	    *prev; /* a ring of all that are ready, with the running one; next is the next to run */
};
