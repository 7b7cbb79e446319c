/* SPDX-License-Identifier: MIT */
/*
 * What the virtual machines of a run went through, boot by boot: steal, switches, migrations, exits, as kvm_stats.h has
 * seen them. For the page's last section.
 */
#pragma once

#include <stdio.h>

#include "store.h"

/* A table with a line for each boot that has such facts, the reasons for what is missing below it; nothing if none has. */
void report_machines(FILE *file, const struct store *store);
