/* SPDX-License-Identifier: MIT */
/*
 * Which benchmarks an image of the Aerokernel has, read from the file itself: for a computer without QEMU, where the image
 * cannot be asked (catalog.h), as the one on whose bare metal it will run. Names only; parameters are in the answer alone.
 *
 * The linker puts a pointer to each struct bench into the section aero_benches (bench/bench.h, kernel/x86/kernel.ld), and
 * its first member points to the name. Everything is inside what is loaded from the file, at the addresses it is linked for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct kernel_benches {
	char **names;
	size_t count;
};

/*
 * Reads the image at path. Returns 0, or STATUS_USAGE with the error set: no such file, or no image of the Aerokernel. Free
 * by kernel_benches_free() in every case.
 */
int kernel_benches_read(struct kernel_benches *benches, const char *path, struct error *error);
/* The same of a file's bytes; false: they are no such image. */
bool kernel_benches_parse(struct kernel_benches *benches, const char *bytes, size_t len_bytes);
void kernel_benches_free(struct kernel_benches *benches);

/* The bench= word for these selections, NAME[:PARAM=VALUE…], without those that the image lacks; allocated; NULL: none is left. */
char *kernel_benches_word(const struct kernel_benches *benches, char *const *selections, size_t count);
