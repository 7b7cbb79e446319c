/* SPDX-License-Identifier: MIT */
/*
 * The sample stream, for both ends. Text, one record a line, integers in decimal. A line that does not begin with '@'
 * is console noise: kept in the archive, ignored here. Values in key=value are percent-encoded where they would hold a
 * space, '%', '=', '@' or a byte outside 0x21 … 0x7e.
 *
 *   @aero 1                                              first record: the version
 *   @env KEY=VALUE …                                     any number of lines: what ran where. boot_stamp=T in the first
 *                                                        of them: the clock when this system began (its first
 *                                                        instructions, or its process's). It tells two boots of one
 *                                                        image from each other, and means nothing else: what compares
 *                                                        machines or settings leaves it out. Equal only where boots
 *                                                        repeat exactly (sim); older streams have none.
 *                                                        selection=all there: every benchmark of that system was to be
 *                                                        measured that is not extra; named: those that bench= named.
 *                                                        points=N of them, each of which has a result, @skip or @fail
 *                                                        (older streams do not say selection=)
 *   @run NAME unit=ticks per=P n=N warmup=W PARAM=VALUE …  one series of one point of a benchmark's grid; a benchmark
 *                                                        with named series adds series=NAME as its last parameter
 *   @w S S …                                             up to 16 warm-up samples; the first of the run is the cold one
 *   @s S S …                                             up to 16 samples
 *   @end NAME n=N overflow=O irqs=I [smis=S] crc=C        I: interrupts during the run on all CPUs, -1 unknown; O is 0
 *                                                        S: system management interrupts during the whole point, which
 *                                                        all its series share; only where they can be counted
 *                                                        C: CRC of the records from @run on, up to " crc=",
 *                                                        continued from the number that @head ended with, so that no
 *                                                        run passes for one of another boot; without @head from 0
 *   @repeat NAME unit=ticks per=P n=N copies=C PARAM=VALUE …  behind the @run of the same point: N samples, in turn C and
 *                                                        2C of its operations back to back; @s … and @end follow
 *   @skip NAME PARAM=VALUE … reason=TEXT                 not measurable here
 *   @fail NAME PARAM=VALUE … reason=TEXT                 a self-check failed: no numbers follow
 *   @fail machine reason=TEXT                            last before @done: the machine is not what it was when the stream
 *                                                        said of it that it can measure; no number of the stream counts
 *   @nocount EVENT reason=TEXT                           this event of those that were asked for cannot be counted here
 *   @count NAME event=EVENT count=C iterations=I per=P PARAM=VALUE …
 *                                                        C: how often it occurred on all CPUs while the point ran once
 *                                                        more, I iterations of P operations; -1: not counted all the time
 *   @bench NAME unit=U per=P min_cpus=C max_samples=N extra=E bare=B series=S|S about=TEXT spread=TEXT
 *          spread_at=TEXT PARAM=V|V …
 *                                                        one for each benchmark that mode=list lists, or that is
 *                                                        measured; before the first result. 0: no bound; E is 1 if it
 *                                                        is measured only where it is named, else 0; B is 1 if a
 *                                                        sample is not what lies between two stamps, so that it does not
 *                                                        hold what reading the clock costs, else 0 (older streams have
 *                                                        no bare=); series= is empty
 *                                                        for the one series without a name; spread= is the cause why
 *                                                        warm samples that count instructions differ, empty: none;
 *                                                        spread_at= at which points they do, several
 *                                                        separated by one space, empty: at all
 *   @head crc=C                                          ends what is known before the first result; C: CRC of all
 *                                                        records from @aero on, up to " crc=", so that the environment
 *                                                        of a stream that was cut can be trusted (older streams have
 *                                                        no @head)
 *   @done F runs=R crc=C                                 last record: F failures, R @run and @repeat records; C: CRC of all records
 *                                                        of the stream from @aero on, up to " crc="
 *
 * Counts come behind all results; each event of a point has one, unless @nocount or @skip says why not.
 * A key appears once in a stream's @env records, and once in any other record; a value may be empty. Each series of a
 * point is a @run of its own, in the order of the names. A CRC is CRC-32/ISO-HDLC (zlib's crc32()) over the bytes of the
 * records with their newlines, noise left out. A stream without its @done, or with F > 0, is a failed run, whatever the
 * exit status said.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { WIRE_VERSION = 1, WIRE_PER_LINE = 16, WIRE_LINE_MAX = 1024 };

/* CRC-32/ISO-HDLC, continued from crc (0 to begin). Same values as zlib's crc32(). */
uint32_t wire_crc(uint32_t crc, const void *bytes, size_t len_bytes);

/* --- Writing: freestanding, no allocation --------------------------------------------------------------------------- */

struct wire {
	void (*write)(void *context, const char *bytes, size_t len_bytes);
	void *context;
	char line[WIRE_LINE_MAX]; /* the record being built */
	size_t len_bytes;
	uint32_t crc_stream;
	uint32_t crc_run;
	uint32_t crc_head; /* what the CRCs of runs continue: of @head, 0 without one */
	unsigned runs;
};

void wire_open(struct wire *wire, void (*write)(void *context, const char *bytes, size_t len_bytes), void *context);
/*
 * A record is begun, filled with words and pairs, and ended. A record longer than the line is a bug: it is cut, and
 * its CRCs are made not to fit, so that every reader refuses the stream.
 */
void wire_begin(struct wire *wire, const char *record);
void wire_word(struct wire *wire, const char *word);
void wire_number(struct wire *wire, uint64_t number);
void wire_pair(struct wire *wire, const char *key, const char *value);
void wire_pair_number(struct wire *wire, const char *key, int64_t number);
void wire_end(struct wire *wire);
/* Ends the record with the pair crc=: of the run, of the stream so far; that of @head is what runs continue. */
void wire_end_crc_run(struct wire *wire);
void wire_end_crc_stream(struct wire *wire);
void wire_end_crc_head(struct wire *wire);
/* Starts the run's CRC: call before wire_begin(wire, "run") or "repeat". */
void wire_run_crc_reset(struct wire *wire);
/* The records @w or @s for count samples. */
void wire_samples(struct wire *wire, const char *record, const uint32_t *samples, size_t count);
