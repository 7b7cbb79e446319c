/* SPDX-License-Identifier: MIT */
/*
 * Which boots can be boots of one run: those of its subject's system that measured the same, with one build, on one machine, as far as their streams
 * tell. A capture may hold a quick boot before that of the whole suite, or the boots of two images.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "collect_boots.h"
#include "stream.h"

/*
 * The stream of a boot's cleaned log, whatever its status: the whole one, or what one that is not whole proves.
 * stream_free().
 */
void collect_kind_stream(struct stream *stream, enum store_status status, const char *log, size_t len_bytes);
/*
 * The first boot whose stream says that it is of another system than the subject, with that system's name in *os, allocated.
 * NULL, and NULL in *os: there is none. A boot that lost its environment may be of any.
 */
const struct collect_boot *collect_kind_stranger(const struct collect_boots *boots, const char *subject, char **os);
/*
 * In what the stream differs from the other, one line: "samples=200 instead of 1000", or by what it is not the same computer's
 * (computer.h). Allocated; NULL: in nothing that both tell.
 */
char *collect_kind_difference(const struct stream *stream, const struct stream *other);
/*
 * Moves the first boot, and all that can be of one run with it and with each other, from boots into kind, in their order.
 * False: there is none.
 */
bool collect_kind_take(struct collect_boots *boots, struct collect_boots *kind);
/* In what one of the boots differs from another, so that they cannot be of one run; allocated. NULL: they can. */
char *collect_kind_mixture(const struct collect_boots *boots);
/*
 * Why the boot can be none of a run's boots of this subject: as collect_kind_difference(), as its campaign wants them, or, of
 * a session, by the computer that it was begun on. Allocated; NULL: it can.
 */
char *collect_kind_foreign(const struct store *store, const char *subject, const struct collect_boot *boot);
