/* SPDX-License-Identifier: MIT */
/*
 * How Linux can be booted for measuring: named sets of words for the kernel's command line, computed for the CPUs of this
 * computer, each with its reason. Whether a boot is as a profile wants it is read from what the kernel says of itself, not
 * taken from what was asked for. What each word does: Linux, Documentation/admin-guide/kernel-parameters.txt.
 */
#pragma once

#include <stddef.h>

#include <jansson.h>

#include "error.h"

struct profile_word {
	char *word; /* "nohz_full=2-3" */
	const char *why;
};

struct profile {
	const char *name;
	char *isolated;     /* the CPUs that are measured on, as the kernel writes lists: "2-3" */
	char *housekeeping; /* the others */
	struct profile_word *words;
	size_t word_count;
};

struct profile_kind {
	const char *name, *about;
};
/* From mild to strong, each with what the one before has; a NULL name is behind the last. */
extern const struct profile_kind profile_kinds[];

/*
 * The profile for the computer below root ("", or a directory that a test made). Housework stays on the core of CPU 0, all
 * other CPUs are isolated. Returns 0; STATUS_USAGE: no such profile; STATUS_UNSUPPORTED: one core, nothing can be isolated.
 * Free by profile_free() in every case.
 */
int profile_make(struct profile *profile, const char *name, const char *root, struct error *error);
void profile_free(struct profile *profile);
/* All words in one line; allocated. */
char *profile_line(const struct profile *profile);
/*
 * In what a boot, by its facts (boot_facts.h), is not as the profile wants it: a word that is missing or another, one of
 * another profile, one that the kernel has not obeyed. Allocated, separated by "; "; NULL: in nothing.
 */
char *profile_differences(const struct profile *profile, const json_t *facts);
