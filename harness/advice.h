/* SPDX-License-Identifier: MIT */
/*
 * What a user should set in the firmware of a machine that the Aerokernel was booted on, from the facts that the boot recorded
 * about it (kernel/hardware_env.h, kernel/doctor.h). A fact that is absent gives no advice, nor does one that is as it should be;
 * nor a machine that is not bare metal. Pure.
 */
#pragma once

#include <stddef.h>

#include "stream.h"
#include "summary.h"

enum { ADVICE_MAX = 24, ADVICE_FACT_BYTES = 160 };

struct advice_item {
	char fact[ADVICE_FACT_BYTES]; /* what was found, with its number */
	const char *remedy;           /* what to set, and how firmware calls it */
};

struct advice {
	struct advice_item items[ADVICE_MAX];
	size_t count;
};

/* From the environment of one stream. */
void advice_make(struct advice *advice, const struct stream *stream);
/* From the first good boot of a subject; empty without one. */
void advice_of_subject(struct advice *advice, const struct summary *summary, const char *subject);
