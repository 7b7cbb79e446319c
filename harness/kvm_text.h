/* SPDX-License-Identifier: MIT */
/*
 * What the virtual machines on KVM went through, for people: steal and exits over the boots of a subject, and what this KVM
 * did not grant them, with the reason. Each boot's numbers are in its record and in the report.
 */
#pragma once

#include <stdio.h>

#include "summary.h"

/*
 * "aerokernel@kvm, 2 boots: 35 to 835 ms of steal, 8,191 exits, of them 2 for HLT and 5,472 for I/O" of the boots that were
 * read, allocated; "–" for what is unknown. NULL: it has none on KVM.
 */
char *kvm_text(const struct summary *summary, const char *subject);
/* A line of this for each subject, with an empty line before the first; then a line for each reason. */
void kvm_print(FILE *file, const struct summary *summary);
