/* SPDX-License-Identifier: MIT */
/*
 * From a running Linux into the Aerokernel and back, without the firmware: what has to be there, where the results can lie,
 * and the command of kexec-tools that loads it all. What the kernel would refuse is refused here, while Linux still runs.
 *
 * Of kexec-tools' loader for Multiboot2 (2.0.25, kexec/arch/i386/kexec-mb2-x86.c) this is known, and met: it goes by the
 * ELF header's entry; it puts the image's path before the command line and a module's path before its string; it counts a
 * module's string without the padding behind it, so strings are made to need none; and it says nothing of ACPI's root
 * pointer, so the word rsdp= does where Linux knows it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "region_place.h"

struct kexec_options {
	const char *root;   /* "" or a made-up Linux below this directory, for tests */
	const char *image;  /* the Aerokernel, NULL: that of this build */
	const char *kernel; /* Linux, NULL: the one that runs */
	const char *initrd; /* NULL: that kernel's; "none": without */
	const char *append; /* Linux's command line, NULL: the one it has now */
	const char *place;  /* of the results, NULL: wherever there is room */
	/* The Aerokernel's: what is measured, and how; rsdp= here is taken for ACPI's root pointer. */
	const char *words;
	bool stay; /* halt at the end instead of Linux */
};

enum { KEXEC_ARGUMENTS = 8 };

struct kexec_plan {
	struct region_place place;
	char *load[KEXEC_ARGUMENTS]; /* a command, NULL behind its last word */
	bool replaces;               /* something else is loaded already, and will not be any more */
	const char *dark;            /* why the Aerokernel will have no screen; NULL: it will have this Linux's */
	char *watched; /* what may reset the machine meanwhile: kexec_watchdog.h; NULL: nothing is known */
};

/*
 * Looks at this Linux and makes the plan. Returns 0, STATUS_UNSUPPORTED: not from this Linux, with the remedy; STATUS_USAGE:
 * a file or a text is not usable. On an error nothing needs freeing.
 */
int kexec_plan_make(struct kexec_plan *plan, const struct kexec_options *options, struct error *error);
void kexec_plan_free(struct kexec_plan *plan);
/* What Linux's command line is without what its boot loader and this program added. Allocated. */
char *kexec_append_of(const char *command_line);
/* Runs the plan's command: Linux has everything then, and still runs. */
int kexec_load(const struct kexec_plan *plan, struct error *error);
/*
 * Leaves Linux, in the order of its services where systemd runs, else at once. Returns while it ends; or on an error, with all
 * as it was before kexec_load(), also where a signal stops it: `systemctl reboot` starts what is loaded (systemctl(1), reboot).
 */
int kexec_go(struct error *error);
/* The same by these two commands, with the governors below root: for tests. */
int kexec_leave(char *const *leave, char *const *unload, const char *root, struct error *error);
