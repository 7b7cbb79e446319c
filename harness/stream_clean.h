/* SPDX-License-Identifier: MIT */
/*
 * What a terminal line carried, as lines: a capture may hold CR LF, NUL bytes, escape sequences of a firmware or a boot
 * loader, and records behind noise that had no newline. After cleaning, each record stands on a line of its own and every
 * other line is noise. Nothing is guessed: a byte that a record lost or that changed stays lost or changed, and the CRCs
 * tell.
 */
#pragma once

#include <stddef.h>

/*
 * Lines end with LF, none is empty; control bytes but tab are dropped, and so are escape sequences (ECMA-48: CSI, OSC
 * and those of two bytes). An '@' that begins a record begins a line, because no record holds a second one (wire.h). The last line ends
 * with LF only if an end of line came. Allocated, with a NUL behind the last byte. Cleaning what is clean changes nothing.
 */
char *stream_clean(const char *bytes, size_t len_bytes, size_t *clean_bytes);
/* Where in the capture the byte clean_at of the cleaned text comes from; len_bytes if it has none there. */
size_t stream_clean_origin(const char *bytes, size_t len_bytes, size_t clean_at);
