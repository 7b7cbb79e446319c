/* SPDX-License-Identifier: MIT */
/*
 * Runs on disk. A run is a directory, results/runs/ID:
 *
 *   run.json                the plan and what it ran on (schema "aerobench.run/1"); written once, before the first boot
 *   journal.jsonl           one line per finished boot, append-only, fsynced
 *   NNN-SUBJECT.log.zst     the raw log of boot NNN, verbatim, zstd with checksum; renamed into place when complete
 *   NNN-SUBJECT.console.zst the console of that boot, if it had one of its own: for people, not parsed
 *   NNN-SUBJECT.partial     what an interrupted boot had written: for people, not parsed
 *
 * What is in the journal is complete and checked: a log's size and CRC are verified whenever it is read. After kill -9
 * the last journal line may be cut; it is dropped with a warning and its boot runs again. Everything else that does not
 * add up is an error that names the file. One writer at a time, by flock() on the journal.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "error.h"

/* What `run` set out to measure: enough to resume, and to say that a row has fewer runs than planned. */
struct store_plan {
	char **subjects; /* "aerokernel@sim" */
	size_t subject_count;
	char **benchmarks; /* as given to the runner's bench= word; none: all */
	size_t benchmark_count;
	unsigned samples; /* per point */
	int64_t warmup;   /* per point; -1: the runner's rule */
	unsigned runs;    /* rounds: boots of each subject */
	uint64_t seed;
};

/*
 * STORE_CUT: the log came over a line (collect.h) and is cut or garbled; what its own checks prove can be read
 * (stream_salvage.h), and the boot counts as whole nowhere.
 */
enum store_status { STORE_OK, STORE_FAILED, STORE_UNSUPPORTED, STORE_CUT };

/* One finished boot: a line of the journal. */
struct store_boot {
	/*
	 * Place in the plan's order of boots, from 0. A repeated index replaces the boot before it, which had failed or is
	 * retracted by this line.
	 */
	unsigned index;
	unsigned round; /* boots of the same round were taken back to back: a pair */
	char *subject;
	enum store_status status;
	char *reason;               /* why it is cut, failed or unsupported, one line; NULL if ok */
	char *log;                  /* file name of the archived log; NULL if there is none (unsupported) */
	uint64_t len_bytes;         /* of the raw log */
	uint32_t crc;               /* of the raw log */
	uint64_t archive_len_bytes; /* of the compressed file */
	uint32_t archive_crc;
	double seconds; /* wall time of the boot */
	json_t *argv;   /* what was launched: array of strings; NULL if nothing */
	/* What the boot ran under where that can change from boot to boot (boot_facts.h); or NULL. */
	json_t *environment;
	json_t *machine;   /* what a virtual machine was and went through (launch.h); or NULL */
	unsigned attempts; /* journal lines of this index up to this one; filled in by the store */
};

struct store {
	char *path; /* the run's directory */
	char *id;
	json_t *run; /* run.json as a whole */
	struct store_plan plan;
	struct store_boot *boots; /* in the order of the journal, failed boots that ran again left out */
	size_t boot_count;
	int journal_fd; /* -1: opened for reading */
};

/*
 * Creates a run and opens it for appending. run holds the members that the caller knows: "doctor" {verdict, reasons},
 * "environment", "versions", "command" (array of words); id, created, schema and plan are added. Takes the reference to
 * run. The directory appears under its name only when it is complete. results is made if it is missing; "latest" is
 * pointed at the new run. Returns 0 or an enum status with the error set.
 */
int store_create(struct store *store, const char *results, const struct store_plan *plan, json_t *run,
		 struct error *error);
/*
 * Opens a run for reading. name: an id, a unique prefix of one, "latest", or the path of a run's directory. Returns 0,
 * or STATUS_USAGE with the error set: not found, ambiguous, broken.
 */
int store_open(struct store *store, const char *results, const char *name, struct error *error);
/* The same for appending: STATUS_FAILED when another process has it open for appending or it cannot be written. */
int store_resume(struct store *store, const char *results, const char *name, struct error *error);
void store_close(struct store *store);
/* Removes a run that store_create() made here and that has no boot yet, and closes it. "latest" goes back to the last one. */
void store_discard(struct store *store, const char *results);
/* Makes a directory with all above it, as mkdir -p. Returns 0, or STATUS_FAILED with the error set. */
int store_directories_make(const char *path, struct error *error);

/* The boot with this index, or NULL: not run yet. */
const struct store_boot *store_find(const struct store *store, unsigned index);
/* What a boot has written: its raw stream, and its console if that is another channel (console_bytes 0: none). */
struct store_output {
	const char *stream;
	size_t stream_bytes;
	const char *console;
	size_t console_bytes;
};

/*
 * A boot has finished: archives its output (unless it is unsupported), then appends the line to the journal; both are on
 * disk on return. log, sizes and CRCs of boot are not read but filled in here; the strings and argv are copied. On an
 * error (STATUS_FAILED) nothing was appended or left behind, and the call may be repeated. A console that cannot be
 * written is a warning: it is for people.
 */
int store_append(struct store *store, const struct store_boot *boot, const struct store_output *output,
		 struct error *error);
/*
 * A boot that succeeded does not count any more, for this reason (one line): a line of the journal with the same log says
 * so. STATUS_FAILED with the error set: nothing was appended.
 */
int store_retract(struct store *store, unsigned index, const char *reason, struct error *error);
/* A boot was interrupted: keeps what it had written beside the logs. Failing to do so is not an error. */
void store_keep_partial(const struct store *store, unsigned index, const char *subject,
			const struct store_output *output);
/* Reads a boot's raw log back, checked. *bytes is allocated and has a NUL after its last byte. */
int store_read_log(const struct store *store, const struct store_boot *boot, char **bytes, size_t *len_bytes,
		   struct error *error);

/* The ids of all runs in results, oldest first; allocated array of allocated strings. None if there is no directory. */
int store_list(const char *results, char ***ids, size_t *count, struct error *error);
