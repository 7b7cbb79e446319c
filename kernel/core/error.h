/* SPDX-License-Identifier: MIT */
/*
 * The error numbers that the kernel returns, negated, with Linux's values: a caller of bench/os.h sees the same on both
 * systems. Freestanding C has no errno.h.
 */
#pragma once

enum { E2BIG = 7, EAGAIN = 11, ENOMEM = 12, EBUSY = 16, EINVAL = 22, ETIMEDOUT = 110 };
