/* SPDX-License-Identifier: MIT */
/* The report's section on A/A self-checks. For report.c only. */
#pragma once

#include <stdio.h>

#include "error.h"
#include "summary.h"

/*
 * The latest self-check (aa.h) of each timed subject of the run on its machine configuration: how often each test alarms
 * without a cause, whether the gate may arm by it, the margins. Says so where there is none. STATUS_USAGE with the error
 * set if a record is damaged.
 */
int report_aa(FILE *file, const struct summary *summary, struct error *error);
