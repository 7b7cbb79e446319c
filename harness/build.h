/* SPDX-License-Identifier: MIT */
/*
 * Builds with names: directories of programs beside the one that this program lies in, so that one run can hold two
 * versions of a system (subject option build=NAME, see subject.h). The command line names them (--build NAME=DIR), a
 * run's record keeps them for a resumed run. One table for the process, because a process measures one run.
 */
#pragma once

#include <stdbool.h>

#include <jansson.h>

#include "error.h"

enum { BUILD_NAME_MAX = 16, BUILD_MAX = 8 }; /* of a name with its NUL; of builds */

/* Letters, digits, '.', '_' and '-', at most BUILD_NAME_MAX - 1 of them, the first a letter or digit. */
bool build_name_valid(const char *name);
/*
 * Takes "NAME=DIR", or the name and the directory; a name that is known already gets the new directory. Returns 0, or
 * STATUS_USAGE with the error set: a bad name, no such directory, too many.
 */
int build_add(const char *text, struct error *error);
int build_set(const char *name, const char *directory, struct error *error);
/* The absolute directory of a build, paths_bin() for ""; NULL if the name is unknown. Lives as long as the process. */
const char *build_directory(const char *name);

/* {NAME: DIRECTORY, …} of all builds: a new reference. */
json_t *build_json(void);
