/* SPDX-License-Identifier: MIT */
/*
 * Counting of events on all CPUs of the Aerokernel, for the runner (bench/counting.h).
 */
#pragma once

#include "counting.h"

extern const struct counting_port counting_port;
