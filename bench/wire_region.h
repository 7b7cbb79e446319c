/* SPDX-License-Identifier: MIT */
/*
 * A region of memory that outlives the system that fills it: a stream (wire.h) and the console around it, for whoever
 * runs on the machine next. One page of header, then the bytes in the order in which they were said. The writer stores
 * bytes before it counts them, so that a reader finds a prefix of what was said, wherever the machine stopped; whether
 * the bytes are still those that were written is what the stream's CRCs tell. Numbers are little-endian.
 */
#pragma once

#include <stdint.h>

enum {
	WIRE_REGION_VERSION = 1,
	WIRE_REGION_HEADER_BYTES = 4096,
	WIRE_REGION_BYTES_MIN = 1 << 20,
	/* state */
	WIRE_REGION_WRITING = 1, /* still running, or it stopped without a word: power, reset, hang */
	WIRE_REGION_ENDED = 2,   /* code is the exit code: machine_exit() */
	/* flags */
	WIRE_REGION_FULL = 1, /* there was no room for everything: what follows len_bytes was said, but is not here */
};

#define WIRE_REGION_MAGIC "AEROBENCH REGION"

struct wire_region {
	char magic[16]; /* WIRE_REGION_MAGIC without its end; stored last, cleared first */
	uint32_t version;
	uint32_t fixed_crc;      /* wire_crc() of base … boot */
	uint64_t base;           /* its own physical address: a header that was copied elsewhere is none */
	uint64_t capacity_bytes; /* behind the header */
	uint64_t boot;           /* differs from boot to boot: a stamp of its beginning */
	uint64_t len_bytes;      /* that are there; stored with release order after the bytes */
	uint32_t state;
	uint32_t code;
	uint32_t flags;
	/* 0; a boot loader that goes on to another system because this has ended stores 1, so that it does so once */
	uint32_t seen;
};
