/* SPDX-License-Identifier: MIT */
/*
 * From a menu to bytes: a hybrid ISO 9660 image (CD, USB stick or disk; BIOS and UEFI) by grub-mkrescue, or a tree for a
 * TFTP server by grub-mknetdir. Both are whole or not there: they are made under a temporary name and renamed. The same
 * programs, kernel and options give the same bytes.
 */
#pragma once

#include <stdbool.h>

#include "error.h"
#include "image.h"

struct image_make {
	struct image_options menu;
	const char *output;       /* a file, or the server's directory */
	const char *kernel;       /* the Aerokernel's image */
	bool bios, uefi;          /* which firmware it has to start on */
	const char *linux_kernel; /* of the collector: a kernel, NULL: no collector */
	const char *modules;      /* where lib/modules of that kernel is */
};

/*
 * Whether everything is here: 0; STATUS_UNSUPPORTED: programs or GRUB's modules are missing, the error names packages and
 * the option that leaves a firmware out; STATUS_FAILED: no kernel's image; STATUS_USAGE: output is no name for a file.
 */
int image_make_check(const struct image_make *make, bool network, struct error *error);

/* Whether the disk gets a partition that GRUB can write to: to count boots, and for the collector's results. */
bool image_make_stick(const struct image_make *make);
/*
 * Both return 0, STATUS_FAILED, STATUS_INTERRUPTED, or as image_make_check() where only the making shows it: a collector's
 * kernel without drivers, a directory that is somebody else's. The menu's stick is decided here.
 */
int image_make_disk(struct image_make *make, struct error *error);
int image_make_network(struct image_make *make, struct error *error);
