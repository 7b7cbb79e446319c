/* SPDX-License-Identifier: MIT */
/*
 * The two steps that change something: loading, which can be undone by kexec -u, and going, which cannot.
 */
#include "kexec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kexec_check.h"
#include "kexec_says.h"
#include "kexec_speed.h"
#include "process.h"
#include "stop_signal.h"

enum { MINUTE_S = 60 };

static const uint64_t LOAD_TIMEOUT_NS = 5ull * MINUTE_S * 1000000000ull; /* reads a few hundred MB */
static const uint64_t GO_TIMEOUT_NS = 2ull * MINUTE_S * 1000000000ull;

/* Runs a command to its end; what it says on an error is the error's reason. */
static int command_run(char *const *argv, uint64_t timeout_ns, struct error *error)
{
	struct process_spec spec = {.argv = argv, .timeout_ns = timeout_ns};
	struct process process;
	int failed = process_start(&process, &spec);
	char *said;

	if (failed != 0)
		return error_set(error, STATUS_FAILED, "%s: %s", argv[0], strerror(-failed));
	process_wait(&process);
	if (process.end != PROCESS_EXITED || process.status != 0) {
		said = process_read(&process, PROCESS_STDERR, NULL);
		kexec_says(argv[0], said, geteuid() == 0, error);
		if (process.end == PROCESS_TIMED_OUT)
			error->status = STATUS_TIMEOUT;
		free(said);
	}
	process_close(&process);
	return error->status;
}

int kexec_load(const struct kexec_plan *plan, struct error *error)
{
	return command_run(plan->load, LOAD_TIMEOUT_NS, error);
}

/* With Linux's governors at the highest speed, and back where they were if it is not left. */
static int leave_fast(char *const *leave, const char *root, struct error *error)
{
	struct kexec_speed speed;
	char *slow = kexec_speed_raise(&speed, root);

	if (slow != NULL)
		error_warn("a CPU may measure slowly, at the speed that Linux has chosen for it: %s", slow);
	if (command_run(leave, GO_TIMEOUT_NS, error) != STATUS_OK)
		kexec_speed_restore(&speed, root);
	kexec_speed_free(&speed);
	free(slow);
	return error->status;
}

int kexec_leave(char *const *leave, char *const *unload, const char *root, struct error *error)
{
	struct error loaded = {STATUS_OK, ""};
	struct stop_signal_watch watch;

	stop_signal_watch(&watch);
	sync(); /* may take minutes */
	if (stop_signal_came())
		error_set(error, STATUS_INTERRUPTED, "interrupted: this Linux was not left");
	else
		leave_fast(leave, root, error);
	if (error->status != STATUS_OK && command_run(unload, GO_TIMEOUT_NS, &loaded) != STATUS_OK)
		error_warn("the Aerokernel is still loaded, and a reboot may start it: %s", loaded.text);
	stop_signal_unwatch(&watch);
	return error->status;
}

int kexec_go(struct error *error)
{
	static const char *const in_order[] = {"systemctl", "kexec", NULL};
	const char *at_once[] = {kexec_tool(), "-e", NULL}, *unload[] = {kexec_tool(), "-u", NULL};
	struct stat about;
	bool systemd = stat("/run/systemd/system", &about) == 0 && S_ISDIR(about.st_mode); /* sd_booted(3) */

	return kexec_leave((char *const *)(systemd ? in_order : at_once), (char *const *)unload, "", error);
}
