/* SPDX-License-Identifier: MIT */
/*
 * What a program that should have left Linux says instead, as one line that begins with the reason. kexec-tools tells hints
 * first and behind its "failed" all that it was about to load (2.0.25, kexec/kexec.c, my_load()).
 */
#pragma once

#include <stdbool.h>

#include "error.h"

/*
 * said: its standard error, NULL: none. is_root: whether it ran as root, who may do it unless Linux forbids it to everyone.
 * Returns STATUS_FAILED, or STATUS_UNSUPPORTED where nobody may, with the error set.
 */
int kexec_says(const char *program, const char *said, bool is_root, struct error *error);
