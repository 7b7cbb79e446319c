/* SPDX-License-Identifier: MIT */
/* Doctor's verdict as it was stored with a run (host.h), read back for figures and reports. */
#pragma once

#include <stdbool.h>

#include <jansson.h>

#include "summary.h"

enum verdict_kind { VERDICT_UNKNOWN, VERDICT_FIT, VERDICT_UNFIT };

/*
 * What the Aerokernel said of bare metal in its @env (doctor=, doctor_reasons=) becomes the stored verdict of that machine,
 * in memory: "unfit" if one of its boots was, with the reasons of all. Nothing is changed where no stream says anything.
 */
void verdict_take(json_t *run, const struct summary *summary);
/* The verdict for a machine ("qemu"), or for this Linux if machine is NULL. *reasons: an array, borrowed, or NULL. */
enum verdict_kind verdict_of(const json_t *run, const char *machine, const json_t **reasons);
/* "fit for instructions", "unfit for time", "unsupported for time", "fitness unknown"; allocated. */
char *verdict_word(const json_t *run, const char *machine);
/* "fit for instructions", "unfit for time: REASON; REASON" or "fitness unknown"; allocated. */
char *verdict_text(const json_t *run, const char *machine);
