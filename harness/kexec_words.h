/* SPDX-License-Identifier: MIT */
/*
 * What `aerobench kexec` tells the Aerokernel of its user's options, checked while Linux still runs: the kernel refuses what it
 * does not know, and then this Linux is gone for nothing.
 */
#pragma once

#include <stddef.h>

#include "error.h"

enum { KEXEC_SELECTIONS_MAX = 64 };

/* Texts of options; NULL: not given. */
struct kexec_words {
	const char *image;                            /* the Aerokernel's file, NULL: this build's */
	const char *selections[KEXEC_SELECTIONS_MAX]; /* -b, each NAME[:PARAM=VALUE…], or several by commas */
	size_t selection_count;
	const char *samples, *warmup, *serial, *events;
	const char *more; /* --words */
};

/*
 * The words, progress=yes and doctor=yes among them unless more says otherwise; allocated, NULL on an error. Names of benchmarks
 * are compared with those in the image's file, parameters with what a system of this build says of itself; what cannot be
 * compared is told on stderr and left to the kernel. Returns 0, or STATUS_USAGE: the error names the option.
 */
int kexec_words_make(const struct kexec_words *words, char **line, struct error *error);
