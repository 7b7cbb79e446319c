/* SPDX-License-Identifier: MIT */
/*
 * Whether a boot measured what its words asked for, by what its stream says of itself (bench/wire.h: selection=, points= and
 * @bench) and by the points that came. The rules of a selection are bench/runner.h's. A stream of a time before it said so is
 * judged by its points alone.
 */
#pragma once

#include <stdbool.h>

#include "stream.h"

/*
 * In what the stream is of other points than the words' (KEY=VALUE, separated by blanks), one line: too few, too many, others.
 * whole: stream_parse() took it; of one that was cut only the head is judged. Allocated; NULL: in nothing.
 */
char *selection_difference(const struct stream *stream, const char *words, bool whole);
