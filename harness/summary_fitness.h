/* SPDX-License-Identifier: MIT */
/*
 * Doctor's verdict of a machine that cannot be probed from here: a booted image (@metal) says itself, in the environment
 * of each boot, whether its machine is fit (doctor=fit|unfit, doctor_reasons=TEXT, one behind the other with "; ").
 */
#pragma once

#include <jansson.h>

#include "stream.h"

/*
 * The verdict of all these boots together, as doctor's of one machine (host.h): unfit if one of them is, or does not say.
 * A new reference.
 */
json_t *fitness_of(const struct stream *const *streams, size_t count);

struct summary;
/* Sets the verdict of metal in the run's record, in memory, from the boots that were read; it is never older than they are. */
void summary_fitness_apply(struct summary *summary);
