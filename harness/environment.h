/* SPDX-License-Identifier: MIT */
/*
 * The surroundings of a run, for its record: the CPUs that it takes, the topology, the packages that take part, the flags that
 * the programs were compiled with, what of this Linux is set how, and what `aerobench tune` has changed. Names nobody: no
 * name of the computer, no serial number, no directory of a user.
 */
#pragma once

#include <jansson.h>

/* cpus: how many the run takes. A new reference. */
json_t *environment_json(unsigned cpus);
/* topology without the lines that identify this one computer; takes the text and returns it, shorter; NULL stays NULL. */
char *environment_anonymous(char *topology_xml);
/* word of a command line as a record has it: below the project relative to it, below the home directory from ~ on; allocated. */
char *environment_word(const char *word);
