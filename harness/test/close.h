/* SPDX-License-Identifier: MIT */
/* How tests compare doubles: relative to the expected value, and absolutely below 1. cmocka.h comes first. */
#pragma once

#include <math.h>

#define assert_within(a, b, tolerance) \
	assert_true(fabs((double)(a) - (double)(b)) <= (tolerance) * (1 + fabs((double)(b))))
#define assert_close(a, b) assert_within(a, b, 1e-9)
