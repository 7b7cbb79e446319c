/* SPDX-License-Identifier: MIT */
/*
 * One child process: its own process group, a clean environment, nothing on stdin, its outputs in anonymous files in
 * memory, so that nobody is woken by what it writes. The kernel kills the child when the harness dies, even by SIGKILL.
 * Time bounds kill the whole group.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The child's descriptors 1, 2 and 3: each is a file in memory that the parent reads when it wants. */
enum process_output { PROCESS_STDOUT, PROCESS_STDERR, PROCESS_EXTRA, PROCESS_OUTPUTS };

enum process_end {
	PROCESS_RUNNING,
	PROCESS_EXITED,    /* status is the exit status */
	PROCESS_SIGNALLED, /* status is the signal's number */
	PROCESS_TIMED_OUT, /* killed at its time bound */
	PROCESS_SILENT,    /* killed because it wrote nothing for too long */
	PROCESS_ABORTED    /* killed by process_abort() */
};

struct process_spec {
	char *const *argv;     /* argv[0] is a path, or a name that is looked up in PATH */
	const cpu_set_t *cpus; /* CPUs to run on, or NULL: as the harness */
	size_t padding_bytes;  /* length of an environment variable without meaning: shifts the child's stack */
	uint64_t timeout_ns;   /* bound on the whole, 0: none */
	uint64_t silence_ns;   /* bound on the time without output, 0: none */
};

struct process {
	pid_t pid;
	int pidfd; /* readable when it has ended */
	int output[PROCESS_OUTPUTS];
	uint64_t started_ns; /* CLOCK_MONOTONIC, as all _ns here */
	uint64_t ended_ns;
	uint64_t grown_ns; /* when the outputs were last seen to grow */
	uint64_t timeout_ns, silence_ns;
	size_t len_bytes; /* of all outputs together when last looked at */
	enum process_end end;
	int status;
};

/* Starts it. -ENOENT, -EACCES, …: nothing runs (the error of exec is seen here, not as exit status 127). */
int process_start(struct process *process, const struct process_spec *spec);
/* Reaps if ended, applies the bounds. True once it has ended. */
bool process_poll(struct process *process);
/* Kills the group and reaps; end becomes PROCESS_ABORTED unless it had ended by itself. */
void process_abort(struct process *process);
/* Polls until the end. */
void process_wait(struct process *process);
/* Sleeps until one of them ends, a signal arrives, or timeout_ms is over. */
void process_sleep(struct process *const *processes, size_t count, int timeout_ms);
/* The bytes of one output so far, NUL behind the last; len_bytes may be NULL. Owned by the caller. NULL: no memory. */
char *process_read(const struct process *process, enum process_output output, size_t *len_bytes);
/* Closes what process_start() opened. The process must have ended. */
void process_close(struct process *process);

/* Runs argv to its end within timeout_ns and returns stdout followed by stderr, NULL if it could not run. Owned by the
 * caller. For version queries and the like. */
char *process_capture(char *const *argv, uint64_t timeout_ns);

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t process_now_ns(void);
