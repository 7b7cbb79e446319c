/* SPDX-License-Identifier: MIT */
/*
 * Machines whose names are fixed but that this version cannot drive: refused with what they need.
 */
#include "launch_machine.h"

#include <stddef.h>

static int absent_check(const struct subject *subject, struct error *error)
{
	if (subject->machine == SUBJECT_METAL)
		return error_set(
		    error, STATUS_UNSUPPORTED,
		    "%s: unsupported: comes with the bootable image, which needs a computer of its own and its "
		    "serial line; use %s@qemu or %s@sim",
		    subject->name, subject_system_name(subject->system), subject_system_name(subject->system));
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
