/* SPDX-License-Identifier: MIT */
/*
 * Whether a boot measured what its words asked for, by what its stream says of itself (bench/wire.h: samples=, warmup=,
 * selection=, points= and @bench) and by the points that came. The rules of a selection are bench/runner.h's. A stream of a
 * time before it said so is judged by its points alone.
 */
#pragma once

#include <stdbool.h>

#include "stream.h"

/*
 * In what the stream differs from the words (KEY=VALUE, separated by blanks), one line: other samples, another warm-up,
 * points too few, too many, others. whole: stream_parse() took it; of one that was cut only the head is judged. Allocated;
 * NULL: in nothing.
 */
char *selection_difference(const struct stream *stream, const char *words, bool whole);
/* The same of one word, "samples=200 instead of 1000". NULL also where the stream or the words do not say. */
char *selection_word_difference(const struct stream *stream, const char *words, const char *key);
