/* SPDX-License-Identifier: MIT */
/*
 * Which computer a boot ran on, by what both systems can see of it: the CPU's vendor, name and signature (family, model and
 * stepping), how many CPUs there are, how much memory, how fast the clock ticks, whether a hypervisor is between. No serial
 * number: two computers of one make pass for one, and a text that is made of this says by what they are alike. What one side
 * does not tell is not compared; without CPU, memory and clock of both sides nothing is shown. Microcode is no part of a
 * computer: Linux may load a newer one than the firmware left to the Aerokernel. That it differs is told.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "stream.h"
#include "summary.h"

struct computer {
	char vendor[16];     /* "" unknown, as all texts */
	char model[64];      /* blanks as Linux writes them: none at the ends, one in between */
	char hypervisor[16]; /* "none": on the hardware itself */
	uint64_t signature;  /* CPUID 01H:EAX; 0: unknown, as all numbers */
	uint64_t microcode;
	bool linux_read;       /* Linux told all this, which may have loaded microcode */
	unsigned cpus;         /* that the firmware lists */
	uint64_t memory_bytes; /* that the system can use: a little less than there is */
	double clock_hz;
};

enum computer_match { COMPUTER_SAME, COMPUTER_UNKNOWN, COMPUTER_OTHER };

/* From a stream of either system, and what the journal says of that boot (boot_facts.h); either may be NULL. */
void computer_read(struct computer *computer, const struct stream *stream, const json_t *facts);
/*
 * Whether two boots were on one computer. *text, allocated, is the sentence for people without its full stop: by what they
 * are alike, in what they differ, or what is not known; and both microcodes, where they differ. Clocks may differ by 100 ppm, as two calibrations of one do;
 * memory by a sixteenth or 256 MiB, because each system counts what it may use.
 */
enum computer_match computer_match(const struct computer *a, const struct computer *b, char **text);
/*
 * In what the computer of a stream is another one than these facts of a Linux (boot_facts.h) are of: the sentence, allocated.
 * NULL: in nothing that both tell.
 */
char *computer_difference(const json_t *facts, const struct stream *stream);
/* computer_match() of all boots with numbers of two subjects, each against the first of A. */
enum computer_match computer_match_subjects(const struct summary *a, const char *subject_a, const struct summary *b,
					    const char *subject_b, char **text);
/* "same", "unknown", "other". */
const char *computer_match_name(enum computer_match match);
