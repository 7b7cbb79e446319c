/* SPDX-License-Identifier: MIT */
/*
 * Whose work a boot image holds: the text that goes with it, with the licence of each part and the name under which its
 * source is to be had. Taken from the files that the packages of this computer carry; what is not there is told in the text
 * itself and by a warning, and the image is made all the same.
 */
#pragma once

#include <stddef.h>

#include "error.h"
#include "image_make.h"

/*
 * Writes IMAGE_NOTICES below tree. collected: a file that lists the paths of this system's files that the collector's
 * archive holds, one a line (ci/guest_tree --sources); NULL: there is no collector. Returns 0 or STATUS_FAILED.
 */
int image_notices_write(const struct image_make *make, const char *tree, const char *collected, struct error *error);

/*
 * The names of the packages in what `dpkg-query -S PATH…` said, each once and sorted, an architecture left off; ends with
 * NULL. image_notices_free() in every case.
 */
char **image_notices_owners(const char *said);
/*
 * The names of licences that a text refers to as files of /usr/share/common-licenses, each once and sorted; ends with NULL.
 */
char **image_notices_licences(const char *text);
void image_notices_free(char **names);
/*
 * What a kernel image for x86 says of itself: "6.1.0-56-amd64 (…) #1 SMP … Debian 6.1.192-2 (2026-…)". Allocated; NULL: it
 * is no such image. Linux, Documentation/x86/boot.rst, "The Real-Mode Kernel Header": header, kernel_version.
 */
char *image_notices_kernel(const char *bytes, size_t len_bytes);
