/* SPDX-License-Identifier: MIT */
/*
 * The words that the Aerokernel's command line takes, known before it boots: the list of bench/runner.h and
 * kernel/core/settings.h. The kernel refuses a word that it does not know and measures nothing; whoever makes a medium
 * learns it here, and not in front of another machine.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* Of each point: bench/options.h. */
enum { KERNEL_SAMPLES_MAX = 1000000 };

/* Where serial=WHERE[:SPEED] points to. */
struct kernel_serial {
	enum { KERNEL_SERIAL_AUTO, KERNEL_SERIAL_NONE, KERNEL_SERIAL_PORT, KERNEL_SERIAL_MEMORY } where;
	uint64_t base;       /* of the registers: an I/O port or an address */
	unsigned speed_baud; /* 0: not said */
};

/*
 * Reads com1 … com4, 0xPORT, mmio:0xADDRESS, mmio32:0xADDRESS, auto or none, and :SPEED, which divides 115200: what
 * kernel/x86/serial_word.c takes, no more and no less. Returns 0, or STATUS_USAGE with the error set.
 */
int kernel_words_serial(const char *option, const char *text, struct kernel_serial *serial, struct error *error);
/*
 * KEY=VALUE words, separated by blanks: each one known, given once (the rule is bench/runner.h's), and with a value that the
 * kernel takes as far as that shows without the machine (not: a benchmark's name, whether memory is there). option is the
 * one they came by, without "--". Returns 0, or STATUS_USAGE: the error names the word, and what would be right.
 */
int kernel_words_check(const char *option, const char *words, struct error *error);

/* A word that a command says itself, and the option by which its user says which. */
struct kernel_words_own {
	const char *key, *option;
};

/*
 * What a user adds to a command's own words: as above, and none of own, which ends with an empty one: it would stand there
 * twice. Returns 0, or STATUS_USAGE.
 */
int kernel_words_added(const char *option, const char *words, const struct kernel_words_own *own, struct error *error);
/* Words that hold where words (which may be NULL) do not say otherwise, and those: each key once. Allocated. */
char *kernel_words_over(const char *defaults, const char *words);
/* The keys, by number from 0; NULL behind the last one. Lives as long as the process. */
const char *kernel_words_key(size_t i);
