/* SPDX-License-Identifier: MIT */
/*
 * The collector of a stick: a Linux that GRUB starts after the Aerokernel's reset, which writes the results that wait in
 * memory (bench/wire_region.h) to the stick's own FAT partition. What it does there is collector/init.
 */
#pragma once

#include "error.h"

/*
 * Puts the kernel and an initramfs of this system's programs and of the kernel's modules below tree. linux_kernel is a kernel
 * image, modules a directory with lib/modules/VERSION of it. collected: a file to write, which lists this system's files that went into the
 * initramfs. Returns 0, or an error that names the remedy.
 */
int image_collector_make(const char *tree, const char *linux_kernel, const char *modules, const char *collected,
			 struct error *error);
