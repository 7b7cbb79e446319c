/* SPDX-License-Identifier: MIT */
/*
 * From a subject to the raw bytes of its stream. A boot is one process of this computer: the baseline itself, or a
 * QEMU. It is started, polled and collected; its stream, its console and its stderr go to memory, so that nobody is woken
 * while it measures. The child dies with the harness, whatever kills the harness. What the bytes say is stream.h's
 * business: here a boot succeeds when it ended the way this machine ends after success (host: exit 0; QEMU: exit 33
 * through isa-debug-exit, which neither a crash nor a reset can imitate).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "process.h"
#include "subject.h"

enum { LAUNCH_REASON_MAX = 512, LAUNCH_WORDS_MAX = 4096, LAUNCH_QEMU_SUCCESS = 33, LAUNCH_CPUS_DEFAULT = 2 };

struct launch_request {
	const struct subject *subject;
	/* For the runner: "bench=… samples=… seed=…", separated by one space. Words that belong to the machine (unit=,
	 * spin=, idle=, profile=, cpus=) are added here. */
	const char *words;
	unsigned cpus;            /* if the subject does not say; 0: LAUNCH_CPUS_DEFAULT */
	uint64_t timeout_ns;      /* bound on the whole boot; 0: none */
	uint64_t silence_ns;      /* bound on the time without a byte of output; 0: none */
	const char *append_extra; /* further words for a Linux guest's kernel, or NULL */
};

enum launch_end {
	LAUNCH_SUCCEEDED,   /* ended as this machine ends after success; the stream must still be read */
	LAUNCH_FAILED,      /* wrong exit status, or killed by a signal */
	LAUNCH_TIMED_OUT,   /* one of the two bounds; its process group was killed */
	LAUNCH_INTERRUPTED, /* ended by launch_abort() */
	LAUNCH_UNSUPPORTED, /* cannot run on this computer; nothing was started */
	LAUNCH_BROKEN       /* should run here but something is missing: an image, QEMU */
};

struct launch_result {
	enum launch_end end;
	int status;   /* exit status; 128 + signal if killed; 124 on a timeout */
	char *stream; /* raw bytes, not text: owned, NUL behind the last; never NULL after launch_finish() */
	size_t stream_bytes;
	char *console; /* serial line of a Linux guest, and stderr of the process */
	size_t console_bytes;
	uint64_t duration_ns;
	char reason[LAUNCH_REASON_MAX]; /* one line, with the remedy, unless LAUNCH_SUCCEEDED */
};

/* A boot under way. */
struct launch {
	struct process process;
	struct launch_request request;
	bool virtual;
	bool pinned;                           /* vCPU threads have been looked for and bound */
	char placement[128];                   /* where it ran: "vcpus on cpus 0,1", or why they were not bound */
	char command[LAUNCH_WORDS_MAX + 2048]; /* the command line, for the record */
};

/*
 * Whether subject can run here: 0; -ENOTSUP: never on this computer (77); -ENOENT: something is missing (1). Else
 * reason (LAUNCH_REASON_MAX bytes) is one line that says why and, for -ENOENT, the remedy. Cheap after the first call.
 */
int launch_check(const struct subject *subject, char *reason);

/* Starts a boot. Returns 0, or -errno with result->end UNSUPPORTED or BROKEN and the reason. The request is copied, its
 * strings must live until launch_finish(). */
int launch_start(struct launch *launch, const struct launch_request *request, struct launch_result *result);
/* Looks after a boot: bounds, placement. True when it has ended and launch_finish() will not wait. Call every 100 ms or so. */
bool launch_poll(struct launch *launch);
/* Ends a boot before its time: kills its process group. launch_finish() must follow. */
void launch_abort(struct launch *launch);
/* Waits for the end, collects the bytes. */
void launch_finish(struct launch *launch, struct launch_result *result);
void launch_result_free(struct launch_result *result);

/* All of the above for one boot. Returns 0 if result->end is LAUNCH_SUCCEEDED, else -EIO, -ENOTSUP or -ENOENT. */
int launch_boot(const struct launch_request *request, struct launch_result *result);

/* The path of a program or image: $AEROBENCH_BIN/name, else beside the running program. Returns path. */
const char *launch_path(char *path, size_t path_bytes, const char *name);
