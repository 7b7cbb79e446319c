/* SPDX-License-Identifier: MIT */
/*
 * Machines that `aerobench run` cannot drive: refused with what leads to their numbers.
 */
#include "launch_machine.h"

#include <stddef.h>

static int absent_check(const struct subject *subject, struct error *error)
{
	if (subject->machine == SUBJECT_METAL)
		return error_set(error, STATUS_UNSUPPORTED,
				 "%s: unsupported: it has the computer to itself; boot it by 'aerobench kexec' or "
				 "'aerobench image' and take its results in by 'aerobench collect', or let 'aerobench "
				 "session metal' measure it and Linux in turn",
				 subject->name);
	return error_set(error, STATUS_UNSUPPORTED,
			 "%s: unsupported: comes with the hybrid mode, which takes CPUs from the running Linux; use "
			 "%s@qemu or %s@sim",
			 subject->name, subject_system_name(subject->system), subject_system_name(subject->system));
}

/* Never reached: absent_check() refuses every subject. */
static int absent_command(const struct launch_request *request, unsigned cpus, struct launch_argv *argv,
			  struct error *error)
{
	(void)cpus;
	(void)argv;
	return absent_check(request->subject, error);
}

static bool absent_place(struct launch *launch)
{
	(void)launch;
	return true;
}

const struct launch_machine launch_absent = {
    .check = absent_check,
    .command = absent_command,
    .place = absent_place,
    .stream = PROCESS_STDOUT,
    .console = PROCESS_STDERR,
};
