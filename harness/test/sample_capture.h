/* SPDX-License-Identifier: MIT */
/*
 * Boots as their streams are sent and as they are collected from a capture, with what must hold of every number that is read:
 * it was sent. For cmocka tests.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "sample_stream.h"
#include "../collect_boots.h"
#include "../stream.h"

/* A stream, its bytes, and what it says. */
struct sample_boot {
	struct sample_stream text;
	struct stream stream;
};

/* A boot of five points; seed: boots differ in their samples, and have one environment while sample_clock_hz is the same. */
struct sample_boot sample_boot_make(uint64_t seed);
void sample_boot_drop(struct sample_boot *boot);
/* Its environment, and its first points. */
void sample_capture_begin(struct sample_stream *stream);
void sample_capture_points(struct sample_stream *stream, uint64_t seed, unsigned points);
/* So that the text can be searched as a string. */
void sample_capture_terminate(struct sample_stream *stream);
void sample_capture_parse(struct stream *stream, const char *bytes, size_t len_bytes);

/* Every number of got was sent as part of one of the streams. */
void sample_assert_sent(const struct stream *got, const struct stream *sent, size_t sent_count);
/* Takes a capture apart and checks each boot against what was sent. collect_boots_free(). */
struct collect_boots sample_collected(const char *bytes, size_t len_bytes, const struct stream *sent,
				      size_t sent_count);
/* The capture is one boot, whole. */
void sample_assert_one_whole(const char *bytes, size_t len_bytes, const struct stream *sent);
