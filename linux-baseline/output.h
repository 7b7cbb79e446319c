/* SPDX-License-Identifier: MIT */
/*
 * Where the stream goes: stdout, or debugcon in a guest. Bytes are collected, because a system call or a switch of port
 * rights for each record would take longer than the record; they leave when a record other than samples ends, so what a
 * hang leaves behind is complete up to the point before.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum output_way { OUTPUT_STDOUT, OUTPUT_DEBUGCON };

/* Before the first write. False: no debugcon here, or no right to its port. */
bool output_open(enum output_way way);
/* Signature of struct runner_port's write; context is unused. */
void output_write(void *context, const char *bytes, size_t len_bytes);
/* Writes what is left. False: some bytes of the run did not get out (disk full, reader gone). */
bool output_close(void);
