/* SPDX-License-Identifier: MIT */
/*
 * What a boot image says to GRUB: its menu, as a pure function of the options. Which programs make an image of it is
 * image_make.h's business. Facts about GRUB's scripts: GNU GRUB manual 2.06, §6 and §16.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

enum { IMAGE_BOOTS_MAX = 99, IMAGE_TIMEOUT_MAX_S = 3600, IMAGE_WORDS_MAX = 1500 };

/* Where GRUB looks on a medium or a server; the stick's partition that GRUB and the collector write. */
#define IMAGE_KERNEL "/boot/aerokernel.elf"
#define IMAGE_CONFIG "/boot/grub/grub.cfg"
#define IMAGE_COLLECTOR_KERNEL "/boot/collector/vmlinuz"
#define IMAGE_COLLECTOR_TREE "/boot/collector/initramfs.gz"
#define IMAGE_STICK_LABEL "AEROBENCH"
#define IMAGE_STATE "/state.env"
#define IMAGE_NOTICES "/boot/NOTICES.txt"

/* A serial line, for GRUB's own menu and for the Aerokernel. */
struct image_serial {
	int unit;      /* GRUB's: 0 for COM1 …; -1: by port */
	unsigned port; /* an I/O port if unit is -1; 0: GRUB has no serial line */
	unsigned speed_baud;
	char word[64]; /* the Aerokernel's serial= */
};

/* One entry of the submenu of benchmarks. */
struct image_bench {
	const char *name, *about;
};

struct image_options {
	const char *entry; /* the menu's default: an id, or a benchmark's name */
	unsigned timeout_s;
	bool unattended;        /* starts by itself, ends by a reset, and then starts the system on another disk */
	unsigned boots;         /* so many of them; more than one needs the stick */
	bool screen;            /* the Aerokernel writes to the screen */
	const char *results;    /* BASE+LEN of the region of memory that takes the results, NULL: none */
	const char *benchmarks; /* the bench= word of the whole suite, NULL: all */
	const char *samples, *warmup;
	const char *words; /* more words for every entry, NULL: none */
	struct image_serial serial;
	/* The FAT serial number of a partition that GRUB can write to, as 1234-abcd; NULL: there is none. */
	const char *stick;
	bool collector; /* and a Linux that takes the results there */
	const struct image_bench *benches;
	size_t bench_count;
};

/*
 * Reads WHERE[:SPEED] as kernel_words_serial() does, SPEED 115200 without one. GRUB 2.06 knows I/O ports only: for memory
 * its menu is on the screen alone, for auto on COM1. Returns 0 or STATUS_USAGE.
 */
int image_serial_parse(struct image_serial *serial, const char *text, struct error *error);
/*
 * BASE+LEN, numbers decimal or 0x…, with K, M or G: whole pages, at least bench/wire_region.h's smallest, above the first
 * 32 MiB, where the kernel's image lies, below 4 GiB. Returns 0 or STATUS_USAGE; begin and end in bytes, either may be NULL.
 */
int image_results_parse(const char *text, unsigned long long *begin, unsigned long long *end, struct error *error);
/* Words of a command line, separated by single blanks: nothing that GRUB's scripts give a meaning. 0 or STATUS_USAGE. */
int image_words_check(const char *option, const char *text, struct error *error);
/* The default entry must be one of the menu. 0 or STATUS_USAGE. */
int image_entry_check(const struct image_options *options, struct error *error);

/*
 * How large the stick's partition is, in bytes: what GRUB writes, and with a collector what all boots can bring (no fewer
 * than some by hand), at most as much each as the region of memory holds. Returns 0 and sets the error (STATUS_USAGE)
 * where that is more than a FAT16 file system holds.
 */
unsigned long long image_stick_bytes(const struct image_options *options, struct error *error);

/* The text of grub.cfg; allocated. The options have been checked. */
char *image_config(const struct image_options *options);
