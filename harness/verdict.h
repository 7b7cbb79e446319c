/* SPDX-License-Identifier: MIT */
/* Doctor's verdict as it was stored with a run (host.h), read back for figures and reports. */
#pragma once

#include <stdbool.h>

#include <jansson.h>

enum verdict_kind { VERDICT_UNKNOWN, VERDICT_FIT, VERDICT_UNFIT };

/* The verdict for a machine ("qemu"), or for this Linux if machine is NULL. *reasons: an array, borrowed, or NULL. */
enum verdict_kind verdict_of(const json_t *run, const char *machine, const json_t **reasons);
/* "fit for instructions", "unfit for time", "unsupported for time", "fitness unknown"; allocated. */
char *verdict_word(const json_t *run, const char *machine);
/* "fit for instructions", "unfit for time: REASON; REASON" or "fitness unknown"; allocated. */
char *verdict_text(const json_t *run, const char *machine);
