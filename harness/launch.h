/* SPDX-License-Identifier: MIT */
/*
 * From a subject to the raw bytes of its stream. A boot is one process of this computer: the baseline itself, or a
 * QEMU. It is started, polled and collected; its stream, its console and its stderr go to memory, so that nobody is
 * woken while it measures. The child dies with the harness, whatever kills the harness. What the bytes say is stream.h's
 * business: here a boot has succeeded when it ended the way its machine ends after success (host: exit 0; QEMU: exit 33
 * through isa-debug-exit, which neither a crash nor a reset can imitate).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "error.h"
#include "process.h"
#include "subject.h"

enum {
	LAUNCH_WORDS_MAX = 2048,
	LAUNCH_ARGS_MAX = 64,
	LAUNCH_QEMU_SUCCESS = 33,
	LAUNCH_CPUS_DEFAULT = 2,
	LAUNCH_PARALLEL_MAX = 8
};

struct launch_request {
	const struct subject *subject;
	const char *words; /* for the runner (bench/runner.h), separated by one space; words that belong to the machine
			    * (unit=, spin=, idle=, profile=, cpus=) are added here */
	unsigned cpus;     /* if the subject does not say; 0: LAUNCH_CPUS_DEFAULT */
	size_t padding_bytes; /* size of a meaningless environment variable: moves a host process's stack */
	uint64_t timeout_ns;  /* bound on the whole boot; 0: none */
	uint64_t silence_ns;  /* bound on the time without a byte of output; 0: none */
};

enum launch_end {
	LAUNCH_SUCCEEDED,   /* ended as this machine ends after success; the stream must still be read */
	LAUNCH_FAILED,      /* wrong exit status, or killed by a signal */
	LAUNCH_TIMED_OUT,   /* one of the two bounds; its process group was killed */
	LAUNCH_INTERRUPTED, /* ended by launch_abort() */
	LAUNCH_UNSUPPORTED, /* cannot run on this computer; nothing was started */
	LAUNCH_BROKEN       /* should run here but something is missing: an image, QEMU; nothing was started */
};

struct launch_result {
	enum launch_end end;
	int status;   /* exit status; 128 + signal if killed; 124 on a timeout */
	char *stream; /* raw bytes, owned, NUL behind the last; NULL if nothing was started */
	size_t stream_bytes;
	char *console; /* what a Linux guest's serial line and the process's stderr said, owned, NUL behind the last */
	size_t console_bytes;
	uint64_t duration_ns;
	char placement[128]; /* which CPUs it ran on, or why it was not bound */
	json_t *machine;     /* what the machine was and went through, owned: launch_machine.h; NULL: nothing to tell */
	struct error error;  /* one line with the remedy, unless LAUNCH_SUCCEEDED */
};

/* A command line: argv ends with NULL; the words are owned. */
struct launch_argv {
	char *words[LAUNCH_ARGS_MAX + 1];
	size_t count;
};

/* A boot under way. */
struct launch {
	struct process process;
	struct subject subject;
	struct launch_argv argv;
	unsigned cpus;
	bool placed; /* binding its threads has been done or given up */
	char placement[128];
	struct kvm_stats *stats; /* of a virtual machine's threads, owned (kvm_stats.h); NULL: not looked at */
};

/*
 * Whether subject can run here: 0; STATUS_UNSUPPORTED: not on this computer; STATUS_FAILED: something is missing that
 * could be there. The error is one line that says why, with the remedy. Cheap after the first call.
 */
int launch_check(const struct subject *subject, struct error *error);

/* The command line of a boot, without starting it. Free it by launch_argv_free(). Returns as launch_check(). */
int launch_command(const struct launch_request *request, struct launch_argv *argv, struct error *error);
void launch_argv_free(struct launch_argv *argv);

/* Starts a boot. Returns 0, or a status with result->end UNSUPPORTED or BROKEN: then there is nothing to finish. */
int launch_start(struct launch *launch, const struct launch_request *request, struct launch_result *result);
/* Looks after a boot: bounds, placement. True when it has ended and launch_finish() will not wait. */
bool launch_poll(struct launch *launch);
/* Sleeps until one of the boots may need launch_poll(), or a signal arrives: at most 500 ms. */
void launch_sleep(struct launch *const *launches, size_t count);
/* Ends a boot before its time: kills its process group. launch_finish() must follow. */
void launch_abort(struct launch *launch);
/* Waits for the end, collects the bytes. */
void launch_finish(struct launch *launch, struct launch_result *result);
void launch_result_free(struct launch_result *result);

/* All of the above for one boot. Returns 0 if result->end is LAUNCH_SUCCEEDED, else the status of result->error. */
int launch_boot(const struct launch_request *request, struct launch_result *result);

/* The path of a program or image: $AEROBENCH_BIN/name, else beside the running program; allocated. */
char *launch_path(const char *name);
/* The same for a subject, which may be of another build; allocated. */
char *launch_program(const struct subject *subject, const char *name);
