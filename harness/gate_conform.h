/* SPDX-License-Identifier: MIT */
/*
 * Tier 0 of the gate, conformance: does the system that was measured keep the words of bench/os.h? Boots it once with
 * mode=conform and reads its KTAP, strictly: a plan, each test of it in turn, and the end of a machine that succeeded.
 */
#pragma once

#include <stddef.h>

#include "error.h"
#include "gate.h"

struct gate_ktap {
	size_t planned, passed, skipped, failed;
	char *problem; /* the first test that failed, or why this is no whole report; NULL: neither. Allocated */
};

/* Reads KTAP version 1 out of whatever a console says around it. text is changed. */
void gate_ktap_parse(struct gate_ktap *ktap, char *text);
/*
 * Boots the subject and adds the check "conformance" to the gate, which loses `correct` if it is broken. Returns 0;
 * STATUS_USAGE if the programs that are built are not those that the run measured.
 */
int gate_conform(struct gate *gate, const char *subject, struct error *error);
