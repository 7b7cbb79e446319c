/* SPDX-License-Identifier: MIT */
/*
 * Machine host: linux-baseline as a process of this Linux, on CPUs chosen by cpus.h. The stream is its stdout.
 */
#include "launch_machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpus.h"
#include "memory.h"

static int host_check(const struct subject *subject, struct error *error)
{
	char *program = launch_program(subject, "linux-baseline");
	int status = 0;

	if (access(program, X_OK) != 0)
		status =
		    error_set(error, STATUS_FAILED,
			      "%s: no program %s; build it: cmake --preset release && cmake --build --preset release",
			      subject->name, program);
	else if (subject->cpus > cpus_allowed())
		status = error_set(error, STATUS_UNSUPPORTED,
				   "%s: %u CPUs asked for, but only %u may be used here; use linux@qemu:cpus=%u",
				   subject->name, subject->cpus, cpus_allowed(), subject->cpus);
	free(program);
	return status;
}

static int host_command(const struct launch_request *request, unsigned cpus, struct launch_argv *argv,
			struct error *error)
{
	unsigned chosen[CPUS_MAX], count = cpus_choose(chosen, cpus < CPUS_MAX ? cpus : CPUS_MAX);
	char *program = launch_program(request->subject, "linux-baseline"), *list = cpus_text(chosen, count);
	char *words = memory_text(request->words), *rest = words;

	if (request->cpus > count) { /* asked for, so fewer would not be the same measurement */
		free(words);
		free(list);
		free(program);
		return error_set(error, STATUS_UNSUPPORTED,
				 "%s: --cpus %u, but only %u may be used here; use linux@qemu", request->subject->name,
				 request->cpus, count);
	}
	launch_arg(argv, "%s", program);
	launch_arg(argv, "cpus=%s", list);
	launch_arg(argv, "profile=%s", request->subject->tuned ? "tuned" : "stock");
	launch_arg(argv, "spin=pause");
	launch_arg(argv, "unit=%s", subject_unit(request->subject));
	for (const char *word; (word = strsep(&rest, " ")) != NULL;)
		if (word[0] != '\0')
			launch_arg(argv, "%s", word);
	free(words);
	free(list);
	free(program);
	return 0;
}

/* The baseline binds its own threads; only the record is left to do. */
static bool host_place(struct launch *launch)
{
	snprintf(launch->placement, sizeof(launch->placement), "%s, bound by the program", launch->argv.words[1]);
	return true;
}

const struct launch_machine launch_host = {
    .check = host_check,
    .command = host_command,
    .place = host_place,
    .stream = PROCESS_STDOUT,
    .console = PROCESS_STDERR,
    .success = 0,
};
