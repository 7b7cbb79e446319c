/* SPDX-License-Identifier: MIT */
/*
 * One child process: its own process group, a clean environment, nothing on stdin, its outputs in anonymous files in
 * memory. The child is killed when the harness dies (PR_SET_PDEATHSIG), even by SIGKILL. Time bounds kill the whole group.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The child's descriptors 1, 2 and 3: each is a file in memory that the parent reads when it wants. */
enum process_output { PROCESS_STDOUT, PROCESS_STDERR, PROCESS_EXTRA, PROCESS_OUTPUTS };

enum process_end {
	PROCESS_RUNNING,
	PROCESS_EXITED,
	PROCESS_SIGNALLED,
	PROCESS_TIMED_OUT,
	PROCESS_SILENT,
	PROCESS_ABORTED
};

struct process_spec {
	char *const *argv;   /* argv[0] is a path, or a name that is looked up in PATH */
	const char *cpus;    /* CPU list to run on ("0-1"), or NULL */
	uint64_t timeout_ns; /* bound on the whole, 0: none */
	uint64_t silence_ns; /* bound on the time without output, 0: none */
};

struct process {
	pid_t pid;
	int output[PROCESS_OUTPUTS];
	uint64_t started_ns; /* CLOCK_MONOTONIC */
	uint64_t ended_ns;
	uint64_t grown_ns; /* when the outputs last grew */
	uint64_t timeout_ns, silence_ns;
	size_t len_bytes; /* of all outputs together when last looked at */
	enum process_end end;
	int status; /* exit status or signal number */
};

/* Starts it. -ENOENT, -EACCES, …: nothing runs (the errno of exec is seen here, not as exit 127). */
int process_start(struct process *process, const struct process_spec *spec);
/* Reaps if ended, applies the bounds. True once it has ended. */
bool process_poll(struct process *process);
/* Kills the group and reaps; end becomes PROCESS_ABORTED unless it had ended by itself. */
void process_abort(struct process *process);
/* Polls until the end. */
void process_wait(struct process *process);
/* The bytes of one output so far, NUL behind the last; *len_bytes may be NULL. Owned by the caller. NULL: no memory. */
char *process_read(const struct process *process, enum process_output output, size_t *len_bytes);
/* Closes the outputs. The process must have ended. */
void process_close(struct process *process);

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t process_now_ns(void);
