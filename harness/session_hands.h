/* SPDX-License-Identifier: MIT */
/* What a session's steps do on a real machine (session_step.h): measure on this Linux, read memory or a file, leave by kexec. */
#pragma once

#include <stdbool.h>

#include "session_step.h"

struct session_machine {
	const char *root;   /* of /proc and /sys: "", or a directory that a test made */
	const char *memory; /* instead of /dev/mem: a file with a copy of the region, for tests; NULL: none */
	const char *from;   /* the file that a person brought, "-": stdin; NULL: none */
	bool quiet;
	double timeout_seconds; /* bound on a boot of Linux; 0: by the expected length */
};

/* The machine must outlive the table. */
struct session_hands session_hands(struct session_machine *machine);
