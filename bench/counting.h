/* SPDX-License-Identifier: MIT */
/*
 * Events of the processor, counted in a pass of its own behind the measuring one: while samples are taken nothing is
 * counted, and what the counting pass records is thrown away. A count belongs to a point of the grid and takes in
 * everything that its CPUs did meanwhile: all iterations of the loop, timed or not, warm-up too, and what the benchmark
 * sets up and tears down. So it is the same on both systems, and the control's count per iteration can be subtracted.
 *
 *   events=KIND CODE/NAME,…   KIND is r: what the event select register takes (hexadecimal), or s: a software event of
 *                             Linux (its number); NAME is for people and for the records
 *
 * As in events=r5300c0/instructions,s2/page-faults. More events than there are counters are counted in several turns.
 */
#pragma once

#include "grid.h"

enum { COUNTING_EVENTS_MAX = 16, COUNTING_NAME_MAX = 64, COUNTING_REASON_MAX = 128 };

struct counting_event {
	char name[COUNTING_NAME_MAX];
	char kind; /* 'r' or 's' */
	uint64_t code;
	/* Set by the port: */
	unsigned turn;                    /* with which others it is counted */
	char absent[COUNTING_REASON_MAX]; /* why it cannot be counted here; "": it is */
	int64_t count;                    /* in the last turn; -1: not counted all the time */
};

struct counting {
	struct counting_event events[COUNTING_EVENTS_MAX];
	unsigned count;
	unsigned turns; /* 0: none of them can be counted */
};

/* What only a port can do. */
struct counting_port {
	/* Decides for each event whether and in which turn it is counted, and sets turns; once, between the two passes. */
	void (*prepare)(struct counting *counting);
	/* From now on, on all CPUs that benchmarks use, until stop(), which sets the counts. */
	void (*start)(struct counting *counting, unsigned turn);
	void (*stop)(struct counting *counting, unsigned turn);
};

/* Reads the word's value; one without a place (at is NULL) names no events. False: it is wrong. */
bool counting_parse(struct counting *counting, struct word value);
/* Gives the event a reason why it is not counted, cut to fit. */
void counting_refuse(struct counting_event *event, const char *reason);
/* The same for all that have none yet. */
void counting_refuse_all(struct counting *counting, const char *reason);
